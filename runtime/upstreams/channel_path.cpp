#include "upstreams/channel_path.h"

#include <utility>

#include "http/percent.h"
#include "wire/json.h"

namespace bridge::upstreams {

std::optional<std::vector<std::string>> namesBelow(std::string_view mount, std::string_view path) {
  path.remove_prefix(mount == "/" ? 0 : mount.size());
  std::vector<std::string> names;
  while (!path.empty()) {
    path.remove_prefix(1);  // The slash.
    const auto segment = path.substr(0, path.find('/'));
    auto name = http::percentDecode(segment);
    if (!name || !wire::json::isUtf8(*name)) {
      return std::nullopt;
    }
    names.push_back(std::move(*name));
    path.remove_prefix(segment.size());
  }
  if (!names.empty() && names.back().empty()) {
    names.pop_back();  // A slash at the end.
  }
  return names;
}

}  // namespace bridge::upstreams
