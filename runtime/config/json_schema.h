#pragma once

#include <rapidjson/document.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bridge::config {

/// One thing that is wrong with a request or a reply. May hold what came from outside.
struct Violation {
  /// "body[name]", "query limit".
  std::string place;
  std::string what;
};

/// A compiled JSON Schema. Immutable; keeps nothing of the document that it was made from.
class JsonSchema {
 public:
  enum class Draft { four, seven };

  /// Compiles the schema at `document[kRootKey]`; `$ref` may point anywhere in the document. `pattern`,
  /// `format` and `uniqueItems` are read from keys of our own (the library's are not safe with what comes from
  /// outside). InvalidSettings with what is wrong.
  [[nodiscard]] static Result<std::shared_ptr<const JsonSchema>> compile(rapidjson::Document& document, Draft draft);
  ~JsonSchema();
  JsonSchema(const JsonSchema&) = delete;
  JsonSchema& operator=(const JsonSchema&) = delete;

  static constexpr const char* kRootKey = "x-bridge-root";
  static constexpr const char* kPatternKey = "x-bridge-pattern";
  static constexpr const char* kFormatKey = "x-bridge-format";
  static constexpr const char* kUniqueKey = "x-bridge-unique";

  /// What is wrong with `value`, some of the first; empty: nothing. `place` names it.
  [[nodiscard]] std::vector<Violation> check(const rapidjson::Value& value, std::string_view place) const;

 private:
  struct Core;
  explicit JsonSchema(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace bridge::config
