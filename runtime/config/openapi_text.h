#pragma once

#include <rapidjson/document.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace bridge::config {

/// Names and values, decoded. Items of a list and single values have no name.
using TextFields = std::vector<std::pair<std::string, std::string>>;

/// What the text of a parameter or of a form's field means by its schema: "7" may be a number.
struct TextShape {
  struct Plain {
    /// "integer", "array" and so on; empty: a string.
    std::string type;
    /// Of an array's items.
    std::string itemType;
  };
  Plain own;
  /// Of an object.
  std::map<std::string, Plain, std::less<>> properties;
};

/// Reads it from a schema of the document, through `$ref` and `allOf`. InvalidSettings where a reference leads nowhere.
[[nodiscard]] Result<TextShape> textShapeOf(const rapidjson::Document& document, const rapidjson::Value& schema);

/// The value that the fields stand for. A text that is not of its type stays a string, and the schema refuses it.
[[nodiscard]] rapidjson::Document valueOfTexts(const TextShape& shape, const TextFields& fields);

}  // namespace bridge::config
