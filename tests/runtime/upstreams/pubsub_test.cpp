#include "upstreams/pubsub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loop/loop.h"
#include "runtime/upstreams/recorded_answer.h"

namespace bridge::upstreams {
namespace {

using bridge::testing::RecordedAnswer;
using ::testing::HasSubstr;
using ::testing::Not;

/// Stands for the application: lets in who shows the right cookie.
struct Gate final : Upstream {
  struct GateCall final : Call {
    GateCall(Gate& of, Answer& to) : owner(of), answer(to) {}
    void body(Bytes) override {}
    void end() override {
      answer.head({.status = owner.status, .reason = {}, .headers = {}});
      answer.end();
    }
    void pause() override {}
    void resume() override {}
    Gate& owner;
    Answer& answer;
  };
  [[nodiscard]] std::string_view kind() const override { return "gate"; }
  std::unique_ptr<Call> start(const http::Request& request, const Params&, Answer& answer) override {
    target = request.head.target;
    headers = request.head.headers;
    return std::make_unique<GateCall>(*this, answer);
  }
  int status = 204;
  std::string target;
  http::Headers headers;
};

class PubsubTest : public ::testing::Test {
 protected:
  PubsubTest() {
    settings.serveLaravel = false;
    settings.pubsubMount = "/pubsub";
  }
  ~PubsubTest() override {
    answers.clear();
    kind.reset();
    EXPECT_TRUE(loop.close());
  }

  RecordedAnswer& ask(std::string method, std::string path, std::string body = {}, http::Headers headers = {}) {
    auto& answer = *answers.emplace_back(std::make_unique<RecordedAnswer>());
    http::Request request;
    request.head.method = std::move(method);
    const auto query = path.find('?');
    request.head.path = path.substr(0, query);
    request.head.query = query == std::string::npos ? "" : path.substr(query + 1);
    request.head.headers = std::move(headers);
    answer.ask(*kind, std::move(request), body);
    loop.run();
    return answer;
  }
  RecordedAnswer& publish(std::string body, const std::string& path = "/pubsub/s/t", http::Headers headers = {}) {
    return ask("POST", path, std::move(body), std::move(headers));
  }
  RecordedAnswer& read() { return ask("GET", "/pubsub/s/t"); }
  RecordedAnswer& stream(const std::string& lastId = {}) {
    http::Headers headers{{"Accept", "text/event-stream"}};
    if (!lastId.empty()) {
      headers.add("Last-Event-ID", lastId);
    }
    return ask("GET", "/pubsub/s/t", {}, headers);
  }
  /// The id of the event whose data that is.
  static std::string idOf(const std::string& text, const std::string& data) {
    const auto end = text.find("\ndata: " + data + "\n");
    const auto begin = text.rfind("id: ", end) + 4;
    return text.substr(begin, text.find('\n', begin) - begin);
  }

  loop::Loop loop;
  config::Settings settings;
  Environment environment;
  std::vector<config::Problem> problems;
  Gate gate;
  KindContext context{loop, settings, environment, [this]() -> Upstream* { return &gate; }, problems};
  std::unique_ptr<PubsubKind> kind = std::make_unique<PubsubKind>(context);
  std::vector<std::unique_ptr<RecordedAnswer>> answers;
};

TEST_F(PubsubTest, EveryReaderOfNowGetsTheMessageAndLaterOnesDoNot) {
  auto& first = read();
  auto& second = read();
  EXPECT_FALSE(first.done());
  auto& publisher = publish("news", "/pubsub/s/t", {{"Content-Type", "text/plain"}});
  EXPECT_EQ(publisher.text, "{\"readers\":2}");
  for (auto* reader : {&first, &second}) {
    EXPECT_EQ(reader->text, "news");
    EXPECT_EQ(reader->header("Content-Type"), "text/plain");
    EXPECT_TRUE(reader->ended);
  }
  EXPECT_FALSE(read().done());
  EXPECT_EQ(publish("x", "/pubsub/s/other").text, "{\"readers\":0}");
}

TEST_F(PubsubTest, AStreamGetsAllMessagesAsEvents) {
  auto& reader = stream();
  EXPECT_EQ(reader.header("Content-Type"), "text/event-stream");
  publish("one\ntwo\r\nthree");
  publish("named", "/pubsub/s/t?event=order%20paid");
  EXPECT_THAT(reader.text, HasSubstr("data: one\ndata: two\ndata: three\n\n"));
  EXPECT_THAT(reader.text, HasSubstr("event: order paid\ndata: named\n\n"));
  EXPECT_FALSE(reader.done());
  EXPECT_EQ(publish("x", "/pubsub/s/t?event=a%0Adata:b").code(), ErrorCode::BadRequest);
}

TEST_F(PubsubTest, AStreamThatComesBackGetsWhatItMissed) {
  auto& reader = stream();
  publish("first");
  const auto id = idOf(reader.text, "first");
  reader.call.reset();
  publish("missed");
  publish("missed, too");
  auto& back = stream(id);
  EXPECT_THAT(back.text, Not(HasSubstr("data: first\n")));
  EXPECT_LT(back.text.find("data: missed\n"), back.text.find("data: missed, too\n"));
  publish("new");
  EXPECT_THAT(back.text, HasSubstr("data: new\n"));
  EXPECT_THAT(stream("another-7").text, HasSubstr("data: first\n")) << "of another run: everything is new to it";
  EXPECT_THAT(stream().text, Not(HasSubstr("data: first\n"))) << "it has missed nothing";
}

TEST_F(PubsubTest, OnlySoManyMessagesAreKept) {
  settings.pubsubReplay = 2;
  auto& reader = stream();
  publish("zero");
  publish("one");
  publish("two");
  publish("three");
  auto& back = stream(idOf(reader.text, "zero"));
  EXPECT_THAT(back.text, Not(HasSubstr("data: one\n")));
  EXPECT_THAT(back.text, HasSubstr("data: two\n"));
  EXPECT_THAT(back.text, HasSubstr("data: three\n"));
}

TEST_F(PubsubTest, IdsGoOnWhereATopicWasForgotten) {
  settings.pubsubReplayTime = Millis(0);
  auto& reader = stream();
  publish("a");
  publish("b");
  const auto id = idOf(reader.text, "b");
  reader.call.reset();
  loop::Timer later(loop);
  later.start(Millis(5), [&] { kind->tick(); });
  loop.run();
  EXPECT_EQ(kind->inspect(false).figures[0].value, 0);
  publish("after");
  EXPECT_THAT(stream(id).text, HasSubstr("data: after\n"));
}

TEST_F(PubsubTest, AReaderThatTakesNothingIsCutAndHoldsUpNobody) {
  auto& slow = stream();
  auto& fast = stream();
  slow.call->pause();
  for (int i = 0; i < 40; ++i) {
    publish(std::string(32'000, 'x'));
  }
  EXPECT_EQ(slow.code(), ErrorCode::SlowReader);
  EXPECT_FALSE(fast.done());
  EXPECT_GT(fast.text.size(), 40U * 32'000U);
}

TEST_F(PubsubTest, AReaderThatPausesGetsTheRestInOrder) {
  auto& reader = stream();
  reader.call->pause();
  publish("one");
  publish("two");
  EXPECT_THAT(reader.text, Not(HasSubstr("data")));
  reader.call->resume();
  EXPECT_LT(reader.text.find("data: one"), reader.text.find("data: two"));
}

TEST_F(PubsubTest, StreamsGetASignOfLife) {
  auto& reader = stream();
  auto& waiting = read();
  kind->tick();
  EXPECT_EQ(reader.text, ":\n\n");
  EXPECT_FALSE(waiting.status());
}

TEST_F(PubsubTest, ATokenSaysWhoMayPublish) {
  settings.pubsubToken = "secret";
  EXPECT_EQ(publish("x").status(), 401);
  EXPECT_EQ(publish("x", "/pubsub/s/t", {{"Authorization", "Bearer wrong!"}}).status(), 401);
  EXPECT_EQ(publish("x", "/pubsub/s/t", {{"Authorization", "Bearer secret"}}).status(), 200);
  settings.pubsubToken = "";
  EXPECT_EQ(publish("x").status(), 200);
  settings.serveLaravel = true;
  EXPECT_EQ(publish("x").status(), 403) << "beside an application strangers could publish";
}

TEST_F(PubsubTest, TheApplicationSaysWhoMayRead) {
  settings.serveLaravel = true;
  settings.pubsubToken = "secret";
  settings.pubsubAuth = "/may-read";
  gate.status = 204;
  auto& in = ask("GET", "/pubsub/a%26b/t%20t", {}, {{"Cookie", "session=1"}, {"Accept", "text/event-stream"}});
  EXPECT_EQ(gate.target, "/may-read?namespace=a%26b&topic=t%20t");
  EXPECT_EQ(gate.headers.find("Cookie"), "session=1");
  EXPECT_EQ(gate.headers.find("Accept"), "application/json");
  EXPECT_EQ(in.status(), 200);
  publish("x", "/pubsub/a&b/t%20t", {{"Authorization", "Bearer secret"}});
  EXPECT_THAT(in.text, HasSubstr("data: x\n"));
  const std::pair<int, int> cases[] = {{401, 401}, {403, 403}, {404, 404}, {302, 403}, {500, 500}};
  for (const auto& [said, answered] : cases) {
    gate.status = said;
    EXPECT_EQ(read().status(), answered);
  }
}

TEST_F(PubsubTest, WantsAnApplicationWhereItIsToBeAsked) {
  settings.pubsubAuth = "/may-read";
  PubsubKind other(context);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].variable, "PUBSUB_AUTH");
}

TEST_F(PubsubTest, EndsStreamsInOrderWhenTheServerStops) {
  auto& reader = stream();
  auto& waiting = read();
  kind->drain();
  EXPECT_TRUE(reader.ended);
  EXPECT_EQ(waiting.code(), ErrorCode::ShuttingDown);
  EXPECT_EQ(read().code(), ErrorCode::ShuttingDown);
}

TEST_F(PubsubTest, ForgetsReadersThatLeave) {
  const auto readers = [this] { return kind->inspect(false).figures[1].value; };
  auto& gone = stream();
  auto& left = stream();
  EXPECT_EQ(readers(), 2);
  gone.call.reset();
  left.call->halfClosed();
  EXPECT_EQ(left.code(), ErrorCode::ClientGone);
  EXPECT_EQ(readers(), 0);
  EXPECT_EQ(publish("x").text, "{\"readers\":0}");
}

TEST_F(PubsubTest, OtherPathsAndMethodsAreRefused) {
  EXPECT_EQ(ask("PUT", "/pubsub/s/t").status(), 405);
  EXPECT_EQ(ask("GET", "/pubsub/s").code(), ErrorCode::NotFound);
  EXPECT_EQ(ask("GET", "/pubsub/s/%FF").code(), ErrorCode::BadRequest);
}

}  // namespace
}  // namespace bridge::upstreams
