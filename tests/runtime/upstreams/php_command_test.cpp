#include "upstreams/php_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bridge::upstreams {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::StartsWith;

config::Settings settings() {
  config::Settings settings;
  settings.phpPath = "/usr/bin/php";
  settings.laravelPath = "/srv/current";
  settings.socketPath = "/run/x.sock";
  settings.startupCommand = {"laravel-rust:serve", "--quiet"};
  settings.phpOptions = {"-d", "opcache.jit=tracing"};
  settings.workerMemoryLimit = 1U << 20U;
  return settings;
}

TEST(PhpCommandTest, StartsArtisanInTheFolderAsGiven) {
  const auto command = phpCommand(settings(), {}, 3, 5, "/dev/shm/x/memory");
  EXPECT_EQ(command.file, "/usr/bin/php");
  EXPECT_EQ(command.workingDirectory, "/srv/current");
  EXPECT_THAT(command.args, ElementsAre("-d", "opcache.jit=tracing", "artisan", "laravel-rust:serve", "--quiet"));
}

TEST(PhpCommandTest, AddsWhatTheHandlerNeedsToTheInitialEnvironment) {
  const Environment initial = {"APP_ENV=production", "SOCKET_PATH=/old", "SOCKET_PATH_X=kept", "PWD=/elsewhere",
                               "BRIDGE_SHARED_MEMORY=/of/another/server"};
  const auto environment = phpCommand(settings(), initial, 3, 5, "/dev/shm/x/memory").environment;
  for (const char* entry :
       {"APP_ENV=production", "SOCKET_PATH_X=kept", "SOCKET_PATH=/run/x.sock.3", "BRIDGE_CONTROL_FD=5",
        "BRIDGE_GENERATION=3", "BRIDGE_SHARED_MEMORY=/dev/shm/x/memory", "SOCKET_MODE=0600",
        "LARAVEL_PATH=/srv/current", "PWD=/srv/current", "WORKER_ISOLATION=worker", "DETECT=off",
        "WORKER_MAX_REQUESTS=1000", "WORKER_MEMORY_LIMIT=1048576"}) {
    EXPECT_THAT(environment, Contains(entry));
  }
  EXPECT_THAT(environment, Not(Contains("SOCKET_PATH=/old")));
  EXPECT_THAT(environment, Not(Contains("BRIDGE_SHARED_MEMORY=/of/another/server")));
  EXPECT_THAT(environment, Not(Contains(StartsWith("PHP_MEMORY_LIMIT="))));
  EXPECT_THAT(environment, Not(Contains(StartsWith("PHPRC="))));
}

TEST(PhpCommandTest, TheHandlerIsToldHowRequestsAreKeptApart) {
  using enum config::WorkerIsolation;
  for (const auto& [isolation, entry] :
       {std::pair{request, "WORKER_ISOLATION=request"}, {boot, "WORKER_ISOLATION=boot"}}) {
    auto isolated = settings();
    isolated.workerIsolation = isolation;
    EXPECT_THAT(phpCommand(isolated, {}, 3, 5, "").environment, Contains(entry));
  }
}

TEST(PhpCommandTest, AChosenIniFileIsNamedToPhpItself) {
  auto chosen = settings();
  chosen.phpIni = "/etc/php/8.2/fpm/php.ini";
  chosen.phpMemoryLimit = "64M";
  const auto environment = phpCommand(chosen, {}, 1, 3, "").environment;
  EXPECT_THAT(environment, Contains("PHPRC=/etc/php/8.2/fpm/php.ini"));
  EXPECT_THAT(environment, Contains("PHP_MEMORY_LIMIT=64M"));
}

}  // namespace
}  // namespace bridge::upstreams
