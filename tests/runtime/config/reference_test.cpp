#include "config/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "config/setting_rows.h"
#include "support/temp_dir.h"

namespace bridge::config {
namespace {

using bridge::testing::readAll;
using ::testing::HasSubstr;

const std::string kRoot = TESTS_DIR "/..";

std::string stripped(const std::string& text) {
  const auto first = text.find_first_not_of('\n');
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of('\n') - first + 1);
}

TEST(Reference, NamesEverySettingEverywhere) {
  for (const auto& row : settingRows()) {
    const std::string name(row.name);
    EXPECT_THAT(helpText(), HasSubstr("\n  " + name));
    EXPECT_THAT(envExample(), HasSubstr("\n#" + name + "=" + std::string(row.initial) + "\n"));
    EXPECT_THAT(settingsTable(), HasSubstr("\n| `" + name + "`"));
    if (!row.flag.empty()) {
      EXPECT_THAT(helpText(), HasSubstr(name + ", --" + std::string(row.flag)));
    }
  }
}

TEST(Reference, MakesAnExampleThatIsTheDefaultsWhenItsMarksAreTakenAway) {
  Sources plain;
  plain.workingDirectory = "/srv/app";
  auto example = plain;
  std::istringstream lines(envExample());
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    const bool setting = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    text += (setting ? line.substr(1) : line) + "\n";
  }
  example.workingEnvFile = EnvFile{".env.example", text};
  auto loaded = load(example);
  EXPECT_TRUE(loaded.problems.empty()) << loaded.problems[0].text();
  const auto defaults = load(plain).settings;
  for (const auto& row : settingRows()) {
    EXPECT_FALSE(row.take(loaded.settings, defaults)) << row.name;
  }
}

TEST(Reference, IsFreshInTheExampleFile) {
  EXPECT_EQ(readAll(kRoot + "/.env.example"), envExample()) << "make generate";
}

TEST(Reference, IsFreshInTheReadme) {
  if (!std::filesystem::exists(kRoot + "/README.md")) {
    GTEST_SKIP() << "there is no README.md";
  }
  const auto readme = readAll(kRoot + "/README.md");
  const auto begin = readme.find("\n<!-- settings:begin");
  const auto end = readme.find("\n<!-- settings:end");
  ASSERT_TRUE(begin != std::string::npos && end != std::string::npos) << "README.md has lost its marks";
  const auto table = readme.substr(begin + 1, end - begin);
  EXPECT_EQ(stripped(table.substr(table.find('\n'))), stripped(settingsTable())) << "make generate";
}

}  // namespace
}  // namespace bridge::config
