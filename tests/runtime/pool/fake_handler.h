#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "loop/listener.h"
#include "loop/loop.h"
#include "loop/stream.h"
#include "wire/decode.h"
#include "wire/encode.h"
#include "wire/frame.h"

namespace bridge::pool {

/// How a fake worker behaves by itself; what is left out is said by the test.
struct Script {
  bool saysHello = true;
  bool answersPings = true;
  /// taken, answer, body, end, ready, at once for each request.
  bool answersRequests = true;
  wire::Hello hello;
  std::string body = "hello";
  wire::Ready ready;
};

/// The worker's end of one connection.
class FakeWorker {
 public:
  FakeWorker(std::unique_ptr<loop::Stream> stream, const Script& script) : stream_(std::move(stream)), script_(script) {
    stream_->startReading({[this](Bytes data) {
                             reader_.feed(std::move(data));
                             read();
                           },
                           [this](const std::optional<Error>&) { ended = true; }});
    if (script_.saysHello) say(script_.hello);
  }

  template <class Message>
  void say(const Message& message) {
    if (stream_ != nullptr) stream_->write(encode(message));
  }
  void raw(std::string bytes) { stream_->write(Bytes(std::move(bytes))); }
  void sayBody(std::string data) {
    std::vector<Bytes> frames;
    wire::appendBodyFrames(frames, Bytes(std::move(data)));
    stream_->write(std::move(frames));
  }
  void answer(const std::string& text) {
    say(wire::AnswerHead{{.status = 200, .reason = "", .headers = {{"X-A", "b"}}}, {}});
    sayBody(text);
    say(wire::End());
  }
  void ready(bool retire = false) {
    wire::Ready message = script_.ready;
    message.requests = requests.size();
    message.retire = message.retire || retire;
    say(message);
  }
  void die() { stream_.reset(); }
  [[nodiscard]] bool dead() const { return ended || stream_ == nullptr; }

  /// Targets of the requests, in order.
  std::vector<std::string> requests;
  std::string body;
  int pings = 0;
  int cancels = 0;
  std::string refusal;
  bool welcomed = false;
  bool ended = false;

 private:
  void read() {
    while (stream_ != nullptr) {
      auto frame = reader_.next();
      ASSERT_TRUE(frame.ok());
      if (!*frame) return;
      if ((*frame)->kind == wire::Frame::Kind::bytes) {
        body += (*frame)->bytes.view();
        bodyLeft_ -= (*frame)->bytes.size();
        if (bodyLeft_ == 0) answerByItself();
        continue;
      }
      auto message = wire::decodeServerMessage((*frame)->message);
      ASSERT_TRUE(message.ok()) << message.error().message();
      if (std::holds_alternative<wire::Welcome>(*message)) welcomed = true;
      if (const auto* refuse = std::get_if<wire::Refuse>(&*message)) refusal = refuse->reason;
      if (std::holds_alternative<wire::Cancel>(*message)) ++cancels;
      if (std::holds_alternative<wire::Ping>(*message)) {
        ++pings;
        if (script_.answersPings) say(wire::Pong{1000, requests.size()});
      }
      if (const auto* request = std::get_if<wire::RequestMessage>(&*message)) {
        requests.push_back(request->request.head.target);
        bodyLeft_ = request->body.framed;
        if (bodyLeft_ == 0) answerByItself();
      }
    }
  }
  void answerByItself() {
    if (!script_.answersRequests) return;
    say(wire::Taken());
    answer(script_.body);
    ready();
  }

  std::unique_ptr<loop::Stream> stream_;
  Script script_;
  wire::FrameReader reader_;
  std::uint64_t bodyLeft_ = 0;
};

/// A handler in this process: each connection to its socket becomes a fake worker that follows the script of the
/// moment.
class FakeHandler {
 public:
  explicit FakeHandler(loop::Loop& loop) : loop_(loop) {
    char name[] = "/tmp/bridge-pool-XXXXXX";
    directory_ = ::mkdtemp(name);
    listen();
  }
  ~FakeHandler() {
    listener_.reset();
    ::rmdir(directory_.c_str());
  }
  FakeHandler(const FakeHandler&) = delete;
  FakeHandler& operator=(const FakeHandler&) = delete;

  void listen() {
    auto listener = loop::Listener::unixSocket(loop_, path(), 0600, 64, [this](std::unique_ptr<loop::Stream> stream) {
      Script script = next;
      if (script.hello.pid == 0) script.hello.pid = static_cast<int>(1000 + workers.size());
      workers.push_back(std::make_unique<FakeWorker>(std::move(stream), script));
    });
    ASSERT_TRUE(listener.ok()) << listener.error().message();
    listener_ = std::move(*listener);
  }
  /// Nobody listens any more; the workers go on.
  void crash() { listener_.reset(); }

  [[nodiscard]] std::string path() const { return directory_ + "/s"; }
  [[nodiscard]] std::size_t alive() const {
    return static_cast<std::size_t>(
        std::count_if(workers.begin(), workers.end(), [](const auto& worker) { return !worker->dead(); }));
  }
  [[nodiscard]] FakeWorker& worker(std::size_t i) { return *workers.at(i); }

  /// The script of workers to come.
  Script next;
  std::vector<std::unique_ptr<FakeWorker>> workers;

 private:
  loop::Loop& loop_;
  std::string directory_;
  std::unique_ptr<loop::Listener> listener_;
};

}  // namespace bridge::pool
