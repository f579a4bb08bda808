#include "server/exchange.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "runtime/server/server_fixture.h"
#include "server/filters/request_id.h"
#include "server/filters/server_options.h"

namespace bridge::server {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kGet = "GET /app/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

class ExchangeTest : public ServerTest {
 protected:
  using Answer = upstreams::Answer;

  void answerWith(std::function<void(Answer&)> script) {
    upstream.script.onEnd = [script = std::move(script)](const http::Request&, Answer& answer, const std::string&) {
      script(answer);
    };
  }
};

TEST_F(ExchangeTest, AnswersWhatNoRouteServesWith404) {
  EXPECT_THAT(exchange("GET /other HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), StartsWith("HTTP/1.1 404 "));
}

TEST_F(ExchangeTest, LetsAnUpstreamSayHowLargeABodyMayBe) {
  server->front().options.maxBody = 1 << 20;
  upstream.theTerms.maxBody = 4;
  EXPECT_THAT(exchange("POST /app/a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"), StartsWith("HTTP/1.1 413 "));
  server->front().options.maxBody = 4;
  upstream.theTerms.maxBody = upstreams::Terms::kNoLimit;
  EXPECT_THAT(exchange("POST /app/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"),
              EndsWith("POST /app/a hello"));
}

TEST_F(ExchangeTest, TellsTheCallWhenTheSocketHasItsWholeAnswer) {
  int written = 0;
  int destroyedBefore = -1;
  upstream.script.onWritten = [&] {
    ++written;
    destroyedBefore = upstream.destroyed;
  };
  exchange(kGet);
  EXPECT_EQ(written, 1);
  EXPECT_EQ(destroyedBefore, 0);
}

TEST_F(ExchangeTest, DoesNotSpeakOfAnAnswerThatWasCutAsWritten) {
  int written = 0;
  upstream.script.onWritten = [&] { ++written; };
  answerWith([](Answer& answer) {
    answer.head({.status = 200, .reason = {}, .headers = {{"Content-Length", "10"}}});
    answer.body(Bytes::copyOf("short"));
    answer.end();
  });
  exchange(kGet);
  EXPECT_EQ(written, 0);
}

TEST_F(ExchangeTest, InvitesABodyOnlyWhenTheUpstreamReadsIt) {
  upstream.script.onStart = [this](const http::Request&, Answer& answer) {
    answer.pauseRequest();
    loop.defer([&answer] {
      answer.informational({.status = 103, .reason = {}, .headers = {}});
      answer.resumeRequest();
    });
  };
  std::string invited;
  std::string answered;
  serve([&] {
    TestClient client(port);
    client.send(
        "POST /app/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n"
        "Expect: 100-continue\r\n\r\n");
    invited = client.readUntilContains("HTTP/1.1 100 Continue\r\n\r\n");
    client.send("hi");
    answered = client.readAll();
  });
  EXPECT_THAT(invited, StartsWith("HTTP/1.1 103 "));
  EXPECT_THAT(answered, EndsWith("POST /app/a hi"));
}

TEST_F(ExchangeTest, SeesAClientLeaveThatWaitsWithAPausedBody) {
  // More than is read ahead, and less than the kernel takes.
  for (const std::size_t size : {std::size_t{10}, std::size_t{100'000}}) {
    upstream.script.onStart = [](const http::Request&, Answer& answer) { answer.pauseRequest(); };
    std::atomic<int> left = 0;
    upstream.script.onHalfClosed = [&](Answer& answer) {
      ++left;
      answer.fail({ErrorCode::ClientGone, {}});
    };
    const int destroyed = upstream.destroyed;
    bool closed = false;
    serve([&] {
      TestClient client(port);
      client.send("POST /app/a HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size + 1) + "\r\n\r\n");
      while (upstream.started == 0) {
        std::this_thread::yield();
      }
      client.send(std::string(size, 'x'));
      client.closeWriting();
      client.readAll();
      closed = client.closedByPeer() || left == 1;
    });
    EXPECT_TRUE(closed) << size;
    EXPECT_EQ(left, 1) << size;
    EXPECT_EQ(upstream.destroyed, destroyed + 1) << size;
    upstream.started = 0;
  }
}

TEST_F(ExchangeTest, AnswersOptionsForTheServerItself) {
  server->front().filters.push_back(std::make_unique<ServerOptions>());
  const auto answer = exchange("OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(answer, HasSubstr("\r\nAllow: GET, HEAD, "));
}

TEST_F(ExchangeTest, GoesOnBehindARequestThatNeededNoUpstream) {
  server->front().filters.push_back(std::make_unique<ServerOptions>());
  for (const auto* options :
       {"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "OPTIONS http://x HTTP/1.1\r\nHost: x\r\n\r\n"}) {
    const auto answer = exchange(std::string(options) + kGet);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 204 "));
    EXPECT_THAT(answer, HasSubstr("HTTP/1.1 200 "));
  }
  EXPECT_THAT(exchange(std::string("GET /other HTTP/1.1\r\nHost: x\r\n\r\n") + kGet), HasSubstr("HTTP/1.1 200 "));
}

TEST_F(ExchangeTest, ClosesWhereAReplyComesBeforeTheBody) {
  server->front().filters.push_back(std::make_unique<ServerOptions>());
  const auto answer =
      exchange("OPTIONS * HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(std::string(kGet).size()) +
               "\r\n\r\n" + kGet);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_EQ(upstream.started, 0);
}

TEST_F(ExchangeTest, ClosesBehindABadRequestThatOnlyTheUpstreamSees) {
  answerWith([](Answer& answer) { answer.fail({ErrorCode::BadRequest, "two of a kind"}); });
  const auto answer = exchange("GET /app/a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
}

TEST_F(ExchangeTest, InvitesNoBodyThatTheUpstreamRefusesUnseen) {
  upstream.script.onStart = [](const http::Request&, Answer& answer) { answer.fail({ErrorCode::SpoolFull, {}}); };
  EXPECT_THAT(exchange("POST /app/x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"),
              StartsWith("HTTP/1.1 503 "));
}

TEST_F(ExchangeTest, InvitesNoBodyThatHasCome) {
  EXPECT_THAT(exchange("POST /app/x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n"
                       "Connection: close\r\n\r\nabc"),
              StartsWith("HTTP/1.1 200 "));
}

TEST_F(ExchangeTest, StreamsAnAnswerOfUnknownLengthInChunks) {
  answerWith([this](Answer& answer) {
    answer.head({});
    answer.body(Bytes::copyOf("one"));
    loop.defer([&answer] {
      answer.body(Bytes::copyOf("two"));
      answer.end();
    });
  });
  EXPECT_THAT(exchange(kGet),
              EndsWith("Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"));
}

TEST_F(ExchangeTest, SendsTheFirstBytesOfAStreamBeforeItsEnd) {
  std::function<void()> finish;
  answerWith([&finish](Answer& answer) {
    answer.head({});
    answer.body(Bytes::copyOf("first"));
    finish = [&answer] { answer.end(); };
  });
  upstream.script.onHalfClosed = [&finish](Answer&) { finish(); };
  serve([&] {
    TestClient client(port);
    client.send(kGet);
    EXPECT_THAT(client.readUntilContains("first\r\n"), HasSubstr("5\r\nfirst\r\n"));
    client.closeWriting();
    EXPECT_EQ(client.readAll(), "0\r\n\r\n");
  });
}

TEST_F(ExchangeTest, SpeaksToHttp10WithoutChunksAndClosesAtTheEnd) {
  answerWith([this](Answer& answer) {
    answer.head({});
    answer.body(Bytes::copyOf("one"));
    loop.defer([&answer] { answer.end(); });
  });
  const auto answer = exchange("GET /app/a HTTP/1.0\r\n\r\n");
  EXPECT_THAT(answer, Not(HasSubstr("Transfer-Encoding")));
  EXPECT_THAT(answer, EndsWith("\r\n\r\none"));
}

TEST_F(ExchangeTest, SendsNoBodyToHead) {
  answerWith([](Answer& answer) {
    answer.head({.status = 200, .reason = {}, .headers = {{"Content-Length", "3"}}});
    answer.body(Bytes::copyOf("abc"));
    answer.end();
  });
  const auto answer = exchange("HEAD /app/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 3\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(ExchangeTest, PassesEarlyHintsOn) {
  answerWith([](Answer& answer) {
    answer.informational({.status = 103, .reason = {}, .headers = {{"Link", "</a.css>; rel=preload"}}});
    answer.head({});
    answer.end();
  });
  const auto answer = exchange(kGet);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 200 OK\r\n"));
}

TEST_F(ExchangeTest, TurnsAnErrorBeforeTheAnswerIntoAPageThatHidesTheCause) {
  server->front().filters.push_back(std::make_unique<RequestId>(1));
  answerWith([](Answer& answer) { answer.fail({ErrorCode::WorkerDied, "secret path /srv/x"}); });
  const auto answer = exchange(
      "GET /app/a HTTP/1.1\r\nHost: x\r\nX-Request-Id: my-id\r\nAccept: application/json\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 502 Bad Gateway\r\n"));
  EXPECT_THAT(answer, HasSubstr("application/json"));
  EXPECT_THAT(answer, HasSubstr("my-id"));
  EXPECT_THAT(answer, Not(HasSubstr("secret")));
}

TEST_F(ExchangeTest, TellsTheClientWhenToComeBackAfter503) {
  answerWith([](Answer& answer) { answer.fail({ErrorCode::QueueFull, {}}); });
  EXPECT_THAT(exchange(kGet), HasSubstr("\r\nRetry-After: "));
}

TEST_F(ExchangeTest, KeepsTheConnectionAfterAnErrorOfTheUpstream) {
  answerWith([](Answer& answer) { answer.fail({ErrorCode::WorkerDied, {}}); });
  const auto answer = exchange(std::string("GET /app/1 HTTP/1.1\r\nHost: x\r\n\r\n") + kGet);
  EXPECT_EQ(upstream.started, 2);
}

TEST_F(ExchangeTest, CutsAnAnswerThatFailsInItsMiddle) {
  answerWith([this](Answer& answer) {
    answer.head({});
    answer.body(Bytes::copyOf("part"));
    loop.defer([&answer, this] { loop.defer([&answer] { answer.fail({ErrorCode::WorkerDied, {}}); }); });
  });
  const auto answer = exchange(kGet);
  EXPECT_THAT(answer, HasSubstr("4\r\npart\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("0\r\n\r\n")));
}

TEST_F(ExchangeTest, SendsWhatCameInTheTurnOfTheFailure) {
  answerWith([this](Answer& answer) {
    answer.head({});
    answer.body(Bytes::copyOf("first"));
    loop.defer([&answer, this] {
      loop.defer([&answer] {
        answer.body(Bytes::copyOf("second"));
        answer.fail({ErrorCode::WorkerDied, {}});
      });
    });
  });
  const auto answer = exchange(kGet);
  EXPECT_TRUE(answer.ends_with("5\r\nfirst\r\n6\r\nsecond\r\n")) << answer;
}

TEST_F(ExchangeTest, ResetsWhereTheEndOfTheConnectionWouldPassForTheEndOfTheAnswer) {
  answerWith([this](Answer& answer) {
    answer.head({});
    answer.body(Bytes::copyOf("part"));
    loop.defer([&answer, this] { loop.defer([&answer] { answer.fail({ErrorCode::WorkerDied, {}}); }); });
  });
  serve([&] {
    TestClient client(port);
    client.send("GET /app/1 HTTP/1.0\r\n\r\n");
    client.readAll();
    EXPECT_FALSE(client.closedByPeer());
  });
}

TEST_F(ExchangeTest, CutsAnAnswerThatIsShorterThanItsLength) {
  answerWith([](Answer& answer) {
    answer.head({.status = 200, .reason = {}, .headers = {{"Content-Length", "10"}}});
    answer.body(Bytes::copyOf("short"));
    answer.end();
  });
  serve([&] {
    TestClient client(port);
    client.send(kGet);
    EXPECT_TRUE(client.readAll().ends_with("\r\n\r\nshort"));
    EXPECT_TRUE(client.closedByPeer());
  });
}

TEST_F(ExchangeTest, AnswersAnUpstreamThatSendsAnImpossibleHeadWith502) {
  answerWith([](Answer& answer) {
    answer.head({.status = 200, .reason = {}, .headers = {{"X", "a\r\nSet-Cookie: b"}}});
    answer.body(Bytes::copyOf("body"));
    answer.end();
  });
  const auto answer = exchange(kGet);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 502 "));
  EXPECT_THAT(answer, Not(HasSubstr("Set-Cookie")));
}

TEST_F(ExchangeTest, AnswersOnceWhereTheUpstreamAnswersBeforeTheBodyIsComplete) {
  upstream.script.onStart = [](const http::Request&, Answer& answer) {
    answer.head({.status = 403, .reason = {}, .headers = {}});
    answer.end();
  };
  upstream.script.onEnd = [](auto&, auto&, auto&) { FAIL() << "the answer was over"; };
  const auto answer = exchange("POST /app/a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
}

TEST_F(ExchangeTest, PausesAnUpstreamThatIsFasterThanItsClient) {
  constexpr std::size_t kPiece = 128U << 10U;
  constexpr std::size_t kTotal = 32U << 20U;
  auto sent = std::make_shared<std::size_t>(0);
  auto highest = std::make_shared<std::size_t>(0);
  const auto send = [=, this](Answer& answer) {
    const int pausesBefore = upstream.paused;
    while (*sent < kTotal && upstream.paused == pausesBefore) {
      *sent += kPiece;
      answer.body(Bytes(std::string(kPiece, 'x')));
    }
    if (*sent == kTotal) {
      answer.end();
    }
  };
  answerWith([send](Answer& answer) {
    answer.head({.status = 200, .reason = {}, .headers = {{"Content-Length", std::to_string(kTotal)}}});
    send(answer);
  });
  upstream.script.onResume = send;
  std::string answer;
  serve([&] {
    TestClient client(port);
    client.send(kGet);
    answer = client.readAll();
  });
  EXPECT_GT(upstream.paused, 0);
  EXPECT_EQ(answer.size() - answer.find("\r\n\r\n") - 4, kTotal);
}

TEST_F(ExchangeTest, PausesAClientThatIsFasterThanTheUpstream) {
  std::size_t received = 0;
  bool pausedOnce = false;
  upstream.script.onBody = [&](const http::Request&, Answer& answer, std::string_view data) {
    received += data.size();
    if (!pausedOnce) {
      pausedOnce = true;
      answer.pauseRequest();
      loop.defer([&answer] { answer.resumeRequest(); });
    }
  };
  const std::string body(3'000'000, 'b');
  const auto answer = exchange("POST /app/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " +
                               std::to_string(body.size()) + "\r\n\r\n" + body);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK"));
  EXPECT_EQ(received, body.size());
}

TEST_F(ExchangeTest, SendsASpanOfAFile) {
  const auto path = std::filesystem::temp_directory_path() / ("exchange_test_" + std::to_string(::getpid()));
  std::ofstream(path) << std::string(600'000, 'a') << "needle" << std::string(10, 'z');
  answerWith([&path](Answer& answer) {
    auto file = loop::OpenFile::open(path);
    ASSERT_TRUE(file.ok());
    answer.head({});
    answer.file(std::move(*file), {.offset = 599'999, .length = 8});
    answer.end();
  });
  const auto answer = exchange(kGet);
  EXPECT_THAT(answer, HasSubstr("Content-Length: 8\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\naneedlez"));
  std::filesystem::remove(path);
}

TEST_F(ExchangeTest, MixesTextsAndSpansOfAFile) {
  const auto path = std::filesystem::temp_directory_path() / ("exchange_test_" + std::to_string(::getpid()));
  std::ofstream(path) << std::string(700'000, 'a') << "needle" << std::string(1000, 'z');
  answerWith([&path](Answer& answer) {
    auto file = loop::OpenFile::open(path);
    ASSERT_TRUE(file.ok());
    answer.head({.status = 206, .reason = {}, .headers = {{"Content-Length", "700019"}}});
    answer.body(Bytes::copyOf("<"));
    answer.file(file->share(), {.offset = 0, .length = 700'000});
    answer.body(Bytes::copyOf("|"));
    answer.file(file->share(), {.offset = 699'999, .length = 8});
    answer.file(file->share(), {.offset = 700'002, .length = 8});
    answer.body(Bytes::copyOf(">"));
    answer.end();
  });
  serve([&] {
    TestClient client(port);
    client.send("GET /app/a HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto answer = client.readUntilContains(">");
    EXPECT_THAT(answer, HasSubstr("\r\n\r\n<aaaa"));
    EXPECT_THAT(answer, EndsWith("aaa|aneedlezedlezzzz>"));
    // The connection goes on.
    client.send(kGet);
    EXPECT_THAT(client.readUntilContains(">"), EndsWith("aaa|aneedlezedlezzzz>"));
  });
  std::filesystem::remove(path);
}

TEST_F(ExchangeTest, CutsWhereAFileIsShorterThanItWas) {
  const auto path = std::filesystem::temp_directory_path() / ("exchange_test_" + std::to_string(::getpid()));
  std::ofstream(path) << "short";
  answerWith([&path](Answer& answer) {
    auto file = loop::OpenFile::open(path);
    ASSERT_TRUE(file.ok());
    answer.head({});
    answer.file(std::move(*file), {.offset = 0, .length = 100});
    answer.end();
  });
  serve([&] {
    TestClient client(port);
    client.send(kGet);
    EXPECT_TRUE(client.readAll().ends_with("\r\n\r\nshort"));
    EXPECT_TRUE(client.closedByPeer());
  });
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace bridge::server
