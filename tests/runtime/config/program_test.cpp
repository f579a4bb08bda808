#include "config/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/reference.h"
#include "config/setting_rows.h"
#include "config/settings.h"

namespace bridge::config {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Program& named(std::string_view name) {
  for (const auto& program : programs()) {
    if (program.name == name) {
      return program;
    }
  }
  ADD_FAILURE() << name;
  return serveProgram();
}

LoadResult loadAs(const Program& program, Variables environment, Variables flags = {}) {
  Sources from;
  from.workingDirectory = "/srv/app";
  from.program = &program;
  from.environment = std::move(environment);
  from.flags = std::move(flags);
  return load(from);
}

TEST(Program, NamesOnlySettingsAndGroupsThatAreThere) {
  for (const auto& program : programs()) {
    for (const auto& [setting, value] : program.defaults) {
      ASSERT_NE(findSetting(setting), nullptr) << setting;
      Settings settings;
      EXPECT_TRUE(findSetting(setting)->assign(settings, value, "/")) << setting << "=" << value;
    }
    for (const auto& own : program.names) {
      EXPECT_NE(findSetting(own.setting), nullptr) << own.setting;
      EXPECT_TRUE(own.port.empty() || findSetting(own.port) != nullptr) << own.port;
    }
    for (const auto& flag : program.flags) {
      EXPECT_NE(findSetting(flag.setting), nullptr) << flag.setting;
    }
    for (const auto& group : program.groups) {
      EXPECT_THAT(helpText(), HasSubstr("\n" + std::string(group) + ":\n"));
    }
  }
}

TEST(Program, OfEachKindListensOnLoopbackWithoutLaravelAndWritesNoFolder) {
  for (const auto& program : programs().subspan(1)) {
    const auto loaded = loadAs(program, {});
    EXPECT_TRUE(loaded.problems.empty()) << program.name;
    EXPECT_EQ(loaded.settings.httpHost, "127.0.0.1") << program.name;
    EXPECT_FALSE(loaded.settings.serveLaravel) << program.name;
    EXPECT_EQ(loaded.settings.logDir, "") << program.name;
  }
}

TEST(Program, TakesItsOwnNamesFromTheEnvironmentOnly) {
  const auto& channels = named("channels");
  const auto loaded = loadAs(channels, {{"PORT", "81"}, {"REQUEST_TIMEOUT", "2.5"}});
  EXPECT_TRUE(loaded.problems.empty());
  EXPECT_EQ(loaded.settings.httpPort, 81);
  EXPECT_EQ(loaded.settings.channelsRequestTimeout, Millis(2500));
  EXPECT_EQ(loaded.settings.requestTimeout, Millis(30'000)) << "that is another setting's name here";
  const auto server = loadAs(serveProgram(), {{"PORT", "81"}, {"REQUEST_TIMEOUT", "2.5"}});
  EXPECT_EQ(server.settings.httpPort, 8080);
  EXPECT_EQ(server.settings.channelsRequestTimeout, Millis(0));
  EXPECT_EQ(server.settings.requestTimeout, Millis(2500));
}

TEST(Program, LetsAFlagWinOverItsOwnNameAndThatOverTheFullName) {
  const auto& channels = named("channels");
  EXPECT_EQ(loadAs(channels, {{"PORT", "81"}, {"HTTP_PORT", "82"}}).settings.httpPort, 81);
  EXPECT_EQ(loadAs(channels, {{"HTTP_PORT", "82"}}).settings.httpPort, 82);
  EXPECT_EQ(loadAs(channels, {{"PORT", "81"}}, {{"HTTP_PORT", "83"}}).settings.httpPort, 83);
}

TEST(Program, TakesFromTheFileOfItsKindWhatNobodyElseSays) {
  Sources from;
  from.workingDirectory = "/srv/app";
  from.program = &named("urocket");
  from.files = {{"HTTP_PORT", "9090"}};
  EXPECT_EQ(load(from).settings.httpPort, 9090);
  EXPECT_EQ(load(from).settings.urocketConfig, "/srv/app/urocket-service.yaml");
  from.environment = {{"HTTP_PORT", "82"}, {"UROCKET_CONFIG", "pets.yaml"}};
  EXPECT_EQ(load(from).settings.httpPort, 82);
  EXPECT_EQ(namedFile(from, "UROCKET_CONFIG"), "/srv/app/pets.yaml");
  from.flags = {{"UROCKET_CONFIG", "/other.yaml"}};
  EXPECT_EQ(namedFile(from, "UROCKET_CONFIG"), "/other.yaml");
}

TEST(Program, TunnelTakesItsWorkerAsAFlag) {
  const auto loaded = loadAs(named("tunnel"), {}, {{"TUNNEL_WORKER", "node 'my worker.js'"}});
  EXPECT_EQ(loaded.settings.httpPort, 7070);
  EXPECT_EQ(loaded.settings.tunnelMount, "/__runner");
  EXPECT_EQ(loaded.settings.tunnelWorker, (std::vector<std::string>{"node", "my worker.js"}));
}

TEST(Program, TunnelOnOtherAddressesWantsATokenOfItsOwn) {
  const auto problems = [](const Variables& environment) { return loadAs(named("tunnel"), environment).problems; };
  ASSERT_EQ(problems({{"HTTP_HOST", "0.0.0.0"}}).size(), 1U);
  EXPECT_EQ(problems({{"HTTP_HOST", "0.0.0.0"}})[0].variable, "TUNNEL_TOKEN");
  EXPECT_EQ(problems({{"HTTP_HOST", "0.0.0.0"}, {"TUNNEL_TOKEN", "mine, secret"}}).size(), 1U);
  EXPECT_EQ(problems({{"HTTP_HOST", "0.0.0.0"}, {"TUNNEL_TOKEN", "mine"}}).size(), 0U);
  ASSERT_EQ(problems({{"HTTP_HOST", "::"}, {"TUNNEL_TOKEN", "mine"}, {"TUNNEL_ANONYMOUS", "on"}}).size(), 1U);
  EXPECT_EQ(problems({{"HTTP_HOST", "::1"}, {"TUNNEL_ANONYMOUS", "on"}}).size(), 0U);
  EXPECT_EQ(problems({{"HTTP_HOST", "unix:/tmp/a"}}).size(), 0U);
}

TEST(Program, ComplainsInTheNameThatWasUsed) {
  const auto loaded = loadAs(named("channels"), {{"PORT", "x"}});
  ASSERT_EQ(loaded.problems.size(), 1U);
  EXPECT_EQ(loaded.problems[0].text(), "PORT: \"x\" is not a whole number from 0 to 65535");
}

TEST(Program, DividesAnAddressIntoHostAndPort) {
  constexpr Program::OwnName kNames[] = {{"BIND", "HTTP_HOST", "HTTP_PORT"}};
  Program program{.name = "x", .summary = ""};
  program.names = kNames;
  const auto at = [&](const char* value) { return loadAs(program, {{"BIND", value}}); };
  EXPECT_EQ(at("0.0.0.0:80").settings.httpHost, "0.0.0.0");
  EXPECT_EQ(at("0.0.0.0:80").settings.httpPort, 80);
  EXPECT_EQ(at("[::1]:81").settings.httpHost, "::1");
  EXPECT_EQ(at("[::1]:81").settings.httpPort, 81);
  ASSERT_EQ(at("localhost").problems.size(), 1U);
  EXPECT_EQ(at("localhost").problems[0].variable, "BIND (ADDRESS:PORT)");
}

TEST(Program, HasADoorForOperatorsThatItsPortTellsApart) {
  EXPECT_EQ(loadAs(named("channels"), {}).settings.adminSocket, "/tmp/laravel-bridge-channels-3000.admin");
  EXPECT_EQ(loadAs(named("channels"), {{"PORT", "0"}}).settings.adminSocket, "");
  EXPECT_EQ(loadAs(named("channels"), {{"ADMIN_SOCKET", "/a"}}).settings.adminSocket, "/a");
}

TEST(Program, HelpsWithItsOwnNamesAndDefaults) {
  const auto help = helpText(named("channels"));
  EXPECT_THAT(help, HasSubstr("laravel-bridge channels [flags]"));
  EXPECT_THAT(help, HasSubstr("  HTTP_PORT, PORT, -p,--port PORT"));
  EXPECT_THAT(help, HasSubstr("CHANNELS_REQUEST_TIMEOUT, REQUEST_TIMEOUT, -r,--request-timeout SECONDS"));
  EXPECT_THAT(help, HasSubstr("(3000)"));
  EXPECT_THAT(help, Not(HasSubstr("SOCKET_POOL_MIN")));
  EXPECT_THAT(helpText(), HasSubstr("laravel-bridge channels"));
}

TEST(Program, OfLambdasTakesItsManifestAsAnArgumentAndTheNamesOfItsOwn) {
  const auto& lambdas = named("lambdas");
  EXPECT_EQ(loadAs(lambdas, {}).settings.lambdasManifest, "/srv/app/manifest.xml");
  EXPECT_EQ(loadAs(lambdas, {}).settings.lambdasMount, "/");
  EXPECT_EQ(loadAs(lambdas, {}).settings.httpPort, 3000);
  const auto loaded = loadAs(lambdas, {{"BIND_ADDRESS", "0.0.0.0:81"},
                                       {"REQUEST_TIMEOUT", "2"},
                                       {"ENABLE_CACHE", "true"},
                                       {"RUST_LOG", "local_lambdas=debug,tower_http=info"}});
  EXPECT_TRUE(loaded.problems.empty());
  EXPECT_EQ(loaded.settings.httpHost, "0.0.0.0");
  EXPECT_EQ(loaded.settings.httpPort, 81);
  EXPECT_EQ(loaded.settings.lambdasRequestTimeout, Millis(2000));
  EXPECT_EQ(loaded.settings.lambdasCache, 1000);
  EXPECT_EQ(loaded.settings.logLevel, Level::debug);
  EXPECT_EQ(loadAs(lambdas, {{"RUST_LOG", "warn"}}).settings.logLevel, Level::warn);
  EXPECT_EQ(loadAs(lambdas, {{"ENABLE_CACHE", "7"}}).settings.lambdasCache, 7);
  EXPECT_EQ(loadAs(serveProgram(), {{"BIND_ADDRESS", "0.0.0.0:81"}}).settings.httpHost, "127.0.0.1");
}

}  // namespace
}  // namespace bridge::config
