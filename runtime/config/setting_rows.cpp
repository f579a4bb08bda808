#include "config/setting_rows.h"

#include <filesystem>
#include <type_traits>
#include <utility>

namespace bridge::config {
namespace {

/// Turns what the operator wrote into what the server uses: paths become absolute.
template <class Kind>
void complete(typename Kind::Value& value, std::string_view directory) {
  if constexpr (std::is_same_v<Kind, kind::Path>) {
    value = value.empty() ? value : absolutePath(value, directory);
  } else if constexpr (std::is_same_v<Kind, kind::OptionalPath>) {
    value = value.empty() || value == kOff ? value : absolutePath(value, directory);
  } else if constexpr (std::is_same_v<Kind, kind::Program>) {
    value = value.find('/') == std::string::npos ? value : absolutePath(value, directory);
  } else if constexpr (std::is_same_v<Kind, kind::PathList>) {
    for (auto& path : value) {
      path = absolutePath(path, directory);
    }
  }
}

template <class Kind, auto Member>
bool assign(Settings& settings, std::string_view text, std::string_view limits, std::string_view directory) {
  auto value = Kind::parse(text, limits);
  if (!value) {
    return false;
  }
  complete<Kind>(*value, directory);
  settings.*Member = std::move(*value);
  return true;
}

template <auto Member>
bool take(Settings& to, const Settings& from) {
  if (to.*Member == from.*Member) {
    return false;
  }
  to.*Member = from.*Member;
  return true;
}

std::vector<SettingRow> makeRows() {
  std::vector<SettingRow> rows;
  std::string_view group;
#define GROUP(title) group = title;
#define SETTING(kind_, member, name, initial, limits, unit, change, flag, meaning)                         \
  rows.push_back({group, #name, initial, unit, Change::change, flag, meaning, kind::kind_::wanted(limits), \
                  [](Settings& settings, std::string_view text, std::string_view directory) {              \
                    return assign<kind::kind_, &Settings::member>(settings, text, limits, directory);      \
                  },                                                                                       \
                  &take<&Settings::member>});
#include "config/settings.def"
#undef SETTING
#undef GROUP
  return rows;
}

}  // namespace

const std::vector<SettingRow>& settingRows() {
  static const auto kRows = makeRows();
  return kRows;
}

const SettingRow* findSetting(std::string_view name) {
  for (const auto& row : settingRows()) {
    if (row.name == name) {
      return &row;
    }
  }
  return nullptr;
}

std::string absolutePath(std::string_view path, std::string_view directory) {
  auto whole = (std::filesystem::path(directory) / path).lexically_normal().string();
  if (whole.size() > 1 && whole.back() == '/') {
    whole.pop_back();
  }
  return whole;
}

}  // namespace bridge::config
