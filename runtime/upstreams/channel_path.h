#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bridge::upstreams {

/// The names of a request's path below `mount`: its segments, percent-decoded, without a last one that is empty.
/// Nothing where one is malformed or no UTF-8.
[[nodiscard]] std::optional<std::vector<std::string>> namesBelow(std::string_view mount, std::string_view path);

}  // namespace bridge::upstreams
