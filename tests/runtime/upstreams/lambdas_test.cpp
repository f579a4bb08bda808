#include "upstreams/lambdas.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

#include "runtime/loop/loop_fixture.h"
#include "runtime/upstreams/recorded_answer.h"
#include "support/temp_dir.h"

namespace bridge::upstreams {
namespace {

using bridge::testing::Inbox;
using bridge::testing::RecordedAnswer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kHello = R"({"status":201,"headers":{"X-A":"b"},"body":"aGk="})";

/// The processes of these tests only sleep: the test itself speaks for them, at their sockets.
class LambdasTest : public testing::LoopTest {
 protected:
  struct Child {
    std::unique_ptr<loop::Stream> stream;
    Inbox inbox;

    void say(const std::string& text) const { stream->write(Bytes::copyOf(text)); }
    void leave() { stream.reset(); }
  };

  LambdasTest() {
    settings.lambdasMount = "/";
    settings.lambdasRequestTimeout = Seconds(20);
    settings.queueTimeout = Seconds(20);
    name = "lt_" + std::filesystem::path(folder.path()).filename().string();
  }
  void TearDown() override {
    answers.clear();
    children.clear();
    listener.reset();
    if (kind) {
      bool stopped = false;
      kind->stop(Seconds(5), [&stopped] { stopped = true; });
      EXPECT_TRUE(runUntil([&stopped] { return stopped; }));
      kind.reset();
    }
    EXPECT_FALSE(std::filesystem::exists(path())) << "no socket stays behind";
    testing::LoopTest::TearDown();
  }

  [[nodiscard]] std::string path() const { return "/tmp/" + name; }
  [[nodiscard]] std::string entry(const std::string& id = "a", const std::string& route = "/a/*",
                                  const std::string& more = {}) const {
    return "<process><id>" + id + "</id><executable>sleep</executable><arg>1000</arg><route>" + route +
           "</route><pipe_name>" + name + (id == "a" ? "" : id) + "</pipe_name>" + more + "</process>";
  }
  void write(const std::string& entries) {
    settings.lambdasManifest = folder.write("manifest.xml", "<manifest>" + entries + "</manifest>");
  }
  void begin(const std::string& entries) {
    write(entries);
    kind = std::make_unique<LambdasKind>(KindContext{loop_, settings, environment, [] { return nullptr; }, problems});
    ASSERT_THAT(problems, IsEmpty());
    kind->addRoutes(routes);
    kind->begin({});
  }
  /// As the catalog does it: with problems there is no reload.
  bool reload() {
    std::vector<config::Problem> found;
    kind->checkReload(found);
    for (const auto& problem : found) {
      refusals.push_back(problem.text());
    }
    bool done = false;
    if (found.empty()) {
      kind->reload([&done](const Result<void>& result) { done = result.ok(); });
    }
    return done;
  }
  /// A process that connects.
  Child& connect(const std::string& to = {}) {
    auto& child = children.emplace_back();
    const auto connector = loop::Connector::unixSocket(loop_, to.empty() ? path() : to, Seconds(5),
                                                       [&](Result<std::unique_ptr<loop::Stream>> made) {
                                                         ASSERT_TRUE(made.ok()) << made.error().detail;
                                                         child.stream = std::move(*made);
                                                         child.stream->startReading(child.inbox.events());
                                                       });
    EXPECT_TRUE(runUntil([&child] { return child.stream != nullptr; }));
    return child;
  }
  /// A process that listens, here or by HTTP: each connection is one more child.
  void listen() {
    std::filesystem::remove(path());
    listener = testing::must(loop::Listener::unixSocket(loop_, path(), 0600, 5, adopt()));
  }
  void listenByHttp() {
    listener = testing::must(loop::Listener::tcp(loop_, "127.0.0.1", config::lambdaPort(name), 16, adopt()));
  }
  std::function<void(std::unique_ptr<loop::Stream>)> adopt() {
    return [this](std::unique_ptr<loop::Stream> stream) {
      auto& child = children.emplace_back();
      child.stream = std::move(stream);
      child.stream->startReading(child.inbox.events());
    };
  }
  RecordedAnswer& send(const std::string& target = "/a/b", const std::string& body = {},
                       const std::string& method = "POST") {
    auto& answer = *answers.emplace_back(std::make_unique<RecordedAnswer>());
    http::Request request;
    request.head.method = method;
    request.head.path = target;
    answer.ask(*kind, std::move(request), body);
    return answer;
  }
  bool await(const RecordedAnswer& answer) {
    return runUntil([&answer] { return answer.done(); });
  }
  bool asked(const Child& child, std::size_t requests = 1) {
    return runUntil([&] { return static_cast<std::size_t>(std::ranges::count(child.inbox.text, '\n')) >= requests; });
  }
  double figure(std::string_view wanted) {
    for (const auto& one : kind->inspect(false).figures) {
      if (one.name == wanted) {
        return one.value;
      }
    }
    return -1;
  }

  testing::TempDir folder;
  std::string name;
  config::Settings settings;
  Environment environment{"PATH=/usr/bin:/bin"};
  std::vector<config::Problem> problems;
  RouteTable routes{problems};
  std::unique_ptr<LambdasKind> kind;
  std::unique_ptr<loop::Listener> listener;
  std::list<Child> children;
  std::vector<std::unique_ptr<RecordedAnswer>> answers;
  std::vector<std::string> refusals;
  struct Other final : Upstream {
    [[nodiscard]] std::string_view kind() const override { return "other"; }
    std::unique_ptr<Call> start(const http::Request&, const Params&, Answer&) override { return nullptr; }
  };
  Other other;
};

TEST_F(LambdasTest, ARequestGoesToTheProcessThatHasConnectedAndItsReplyComesBack) {
  begin(entry());
  auto& child = connect();
  auto& answer = send("/a/b", "hello");
  ASSERT_TRUE(asked(child));
  EXPECT_EQ(child.inbox.text, "{\"method\":\"POST\",\"uri\":\"/a/b\",\"headers\":[],\"body\":\"aGVsbG8=\"}\n");
  child.say(kHello);
  ASSERT_TRUE(await(answer));
  EXPECT_EQ(answer.status(), 201);
  EXPECT_EQ(answer.header("X-A"), "b");
  EXPECT_EQ(answer.text, "hi");
  EXPECT_GT(answer.served.pid, 0);
}

TEST_F(LambdasTest, AConnectionThatStaysOpenHasOneRequestAfterTheOther) {
  begin(entry());
  auto& child = connect();
  auto& first = send();
  auto& second = send("/a/second");
  ASSERT_TRUE(asked(child));
  runFor(Millis(20));
  EXPECT_THAT(child.inbox.text, Not(HasSubstr("/a/second"))) << "one at a time";
  child.say(kHello);
  ASSERT_TRUE(await(first));
  ASSERT_TRUE(asked(child, 2));
  child.say("\n{\"body\":\"");
  child.say("Mg==\"");
  child.say("}\n");
  ASSERT_TRUE(await(second));
  EXPECT_EQ(second.text, "2");
}

TEST_F(LambdasTest, ARequestWaitsForAProcessThatIsStarting) {
  begin(entry());
  auto& answer = send();
  runFor(Millis(50));
  EXPECT_EQ(figure("waiting"), 1);
  auto& child = connect();
  ASSERT_TRUE(asked(child));
  child.say(kHello);
  ASSERT_TRUE(await(answer));
}

TEST_F(LambdasTest, WhoWaitsTooLongIsAnswered) {
  settings.queueTimeout = Millis(50);
  begin(entry());
  auto& answer = send();
  ASSERT_TRUE(await(answer));
  EXPECT_EQ(answer.code(), ErrorCode::QueueTimeout);
}

TEST_F(LambdasTest, ARequestThatWasNotReadIsGivenToTheNext) {
  begin(entry());
  auto& child = connect();
  auto& first = send();
  auto& second = send("/a/second");
  ASSERT_TRUE(asked(child));
  // It ends after its reply, as documented; what comes then it never sees.
  child.stream->stopReading();
  child.say(kHello);
  ASSERT_TRUE(await(first));
  runFor(Millis(5));
  child.leave();
  auto& next = connect();
  ASSERT_TRUE(asked(next));
  EXPECT_THAT(next.inbox.text, HasSubstr("/a/second"));
  next.say(kHello);
  ASSERT_TRUE(await(second));
  EXPECT_EQ(second.status(), 201);
}

TEST_F(LambdasTest, ARequestThatWasReadIsNeverGivenAgain) {
  begin(entry());
  auto& child = connect();
  auto& first = send();
  ASSERT_TRUE(asked(child));
  child.say(kHello);
  ASSERT_TRUE(await(first));
  auto& second = send("/a/second");
  ASSERT_TRUE(asked(child, 2));
  child.leave();
  ASSERT_TRUE(await(second));
  EXPECT_EQ(second.code(), ErrorCode::ProcessSilent);
}

TEST_F(LambdasTest, RepliesThatAreNoneMakeErrors) {
  begin(entry());
  const auto failure = [this](const std::string& said) {
    auto& child = connect();
    auto& answer = send();
    EXPECT_TRUE(asked(child));
    child.say(said);
    child.stream->shutdown();
    EXPECT_TRUE(await(answer)) << said;
    return answer.code();
  };
  EXPECT_EQ(failure("hello"), ErrorCode::ProtocolViolation);
  EXPECT_EQ(failure("{\"status\":"), ErrorCode::ProcessSilent) << "half a reply";
  EXPECT_EQ(failure("{\"status\" 200}"), ErrorCode::ProtocolViolation);
  EXPECT_EQ(failure("{\"body\":\"a\"}"), ErrorCode::ProtocolViolation);
  EXPECT_EQ(failure("{\"headers\":{\"A\":\"\\u20ac\"}}"), ErrorCode::InvalidAnswer);
  EXPECT_EQ(failure(""), ErrorCode::ProcessSilent);
  settings.lambdasMaxReply = 1024;
  EXPECT_EQ(failure("{\"body\":\"" + std::string(2000, 'A') + "\"}"), ErrorCode::ProtocolViolation);
}

TEST_F(LambdasTest, AProcessThatDoesNotReplyInTimeLosesItsConnectionAndThenItsLife) {
  settings.lambdasRequestTimeout = Millis(100);
  begin(entry());
  ASSERT_TRUE(runUntil([this] { return kind->inspect(true).children.at(0).pid > 0; }));
  const auto pid = kind->inspect(true).children[0].pid;
  auto& child = connect();
  auto& answer = send();
  ASSERT_TRUE(await(answer));
  EXPECT_EQ(answer.code(), ErrorCode::ProcessDeadline);
  EXPECT_TRUE(runUntil([&child] { return child.inbox.ended; }));
  EXPECT_TRUE(runUntil([&] {
    const auto row = kind->inspect(true).children[0];
    return row.pid > 0 && row.pid != pid;
  })) << "it does not come back: another one is started";
}

TEST_F(LambdasTest, AClientThatLeavesLeavesTheProcessItsConnection) {
  begin(entry());
  auto& child = connect();
  auto& answer = send();
  ASSERT_TRUE(asked(child));
  answer.call.reset();
  auto& next = send("/a/next");
  runFor(Millis(20));
  EXPECT_THAT(child.inbox.text, Not(HasSubstr("/a/next"))) << "it is still busy";
  child.say(R"({"body":"b2xk"})");
  ASSERT_TRUE(asked(child, 2));
  child.say(kHello);
  ASSERT_TRUE(await(next));
  EXPECT_EQ(next.text, "hi");
}

TEST_F(LambdasTest, AClientThatLeavesTheQueueIsForgotten) {
  begin(entry());
  auto& answer = send();
  answer.call->halfClosed();
  EXPECT_EQ(answer.code(), ErrorCode::ClientGone);
  EXPECT_EQ(figure("waiting"), 0);
}

TEST_F(LambdasTest, AProcessThatListensIsConnectedToForEachRequest) {
  begin(entry());
  listen();
  for (const std::string target : {"/a/1", "/a/2"}) {
    auto& answer = send(target);
    const auto before = children.size();
    ASSERT_TRUE(runUntil([&] { return children.size() > before; }));
    auto& child = children.back();
    ASSERT_TRUE(asked(child));
    EXPECT_THAT(child.inbox.text, HasSubstr(target));
    child.say(kHello);
    ASSERT_TRUE(await(answer));
    EXPECT_TRUE(runUntil([&child] { return child.inbox.ended; })) << "the server closes";
  }
}

TEST_F(LambdasTest, AProcessThatListensHasTheConnectionClosedWhenTheClientLeaves) {
  begin(entry("a", "/a/*", "<pipe_listener>child</pipe_listener>"));
  EXPECT_FALSE(std::filesystem::exists(path())) << "nothing is in the way of a process that does not unlink";
  listen();
  auto& answer = send();
  ASSERT_TRUE(runUntil([&] { return !children.empty(); }));
  ASSERT_TRUE(asked(children.back()));
  answer.call.reset();
  EXPECT_TRUE(runUntil([this] { return children.back().inbox.ended; }));
}

TEST_F(LambdasTest, EachInstanceHasAnAddressAndIdleOnesGetTheWork) {
  begin(entry("a", "/a/*", "<instances>2</instances>"));
  auto& first = connect();
  auto& second = connect(path() + ".2");
  auto& one = send();
  auto& two = send();
  ASSERT_TRUE(asked(first));
  ASSERT_TRUE(asked(second));
  first.say(kHello);
  second.say(kHello);
  EXPECT_TRUE(await(one));
  EXPECT_TRUE(await(two));
  EXPECT_EQ(figure("processes"), 2);
  EXPECT_EQ(figure("ready"), 2);
  EXPECT_EQ(figure("replies_total"), 2);
}

TEST_F(LambdasTest, HttpProcessesAreAskedByPostOnKeptConnections) {
  begin(entry("a", "/a/*", "<communication_mode>http</communication_mode>"));
  const int port = config::lambdaPort(name);
  listenByHttp();
  auto& one = send("/a/1");
  auto& two = send("/a/2");
  ASSERT_TRUE(runUntil([this] { return children.size() == 2; })) << "both at once";
  const std::string json = kHello;
  const auto reply = [&](const Child& child, const std::string& head = "HTTP/1.1 200 OK") {
    child.say(head + "\r\nContent-Length: " + std::to_string(json.size()) + "\r\n\r\n" + json);
  };
  for (auto& child : children) {
    ASSERT_TRUE(asked(child, 6));
    EXPECT_THAT(child.inbox.text, HasSubstr("POST / HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
                                            "\r\nContent-Type: application/json\r\nContent-Length: "));
    reply(child, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK");
  }
  ASSERT_TRUE(await(one));
  ASSERT_TRUE(await(two));
  EXPECT_EQ(two.text, "hi");
  auto& three = send("/a/3");
  ASSERT_TRUE(runUntil([this] {
    return std::ranges::any_of(children,
                               [](const Child& child) { return child.inbox.text.find("/a/3") != std::string::npos; });
  }));
  EXPECT_EQ(children.size(), 2U);
  for (auto& child : children) {
    if (child.inbox.text.find("/a/3") != std::string::npos) {
      reply(child, "HTTP/1.1 500 Internal Server Error");
    }
  }
  ASSERT_TRUE(await(three));
  EXPECT_EQ(three.code(), ErrorCode::ProtocolViolation);
  EXPECT_THAT(three.failure->detail, HasSubstr("500"));
}

TEST_F(LambdasTest, AnHttpProcessHasNoMoreRequestsAtATimeThanItMay) {
  settings.lambdasConnections = 1;
  begin(entry("a", "/a/*", "<communication_mode>http</communication_mode>"));
  listenByHttp();
  auto& one = send("/a/1");
  auto& two = send("/a/2");
  ASSERT_TRUE(runUntil([this] { return !children.empty(); }));
  auto& child = children.front();
  ASSERT_TRUE(asked(child, 6));
  runFor(Millis(30));
  EXPECT_EQ(children.size(), 1U);
  EXPECT_EQ(figure("waiting"), 1);
  child.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
  ASSERT_TRUE(await(one));
  ASSERT_TRUE(asked(child, 12)) << "on the same connection";
  child.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n");
  EXPECT_TRUE(await(two));
}

TEST_F(LambdasTest, AProcessByHttpMayEndItsAnswerWithTheConnection) {
  begin(entry("a", "/a/*", "<communication_mode>http</communication_mode>"));
  listenByHttp();
  auto& answer = send("/a/1");
  ASSERT_TRUE(
      runUntil([this] { return !children.empty() && children.front().inbox.text.find("}\n") != std::string::npos; }));
  children.front().say("HTTP/1.0 200 OK\r\n\r\n" + std::string(kHello));
  children.front().stream->shutdown();
  ASSERT_TRUE(await(answer));
  EXPECT_EQ(answer.text, "hi");
}

TEST_F(LambdasTest, TheFirstRouteOfTheFileThatMatchesDecides) {
  begin(entry("a", "/*") + entry("b", "/b"));
  auto& child = connect();
  (void)send("/b");
  EXPECT_TRUE(asked(child));
}

TEST_F(LambdasTest, WhatNoRouteMatchesAndUnknownMethodsAreAnsweredInWords) {
  begin(entry());
  auto& none = send("/ab");
  ASSERT_TRUE(await(none));
  EXPECT_EQ(none.status(), 404);
  EXPECT_EQ(none.text, "No route found for path: /ab\n");
  auto& odd = send("/a", "", "PROPFIND");
  ASSERT_TRUE(await(odd));
  EXPECT_EQ(odd.status(), 400);
  EXPECT_EQ(odd.text, "Invalid request: Unsupported method: PROPFIND\n");
}

TEST_F(LambdasTest, BelowAMountTheRoutesStandAsInTheFile) {
  settings.lambdasMount = "/local";
  begin(entry("a", "/a"));
  auto& child = connect();
  (void)send("/local/a");
  ASSERT_TRUE(asked(child));
  EXPECT_THAT(child.inbox.text, HasSubstr(R"("uri":"/local/a")")) << "as the client sent it";
}

TEST_F(LambdasTest, WithACacheAnAnswerIsGivenAgainUntilAReload) {
  settings.lambdasCache = 10;
  begin(entry());
  auto& child = connect();
  auto& first = send("/a/b", "", "GET");
  ASSERT_TRUE(asked(child));
  child.say(R"({"headers":{"X-A":"b"},"body":"aGk="})");
  ASSERT_TRUE(await(first));
  auto& second = send("/a/b", "", "GET");
  ASSERT_TRUE(await(second)) << "nobody was asked";
  EXPECT_EQ(second.text, "hi");
  EXPECT_EQ(second.header("X-A"), "b");
  EXPECT_EQ(figure("cached"), 1);
  (void)send("/a/b", "", "POST");
  ASSERT_TRUE(asked(child, 2)) << "a POST always goes to the process";
  child.say("{}");
  EXPECT_TRUE(reload());
  (void)send("/a/b", "", "GET");
  EXPECT_TRUE(asked(child, 3));
}

TEST_F(LambdasTest, AReloadKeepsWhatHasNotChanged) {
  begin(entry() + entry("b", "/b"));
  auto& child = connect();
  const auto before = kind->inspect(true).children;
  auto& running = send();
  ASSERT_TRUE(asked(child));
  write(entry() + entry("b", "/b", "<instances>2</instances>") + entry("c", "/c"));
  EXPECT_TRUE(reload());
  ASSERT_TRUE(runUntil([this] { return figure("processes") == 4; })) << "a, b, b.2, c; the old b has ended";
  EXPECT_EQ(kind->inspect(true).children[0].pid, before[0].pid);
  child.say(kHello);
  ASSERT_TRUE(await(running));
  auto& added = connect(path() + "c");
  (void)send("/c");
  EXPECT_TRUE(asked(added));
}

TEST_F(LambdasTest, AReloadBringsNewRoutesUnlessSomebodyElseHasThem) {
  settings.lambdasMount = "";
  routes.add("/taken/*", other, "OTHER_MOUNT");
  routes::Router<Upstream*> router;
  begin(entry());
  routes.fill(router);
  write(entry() + entry("b", "/new/*"));
  EXPECT_TRUE(reload());
  const auto found = router.find("/new/x");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->target, kind.get());
  write(entry() + entry("c", "/taken/*"));
  EXPECT_FALSE(reload());
  EXPECT_THAT(refusals, ElementsAre(HasSubstr("is taken: OTHER_MOUNT has mounted other at /taken/*")));
}

TEST_F(LambdasTest, AReloadOfABrokenFileChangesNothing) {
  begin(entry());
  auto& child = connect();
  folder.write("manifest.xml", "<manifest>\n<process/></manifest>");
  EXPECT_FALSE(reload());
  EXPECT_THAT(refusals, ::testing::Contains(HasSubstr("line 2: process at line 2: <id> is missing")));
  (void)send();
  EXPECT_TRUE(asked(child));
}

TEST_F(LambdasTest, AProcessThatIsNotInTheFileAnyMoreFinishesWhatItHas) {
  begin(entry());
  auto& child = connect();
  auto& running = send();
  ASSERT_TRUE(asked(child));
  write("");
  EXPECT_TRUE(reload());
  auto& late = send();
  ASSERT_TRUE(await(late));
  EXPECT_EQ(late.status(), 404);
  child.say(kHello);
  ASSERT_TRUE(await(running));
  EXPECT_EQ(running.status(), 201);
  EXPECT_TRUE(runUntil([this] { return figure("processes") == 0; }));
}

TEST_F(LambdasTest, ABodyThatOutlivesItsProcessFindsAnotherOrNone) {
  begin(entry() + entry("b", "/b"));
  const auto upload = [this](const std::string& target) -> RecordedAnswer& {
    auto& answer = *answers.emplace_back(std::make_unique<RecordedAnswer>());
    answer.request.head.method = "POST";
    answer.request.head.path = target;
    answer.call = kind->start(answer.request, {}, answer);
    answer.call->body(Bytes::copyOf("begun"));
    return answer;
  };
  auto& moved = upload("/a/b");
  auto& lost = upload("/b");
  write(entry("c", "/a/*"));
  EXPECT_TRUE(reload());
  ASSERT_TRUE(runUntil([this] { return figure("processes") == 1; })) << "nobody waits for the end of a body";
  moved.call->end();
  lost.call->end();
  ASSERT_TRUE(await(lost));
  EXPECT_EQ(lost.code(), ErrorCode::NotFound);
  auto& child = connect(path() + "c");
  ASSERT_TRUE(asked(child));
  child.say(kHello);
  ASSERT_TRUE(await(moved));
  EXPECT_EQ(moved.status(), 201);
}

TEST_F(LambdasTest, AProcessThatCannotBeStartedIsToldToThoseWhoAsk) {
  write("<process><id>a</id><executable>/no/such/program</executable><route>/a</route><pipe_name>" + name +
        "</pipe_name></process>");
  kind = std::make_unique<LambdasKind>(KindContext{loop_, settings, environment, [] { return nullptr; }, problems});
  kind->begin({});
  auto& answer = send("/a");
  ASSERT_TRUE(await(answer));
  EXPECT_EQ(answer.code(), ErrorCode::NoWorkers);
  EXPECT_THAT(answer.failure->detail, HasSubstr("No such file or directory"));
}

TEST_F(LambdasTest, ComplainsAboutTheFileAndStartsNothing) {
  settings.lambdasManifest = folder.write("manifest.xml", "<manifest>\n<process><id>x</id></process></manifest>");
  const LambdasKind broken(KindContext{loop_, settings, environment, [] { return nullptr; }, problems});
  EXPECT_THAT(problems, ::testing::SizeIs(3));
  EXPECT_EQ(problems[0].text(), settings.lambdasManifest + ": line 2: process `x`: <executable> is missing");
}

}  // namespace
}  // namespace bridge::upstreams
