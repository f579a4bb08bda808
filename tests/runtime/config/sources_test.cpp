#include "config/sources.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "support/temp_dir.h"

namespace bridge::config {
namespace {

namespace fs = std::filesystem;

class SourcesFromDisk : public ::testing::Test {
 protected:
  SourcesFromDisk() : before_(fs::current_path()) {
    fs::create_directories(dir_.file("releases/1"));
    fs::create_directory_symlink("releases/1", dir_.file("current"));
    fs::create_directory(dir_.file("app"));
    enter(dir_.file("current"));
  }
  ~SourcesFromDisk() override {
    enter(before_);
    ::unsetenv("APP_ENV");
    ::unsetenv("LARAVEL_PATH");
  }

  static void enter(const std::string& folder) {
    fs::current_path(folder);
    ::setenv("PWD", folder.c_str(), 1);
  }

  bridge::testing::TempDir dir_;
  std::string before_;
};

TEST_F(SourcesFromDisk, KeepTheLinkInTheWorkingDirectory) {
  EXPECT_EQ(readSources(serveProgram(), {}).workingDirectory, dir_.file("current"));
  ::setenv("PWD", "/elsewhere", 1);
  EXPECT_EQ(readSources(serveProgram(), {}).workingDirectory, fs::current_path());
  ::setenv("PWD", ".", 1);
  EXPECT_EQ(readSources(serveProgram(), {}).workingDirectory, fs::current_path());
}

TEST_F(SourcesFromDisk, ReadOneFileOnceWhereBothAreTheSame) {
  dir_.write("current/.env", "HTTP_PORT=81");
  const auto sources = readSources(serveProgram(), {});
  EXPECT_FALSE(sources.workingEnvFile);
  ASSERT_TRUE(sources.applicationEnvFile);
  EXPECT_EQ(sources.applicationEnvFile->text, "HTTP_PORT=81");
  EXPECT_EQ(sources.applicationEnvFile->name, dir_.file("current/.env"));
}

TEST_F(SourcesFromDisk, FindTheApplicationThroughTheWorkingDirectory) {
  dir_.write("current/.env", "LARAVEL_PATH=" + dir_.file("app"));
  dir_.write("app/.env", "HTTP_PORT=82");
  const auto sources = readSources(serveProgram(), {});
  ASSERT_TRUE(sources.workingEnvFile);
  ASSERT_TRUE(sources.applicationEnvFile);
  EXPECT_EQ(load(sources).settings.httpPort, 82);
  EXPECT_EQ(load(sources).settings.laravelPath, dir_.file("app"));
}

TEST_F(SourcesFromDisk, ReadTheFileThatLaravelWouldRead) {
  dir_.write("app/.env", "HTTP_PORT=1");
  dir_.write("app/.env.staging", "HTTP_PORT=2");
  const Variables flags = {{"LARAVEL_PATH", dir_.file("app")}};
  ::setenv("APP_ENV", "staging", 1);
  EXPECT_EQ(load(readSources(serveProgram(), flags)).settings.httpPort, 2);
  ::setenv("APP_ENV", "production", 1);
  EXPECT_EQ(load(readSources(serveProgram(), flags)).settings.httpPort, 1);
}

TEST_F(SourcesFromDisk, DoWithoutFiles) {
  const auto sources = readSources(serveProgram(), {});
  EXPECT_FALSE(sources.workingEnvFile);
  EXPECT_FALSE(sources.applicationEnvFile);
  EXPECT_TRUE(sources.problems.empty());
  EXPECT_EQ(sources.environment.at("PWD"), dir_.file("current"));
}

}  // namespace
}  // namespace bridge::config
