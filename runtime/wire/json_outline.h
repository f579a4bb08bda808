#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace bridge::wire {

/// A JSON text that has been checked, with the members of its outermost object as text: what is passed on keeps the
/// order of its keys, its numbers and its escapes. The text outlives it.
class JsonOutline {
 public:
  /// BadRequest, with the place in the detail: no JSON (RFC 8259), more than one value, not UTF-8, or more than 512
  /// arrays and objects inside each other. Numbers may be of any size.
  [[nodiscard]] static Result<JsonOutline> of(std::string_view text);

  /// Whether the text is an object; else it has no members.
  [[nodiscard]] bool isObject() const { return object_; }
  /// Names and texts of the values, in their order.
  using Members = std::vector<std::pair<std::string, std::string_view>>;
  [[nodiscard]] const Members& members() const { return members_; }
  /// The text of a member's value, of the last one of that name.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;

 private:
  /// `readable`: the text as RapidJSON takes it, with the same places.
  [[nodiscard]] static Result<JsonOutline> of(std::string_view text, std::string_view readable);

  bool object_ = false;
  Members members_;
};

/// The value of a JSON text where that is a string, a whole number from 0 to 2^53 or a boolean; else nothing. `text` is
/// valid JSON.
[[nodiscard]] std::optional<std::string> jsonString(std::string_view text);
[[nodiscard]] std::optional<std::uint64_t> jsonWhole(std::string_view text);
[[nodiscard]] inline bool jsonTrue(std::string_view text) { return text == "true"; }

/// A string as JSON writes it, with its quotes. Bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string jsonQuoted(std::string_view text);

/// The same value on one line, for readers that take U+2028 and U+2029 for line ends, too: these are escaped, CR and LF
/// become blanks. `text` is valid JSON.
[[nodiscard]] std::string jsonLine(std::string_view text);

}  // namespace bridge::wire
