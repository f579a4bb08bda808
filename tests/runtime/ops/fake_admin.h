#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "support/temp_dir.h"

namespace bridge::ops {

/// A server's door for operators, on a thread of its own: answers every request with what the function says of its
/// request line. The socket file is bound from the start, so that whoever asks waits.
class FakeAdmin {
 public:
  using Answer = std::function<std::string(const std::string& requestLine)>;

  explicit FakeAdmin(Answer answer) : answer_(std::move(answer)), listener_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof(address.sun_path) - 1);
    (void)::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    (void)::listen(listener_, 16);
  }
  ~FakeAdmin() { close(); }
  FakeAdmin(const FakeAdmin&) = delete;
  FakeAdmin& operator=(const FakeAdmin&) = delete;

  void start() {
    thread_ = std::thread([this] { run(); });
  }
  /// After a fork: this process is the server from here on, and the other one is not.
  void listenAgain() const { (void)::listen(listener_, 16); }
  void leave() {
    ::close(listener_);
    listener_ = -1;
  }
  /// Nobody listens any more.
  void close() {
    over_ = true;
    if (thread_.joinable()) thread_.join();
    if (listener_ >= 0) ::close(listener_);
    listener_ = -1;
  }

  [[nodiscard]] std::string path() const { return folder_.file("admin.sock"); }
  [[nodiscard]] std::string lastRequest() const { return last_; }

  /// A whole answer.
  static std::string reply(int status, const std::string& body) {
    return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: application/json\r\n\r\n" + body;
  }

 private:
  void run() {
    while (!over_) {
      pollfd wait{listener_, POLLIN, 0};
      if (::poll(&wait, 1, 10) != 1) continue;
      const int client = ::accept(listener_, nullptr, nullptr);
      std::string request;
      char buffer[4096];
      while (request.find("\r\n\r\n") == std::string::npos) {
        const auto got = ::recv(client, buffer, sizeof(buffer), 0);
        if (got <= 0) break;
        request.append(buffer, static_cast<std::size_t>(got));
      }
      last_ = request;
      const auto answer = answer_(request.substr(0, request.find(" HTTP/")));
      (void)::send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
      ::close(client);
    }
  }

  bridge::testing::TempDir folder_;
  Answer answer_;
  int listener_;
  std::string last_;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

}  // namespace bridge::ops
