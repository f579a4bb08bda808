#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pool/connection.h"
#include "pool/lease.h"
#include "pool/pool.h"
#include "pool/queue.h"
#include "runtime/loop/loop_fixture.h"
#include "runtime/pool/fake_handler.h"

namespace bridge::pool {

/// One request as a kind would make it: waits, sends, records.
class Client final : public WorkerEvents {
 public:
  Client(Queue& queue, Order order, Queue::Place place = Queue::Place::back) : target_(order.label) {
    ticket = queue.lease(
        std::move(order),
        [this](Result<Lease> result) {
          returned = true;
          if (!result) {
            error = result.error().code;
            return;
          }
          lease = std::move(*result);
          pid = lease->pid();
          if (sendsAtOnce) send();
        },
        place);
  }
  ~Client() = default;

  void send() {
    http::Request request;
    request.head.method = "GET";
    request.head.target = target_;
    wire::RequestBody where;
    std::vector<Bytes> parts;
    if (!upload.empty()) {
      where.framed = where.length = upload.size();
      parts.push_back(Bytes::copyOf(upload));
    }
    auto sent = lease->send(request, where, std::move(parts), *this);
    ASSERT_TRUE(sent.ok()) << sent.error().message();
  }

  void onTaken() override { log += "taken "; }
  void onStack(wire::Stack /*stack*/) override { log += "stack "; }
  void onInfo(wire::Info info) override { log += std::to_string(info.head.status) + " "; }
  void onAnswer(wire::AnswerHead answer) override {
    log += std::to_string(answer.head.status) + (answer.file ? " file " : " ");
  }
  void onBody(Bytes data) override {
    body += data.view();
    if (pausesAfterBody) lease->pauseReading();
    if (dropsAfterBody) lease = Lease();
  }
  void onEnd(const wire::End& /*end*/) override { log += "end "; }
  void onReady() override {
    EXPECT_FALSE(lease);
    log += "ready";
    done = true;
  }
  void onLost(const Error& lost, bool wasTaken) override {
    EXPECT_FALSE(lease);
    log += "lost";
    error = lost.code;
    detail = lost.detail;
    taken = wasTaken;
    done = true;
  }

  bool sendsAtOnce = true;
  bool pausesAfterBody = false;
  bool dropsAfterBody = false;
  std::string upload;

  Ticket ticket;
  Lease lease;
  pid_t pid = 0;
  /// What came, in order.
  std::string log;
  std::string body;
  bool returned = false;
  bool done = false;
  bool taken = false;
  std::optional<ErrorCode> error;
  std::string detail;

 private:
  std::string target_;
};

class PoolTest : public testing::LoopTest {
 protected:
  void SetUp() override {
    options.socketPath = handler->path();
    options.min = 2;
    options.max = 4;
    options.connectionTimeout = Millis(200);
    options.terminateTimeout = Millis(200);
    options.backoff.firstPause = Millis(20);
    events.onStarted = [this] { ++started; };
    events.onWorkerLost = [this](pid_t pid, const Error& error) { lost.emplace_back(pid, error); };
    events.onFindings = [this](pid_t, const std::vector<wire::Finding>& findings) {
      for (const auto& finding : findings) found.push_back(finding.place);
    };
    events.onOutdated = [this](pid_t, const wire::Outdated& message) {
      outdated.push_back(message.why);
      if (message.hold) pool->hold();
    };
    events.onWorkerRetired = [this](pid_t pid, const std::string&) { retired.push_back(pid); };
  }
  void TearDown() override {
    clients.clear();
    pool.reset();
    queue.reset();
    handler.reset();
    LoopTest::TearDown();
  }

  void start() {
    pool = std::make_unique<Pool>(loop_, *queue, options, events);
    pool->start();
    pool->takeOver();
  }
  /// Starts and waits until MIN workers are idle.
  void startIdle() {
    start();
    ASSERT_TRUE(runUntil([this] { return pool->status().idle == options.min; }));
  }
  Client& request(const std::string& target, Queue::Place place = Queue::Place::back) {
    return order({.label = target}, place);
  }
  Client& order(Order what, Queue::Place place = Queue::Place::back) {
    return *clients.emplace_back(std::make_unique<Client>(*queue, std::move(what), place));
  }
  bool runUntilDone(const Client& client) {
    return runUntil([&client] { return client.done || client.error; });
  }
  [[nodiscard]] std::size_t idle() const { return pool->status().idle; }

  std::unique_ptr<FakeHandler> handler = std::make_unique<FakeHandler>(loop_);
  std::unique_ptr<Queue> queue = std::make_unique<Queue>(loop_, Queue::Options{});
  Pool::Options options;
  Pool::Events events;
  std::unique_ptr<Pool> pool;
  std::deque<std::unique_ptr<Client>> clients;

  int started = 0;
  std::vector<std::pair<pid_t, Error>> lost;
  std::vector<pid_t> retired;
  std::vector<std::string> found;
  std::vector<std::string> outdated;
};

}  // namespace bridge::pool
