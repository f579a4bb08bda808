#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"

namespace bridge::config {

/// Whether a setting may change while the server runs, and whether its value may be printed.
enum class Change { fixed, reload, secretFixed, secretReload };

/// What an OptionalPath is where there is to be none.
inline constexpr std::string_view kOff = "off";

/// One row of settings.def, for code that works on all of them. The texts are those of settings.def.
struct SettingRow {
  std::string_view group;
  std::string_view name;
  std::string_view initial;
  std::string_view unit;
  Change change;
  std::string_view flag;
  std::string_view meaning;
  /// What a value must look like, "" where every text will do.
  std::string wanted;
  /// Stores the value of `text`; false and nothing stored where it is not one. Relative paths start at `directory`.
  bool (*assign)(Settings& settings, std::string_view text, std::string_view directory);
  /// Copies the value; false where it was the same.
  bool (*take)(Settings& to, const Settings& from);

  [[nodiscard]] bool secret() const { return change == Change::secretFixed || change == Change::secretReload; }
  [[nodiscard]] bool reloadable() const { return change == Change::reload || change == Change::secretReload; }
};

/// In the order of settings.def.
[[nodiscard]] const std::vector<SettingRow>& settingRows();

/// The row of an ENV_NAME; null where there is none.
[[nodiscard]] const SettingRow* findSetting(std::string_view name);

/// `path` itself when absolute, else below `directory`; "." and ".." are resolved in the text, links are kept.
[[nodiscard]] std::string absolutePath(std::string_view path, std::string_view directory);

}  // namespace bridge::config
