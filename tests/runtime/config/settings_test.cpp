#include "config/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <set>

#include "config/setting_rows.h"

namespace bridge::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Sources sources() {
  Sources sources;
  sources.workingDirectory = "/srv/app";
  return sources;
}

LoadResult loadFrom(Variables environment) {
  auto from = sources();
  from.environment = std::move(environment);
  return load(from);
}

std::vector<std::string> problemTexts(const LoadResult& result) {
  std::vector<std::string> texts;
  for (const auto& problem : result.problems) {
    texts.push_back(problem.text());
  }
  return texts;
}

TEST(Settings, HaveTheDefaultsOfTheirRows) {
  const auto result = load(sources());
  EXPECT_THAT(problemTexts(result), IsEmpty());
  const auto& settings = result.settings;
  EXPECT_EQ(settings.httpPort, 8080);
  EXPECT_EQ(settings.httpHost, "127.0.0.1");
  EXPECT_EQ(settings.socketPath, "/tmp/rust_php_bridge.sock");
  EXPECT_EQ(settings.socketMode, 0600U);
  EXPECT_EQ(settings.phpPath, "php");
  EXPECT_EQ(settings.laravelPath, "/srv/app");
  EXPECT_EQ(settings.logLevel, Level::info);
  EXPECT_EQ(settings.logDir, "/srv/app/logs");
  EXPECT_THAT(settings.startupCommand, ElementsAre("laravel-rust:serve"));
  EXPECT_EQ(settings.socketPoolMin, 2);
  EXPECT_EQ(settings.socketPoolMax, 10);
  EXPECT_EQ(settings.requestTimeout, Millis(30'000));
  EXPECT_EQ(settings.maxBodySize, 64U << 20U);
  EXPECT_EQ(settings.workerIsolation, WorkerIsolation::worker);
  EXPECT_EQ(settings.spoolDir, "/tmp");
  EXPECT_FALSE(settings.appDebug);
  EXPECT_EQ(settings.adminSocket, "/tmp/rust_php_bridge.sock.admin");
  EXPECT_EQ(settings.adminListen, Endpoint());
  EXPECT_TRUE(settings.healthRoutes);
}

TEST(Settings, OpenADoorForOperators) {
  EXPECT_EQ(loadFrom({{"SOCKET_PATH", "/run/a.sock"}}).settings.adminSocket, "/run/a.sock.admin");
  EXPECT_EQ(loadFrom({{"ADMIN_SOCKET", "ops.sock"}}).settings.adminSocket, "/srv/app/ops.sock");
  EXPECT_EQ(loadFrom({{"ADMIN_SOCKET", "off"}}).settings.adminSocket, "");
  EXPECT_EQ(loadFrom({{"ADMIN_LISTEN", "[::1]:9090"}}).settings.adminListen, (Endpoint{"::1", 9090}));
}

TEST(Settings, KeepStrangersFromTheDoorForOperators) {
  for (const auto* host : {"127.0.0.1:1", "127.8.8.8:1", "localhost:1", "[::1]:1"}) {
    EXPECT_THAT(problemTexts(loadFrom({{"ADMIN_LISTEN", host}})), IsEmpty()) << host;
  }
  for (const auto* host : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "example.org:1", "127.evil.example:1"}) {
    EXPECT_EQ(problemTexts(loadFrom({{"ADMIN_LISTEN", host}})).size(), 1U) << host;
    EXPECT_THAT(problemTexts(loadFrom({{"ADMIN_LISTEN", host}, {"ADMIN_TOKEN", "t"}})), IsEmpty()) << host;
  }
  EXPECT_THAT(problemTexts(loadFrom({{"ADMIN_LISTEN", "0.0.0.0:1"}})),
              ElementsAre("ADMIN_LISTEN: \"0.0.0.0\" can be reached from other machines; that needs ADMIN_TOKEN"));
}

TEST(Settings, KeepTheSocketsApart) {
  EXPECT_THAT(problemTexts(loadFrom({{"ADMIN_SOCKET", "/tmp/rust_php_bridge.sock"}})),
              ElementsAre("ADMIN_SOCKET: \"/tmp/rust_php_bridge.sock\" is also SOCKET_PATH; they must differ"));
  EXPECT_THAT(problemTexts(loadFrom({{"ADMIN_SOCKET", "/a"}, {"HTTP_HOST", "unix:/a"}})),
              ElementsAre("HTTP_HOST: \"unix:/a\" is also ADMIN_SOCKET; they must differ"));
}

TEST(Settings, HaveSoundRows) {
  std::set<std::string_view> names;
  std::set<std::string_view> flags;
  for (const auto& row : settingRows()) {
    SCOPED_TRACE(row.name);
    Settings settings;
    EXPECT_TRUE(row.assign(settings, row.initial, "/")) << "the default is no value of its own kind and limits";
    EXPECT_TRUE(names.insert(row.name).second);
    EXPECT_TRUE(row.flag.empty() || flags.insert(row.flag).second);
    EXPECT_FALSE(row.group.empty());
    EXPECT_FALSE(row.meaning.empty() || row.meaning.ends_with('.'));
    EXPECT_EQ(row.meaning.find('|'), std::string_view::npos) << "a cell of a table";
  }
}

TEST(Settings, PreferFlagsThenTheEnvironmentThenTheApplicationThenTheWorkingDirectory) {
  auto from = sources();
  from.workingEnvFile = EnvFile{"/srv/app/.env", "HTTP_PORT=1\nHTTP_HOST=one\nQUEUE_LIMIT=1\nLOG_MAX_FILES=1\n"};
  from.applicationEnvFile = EnvFile{"/app/.env", "HTTP_PORT=2\nHTTP_HOST=two\nQUEUE_LIMIT=2\n"};
  from.environment = {{"HTTP_PORT", "3"}, {"HTTP_HOST", "three"}};
  from.flags = {{"HTTP_PORT", "4"}};
  const auto result = load(from);
  EXPECT_THAT(problemTexts(result), IsEmpty());
  EXPECT_EQ(result.settings.httpPort, 4);
  EXPECT_EQ(result.settings.httpHost, "three");
  EXPECT_EQ(result.settings.queueLimit, 2);
  EXPECT_EQ(result.settings.logMaxFiles, 1);
}

TEST(Settings, TakeAnEmptyValueAsUnset) {
  auto from = sources();
  from.applicationEnvFile = EnvFile{".env", "HTTP_PORT=81\nQUEUE_LIMIT=\n"};
  from.environment = {{"HTTP_PORT", ""}, {"MAX_CONNECTIONS", "  "}};
  const auto result = load(from);
  EXPECT_THAT(problemTexts(result), IsEmpty());
  EXPECT_EQ(result.settings.queueLimit, 1024);
  EXPECT_EQ(result.settings.maxConnections, 10240);
}

TEST(Settings, LetTheEnvironmentWinInsideAnEnvFileToo) {
  auto from = sources();
  from.environment = {{"BASE", "/data"}};
  from.applicationEnvFile = EnvFile{".env", "BASE=/other\nLOG_DIR=${BASE}/logs\n"};
  EXPECT_EQ(load(from).settings.logDir, "/data/logs");
}

TEST(Settings, TakeTheApplicationFromOutsideIt) {
  auto from = sources();
  from.applicationEnvFile = EnvFile{"/app/.env", "LARAVEL_PATH=/elsewhere"};
  EXPECT_EQ(laravelPath(from), "/srv/app");
  EXPECT_EQ(load(from).settings.laravelPath, "/srv/app");
  from.workingEnvFile = EnvFile{"/srv/app/.env", "LARAVEL_PATH=../app2/"};
  EXPECT_EQ(laravelPath(from), "/srv/app2");
  from.environment = {{"LARAVEL_PATH", "/env"}};
  EXPECT_EQ(laravelPath(from), "/env");
  from.flags = {{"LARAVEL_PATH", "flag"}};
  EXPECT_EQ(load(from).settings.laravelPath, "/srv/app/flag");
}

TEST(Settings, MakePathsAbsolute) {
  const auto result = loadFrom({{"SOCKET_PATH", "run/../a.sock"},
                                {"PHP_PATH", "./bin/php"},
                                {"PHP_INI", "php.ini"},
                                {"SENDFILE_ROOTS", "storage, /files/"},
                                {"HTTP_HOST", "unix:http.sock"},
                                {"TMPDIR", "/var/tmp/"}});
  EXPECT_THAT(problemTexts(result), IsEmpty());
  EXPECT_EQ(result.settings.socketPath, "/srv/app/a.sock");
  EXPECT_EQ(result.settings.phpPath, "/srv/app/bin/php");
  EXPECT_EQ(result.settings.phpIni, "/srv/app/php.ini");
  EXPECT_THAT(result.settings.sendfileRoots, ElementsAre("/srv/app/storage", "/files"));
  EXPECT_EQ(result.settings.httpHost, "unix:/srv/app/http.sock");
  EXPECT_EQ(result.settings.spoolDir, "/var/tmp");
  EXPECT_EQ(loadFrom({{"PHP_PATH", "php8.2"}}).settings.phpPath, "php8.2");
}

TEST(Settings, ReportAllProblemsAtOnce) {
  const auto texts = problemTexts(loadFrom({{"HTTP_PORT", "99999"},
                                            {"LOG_LEVEL", "loud"},
                                            {"REQUEST_TIMEOUT", "-1"},
                                            {"MAX_BODY_SIZE", "huge\n"},
                                            {"SOCKET_POOL_MIN", "5"},
                                            {"SOCKET_POOL_MAX", "3"}}));
  EXPECT_THAT(texts, ElementsAre("HTTP_PORT: \"99999\" is not a whole number from 0 to 65535",
                                 "REQUEST_TIMEOUT: \"-1\" is not a number of seconds from 0.1 to 86400",
                                 "MAX_BODY_SIZE: \"huge\" is not a size from 0 to 1T (bytes, or with K, M, G, T)",
                                 "LOG_LEVEL: \"loud\" is not one of: trace, debug, info, warn, error",
                                 "SOCKET_POOL_MIN: \"5\" is more than SOCKET_POOL_MAX, which is 3"));
}

TEST(Settings, NameTheFileOfAProblem) {
  auto from = sources();
  from.applicationEnvFile = EnvFile{"/app/.env", "APP_KEY=secret words\nHTTP_PORT=x\n"};
  from.problems = {{"/srv/.env", "", "cannot be read"}};
  const auto texts = problemTexts(load(from));
  EXPECT_THAT(texts, ElementsAre("/srv/.env: cannot be read", "/app/.env: line 1 has unexpected whitespace",
                                 "HTTP_PORT: \"x\" is not a whole number from 0 to 65535 (in /app/.env)"));
}

TEST(Settings, EscapeWhatTheyRepeat) {
  EXPECT_EQ((Problem{"HTTP_PORT", "\x1b[31m\"", "is wrong"}.text()), "HTTP_PORT: \"\\x1B[31m\\\"\" is wrong");
}

TEST(Settings, RefuseASocketPathThatTheKernelWouldCut) {
  const auto path = [](std::size_t length) { return "/" + std::string(length - 1, 's'); };
  EXPECT_THAT(loadFrom({{"SOCKET_PATH", path(99)}}).problems, IsEmpty());
  const auto texts = problemTexts(loadFrom({{"SOCKET_PATH", path(100)}}));
  ASSERT_EQ(texts.size(), 1U);
  EXPECT_THAT(texts[0], HasSubstr("is 100 bytes long"));
  EXPECT_THAT(loadFrom({{"HTTP_HOST", "unix:" + path(107)}}).problems, IsEmpty());
  EXPECT_EQ(loadFrom({{"HTTP_HOST", "unix:" + path(108)}}).problems.size(), 1U);
  EXPECT_EQ(loadFrom({{"HTTP_HOST", "unix:"}}).problems.size(), 1U);
  EXPECT_EQ(loadFrom({{"HTTP_HOST", "unix:/tmp/rust_php_bridge.sock"}}).problems.size(), 1U);
}

TEST(Settings, TakeTheProxyProtocolFromTrustedProxiesOnly) {
  EXPECT_THAT(problemTexts(loadFrom({{"HTTP_PROXY_PROTOCOL", "on"}})),
              ElementsAre("HTTP_PROXY_PROTOCOL: \"on\" needs TRUSTED_PROXIES: the header is taken from nobody else"));
  EXPECT_TRUE(loadFrom({{"HTTP_PROXY_PROTOCOL", "on"}, {"TRUSTED_PROXIES", "unix:"}}).problems.empty());
}

TEST(Settings, KnowTheLanesThatRoutesName) {
  EXPECT_THAT(problemTexts(loadFrom({{"LANES", "slow=2"}, {"ROUTES", "/reports/* lane=slow timeout=60"}})), IsEmpty());
  EXPECT_THAT(problemTexts(loadFrom({{"LANES", "slow=10 , =1"}, {"ROUTES", "/a; /b lane=fast"}})),
              ElementsAre("LANES: \"=1\" is not NAME=WORKERS such as reports=2",
                          "ROUTES: \"/a\" says nothing of its pattern; add timeout=, isolation= or lane=",
                          "LANES: \"slow=10 , =1\" takes all of SOCKET_POOL_MAX=10 workers: nothing is left for the "
                          "other routes",
                          "ROUTES: \"/b lane=fast\" names a lane that is not in LANES"));
}

TEST(Settings, AnApplicationThatIsBootedForEachRequestHasOneIsolation) {
  EXPECT_EQ(loadFrom({{"WORKER_ISOLATION", "boot"}}).settings.workerIsolation, WorkerIsolation::boot);
  EXPECT_THAT(problemTexts(loadFrom({{"WORKER_ISOLATION", "boot"}, {"ROUTES", "/a timeout=5; /b isolation=worker"}})),
              ElementsAre("ROUTES: \"/b\" has an isolation of its own: with WORKER_ISOLATION=boot there is one for all "
                          "routes"));
  EXPECT_THAT(problemTexts(loadFrom({{"ROUTES", "/b isolation=boot"}})),
              ElementsAre("ROUTES: \"/b isolation=boot\" isolation=boot: is not one of: worker, request"));
}

TEST(Settings, DoNotCompareWhatIsWrongByItself) {
  EXPECT_EQ(loadFrom({{"SOCKET_POOL_MIN", "none"}, {"SOCKET_POOL_MAX", "1"}}).problems.size(), 1U);
}

TEST(Settings, ChangeWhileRunningOnlyWhereTheirRowSaysSo) {
  auto running = load(sources()).settings;
  const auto fresh =
      loadFrom({{"LOG_LEVEL", "debug"}, {"SPOOL_DIR", "/spool"}, {"SOCKET_PATH", "/run/b.sock"}}).settings;
  EXPECT_THAT(reload(running, fresh), ElementsAre("SOCKET_PATH", "SPOOL_DIR", "ADMIN_SOCKET"));
  EXPECT_EQ(running.logLevel, Level::debug);
  EXPECT_EQ(running.spoolDir, "/tmp");
  EXPECT_EQ(running.socketPath, "/tmp/rust_php_bridge.sock");
}

TEST(Settings, TellAllProblemsOfOtherProcessesAndNothingOfTheirCommands) {
  EXPECT_THAT(
      problemTexts(loadFrom({{"BRIDGE_PROCESSES", "a(x): run --token=secret; b"}, {"HTTP_PORT", "x"}})),
      ElementsAre("HTTP_PORT: \"x\" is not a whole number from 0 to 65535",
                  "BRIDGE_PROCESSES: the entry \"a\" has count \"x\", which is not a whole number from 1 to 100",
                  "BRIDGE_PROCESSES: the entry \"b\" has no colon before its command"));
}

TEST(Settings, WatchNothingOutsideOfTheApplication) {
  EXPECT_THAT(problemTexts(loadFrom({{"WATCH_PATHS", "app, /etc, ../x, a/../b, ok..php"}})),
              ElementsAre("WATCH_PATHS: \"/etc\" leads out of the application's folder, where all paths start",
                          "WATCH_PATHS: \"../x\" leads out of the application's folder, where all paths start",
                          "WATCH_PATHS: \"a/../b\" leads out of the application's folder, where all paths start"));
}

}  // namespace
}  // namespace bridge::config
