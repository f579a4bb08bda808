#pragma once

#include <termios.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace bridge::ops {

/// The terminal as a screen of its own, from construction to destruction: keys come one by one and unseen, Ctrl-C is a
/// key, and what stood there before comes back at the end, also where a signal ends the program. One at a time.
class Terminal {
 public:
  struct Size {
    std::size_t rows;
    std::size_t columns;
  };

  /// Whether there is a terminal on both sides.
  [[nodiscard]] static bool available();

  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  [[nodiscard]] Size size() const;
  /// Shows these lines from the top; what does not fit is left out.
  void show(std::string_view lines);
  /// The next key, or nothing: the time is over, or the window has another size. The end of the terminal, and SIGTERM
  /// or SIGHUP, are a Ctrl-C.
  [[nodiscard]] std::optional<char> key(Duration wait);

  static constexpr char kCtrlC = 3;

 private:
  termios before_{};
};

}  // namespace bridge::ops
