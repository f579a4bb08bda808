#include "config/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "config/reference.h"
#include "config/setting_rows.h"

namespace bridge::config {
namespace {

using ::testing::HasSubstr;
using Action = CommandLine::Action;

Result<CommandLine> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "laravel-bridge");
  return parseCommandLine(static_cast<int>(arguments.size()), arguments.data());
}

TEST(CommandLine, ServesWithoutArguments) {
  for (const auto& arguments : {std::vector<const char*>{}, {"serve"}}) {
    const auto line = parse(arguments);
    ASSERT_TRUE(line);
    EXPECT_EQ(line->action, Action::serve);
    EXPECT_TRUE(line->flags.empty());
  }
}

TEST(CommandLine, TurnsFlagsIntoSettings) {
  const Variables wanted = {{"HTTP_HOST", "::1"}, {"HTTP_PORT", "81"}, {"LOG_LEVEL", "debug"}, {"PHP_PATH", "php8"}};
  const auto line =
      parse({"--port", "80", "--host=::1", "serve", "--log-level", "debug", "--port=81", "--php", "php8"});
  ASSERT_TRUE(line) << line.error().detail;
  EXPECT_EQ(line->flags, wanted);
}

TEST(CommandLine, KnowsAFlagForEachRowThatNamesOne) {
  for (const auto& row : settingRows()) {
    if (!row.flag.empty()) {
      const auto line = parse({("--" + std::string(row.flag)).c_str(), "7"});
      ASSERT_TRUE(line) << row.flag;
      EXPECT_EQ(line->flags, (Variables{{std::string(row.name), "7"}}));
    }
  }
}

TEST(CommandLine, TurnsASwitchOnByItsNameAlone) {
  const std::pair<std::vector<const char*>, std::string> cases[] = {
      {{"--detect"}, "on"}, {{"--detect", "serve"}, "on"}, {{"--detect=off"}, "off"}, {{"--detect", "on"}, "on"}};
  for (const auto& [arguments, value] : cases) {
    const auto line = parse(arguments);
    ASSERT_TRUE(line) << line.error().detail;
    EXPECT_EQ(line->flags, (Variables{{"DETECT", value}}));
    EXPECT_EQ(line->action, Action::serve);
  }
}

TEST(CommandLine, SetsBothEndsOfThePoolWithWorkers) {
  const auto both = parse({"--workers", "4"});
  ASSERT_TRUE(both);
  EXPECT_EQ(both->flags, (Variables{{"SOCKET_POOL_MIN", "4"}, {"SOCKET_POOL_MAX", "4"}}));
  const auto least = parse({"--min-workers", "1", "--workers", "4"});
  ASSERT_TRUE(least);
  EXPECT_EQ(least->flags, (Variables{{"SOCKET_POOL_MIN", "1"}, {"SOCKET_POOL_MAX", "4"}}));
}

TEST(CommandLine, ChecksWhenAskedTo) {
  const auto line = parse({"--check", "--port", "x"});
  ASSERT_TRUE(line);
  EXPECT_EQ(line->action, Action::check);
  EXPECT_EQ(line->flags.at("HTTP_PORT"), "x");
}

TEST(CommandLine, HandsBackWhatIsToBePrinted) {
  const std::pair<const char*, std::string> cases[] = {{"--help", helpText()},
                                                       {"-h", helpText()},
                                                       {"--version", "laravel-bridge " BRIDGE_VERSION "\n"},
                                                       {"--print-env-example", envExample()},
                                                       {"--print-settings-table", settingsTable()}};
  for (const auto& [flag, text] : cases) {
    const auto line = parse({flag});
    ASSERT_TRUE(line);
    EXPECT_EQ(line->action, Action::print);
    EXPECT_EQ(line->text, text);
  }
  EXPECT_EQ(parse({"serve", "--help"})->action, Action::print);
}

TEST(CommandLine, AsksTheRunningServer) {
  struct Case {
    std::vector<const char*> arguments;
    std::string command;
    bool json;
    bool wait;
  };
  const Case cases[] = {{{"status"}, "status", false, false},          {{"status", "--json"}, "status", true, false},
                        {{"workers"}, "workers", false, false},        {{"top"}, "top", false, false},
                        {{"reload", "--wait"}, "reload", false, true}, {{"stop"}, "stop", false, false},
                        {{"stop", "--wait"}, "stop", false, true}};
  for (const auto& one : cases) {
    const auto line = parse(one.arguments);
    ASSERT_TRUE(line) << one.command;
    EXPECT_EQ(line->action, Action::ask);
    EXPECT_EQ(line->command, one.command);
    EXPECT_EQ(line->json, one.json);
    EXPECT_EQ(line->wait, one.wait);
  }
  EXPECT_EQ(parse({"status", "--socket", "/s"})->flags, (Variables{{"SOCKET_PATH", "/s"}}));
  EXPECT_EQ(parse({"status", "--help"})->action, Action::print);
}

TEST(CommandLine, RunsOneKindAloneWithFlagsOfItsOwn) {
  const auto line = parse({"channels", "-p", "81", "-r", "2", "--host", "::1"});
  ASSERT_TRUE(line) << line.error().detail;
  EXPECT_EQ(line->action, Action::serve);
  EXPECT_EQ(line->program->name, "channels");
  EXPECT_EQ(line->flags, (Variables{{"HTTP_PORT", "81"}, {"CHANNELS_REQUEST_TIMEOUT", "2"}, {"HTTP_HOST", "::1"}}));
  EXPECT_EQ(parse({"channels", "--request-timeout=3"})->flags, (Variables{{"CHANNELS_REQUEST_TIMEOUT", "3"}}));
  EXPECT_EQ(parse({"serve"})->program, &serveProgram());
  EXPECT_EQ(parse({"--check", "channels"})->action, Action::check);
  EXPECT_EQ(parse({"channels", "-h"})->text, helpText(*line->program));
  EXPECT_FALSE(parse({"serve", "-p", "81"}));
}

TEST(CommandLine, AsksTheServerOfOneKindAndKnowsItsWords) {
  auto line = parse({"urocket", "status", "-c", "a.yaml", "--json"});
  ASSERT_TRUE(line) << line.error().detail;
  EXPECT_EQ(line->action, Action::ask);
  EXPECT_EQ(line->command, "status");
  EXPECT_TRUE(line->json);
  EXPECT_EQ(line->program->name, "urocket");
  EXPECT_EQ(line->flags, (Variables{{"UROCKET_CONFIG", "a.yaml"}}));
  EXPECT_TRUE(parse({"channels", "-p", "81", "stop", "--wait"})->wait);
  EXPECT_EQ(parse({"urocket", "parse", "-c", "a.yaml"})->action, Action::check);
  EXPECT_EQ(parse({"urocket", "-c", "a.yaml", "dry"})->action, Action::check);
  line = parse({"urocket", "run", "-c", "a.yaml"});
  ASSERT_TRUE(line) << line.error().detail;
  EXPECT_EQ(line->action, Action::serve);
  EXPECT_EQ(line->program->name, "urocket");
  EXPECT_FALSE(parse({"channels", "parse"}));
}

TEST(CommandLine, SaysWhatIsWrong) {
  const std::pair<std::vector<const char*>, const char*> cases[] = {
      {{"--prot", "80"}, "--prot"},  {{"--port"}, "--port"},        {{"sevre"}, "sevre"},
      {{"serve", "--foo"}, "--foo"}, {{"top", "--json"}, "--json"}, {{"status", "stop"}, "stop"}};
  for (const auto& [arguments, word] : cases) {
    const auto line = parse(arguments);
    ASSERT_FALSE(line);
    EXPECT_EQ(line.error().code, ErrorCode::InvalidSettings);
    EXPECT_THAT(line.error().detail, HasSubstr(word));
  }
}

}  // namespace
}  // namespace bridge::config
