#include "ops/terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

namespace bridge::ops {
namespace {

constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l";
constexpr std::string_view kLeave = "\x1b[?25h\x1b[?1049l";

volatile std::sig_atomic_t ended = 0;

void write(std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written <= 0) {
      return;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// Without SA_RESTART: the wait for a key is to end.
void handle(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  ::sigaction(number, &action, nullptr);
}

}  // namespace

bool Terminal::available() { return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1; }

Terminal::Terminal() {
  ::tcgetattr(STDIN_FILENO, &before_);
  auto raw = before_;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
  ended = 0;
  for (const int number : {SIGTERM, SIGHUP, SIGINT}) {
    handle(number, [](int) { ended = 1; });
  }
  handle(SIGWINCH, [](int) {});
  write(kEnter);
}

Terminal::~Terminal() {
  write(kLeave);
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
  for (const int number : {SIGTERM, SIGHUP, SIGINT, SIGWINCH}) {
    handle(number, SIG_DFL);
  }
}

Terminal::Size Terminal::size() const {
  winsize window{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_row == 0 || window.ws_col == 0) {
    return {24, 80};
  }
  return {window.ws_row, window.ws_col};
}

void Terminal::show(std::string_view lines) {
  const auto rows = size().rows;
  std::string screen = "\x1b[H";
  for (std::size_t row = 0; row < rows && !lines.empty(); ++row) {
    const auto end = std::min(lines.find('\n'), lines.size());
    // Each line clears the rest of what stood there; none but the last row may end with a line end, which scrolls.
    screen.append(row == 0 ? "" : "\n").append(lines.substr(0, end)).append("\x1b[K");
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  write(screen + "\x1b[J");
}

std::optional<char> Terminal::key(Duration wait) {
  if (ended != 0) {
    return kCtrlC;
  }
  pollfd input{STDIN_FILENO, POLLIN, 0};
  const int ready = ::poll(&input, 1, static_cast<int>(std::chrono::ceil<Millis>(wait).count()));
  if (ended != 0) {
    return kCtrlC;
  }
  if (ready <= 0) {
    return std::nullopt;
  }
  char key = 0;
  return ::read(STDIN_FILENO, &key, 1) == 1 ? key : kCtrlC;
}

}  // namespace bridge::ops
