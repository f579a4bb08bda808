#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bridge::config {

/// A regular expression as JSON Schema means it (ECMA 262, not anchored), for texts of any origin: a match that takes
/// too long is given up. Immutable.
class JsonPattern {
 public:
  enum class Outcome { matches, differs, gaveUp };

  /// InvalidSettings with what is wrong with the expression.
  [[nodiscard]] static Result<std::shared_ptr<const JsonPattern>> compile(const std::string& expression);
  ~JsonPattern();
  JsonPattern(const JsonPattern&) = delete;
  JsonPattern& operator=(const JsonPattern&) = delete;

  /// `text` is UTF-8.
  [[nodiscard]] Outcome match(std::string_view text) const;

 private:
  struct Core;
  explicit JsonPattern(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace bridge::config
