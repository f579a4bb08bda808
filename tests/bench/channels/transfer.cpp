// Speed of one stream of bytes over loopback, in MiB/s:
//
//   channels_transfer copy BYTES           one TCP connection: one side writes, the other reads
//   channels_transfer channel PORT BYTES   the same through a channel of the server: a POST of that length, and a GET
//   channels_transfer wait PORT COUNT      no speed: that many GETs of channels of their own, held until stdin ends;
//   prints a line when all wait
//   channels_transfer readers PORT COUNT   that many event streams of the topic news/open, held until stdin ends;
//   prints a line when all read, and for each event the time (nanoseconds, CLOCK_MONOTONIC) at which the last of them
//   has it
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t kPiece = 256U << 10U;

void must(bool good, const char* what) {
  if (!good) {
    std::perror(what);
    std::exit(1);
  }
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int connectTo(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(port);
  must(fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0, "connect");
  return fd;
}

void writeAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto count = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    must(count > 0, "send");
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void writeBytes(int fd, std::uint64_t bytes) {
  const std::string piece(kPiece, 'x');
  for (; bytes > 0; bytes -= std::min<std::uint64_t>(bytes, kPiece)) {
    writeAll(fd, std::string_view(piece).substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(bytes, kPiece))));
  }
}

/// Until the end, or until `enough`; says how many.
std::uint64_t readBytes(int fd, std::uint64_t enough) {
  std::vector<char> buffer(kPiece);
  std::uint64_t all = 0;
  while (all < enough) {
    const auto count = ::recv(fd, buffer.data(), buffer.size(), 0);
    must(count >= 0, "recv");
    if (count == 0) {
      break;
    }
    all += static_cast<std::uint64_t>(count);
  }
  return all;
}

template <class Write, class Read>
void measure(std::uint64_t bytes, Write write, Read read) {
  const auto begun = std::chrono::steady_clock::now();
  std::thread writer(write);
  const auto got = read();
  writer.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  if (got < bytes) {
    std::fprintf(stderr, "only %llu bytes have arrived\n", static_cast<unsigned long long>(got));
    std::exit(1);
  }
  std::printf("%.0f\n", static_cast<double>(bytes) / (1U << 20U) / took.count());
}

int copy(std::uint64_t bytes) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t length = sizeof address;
  must(::bind(listener, reinterpret_cast<sockaddr*>(&address), length) == 0 && ::listen(listener, 1) == 0 &&
           ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) == 0,
       "listen");
  const int from = connectTo(ntohs(address.sin_port));
  const int to = ::accept(listener, nullptr, nullptr);
  measure(
      bytes, [=] { writeBytes(from, bytes); }, [=] { return readBytes(to, bytes); });
  return 0;
}

int channel(std::uint16_t port, std::uint64_t bytes) {
  const int from = connectTo(port);
  const int to = connectTo(port);
  writeAll(to, "GET /channels/bench/one HTTP/1.1\r\nHost: a\r\n\r\n");
  measure(
      bytes,
      [=] {
        writeAll(from, "POST /channels/bench/one HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(bytes) +
                           "\r\n\r\n");
        writeBytes(from, bytes);
      },
      // Head and framing are some bytes more.
      [=] { return readBytes(to, bytes); });
  return 0;
}

void raiseLimit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int wait(std::uint16_t port, int count) {
  raiseLimit();
  for (int number = 0; number < count; ++number) {
    writeAll(connectTo(port), "GET /channels/wait/" + std::to_string(number) + " HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  std::puts("all wait");
  std::fflush(stdout);
  char ignored = 0;
  while (::read(STDIN_FILENO, &ignored, 1) > 0) {
  }
  return 0;
}

long countOf(std::string_view text, std::string_view what) {
  long count = 0;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size())) {
    ++count;
  }
  return count;
}

int readers(std::uint16_t port, int count) {
  raiseLimit();
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  const auto watch = [poll](int fd) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
    must(::epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
  };
  watch(STDIN_FILENO);
  for (int number = 0; number < count; ++number) {
    const int fd = connectTo(port);
    writeAll(fd, "GET /pubsub/news/open HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n");
    watch(fd);
  }
  std::vector<char> buffer(kPiece);
  std::vector<epoll_event> events(1024);
  long heads = 0;
  long messages = 0;
  while (true) {
    const int ready = ::epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
    must(ready > 0, "epoll_wait");
    for (int i = 0; i < ready; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      const auto got = ::read(fd, buffer.data(), buffer.size());
      if (fd == STDIN_FILENO) {
        return 0;
      }
      must(got > 0, "a reader was cut");
      const std::string_view text(buffer.data(), static_cast<std::size_t>(got));
      const long before = heads;
      heads += countOf(text, "HTTP/1.1 200 ");
      if (heads == count && before < count) {
        std::puts("all read");
        std::fflush(stdout);
      }
      for (long left = countOf(text, "\ndata: "); left > 0; --left) {
        if (++messages % count == 0) {
          std::printf("%lld\n", static_cast<long long>(std::chrono::steady_clock::now().time_since_epoch().count()));
          std::fflush(stdout);
        }
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 2 && arguments[0] == "copy") {
    return copy(std::strtoull(arguments[1].c_str(), nullptr, 10));
  }
  if (arguments.size() == 3) {
    const auto port = static_cast<std::uint16_t>(std::atoi(arguments[1].c_str()));
    if (arguments[0] == "channel") {
      return channel(port, std::strtoull(arguments[2].c_str(), nullptr, 10));
    }
    if (arguments[0] == "readers") {
      return readers(port, std::atoi(arguments[2].c_str()));
    }
    if (arguments[0] == "wait") {
      return wait(port, std::atoi(arguments[2].c_str()));
    }
  }
  std::fputs("usage: see the head of transfer.cpp\n", stderr);
  return 2;
}
