#include "server/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/metrics.h"
#include "ops/recent_failures.h"
#include "runtime/server/server_fixture.h"

namespace bridge::server {
namespace {

using ::testing::HasSubstr;

class RecordTest : public ServerTest {
 protected:
  RecordTest() { server->front().failures = &failures; }

  void answerWith(int status) {
    upstream.script.onEnd = [status](const auto&, upstreams::Answer& answer, const auto&) {
      answer.head({.status = status, .reason = {}, .headers = {}});
      answer.end();
    };
  }
  void failWith(ErrorCode code) {
    upstream.script.onEnd = [code](const auto&, upstreams::Answer& answer, const auto&) { answer.fail({code, "why"}); };
  }
  static double requests(std::string_view route, std::string_view name) {
    return metrics::all().requests[route][name].value();
  }

  ops::RecentFailures failures;
  std::string get = "GET /app/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
};

TEST_F(RecordTest, CountsRequestsByTheirRouteAndTheClassOfTheirStatus) {
  const std::pair<int, const char*> cases[] = {{200, "2xx"}, {302, "3xx"}, {404, "4xx"}, {500, "5xx"}};
  for (const auto& [status, name] : cases) {
    const double before = requests("/app/*", name);
    answerWith(status);
    exchange(get);
    EXPECT_EQ(requests("/app/*", name), before + 1) << name;
  }
}

TEST_F(RecordTest, CountsRequestsByTheKindOfTheirUpstream) {
  const auto count = [](std::string_view kind) { return metrics::all().upstreamRequests[kind]["2xx"].value(); };
  const double scripted = count("scripted");
  const double other = count("other");
  exchange(get);
  EXPECT_EQ(count("scripted"), scripted + 1);
  upstream.script.onEnd = [](const auto&, upstreams::Answer& answer, const auto&) {
    answer.servedBy({.pid = 0, .waited = {}, .worked = {}, .kind = "other"});
    answer.head({.status = 200, .reason = {}, .headers = {}});
    answer.end();
  };
  exchange(get);
  EXPECT_EQ(count("scripted"), scripted + 1);
  EXPECT_EQ(count("other"), other + 1);
}

TEST_F(RecordTest, CountsWhatNoRouteTook) {
  const double before = requests("none", "4xx");
  exchange("GET /else HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  exchange("nonsense\r\n\r\n");
  EXPECT_EQ(requests("none", "4xx"), before + 2);
  EXPECT_TRUE(failures.list().empty());
}

TEST_F(RecordTest, CountsAnswersThatWereCut) {
  const double before = requests("/app/*", "cut");
  upstream.script.onEnd = [](const auto&, upstreams::Answer& answer, const auto&) {
    answer.head({.status = 200, .reason = {}, .headers = {{"Content-Length", "10"}}});
    answer.body(Bytes::copyOf("short"));
    answer.end();
  };
  exchange(get);
  EXPECT_EQ(requests("/app/*", "cut"), before + 1);
}

TEST_F(RecordTest, CountsBytesOfBothDirections) {
  auto& metrics = metrics::all();
  const double received = metrics.bytesReceived.value();
  const double sent = metrics.bytesSent.value();
  const auto answer = exchange(get);
  EXPECT_EQ(metrics.bytesReceived.value(), received + static_cast<double>(get.size()));
  EXPECT_EQ(metrics.bytesSent.value(), sent + static_cast<double>(answer.size()));
}

TEST_F(RecordTest, CountsRejectionsByTheirReason) {
  auto& metrics = metrics::all();
  const double before = metrics.rejections["QueueFull"].value();
  failWith(ErrorCode::QueueFull);
  EXPECT_THAT(exchange(get), HasSubstr(" 503 "));
  EXPECT_EQ(metrics.rejections["QueueFull"].value(), before + 1);
}

TEST_F(RecordTest, KeepsFailuresWithTheirIdAndCause) {
  failWith(ErrorCode::WorkerDied);
  exchange(get);
  answerWith(500);
  exchange(get);
  failWith(ErrorCode::StreamIdle);
  exchange(get);
  const auto list = failures.list();
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[0].error, "StreamIdle");
  EXPECT_EQ(list[0].status, 0);
  EXPECT_EQ(list[1].error, "application");
  EXPECT_EQ(list[1].status, 500);
  EXPECT_EQ(list[2].error, "WorkerDied");
  EXPECT_EQ(list[2].status, 502);
  EXPECT_EQ(list[2].detail, "why");
  EXPECT_EQ(list[2].method, "GET");
  EXPECT_EQ(list[2].path, "/app/a");
  EXPECT_GT(list[2].at, 1.7e9);
}

TEST_F(RecordTest, LeavesTheRequestsOfOperatorsOut) {
  server->front().options.counted = false;
  auto& metrics = metrics::all();
  const double before = requests("/app/*", "2xx");
  const double sent = metrics.bytesSent.value();
  const double accepted = metrics.accepted.value();
  exchange(get);
  EXPECT_EQ(requests("/app/*", "2xx"), before);
  EXPECT_EQ(metrics.bytesSent.value(), sent);
  EXPECT_EQ(metrics.accepted.value(), accepted);
}

TEST_F(RecordTest, ShowsWhatIsUnderWayTheOldestFirst) {
  upstream.script.onEnd = [](const auto&, auto&, const auto&) {};
  inspect::Server seen;
  loop::Timer look(loop);
  std::atomic<bool> seenBoth = false;
  look.repeat(Millis(1), [&] {
    seen = server->inspect(true);
    const bool waiting = std::all_of(seen.exchanges.begin(), seen.exchanges.end(),
                                     [](const auto& exchange) { return exchange.state == "Waiting"; });
    if (seen.exchanges.size() == 2 && waiting && seen.exchanges[1].age > Millis(2)) {
      look.stop();
      seenBoth = true;
    }
  });
  serve([&] {
    TestClient first(port);
    first.send("GET /app/first?secret=1 HTTP/1.1\r\nHost: x\r\n\r\n");
    while (upstream.started < 1) {
      std::this_thread::yield();
    }
    std::this_thread::sleep_for(Millis(5));
    TestClient second(port);
    second.send("POST /app/second HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    while (!seenBoth) {
      std::this_thread::yield();
    }
  });
  EXPECT_EQ(seen.connections, 2U);
  EXPECT_EQ(seen.exchangeCount, 2U);
  EXPECT_EQ(seen.exchanges[0].path, "/app/first");
  EXPECT_EQ(seen.exchanges[1].method, "POST");
  EXPECT_GT(seen.exchanges[0].age, seen.exchanges[1].age);
  EXPECT_EQ(seen.exchanges[0].client, "127.0.0.1");
}

}  // namespace
}  // namespace bridge::server
