#include "ops/top.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "ops/admin_commands.h"
#include "ops/status.h"
#include "runtime/ops/fake_admin.h"
#include "runtime/ops/sample_status.h"

namespace bridge::ops {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// `laravel-bridge top` in a terminal of its own.
class TopTest : public ::testing::Test {
 protected:
  /// Before any thread is started: a fork takes only its own along.
  void open(const std::string& socket) {
    winsize size{.ws_row = 20, .ws_col = 60, .ws_xpixel = 0, .ws_ypixel = 0};
    child_ = ::forkpty(&terminal_, nullptr, nullptr, &size);
    if (child_ == 0) {
      AdminDoor door;
      door.socket = socket;
      ::_exit(runAdminCommand({.name = "top"}, door));
    }
  }
  ~TopTest() override {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
    ::close(terminal_);
  }

  /// Reads what it paints until that has been seen; all of it since the last call.
  std::string seen(std::string_view part) {
    std::string text;
    char buffer[4096];
    while (text.find(part) == std::string::npos) {
      pollfd wait{terminal_, POLLIN, 0};
      if (::poll(&wait, 1, 5000) <= 0) break;
      const auto got = ::read(terminal_, buffer, sizeof(buffer));
      if (got <= 0) break;
      text.append(buffer, static_cast<std::size_t>(got));
    }
    return text;
  }
  void press(char key) const { ASSERT_EQ(::write(terminal_, &key, 1), 1); }
  int exitCode() {
    int status = 0;
    seen("\x1b[?1049l");
    EXPECT_EQ(::waitpid(child_, &status, 0), child_);
    child_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  FakeAdmin server_{[](const std::string&) { return FakeAdmin::reply(200, statusJson(sampleStatus())); }};
  int terminal_ = -1;
  pid_t child_ = -1;
};

TEST_F(TopTest, ShowsTheStatusAndQuits) {
  for (const char key : {'q', '\x03'}) {
    open(server_.path());
    if (key == 'q') server_.start();
    const auto screen = seen("5002");
    EXPECT_THAT(screen, HasSubstr("\x1b[?1049h"));
    EXPECT_THAT(screen, HasSubstr("requests/s"));
    EXPECT_THAT(screen, HasSubstr("5001"));
    press(key);
    EXPECT_EQ(exitCode(), 0);
    ::close(terminal_);
    terminal_ = -1;
  }
}

TEST_F(TopTest, FollowsTheSizeOfTheWindow) {
  open(server_.path());
  server_.start();
  EXPECT_THAT(seen("5002"), Not(HasSubstr("GET /slow")));
  const winsize wide{.ws_row = 20, .ws_col = 150, .ws_xpixel = 0, .ws_ypixel = 0};
  ASSERT_EQ(::ioctl(terminal_, TIOCSWINSZ, &wide), 0);
  EXPECT_THAT(seen("GET /slow/<b>"), HasSubstr("GET /slow/<b>"));
  press('q');
  EXPECT_EQ(exitCode(), 0);
}

TEST_F(TopTest, GivesTheTerminalBackWhenItIsEnded) {
  open(server_.path());
  server_.start();
  seen("5002");
  ::kill(child_, SIGTERM);
  EXPECT_THAT(seen("\x1b[?1049l"), HasSubstr("\x1b[?25h\x1b[?1049l"));
  int status = 0;
  ::waitpid(child_, &status, 0);
  child_ = -1;
  EXPECT_TRUE(WIFEXITED(status));
}

TEST_F(TopTest, WaitsForAServerThatIsAway) {
  open("/nowhere/admin.sock");
  EXPECT_THAT(seen("no server answers"), HasSubstr("no server answers"));
  press('q');
  EXPECT_EQ(exitCode(), 3);
}

}  // namespace
}  // namespace bridge::ops
