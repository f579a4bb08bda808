#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"

namespace bridge::http {

struct ParsedResponse {
  ResponseHead head;
  Version version = Version::http11;
};

/// Split one complete head, as `HeadReader` hands it over, into its parts: method, target and version, or status and
/// reason; then the fields in order, blanks around values taken off. Boost.Beast does the splitting and is seen only in
/// the source file. What a head means is decided in `h1_rules`. BadRequest; NotImplemented (a repeated
/// Transfer-Encoding).
///
/// `fields` is a hint for the memory to reserve.
[[nodiscard]] Result<RequestHead> parseRequestHead(std::string_view lines, std::size_t fields);
[[nodiscard]] Result<ParsedResponse> parseResponseHead(std::string_view lines, std::size_t fields);

}  // namespace bridge::http
