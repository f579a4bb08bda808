#pragma once

// For openapi.cpp: the document as JSON, made ready for the schema library.

#include <rapidjson/document.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace bridge::config {

/// JSON or YAML (told apart by the first byte) as JSON. InvalidSettings with what is wrong.
[[nodiscard]] Result<void> readOpenApiText(std::string_view text, rapidjson::Document& document);

/// Follows `$ref` from `value` as long as there is one. InvalidSettings where one points outside the document or to
/// nothing, or in a circle.
[[nodiscard]] Result<const rapidjson::Value*> follow(const rapidjson::Document& document,
                                                     const rapidjson::Value& value);

/// What makes every schema of the document useless: references as above, and schemas that contain themselves without
/// an object or array between.
[[nodiscard]] Result<void> checkReferences(const rapidjson::Document& document);

/// Writes the schemas of the document in the words of JSON Schema: `nullable`, and our keys for `pattern`, `format`
/// and `uniqueItems`. In a request no property is required that is `readOnly`, in a reply none that is `writeOnly`.
void toJsonSchema(rapidjson::Document& document, bool forRequest);

}  // namespace bridge::config
