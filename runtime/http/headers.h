#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bridge::http {

struct HeaderField {
  std::string name;
  std::string value;

  bool operator==(const HeaderField&) const = default;
};

/// Header fields in the order and with the bytes in which they came; names compare without case (RFC 9110, 5.1).
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<HeaderField> fields) : fields_(fields) {}

  void add(std::string name, std::string value) { fields_.push_back({std::move(name), std::move(value)}); }
  /// Makes room for `count` fields.
  void reserve(std::size_t count) { fields_.reserve(count); }
  /// Replaces every field of that name by one, in the place of the first, else at the end.
  void set(std::string_view name, std::string value);
  /// Removes every field of that name and says how many there were.
  std::size_t remove(std::string_view name);

  /// The value of the first field of that name.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return find(name).has_value(); }
  [[nodiscard]] std::size_t count(std::string_view name) const;
  /// Whether a comma-separated field of that name lists `token` (without case), as Connection and Expect do.
  [[nodiscard]] bool lists(std::string_view name, std::string_view token) const;

  [[nodiscard]] std::size_t size() const { return fields_.size(); }
  [[nodiscard]] bool empty() const { return fields_.empty(); }
  [[nodiscard]] auto begin() const { return fields_.begin(); }
  [[nodiscard]] auto end() const { return fields_.end(); }

  bool operator==(const Headers&) const = default;

 private:
  std::vector<HeaderField> fields_;
};

/// Of texts that are equally long.
[[nodiscard]] bool sameLetters(std::string_view a, std::string_view b);
/// ASCII comparison without case; the locale plays no part. Most names differ in their length or their first letter,
/// which takes no call.
[[nodiscard]] inline bool equalsIgnoreCase(std::string_view a, std::string_view b) {
  constexpr unsigned kCase = 0x20;
  return a.size() == b.size() &&
         (a.empty() ||
          ((static_cast<unsigned char>(a.front()) ^ static_cast<unsigned char>(b.front())) & ~kCase) == 0) &&
         sameLetters(a, b);
}

}  // namespace bridge::http
