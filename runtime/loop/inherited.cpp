#include "loop/inherited.h"

#include <fcntl.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "base/environment.h"

namespace bridge::loop {
namespace {

/// More than anybody has; a mistake, then.
constexpr int kMost = 100;

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

}  // namespace

Result<std::vector<InheritedSocket>> takeInheritedSockets(pid_t pid, int first) {
  const auto owner = takeVariable("LISTEN_PID");
  const auto count = takeVariable("LISTEN_FDS");
  const auto names = takeVariable("LISTEN_FDNAMES").value_or("");
  std::vector<InheritedSocket> sockets;
  if (!owner || !count || number<pid_t>(*owner) != pid) {
    return sockets;
  }
  const auto howMany = number<int>(*count);
  if (!howMany || *howMany < 0 || *howMany > kMost) {
    return Error{ErrorCode::InvalidSettings, "LISTEN_FDS: \"" + *count + "\" is no number of sockets"};
  }
  std::string_view rest = names;
  for (int fd = first; fd < first + *howMany; ++fd) {
    if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
      return Error{ErrorCode::InvalidSettings, "LISTEN_FDS: descriptor " + std::to_string(fd) + " is not open"};
    }
    const auto name = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
    sockets.push_back({Descriptor(fd), name.empty() ? "unknown" : std::string(name)});
  }
  return sockets;
}

}  // namespace bridge::loop
