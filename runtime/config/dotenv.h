#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bridge::config {

using Variables = std::map<std::string, std::string, std::less<>>;

/// What a `.env` file says, read exactly as vlucas/phpdotenv 5 reads it for Laravel, so that both programs see the same
/// values. `values` holds what the file sets and the environment does not have; a name without `=` unsets.
struct Dotenv {
  struct Error {
    std::size_t line;  ///< counted from 1, the first line of an entry over several
    std::string message;
  };

  Variables values;
  /// phpdotenv stops at the first; here all are collected. They never hold a part of a value.
  std::vector<Error> errors;
};

/// `environment` wins over the file, and `${NAME}` looks into both. Pure. Bytes that are not UTF-8 are kept. Names
/// outside ASCII are all accepted where phpdotenv wants certain letters.
[[nodiscard]] Dotenv parseDotenv(std::string_view text, const Variables& environment = {});

}  // namespace bridge::config
