#include "config/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "support/temp_dir.h"

namespace bridge::config {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CheckEnvironment : public ::testing::Test {
 protected:
  CheckEnvironment() {
    fs::create_directories(dir_.file("bin"));
    dir_.write("artisan", "");
    program("bin/php");
    settings_.laravelPath = dir_.path();
    settings_.logDir = dir_.file("logs");
    settings_.spoolDir = dir_.path();
    settings_.socketPath = dir_.file("php.sock");
  }

  void program(const std::string& name) { fs::permissions(dir_.write(name, "#!/bin/sh\n"), fs::perms::owner_all); }

  std::vector<std::string> problems() {
    std::vector<std::string> texts;
    for (const auto& problem : checkEnvironment(settings_, path()).problems) {
      auto text = problem.text();
      for (auto at = text.find(dir_.path()); at != std::string::npos; at = text.find(dir_.path())) {
        text.replace(at, dir_.path().size(), "~");
      }
      texts.push_back(text);
    }
    return texts;
  }

  std::string path() const { return "relative::" + dir_.file("none") + ":" + dir_.file("bin"); }

  bridge::testing::TempDir dir_;
  Settings settings_;
};

TEST_F(CheckEnvironment, FindsPhpAndArtisanAndTouchesNothing) {
  const auto found = checkEnvironment(settings_, path());
  EXPECT_THAT(found.problems, IsEmpty());
  EXPECT_EQ(found.php, dir_.file("bin/php"));
  EXPECT_EQ(found.artisan, dir_.file("artisan"));
  EXPECT_FALSE(fs::exists(dir_.file("logs")));
}

TEST_F(CheckEnvironment, WantsALaravelApplication) {
  fs::remove(dir_.file("artisan"));
  EXPECT_THAT(problems(),
              ElementsAre("LARAVEL_PATH: \"~\" is not a Laravel application: it has no readable file artisan"));
  settings_.laravelPath = dir_.file("none");
  EXPECT_THAT(problems(), ElementsAre("LARAVEL_PATH: \"~/none\" is not a folder"));
}

TEST_F(CheckEnvironment, LooksAtTheProgramsAloneBeforeAReload) {
  LoadResult loaded;
  loaded.settings = settings_;
  loaded.settings.laravelPath = dir_.file("none");
  loaded.settings.phpPath = "php9";
  loaded.settings.processes = parseProcesses("ws: reverbb start; queue: artisan queue:work");
  loaded.problems = {{"HTTP_PORT", "x", "is not a number"}};
  checkPrograms(loaded, path());
  std::vector<std::string> texts;
  for (const auto& problem : loaded.problems) {
    texts.push_back(problem.text());
  }
  EXPECT_THAT(texts, ElementsAre("HTTP_PORT: \"x\" is not a number", "PHP_PATH: \"php9\" is not found in PATH",
                                 "BRIDGE_PROCESSES: the program of the entry \"ws\" is not found in PATH"));
}

TEST_F(CheckEnvironment, WantsNoneOfThatWhereLaravelIsNotServed) {
  settings_.serveLaravel = false;
  settings_.laravelPath = dir_.file("none");
  settings_.phpPath = "php9";
  settings_.socketPath = dir_.file("none/php.sock");
  settings_.logDir = "";
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(CheckEnvironment, WantsAnExecutablePhp) {
  settings_.phpPath = dir_.write("text", "");
  EXPECT_THAT(problems(), ElementsAre("PHP_PATH: \"~/text\" is not an executable file"));
  settings_.phpPath = dir_.file("bin");
  EXPECT_THAT(problems(), ElementsAre("PHP_PATH: \"~/bin\" is not an executable file"));
  settings_.phpPath = "php9";
  EXPECT_THAT(problems(), ElementsAre("PHP_PATH: \"php9\" is not found in PATH"));
  settings_.phpPath = dir_.file("bin/php");
  settings_.phpIni = dir_.file("none.ini");
  EXPECT_THAT(problems(), ElementsAre("PHP_INI: \"~/none.ini\" is not a readable file"));
}

TEST_F(CheckEnvironment, WantsFoldersThatCanBeMade) {
  dir_.write("file", "");
  settings_.logDir = dir_.file("a/b/c");
  settings_.spoolDir = dir_.file("file");
  EXPECT_THAT(problems(), ElementsAre("SPOOL_DIR: \"~/file\" is not a folder"));
  settings_.logDir = dir_.file("file/logs");
  settings_.spoolDir = "/proc/sys/spool";
  const auto texts = problems();
  ASSERT_EQ(texts.size(), 2U);
  EXPECT_EQ(texts[0], "LOG_DIR: \"~/file/logs\" cannot be made: ~/file is no folder");
}

TEST_F(CheckEnvironment, WantsNothingButASocketWhereItBinds) {
  dir_.write("php.sock", "precious");
  settings_.httpHost = "unix:" + dir_.file("none/http.sock");
  EXPECT_THAT(problems(), ElementsAre("SOCKET_PATH: \"~/php.sock\" is there and is not a socket; it is left alone",
                                      "HTTP_HOST: \"~/none/http.sock\" cannot be bound: ~/none is not a folder"));
  EXPECT_EQ(bridge::testing::readAll(dir_.file("php.sock")), "precious");

  settings_.socketPath = dir_.file("old.sock");
  settings_.httpHost = "localhost";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, settings_.socketPath.c_str(), sizeof(address.sun_path) - 1);
  const int file = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(::bind(file, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  ::close(file);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(CheckEnvironment, WantsSendfileRootsToBeFolders) {
  settings_.sendfileRoots = {dir_.path(), dir_.file("none")};
  EXPECT_THAT(problems(), ElementsAre("SENDFILE_ROOTS: \"~/none\" is not a folder"));
}

TEST_F(CheckEnvironment, WantsAManifestThatCanBeRead) {
  settings_.lambdasManifest = dir_.file("manifest.xml");
  EXPECT_THAT(problems(), ElementsAre("LAMBDAS_MANIFEST: \"~/manifest.xml\" is not a readable file; "
                                      "`laravel-bridge lambdas FILE` names it"));
  dir_.write("manifest.xml", "<manifest/>");
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(CheckEnvironment, LooksForTheProgramsOfOtherProcesses) {
  program("bin/node");
  program("worker");
  settings_.processes = parseProcesses("a: artisan x; b: php y; c: node z; d: ./worker");
  EXPECT_THAT(problems(), IsEmpty());
  settings_.processes = parseProcesses("a: nodejs z; b: ./artisan; c: /nowhere --token=secret");
  EXPECT_THAT(problems(), ElementsAre("BRIDGE_PROCESSES: the program of the entry \"a\" is not found in PATH",
                                      "BRIDGE_PROCESSES: the program of the entry \"b\" is not an executable file",
                                      "BRIDGE_PROCESSES: the program of the entry \"c\" is not an executable file"));
}

}  // namespace
}  // namespace bridge::config
