#include "config/json_text.h"

#include <rapidjson/error/en.h>

#include <string>

namespace bridge::config {
namespace {

/// Whoever walks the document later does so with recursion.
bool tooDeep(std::string_view text) {
  int depth = 0;
  bool inString = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (inString) {
      i += c == '\\' ? 1 : 0;
      inString = c != '"';
    } else if (c == '"') {
      inString = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxJsonDepth) {
        return true;
      }
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

}  // namespace

Result<void> parseJson(std::string_view text, rapidjson::Document& document) {
  if (tooDeep(text)) {
    return Error{ErrorCode::BadRequest, "nested more than " + std::to_string(kMaxJsonDepth) + " deep"};
  }
  // Without kParseFullPrecisionFlag, whose way through `0e99` is undefined behaviour in RapidJSON 1.1: a bound in a
  // schema and a number beside it are read alike, and nothing is printed again.
  document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
  if (document.HasParseError()) {
    return Error{ErrorCode::BadRequest, std::string(rapidjson::GetParseError_En(document.GetParseError())) +
                                            " At byte " + std::to_string(document.GetErrorOffset()) + "."};
  }
  return {};
}

}  // namespace bridge::config
