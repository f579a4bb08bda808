#include "base/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <regex>
#include <thread>
#include <vector>

#include "support/temp_dir.h"

namespace bridge::log {
namespace {

using bridge::testing::readAll;
using bridge::testing::TempDir;

std::size_t countLines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

class Log : public ::testing::Test {
 protected:
  ~Log() override {
    stop();
    setLevel(Level::info);
  }

  Options options() const {
    Options options;
    options.directory = dir_.path();
    options.toStderr = false;
    return options;
  }
  std::string written() const { return readAll(dir_.file("server.log")); }

  TempDir dir_;
};

/// Puts another file in the place of stderr for as long as it lives.
class StderrTo {
 public:
  explicit StderrTo(int file) : saved_(::dup(STDERR_FILENO)) { ::dup2(file, STDERR_FILENO); }
  ~StderrTo() {
    ::dup2(saved_, STDERR_FILENO);
    ::close(saved_);
  }
  StderrTo(const StderrTo&) = delete;
  StderrTo& operator=(const StderrTo&) = delete;

 private:
  int saved_;
};

TEST_F(Log, WritesLinesInOrderAndFlushesAtStop) {
  ASSERT_TRUE(start(options()));
  info("server", "listening on {}:{}", "127.0.0.1", 8080);
  error("pool", "worker {} died", 4711);
  stop();
  EXPECT_TRUE(std::regex_match(
      written(), std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info  \[server\] listening on 127\.0\.0\.1:8080
\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z error \[pool\] worker 4711 died
)"))) << written();
}

TEST_F(Log, WritesJsonWhenAskedTo) {
  auto json = options();
  json.format = Format::json;
  ASSERT_TRUE(start(json));
  info("server", "say \"hi\"");
  stop();
  EXPECT_NE(written().find(R"("level":"info","room":"server","text":"say \"hi\""})"), std::string::npos) << written();
}

TEST_F(Log, LeavesOutLinesBelowTheLevel) {
  ASSERT_TRUE(start(options()));
  EXPECT_FALSE(enabled(Level::debug));
  debug("server", "no");
  write(Level::trace, "server", "no");
  setLevel(Level::debug);
  EXPECT_TRUE(enabled(Level::debug));
  debug("server", "yes");
  stop();
  EXPECT_EQ(countLines(written()), 1U);
}

TEST_F(Log, WritesTheSameLinesToStderrWithoutColourInAFile) {
  const auto path = dir_.file("stderr");
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT, 0600);
  {
    const StderrTo redirected(file);
    auto both = options();
    both.toStderr = true;
    ASSERT_TRUE(start(both));
    warn("server", "seen twice");
    stop();
    info("server", "after the end");
  }
  ::close(file);
  const auto lines = readAll(path);
  EXPECT_EQ(lines.substr(0, written().size()), written());
  EXPECT_EQ(lines.find('\x1b'), std::string::npos);
  EXPECT_NE(lines.find("[server] after the end\n"), std::string::npos);
}

TEST_F(Log, ReopensItsFile) {
  ASSERT_TRUE(start(options()));
  info("server", "before");
  while (written().empty()) {
    std::this_thread::yield();
  }
  std::filesystem::rename(dir_.file("server.log"), dir_.file("moved"));
  reopen();
  info("server", "after");
  stop();
  EXPECT_NE(readAll(dir_.file("moved")).find("before"), std::string::npos);
  EXPECT_NE(written().find("after"), std::string::npos);
  EXPECT_EQ(countLines(written()), 1U);
}

TEST_F(Log, RotatesBySize) {
  auto small = options();
  small.maxBytes = 1000;
  small.maxFiles = 2;
  for (int round = 0; round < 5; ++round) {
    ASSERT_TRUE(start(small));
    info("server", "{}", std::string(900, 'x'));
    stop();
  }
  EXPECT_TRUE(std::filesystem::exists(dir_.file("server.log.1")));
  EXPECT_FALSE(std::filesystem::exists(dir_.file("server.log.3")));
}

TEST_F(Log, RefusesAFolderItCannotMake) {
  auto bad = options();
  bad.directory = dir_.write("file", "") + "/logs";
  const auto started = start(bad);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::Io);
}

TEST_F(Log, NeitherBlocksNorFailsOnAFullDisk) {
  std::filesystem::create_symlink("/dev/full", dir_.file("server.log"));
  ASSERT_TRUE(start(options()));
  for (int i = 0; i < 100; ++i) {
    info("server", "lost");
  }
  stop();
}

TEST_F(Log, DropsTheOldestAndCountsThemWhenStderrIsStuck) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  constexpr std::uint64_t kLines = 50'000;
  {
    const StderrTo stuck(ends[1]);
    auto both = options();
    both.toStderr = true;
    ASSERT_TRUE(start(both));
    for (std::uint64_t i = 0; i < kLines; ++i) {
      info("server", "line {}", i);
    }
    stop();  // comes back although nobody reads
  }
  ::close(ends[0]);
  ::close(ends[1]);
  // The file has every line that was not dropped, and notes that say how many were.
  const auto text = written();
  std::uint64_t notes = 0;
  std::uint64_t noted = 0;
  const std::regex note(R"((\d+) lines dropped)");
  for (auto found = std::sregex_iterator(text.begin(), text.end(), note); found != std::sregex_iterator(); ++found) {
    ++notes;
    noted += std::stoull((*found)[1]);
  }
  EXPECT_GT(droppedLines(), 0U);
  EXPECT_EQ(noted, droppedLines());
  EXPECT_EQ(countLines(text) - notes + droppedLines(), kLines);
  EXPECT_NE(text.find("line " + std::to_string(kLines - 1) + "\n"), std::string::npos);
}

TEST_F(Log, TakesLinesFromSeveralThreads) {
  ASSERT_TRUE(start(options()));
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([] {
      for (int i = 0; i < 200; ++i) {
        info("server", "line");
      }
    });
  }
  for (auto& writer : writers) {
    writer.join();
  }
  stop();
  EXPECT_EQ(countLines(written()), 800U);
}

/// A terminal in the place of stderr, and what it was given.
class Screen {
 public:
  Screen() {
    EXPECT_EQ(::openpty(&keyboard_, &screen_, nullptr, nullptr, nullptr), 0);
    stderr_.emplace(screen_);
  }
  ~Screen() {
    stderr_.reset();
    ::close(screen_);
    ::close(keyboard_);
  }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  std::string shown() const {
    ::fcntl(keyboard_, F_SETFL, O_NONBLOCK);
    std::string text(4096, '\0');
    const auto read = ::read(keyboard_, text.data(), text.size());
    text.resize(read > 0 ? static_cast<std::size_t>(read) : 0);
    return text;
  }

 private:
  int keyboard_ = -1;
  int screen_ = -1;
  std::optional<StderrTo> stderr_;
};

class LogOnATerminal : public Log {
 protected:
  LogOnATerminal() {
    ::setenv("TERM", "xterm", 1);
    ::unsetenv("NO_COLOR");
  }
  ~LogOnATerminal() override { ::unsetenv("NO_COLOR"); }

  Options onBoth() const {
    auto both = options();
    both.toStderr = true;
    return both;
  }
};

TEST_F(LogOnATerminal, ShowsItsOwnLineThereAndKeepsTheOtherInTheFile) {
  const Screen screen;
  ASSERT_TRUE(start(onBoth()));
  EXPECT_TRUE(terminal().watched);
  EXPECT_TRUE(terminal().coloured);
  write(Level::info, "access", "id=1 status=200", "pretty 200");
  stop();
  EXPECT_EQ(screen.shown(), "pretty 200\r\n");
  EXPECT_TRUE(written().ends_with("[access] id=1 status=200\n"));
  EXPECT_EQ(written().find("pretty"), std::string::npos);
}

TEST_F(LogOnATerminal, PaintsNothingWhereColoursAreNotWanted) {
  const Screen screen;
  ::setenv("NO_COLOR", "1", 1);
  ASSERT_TRUE(start(onBoth()));
  EXPECT_TRUE(terminal().watched);
  EXPECT_FALSE(terminal().coloured);
  write(Level::info, "server", "plain");
  stop();
  EXPECT_EQ(screen.shown().find('\x1b'), std::string::npos);
}

TEST_F(LogOnATerminal, IsForProgramsWhereItIsJson) {
  const Screen screen;
  auto json = onBoth();
  json.format = Format::json;
  ASSERT_TRUE(start(json));
  EXPECT_FALSE(terminal().watched);
}

TEST_F(Log, IsNotWatchedWhereStderrIsNoTerminal) {
  const int file = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  {
    const StderrTo redirected(file);
    auto both = options();
    both.toStderr = true;
    ASSERT_TRUE(start(both));
    EXPECT_FALSE(terminal().watched);
    stop();
  }
  ::close(file);
}

}  // namespace
}  // namespace bridge::log
