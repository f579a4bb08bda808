#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "loop/loop.h"
#include "loop/timer.h"
#include "server/server.h"
#include "upstreams/upstream.h"

namespace bridge::server {

/// A blocking client on a thread of its own, as a program outside would be.
class TestClient {
 public:
  explicit TestClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~TestClient() { ::close(socket_); }
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return;
      }
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void closeWriting() const { ::shutdown(socket_, SHUT_WR); }
  void reset() const {
    const linger abort{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &abort, sizeof(abort));
  }

  /// Waits, without reading, until the server resets the connection.
  [[nodiscard]] bool waitForReset() const {
    pollfd wait{socket_, 0, 0};
    return ::poll(&wait, 1, 10'000) == 1 && (wait.revents & POLLERR) != 0;
  }

  /// Reads until `enough` says so, the server closes, or ten seconds pass.
  std::string readUntil(const std::function<bool(const std::string&)>& enough) {
    std::string text;
    char buffer[65536];
    while (!enough(text)) {
      pollfd wait{socket_, POLLIN, 0};
      if (::poll(&wait, 1, 10'000) <= 0) {
        break;
      }
      const ssize_t got = ::recv(socket_, buffer, sizeof(buffer), 0);
      closedByPeer_ = got == 0;
      if (got <= 0) {
        break;
      }
      text.append(buffer, static_cast<std::size_t>(got));
    }
    return text;
  }
  std::string readUntilContains(std::string_view part) {
    return readUntil([part](const std::string& text) { return text.find(part) != std::string::npos; });
  }
  std::string readAll() {
    return readUntil([](const std::string&) { return false; });
  }
  /// The last read ended because of an orderly close.
  [[nodiscard]] bool closedByPeer() const { return closedByPeer_; }

 private:
  int socket_;
  bool connected_ = false;
  bool closedByPeer_ = false;
};

/// An upstream whose behaviour is a function of the request, its body and the answer.
class ScriptedUpstream final : public upstreams::Upstream {
 public:
  struct Script {
    std::function<void(const http::Request&, upstreams::Answer&)> onStart = [](auto&, auto&) {};
    std::function<void(const http::Request&, upstreams::Answer&, std::string_view)> onBody = [](auto&, auto&, auto) {};
    std::function<void(const http::Request&, upstreams::Answer&, const std::string&)> onEnd = [](auto&, auto&, auto&) {
    };
    std::function<void(upstreams::Answer&)> onResume = [](auto&) {};
    std::function<void(upstreams::Answer&)> onHalfClosed = [](auto&) {};
    std::function<void()> onWritten = [] {};
  };

  explicit ScriptedUpstream(loop::Loop& loop) : loop_(loop) {}

  [[nodiscard]] std::string_view kind() const override { return "scripted"; }
  [[nodiscard]] upstreams::Terms terms() const override { return theTerms; }
  std::unique_ptr<upstreams::Call> start(const http::Request& request, const upstreams::Params&,
                                         upstreams::Answer& answer) override {
    ++started;
    return std::make_unique<ScriptedCall>(*this, request, answer);
  }

  Script script;
  upstreams::Terms theTerms{};
  std::atomic<int> started = 0;
  std::atomic<int> destroyed = 0;
  int paused = 0;

 private:
  class ScriptedCall final : public upstreams::Call {
   public:
    ScriptedCall(ScriptedUpstream& owner, const http::Request& request, upstreams::Answer& answer)
        : owner_(owner), request_(request), answer_(answer) {
      owner.loop_.defer([this, alive = std::weak_ptr(alive_)] {
        if (!alive.expired()) {
          owner_.script.onStart(request_, answer_);
        }
      });
    }
    ~ScriptedCall() override { ++owner_.destroyed; }
    void body(Bytes data) override {
      received_.append(data.view());
      owner_.script.onBody(request_, answer_, data.view());
    }
    void end() override {
      owner_.loop_.defer([this, alive = std::weak_ptr(alive_)] {
        if (!alive.expired()) {
          owner_.script.onEnd(request_, answer_, received_);
        }
      });
    }
    void pause() override { ++owner_.paused; }
    void resume() override { owner_.script.onResume(answer_); }
    void halfClosed() override { owner_.script.onHalfClosed(answer_); }
    void written() override { owner_.script.onWritten(); }

   private:
    ScriptedUpstream& owner_;
    const http::Request& request_;
    upstreams::Answer& answer_;
    std::string received_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  };

  loop::Loop& loop_;
};

/// The server on a free port before a scripted upstream. `serve` runs the loop until the client's function has ended.
class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    auto& front = server->front();
    front.options.accessLog = false;
    front.router.add(routes::Pattern::parse("/app/*").value(), &upstream);
    // The plainest application: it answers what it was asked.
    upstream.script.onEnd = [](const http::Request& request, upstreams::Answer& answer, const std::string& body) {
      answer.head({.status = 200, .reason = {}, .headers = {{"Content-Type", "text/plain"}}});
      answer.body(Bytes(request.head.method + " " + request.head.target + " " + body));
      answer.end();
    };
  }

  ~ServerTest() override {
    server.reset();
    EXPECT_TRUE(loop.close());
  }

  void listen() {
    const auto result = server->listen("127.0.0.1", 0, 0600);
    ASSERT_TRUE(result.ok());
    port = std::stoi(server->address().substr(server->address().rfind(':') + 1));
  }

  void serve(const std::function<void()>& client) {
    if (port == 0) {
      listen();
    }
    std::atomic<bool> over = false;
    std::thread thread([&] {
      client();
      over = true;
    });
    loop::Timer look(loop);
    look.repeat(Millis(2), [&] {
      if (over) {
        loop.stop();
      }
    });
    loop.run();
    thread.join();
  }

  /// One connection: sends, reads until the server closes.
  std::string exchange(const std::string& bytes) {
    std::string answer;
    serve([&] {
      TestClient client(port);
      client.send(bytes);
      answer = client.readAll();
    });
    return answer;
  }

  loop::Loop loop;
  ScriptedUpstream upstream{loop};
  std::unique_ptr<Server> server = std::make_unique<Server>(loop);
  int port = 0;
};

}  // namespace bridge::server
