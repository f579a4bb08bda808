#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>

#include "base/clock.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "support/temp_dir.h"

extern char** environ;

namespace bridge::testing {

/// A folder with the fake handler's `artisan` in it, and a place for its socket.
class FakeApp {
 public:
  FakeApp() {
    std::filesystem::create_directory(path());
    std::filesystem::create_symlink(TESTS_DIR "/runtime/upstreams/fake_app/artisan", path() + "/artisan");
  }

  [[nodiscard]] std::string path() const { return dir_.file("app"); }
  [[nodiscard]] std::string socket() const { return dir_.file("s"); }
  [[nodiscard]] std::string spool() const { return dir_.file("spool"); }
  [[nodiscard]] std::string file(const std::string& name) const { return path() + "/" + name; }
  [[nodiscard]] bool has(const std::string& name) const { return std::filesystem::exists(file(name)); }
  void touch(const std::string& name, const std::string& text = {}) const { dir_.write("app/" + name, text); }
  void remove(const std::string& name) const { std::filesystem::remove(file(name)); }
  [[nodiscard]] std::string read(const std::string& name) const { return readAll(file(name)); }
  [[nodiscard]] std::vector<std::string> lines(const std::string& name) const {
    std::ifstream in(file(name));
    std::vector<std::string> all;
    for (std::string line; std::getline(in, line);) {
      all.push_back(line);
    }
    return all;
  }

 private:
  TempDir dir_;
};

inline std::vector<std::string> ownEnvironment() {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    all.emplace_back(*entry);
  }
  return all;
}

/// Runs the loop until the condition holds, looking at it every few milliseconds; false after the patience.
inline bool runUntil(loop::Loop& loop, const std::function<bool()>& condition, Duration patience = Seconds(10)) {
  const Instant deadline = Clock::now() + patience;
  loop::Timer poll(loop);
  poll.repeat(Millis(2), [&] {
    if (condition() || Clock::now() > deadline) {
      loop.stop();
    }
  });
  loop.run();
  return condition();
}

inline void runFor(loop::Loop& loop, Duration time) {
  (void)runUntil(
      loop, [] { return false; }, time);
}

}  // namespace bridge::testing
