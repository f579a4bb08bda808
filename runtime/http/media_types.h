#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

namespace bridge::http {

/// Media types by file ending.
class MediaTypes {
 public:
  /// Reads the format of /etc/mime.types ("text/css  css" a line, `#` comments) over a small set of types that every
  /// web page needs, so that the server works where the system has no such file.
  explicit MediaTypes(std::string_view mimeTypesText = {});

  /// The value for Content-Type; `application/octet-stream` for an unknown or missing ending. Text gets its charset.
  [[nodiscard]] std::string of(std::string_view path) const;

 private:
  std::unordered_map<std::string, std::string> byEnding_;
};

}  // namespace bridge::http
