#include "upstreams/tunnel_handlers.h"

#include <gtest/gtest.h>

#include "loop/loop.h"

namespace bridge::upstreams {
namespace {

using Type = wire::TunnelJob::Type;

/// Notes what it is told, in its order.
class Listener final : public TunnelListener {
 public:
  void onOutcome(TunnelOutcome outcome) override {
    told += outcome.reply.ok ? "ok(" + outcome.reply.result + ")" : "fault(" + outcome.reply.fault.message + ")";
    if (onEnd) {
      onEnd();
    }
  }
  void onStream(wire::TunnelStreamHead head, pid_t /*pid*/) override {
    told += "stream(" + std::to_string(head.status) + " " + head.contentType + ")";
    if (onHead) {
      onHead();
    }
  }
  void onChunk(Bytes data) override { told += "chunk(" + std::string(data.view()) + ")"; }
  void onBodyFlow(bool /*paused*/) override {}

  std::string told;
  std::function<void()> onHead;
  std::function<void()> onEnd;
};

class TunnelHandlersTest : public ::testing::Test {
 protected:
  ~TunnelHandlersTest() override { EXPECT_TRUE(loop.close()); }

  std::string run(wire::TunnelJob job) {
    const auto run = handlers.run(std::move(job), Instant::max(), listener);
    EXPECT_EQ(listener.told, "") << "nothing is told inside the call";
    loop.run();
    return listener.told;
  }

  loop::Loop loop;
  TunnelHandlers handlers{loop};
  Listener listener;
};

TEST_F(TunnelHandlersTest, AHandlerGetsTheWholeJob) {
  handlers.task("t", [](const wire::TunnelJob& job) {
    return TunnelHandlers::Returned{.result = "[" + job.value + "," + job.files + "," + job.body + "]"};
  });
  EXPECT_TRUE(handlers.has(Type::task, "t"));
  EXPECT_FALSE(handlers.has(Type::event, "t"));
  EXPECT_FALSE(handlers.takesPieces()) << "a body is a complete file";
  EXPECT_EQ(run({.type = Type::task, .name = "t", .value = "1", .files = "2", .body = "{}"}), "ok([1,2,{}])");
}

TEST_F(TunnelHandlersTest, AnAnswerMayBeAFaultOrBytes) {
  handlers.task("fails", [](const wire::TunnelJob&) {
    return TunnelHandlers::Returned{.fault = wire::TunnelFault{.message = "no"}};
  });
  EXPECT_EQ(run({.type = Type::task, .name = "fails"}), "fault(no)");
  listener.told.clear();
  handlers.task("bytes", [](const wire::TunnelJob&) {
    return TunnelHandlers::Returned{.stream = TunnelHandlers::Stream{.head = {.status = 206, .contentType = "text/csv"},
                                                                     .bytes = Bytes::copyOf("a,b")}};
  });
  EXPECT_EQ(run({.type = Type::task, .name = "bytes"}), "stream(206 text/csv)chunk(a,b)ok()");
}

TEST_F(TunnelHandlersTest, WhoGivesUpInTheMiddleIsToldNoMore) {
  handlers.task("bytes", [](const wire::TunnelJob&) {
    return TunnelHandlers::Returned{.stream = TunnelHandlers::Stream{.head = {}, .bytes = Bytes::copyOf("x")}};
  });
  auto run = handlers.run({.type = Type::task, .name = "bytes"}, Instant::max(), listener);
  listener.onHead = [&run] { run.reset(); };
  loop.run();
  EXPECT_EQ(listener.told, "stream(200 application/octet-stream)");
}

}  // namespace
}  // namespace bridge::upstreams
