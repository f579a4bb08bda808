// A resident process of the lambdas kind that does nothing but reply, and the bare exchange of the same messages with
// it.
//
//   lambda_child                  connects to PIPE_ADDRESS and replies to each line
//   lambda_child ask SECONDS      starts itself, asks it by a Unix socket without anything between, and prints
//                                 "requests/s p50-ms"

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kReply =
    R"({"status":200,"headers":{"Content-Type":"text/plain"},"body":"SGVsbG8gZnJvbSBhIGNoaWxkIHByb2Nlc3M="})";
constexpr std::string_view kRequest =
    R"({"method":"GET","uri":"/pipe","headers":[["host","127.0.0.1:35917"],["x-request-id","67eacc3ca4a0d3ab"]],"body":""})"
    "\n";

sockaddr_un addressOf(const char* path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  return address;
}

int reply() {
  const char* path = std::getenv("PIPE_ADDRESS");
  const int pipe = ::socket(AF_UNIX, SOCK_STREAM, 0);
  const auto address = addressOf(path != nullptr ? path : "");
  if (::connect(pipe, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    std::perror("connect");
    return 1;
  }
  std::vector<char> buffer(1U << 20U);
  for (ssize_t count = 0; (count = ::read(pipe, buffer.data(), buffer.size())) > 0;) {
    const auto lines = std::count(buffer.begin(), buffer.begin() + count, '\n');
    for (auto line = lines; line > 0; --line) {
      if (::write(pipe, kReply.data(), kReply.size()) < 0) {
        return 1;
      }
    }
  }
  return 0;
}

int ask(const char* self, int seconds) {
  const std::string path = "/tmp/lambda-bench-" + std::to_string(::getpid());
  const auto address = addressOf(path.c_str());
  const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 1) != 0) {
    std::perror(path.c_str());
    return 1;
  }
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv("PIPE_ADDRESS", path.c_str(), 1);
    ::execl(self, self, nullptr);
    ::_exit(127);
  }
  const int pipe = ::accept(listener, nullptr, nullptr);
  ::unlink(path.c_str());
  std::vector<double> times;
  std::vector<char> buffer(1U << 16U);
  const auto begin = Clock::now();
  const auto end = begin + std::chrono::seconds(seconds);
  for (auto now = begin; now < end;) {
    std::size_t got = 0;
    if (::write(pipe, kRequest.data(), kRequest.size()) < 0) {
      break;
    }
    while (got < kReply.size()) {
      const auto count = ::read(pipe, buffer.data(), buffer.size());
      if (count <= 0) {
        std::fprintf(stderr, "the child has ended\n");
        return 1;
      }
      got += static_cast<std::size_t>(count);
    }
    const auto then = std::exchange(now, Clock::now());
    times.push_back(std::chrono::duration<double, std::milli>(now - then).count());
  }
  const auto took = std::chrono::duration<double>(Clock::now() - begin).count();
  ::close(pipe);
  ::waitpid(child, nullptr, 0);
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
  std::printf("%.0f %.4f\n", static_cast<double>(times.size()) / took, times[times.size() / 2]);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "ask") {
    return ask("/proc/self/exe", std::atoi(argv[2]));
  }
  return reply();
}
