#include "http/headers.h"

#include <algorithm>

#include "http/syntax.h"

namespace bridge::http {
namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

}  // namespace

bool sameLetters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return x == y || lower(x) == lower(y); });
}

void Headers::set(std::string_view name, std::string value) {
  const auto same = [name](const HeaderField& field) { return equalsIgnoreCase(field.name, name); };
  const auto first = std::ranges::find_if(fields_, same);
  if (first == fields_.end()) {
    add(std::string(name), std::move(value));
    return;
  }
  first->name = name;
  first->value = std::move(value);
  fields_.erase(std::remove_if(first + 1, fields_.end(), same), fields_.end());
}

std::size_t Headers::remove(std::string_view name) {
  return std::erase_if(fields_, [name](const HeaderField& field) { return equalsIgnoreCase(field.name, name); });
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const auto& field : fields_) {
    if (equalsIgnoreCase(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::size_t Headers::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(fields_, [name](const HeaderField& field) { return equalsIgnoreCase(field.name, name); }));
}

bool Headers::lists(std::string_view name, std::string_view token) const {
  for (const auto& field : fields_) {
    if (!equalsIgnoreCase(field.name, name)) continue;
    std::string_view rest = field.value;
    while (true) {
      const auto comma = rest.find(',');
      if (equalsIgnoreCase(trimBlanks(rest.substr(0, comma)), token)) return true;
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return false;
}

}  // namespace bridge::http
