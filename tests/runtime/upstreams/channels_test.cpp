#include "upstreams/channels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/upstreams/recorded_answer.h"

namespace bridge::upstreams {
namespace {

using bridge::testing::RecordedAnswer;
using ::testing::ElementsAre;

class ChannelsTest : public ::testing::Test {
 protected:
  ChannelsTest() {
    settings.channelsMount = "/channels";
    settings.channelsStatePath = "/state";
  }
  ~ChannelsTest() override {
    answers.clear();
    kind.reset();
    EXPECT_TRUE(loop.close());
  }

  static http::Request request(std::string method, std::string path, http::Headers headers = {}) {
    http::Request made;
    made.head.method = std::move(method);
    made.head.path = std::move(path);
    made.head.headers = std::move(headers);
    return made;
  }

  /// Begins a request and lets the loop take its turn. `whole`: with its body and its end.
  RecordedAnswer& ask(std::string method, std::string path, std::string body = {}, http::Headers headers = {},
                      bool whole = true) {
    auto& answer = *answers.emplace_back(std::make_unique<RecordedAnswer>());
    answer.request = request(std::move(method), std::move(path), std::move(headers));
    answer.call = kind->start(answer.request, {}, answer);
    if (!body.empty()) {
      answer.call->body(Bytes(std::move(body)));
    }
    if (whole) {
      answer.call->end();
    }
    turn();
    return answer;
  }
  RecordedAnswer& post(std::string body, const std::string& path = "/channels/s/c", http::Headers headers = {}) {
    return ask("POST", path, std::move(body), std::move(headers));
  }
  RecordedAnswer& get(const std::string& path = "/channels/s/c") { return ask("GET", path); }
  void turn() { loop.run(); }
  std::string state() { return get("/state").text; }

  loop::Loop loop;
  config::Settings settings;
  Environment environment;
  std::vector<config::Problem> problems;
  std::unique_ptr<ChannelsKind> kind =
      std::make_unique<ChannelsKind>(KindContext{loop, settings, environment, [] { return nullptr; }, problems});
  std::vector<std::unique_ptr<RecordedAnswer>> answers;
};

TEST_F(ChannelsTest, AProducerWaitsForAConsumer) {
  auto& producer = post("hello");
  EXPECT_FALSE(producer.done());
  auto& consumer = get();
  EXPECT_EQ(consumer.status(), 200);
  EXPECT_EQ(consumer.text, "hello");
  EXPECT_TRUE(consumer.ended);
  EXPECT_EQ(producer.status(), 200);
  EXPECT_EQ(producer.text, "");
  EXPECT_EQ(state(), "{}");
}

TEST_F(ChannelsTest, AConsumerWaitsForAProducer) {
  auto& consumer = get();
  EXPECT_FALSE(consumer.status());
  auto& producer = post("hello");
  EXPECT_EQ(consumer.text, "hello");
  EXPECT_EQ(producer.status(), 200);
}

TEST_F(ChannelsTest, BothSidesAreServedInTheOrderInWhichTheyCame) {
  post("1");
  post("2");
  post("3");
  EXPECT_EQ(get().text, "1");
  EXPECT_EQ(get().text, "2");
  EXPECT_EQ(get().text, "3");
  auto& first = get();
  auto& second = get();
  post("a");
  EXPECT_EQ(first.text, "a");
  EXPECT_FALSE(second.done());
  post("b");
  EXPECT_EQ(second.text, "b");
}

TEST_F(ChannelsTest, OnlyOnePairExchangesAtATime) {
  auto& slow = ask("POST", "/channels/s/c", "begin", {}, false);
  auto& first = get();
  auto& waiting = post("next");
  auto& second = get();
  EXPECT_EQ(first.text, "begin");
  EXPECT_FALSE(second.status());
  slow.call->end();
  turn();
  EXPECT_TRUE(first.ended);
  EXPECT_EQ(second.text, "next");
  EXPECT_EQ(waiting.status(), 200);
}

TEST_F(ChannelsTest, TheProducerIsAnsweredWhenTheConsumersSocketHasAll) {
  auto& consumer = get();
  consumer.tellsWritten = false;
  auto& producer = post("x");
  EXPECT_EQ(consumer.text, "x");
  EXPECT_TRUE(consumer.ended);
  EXPECT_FALSE(producer.done());
  consumer.call->written();
  EXPECT_EQ(producer.status(), 200);
}

TEST_F(ChannelsTest, ABodyFlowsWhenItIsReadAndIsHeldWithTheClientWhileNobodyDoes) {
  auto& producer = ask("POST", "/channels/s/c", "", {}, false);
  EXPECT_EQ(producer.requestPauses, 1);
  auto& consumer = get();
  EXPECT_EQ(producer.requestResumes, 1);
  producer.call->body(Bytes::copyOf("one"));
  EXPECT_EQ(consumer.text, "one");
  consumer.call->pause();
  EXPECT_EQ(producer.requestPauses, 2);
  consumer.call->resume();
  EXPECT_EQ(producer.requestResumes, 2);
  producer.call->body(Bytes::copyOf("two"));
  producer.call->end();
  EXPECT_EQ(consumer.text, "onetwo");
  EXPECT_TRUE(consumer.ended);
}

TEST_F(ChannelsTest, TheContentTypeGoesAlongUnlessItIsWhatCurlSaysOfAnything) {
  const std::pair<http::Headers, std::string> cases[] = {
      {{}, "application/octet-stream"},
      {{{"Content-Type", "application/x-www-form-urlencoded"}}, "application/octet-stream"},
      {{{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
       "application/x-www-form-urlencoded; charset=utf-8"},
      {{{"Content-Type", "text/plain"}, {"X-Other", "1"}}, "text/plain"},
  };
  for (const auto& [headers, wanted] : cases) {
    post("x", "/channels/s/c", headers);
    auto& consumer = get();
    EXPECT_EQ(consumer.header("Content-Type"), wanted);
    EXPECT_EQ(consumer.header("X-Other"), "");
  }
}

TEST_F(ChannelsTest, AnEmptyBodyIsAMessage) {
  auto& producer = post("");
  auto& consumer = get();
  EXPECT_EQ(consumer.status(), 200);
  EXPECT_TRUE(consumer.ended);
  EXPECT_EQ(consumer.text, "");
  EXPECT_EQ(producer.status(), 200);
}

TEST_F(ChannelsTest, WhoLeavesWhileItWaitsLeavesTheQueue) {
  auto& gone = post("lost");
  auto& halfClosed = post("lost, too");
  post("kept");
  gone.call.reset();
  halfClosed.call->halfClosed();
  EXPECT_EQ(halfClosed.code(), ErrorCode::ClientGone);
  EXPECT_EQ(get().text, "kept");

  auto& consumer = get();
  auto& next = get();
  consumer.call.reset();
  post("for the next");
  EXPECT_EQ(next.text, "for the next");
}

TEST_F(ChannelsTest, AProducerThatDiesInTheBodyCutsTheConsumer) {
  auto& consumer = get();
  auto& producer = ask("POST", "/channels/s/c", "half", {}, false);
  EXPECT_EQ(consumer.text, "half");
  producer.call.reset();
  EXPECT_EQ(consumer.code(), ErrorCode::ClientGone);
  EXPECT_EQ(errorInfo(*consumer.code()).status, 0) << "a cut, no page";
  post("next");
  EXPECT_EQ(get().text, "next");
}

TEST_F(ChannelsTest, AProducerHearsThatItsConsumerDied) {
  auto& consumer = get();
  auto& producer = ask("POST", "/channels/s/c", "half", {}, false);
  consumer.call.reset();
  EXPECT_EQ(producer.code(), ErrorCode::ReceiverGone);
}

TEST_F(ChannelsTest, AConsumerThatClosesItsSideInTheBodyHasLeft) {
  auto& consumer = get();
  auto& producer = ask("POST", "/channels/s/c", "begin", {}, false);
  EXPECT_EQ(consumer.text, "begin");
  consumer.call->halfClosed();
  turn();
  EXPECT_EQ(consumer.code(), ErrorCode::ClientGone);
  EXPECT_EQ(producer.code(), ErrorCode::ReceiverGone);
}

TEST_F(ChannelsTest, AConsumerThatHasBeenGivenEverythingMayCloseItsSide) {
  auto& consumer = get();
  consumer.tellsWritten = false;
  auto& producer = post("whole");
  EXPECT_TRUE(consumer.ended);
  consumer.call->halfClosed();
  EXPECT_FALSE(consumer.code());
  consumer.call->written();
  EXPECT_EQ(producer.status(), 200);
}

TEST_F(ChannelsTest, AProducerOfWhichNothingWasSentGoesFirstAgain) {
  auto& consumer = get();
  auto& producer = ask("POST", "/channels/s/c", "", {}, false);
  EXPECT_EQ(consumer.status(), 200);
  post("later");
  consumer.call.reset();
  turn();
  EXPECT_FALSE(producer.done());
  auto& second = get();
  producer.call->body(Bytes::copyOf("first"));
  producer.call->end();
  EXPECT_EQ(second.text, "first");
}

TEST_F(ChannelsTest, DeletingAnswersWhoWaitsAndLetsATransferFinish) {
  auto& sending = ask("POST", "/channels/s/c", "be", {}, false);
  auto& reading = get();
  auto& producer = post("x");
  auto& consumer = get("/channels/s/other");
  EXPECT_EQ(ask("DELETE", "/channels/s/c").status(), 200);
  EXPECT_EQ(producer.status(), 410);
  EXPECT_FALSE(consumer.done());
  EXPECT_EQ(ask("DELETE", "/channels/s").status(), 200);
  EXPECT_EQ(consumer.status(), 410);
  EXPECT_EQ(ask("DELETE", "/channels/none/none").status(), 200);
  sending.call->body(Bytes::copyOf("gin"));
  sending.call->end();
  EXPECT_EQ(reading.text, "begin");
  EXPECT_EQ(sending.status(), 200);
  post("again");
  EXPECT_EQ(get().text, "again");
}

TEST_F(ChannelsTest, PatienceEndsWith408AndTheMessageIsGone) {
  settings.channelsRequestTimeout = Millis(1);
  kind->reload([](const Result<void>& result) { EXPECT_TRUE(result.ok()); });
  auto& producer = post("late");  // The loop runs until no timer is left.
  EXPECT_EQ(producer.status(), 408);
  EXPECT_EQ(producer.text, "");
  auto& consumer = get();
  EXPECT_EQ(consumer.status(), 408);
  EXPECT_EQ(state(), "{}");
}

TEST_F(ChannelsTest, ListsWhatIsThere) {
  EXPECT_EQ(get("/channels/namespaces").text, "[]");
  EXPECT_EQ(get("/channels/s").status(), 404);
  post("x", "/channels/s/b");
  post("x", "/channels/s/a");
  get("/channels/t/a%2Fb%22");
  EXPECT_EQ(get("/channels/namespaces").text, "[\"s\",\"t\"]");
  EXPECT_EQ(get("/channels/s").text, "[\"a\",\"b\"]");
  auto& all = get("/state");
  EXPECT_EQ(all.text, "{\"s\":[\"a\",\"b\"],\"t\":[\"a/b\\\"\"]}");
  EXPECT_EQ(all.header("Content-Type"), "application/json");
}

TEST_F(ChannelsTest, NamesAreAnyUtf8AndASlashAtTheEndIsNoName) {
  post("x", "/channels/s/%C3%A4/");
  EXPECT_EQ(get("/channels/s/\xC3\xA4").text, "x");
  EXPECT_EQ(get("/channels/s/%FF").code(), ErrorCode::BadRequest);
  EXPECT_EQ(get("/channels/s/%zz").code(), ErrorCode::BadRequest);
  EXPECT_EQ(get("/channels").code(), ErrorCode::NotFound);
  EXPECT_EQ(get("/channels/a/b/c").code(), ErrorCode::NotFound);
  EXPECT_EQ(get("/channels//c").code(), ErrorCode::NotFound);
  EXPECT_EQ(get("/channels/s//").code(), ErrorCode::NotFound);
  EXPECT_EQ(get("/state/").text, "{}");
  post("y", "/channels/namespaces/c");
  EXPECT_EQ(get("/channels/namespaces/c").text, "y");
}

TEST_F(ChannelsTest, OtherMethodsAreRefusedAndTakeNoMessage) {
  post("x");
  for (const auto* method : {"HEAD", "PUT", "PATCH", "OPTIONS"}) {
    auto& refused = ask(method, "/channels/s/c");
    EXPECT_EQ(refused.status(), 405) << method;
    EXPECT_EQ(refused.header("Allow"), "GET, POST, DELETE");
  }
  EXPECT_EQ(ask("POST", "/channels/s").header("Allow"), "GET, DELETE");
  EXPECT_EQ(ask("POST", "/state").header("Allow"), "GET");
  EXPECT_EQ(get().text, "x");
}

TEST_F(ChannelsTest, AnswersAllThatWaitWhenTheServerStops) {
  auto& producer = post("x");
  auto& consumer = get("/channels/s/other");
  kind->drain();
  EXPECT_EQ(producer.status(), 503);
  EXPECT_EQ(consumer.status(), 503);
  EXPECT_EQ(get().code(), ErrorCode::ShuttingDown);
  bool stopped = false;
  kind->stop(Duration::zero(), [&] { stopped = true; });
  EXPECT_FALSE(stopped);
  turn();
  EXPECT_TRUE(stopped);
}

TEST_F(ChannelsTest, CountsWhatGoesOn) {
  const auto figure = [this](std::string_view name) {
    for (const auto& one : kind->inspect(false).figures) {
      if (one.name == name) {
        return one.value;
      }
    }
    return -1.0;
  };
  post("four");
  post("x", "/channels/s/other");
  EXPECT_EQ(figure("channels"), 2);
  EXPECT_EQ(figure("waiting_producers"), 2);
  get();
  EXPECT_EQ(figure("waiting_producers"), 1);
  EXPECT_EQ(figure("delivered_total"), 1);
  EXPECT_EQ(figure("bytes_total"), 4);
  EXPECT_EQ(figure("transfers"), 0);
}

}  // namespace
}  // namespace bridge::upstreams
