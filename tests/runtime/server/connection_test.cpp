#include "server/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/server/server_fixture.h"
#include "server/filters/request_id.h"

namespace bridge::server {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) {
    ++found;
  }
  return found;
}

class ConnectionTest : public ServerTest {
 protected:
  int resumed_ = 0;
  std::unique_ptr<loop::Timer> late_;
};

TEST_F(ConnectionTest, AnswersAndClosesWhereTheClientAsksForIt) {
  const auto answer = exchange("GET /app/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 11\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nDate: "));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nGET /app/a "));
}

TEST_F(ConnectionTest, KeepsTheConnectionForTheNextRequest) {
  serve([&] {
    TestClient client(port);
    for (int i = 0; i < 3; ++i) {
      const auto path = "/app/" + std::to_string(i);
      client.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
      EXPECT_THAT(client.readUntilContains("GET " + path), Not(HasSubstr("Connection: close")));
    }
  });
  EXPECT_EQ(upstream.started, 3);
}

TEST_F(ConnectionTest, AnswersPipelinedRequestsInTheirOrder) {
  const auto answer = exchange(
      "GET /app/1 HTTP/1.1\r\nHost: x\r\n\r\nPOST /app/2 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
      "GET /app/3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const auto first = answer.find("GET /app/1");
  const auto second = answer.find("POST /app/2 abc");
  const auto third = answer.find("GET /app/3");
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_NE(third, std::string::npos);
  EXPECT_EQ(count(answer, "HTTP/1.1 200 OK"), 3U);
}

TEST_F(ConnectionTest, AnswersAllPipelinedRequestsOfAClientThatClosedItsSide) {
  std::string answer;
  serve([&] {
    TestClient client(port);
    client.send("GET /app/1 HTTP/1.1\r\nHost: x\r\n\r\nGET /app/2 HTTP/1.1\r\nHost: x\r\n\r\n");
    client.closeWriting();
    answer = client.readAll();
  });
  EXPECT_EQ(count(answer, "HTTP/1.1 200 OK"), 2U);
}

TEST_F(ConnectionTest, ClosesAtOnceWhereAClientClosedItsSideInsideARequest) {
  for (const auto* rest : {"GET /app/2 HT", "POST /app/2 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na"}) {
    for (const auto* first : {"", "GET /app/1 HTTP/1.1\r\nHost: x\r\n\r\n"}) {
      int completed = 0;
      upstream.script.onEnd = [&](const http::Request&, upstreams::Answer& answer, const std::string&) {
        ++completed;
        // Late enough for the end of the input to be seen before.
        late_ = std::make_unique<loop::Timer>(loop);
        late_->start(Millis(50), [&answer] {
          answer.head({});
          answer.end();
        });
      };
      std::string answer;
      serve([&] {
        TestClient client(port);
        client.send(std::string(first) + rest);
        client.closeWriting();
        answer = client.readAll();
        EXPECT_TRUE(client.closedByPeer()) << first << rest;
      });
      const int answers = *first == '\0' ? 0 : 1;
      EXPECT_EQ(count(answer, "HTTP/1.1 "), static_cast<std::size_t>(answers));
      EXPECT_EQ(completed, answers);
      EXPECT_EQ(server->connections(), 0U);
    }
  }
}

TEST_F(ConnectionTest, AnswersARequestThatArrivesByteByByte) {
  std::string answer;
  serve([&] {
    TestClient client(port);
    for (const char c : std::string("POST /app/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                                    "Connection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n")) {
      client.send(std::string(1, c));
    }
    answer = client.readAll();
  });
  EXPECT_THAT(answer, EndsWith("POST /app/x abc"));
}

TEST_F(ConnectionTest, RefusesABadRequestWithAnIdAndNeverAsksTheUpstream) {
  server->front().filters.push_back(std::make_unique<RequestId>(7));
  const auto answer = exchange("GET /app/a b HTTP/1.1\r\nHost: x\r\n\r\nGET /app/c HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nX-Request-Id: "));
  EXPECT_EQ(count(answer, "HTTP/1.1 "), 1U);
  EXPECT_EQ(upstream.started, 0);
}

TEST_F(ConnectionTest, RefusesHeadWithoutABody) {
  for (const auto* bad : {"HEAD /app/a b HTTP/1.1\r\nHost: x\r\n\r\n", "HEAD /app/a HTTP/1.1\r\n\r\n"}) {
    const auto answer = exchange(bad);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 "));
    EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
    EXPECT_EQ(count(answer, "\r\n\r\n"), 1U);
  }
}

TEST_F(ConnectionTest, RefusesInTheFormThatTheClientAskedFor) {
  const auto answer = exchange("GET /app/a HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nExpect: wonders\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 417 "));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: application/json\r\n"));
}

TEST_F(ConnectionTest, InvitesABodyThatWaitsForTheInvitation) {
  std::string invitation;
  std::string answer;
  serve([&] {
    TestClient client(port);
    client.send(
        "POST /app/x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n"
        "Connection: close\r\n\r\n");
    invitation = client.readUntilContains("\r\n\r\n");
    client.send("abc");
    answer = client.readAll();
  });
  EXPECT_EQ(invitation, "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(answer, EndsWith("POST /app/x abc"));
}

TEST_F(ConnectionTest, RefusesABodyOverTheLimitBeforeItIsSent) {
  server->front().options.maxBody = 10;
  const auto answer = exchange("POST /app/x HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
  EXPECT_EQ(upstream.started, 0);
}

TEST_F(ConnectionTest, LetsAClientReadTheRefusalWhileItStillSends) {
  server->front().options.maxBody = 10;
  std::string answer;
  serve([&] {
    TestClient client(port);
    client.send("POST /app/x HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n");
    client.send(std::string(8'000'000, 'x'));
    answer = client.readAll();
  });
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
}

TEST_F(ConnectionTest, CountsAChunkedBodyAgainstTheLimit) {
  server->front().options.maxBody = 10;
  const auto answer = exchange(
      "POST /app/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
      "chunked\r\n\r\n8\r\n12345678\r\n8\r\n12345678\r\n0\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
  EXPECT_EQ(upstream.destroyed, 1);
}

TEST_F(ConnectionTest, GivesUpOnASlowHeadAndSaysSo) {
  server->front().options.headerTimeout = Millis(50);
  EXPECT_THAT(exchange("GET /app/a HTTP/1.1\r\nHos"), StartsWith("HTTP/1.1 408 "));
}

TEST_F(ConnectionTest, ClosesAConnectionThatSaysNothing) {
  server->front().options.headerTimeout = Millis(50);
  EXPECT_EQ(exchange(""), "");
}

TEST_F(ConnectionTest, GivesUpOnASilentBodyAndSaysSo) {
  server->front().options.bodyIdleTimeout = Millis(50);
  EXPECT_THAT(exchange("POST /app/x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab"), StartsWith("HTTP/1.1 408 "));
}

TEST_F(ConnectionTest, ClosesAnIdleConnectionAfterTheKeepAliveTimeout) {
  server->front().options.keepAliveTimeout = Millis(50);
  const auto answer = exchange("GET /app/a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(count(answer, "HTTP/1.1 "), 1U);
  EXPECT_THAT(answer, Not(HasSubstr("408")));
}

TEST_F(ConnectionTest, CutsAClientThatReadsNothing) {
  server->front().options.writeIdleTimeout = Millis(100);
  upstream.script.onEnd = [](const http::Request&, upstreams::Answer& answer, const std::string&) {
    answer.head({});
    answer.body(Bytes(std::string(64U << 20U, 'x')));
    answer.end();
  };
  serve([&] {
    TestClient client(port);
    client.send("GET /app/a HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(client.waitForReset());
  });
  EXPECT_EQ(server->connections(), 0U);
}

TEST_F(ConnectionTest, KeepsAClientThatReadsSlowlyButSteadily) {
  server->front().options.writeIdleTimeout = Millis(200);
  constexpr std::size_t kPiece = 64U << 10U;
  constexpr std::size_t kBody = 48U << 20U;
  std::size_t left = kBody;
  const auto goOn = [&left](upstreams::Answer& answer) {
    // As a file does it: the client's buffers are filled up as fast as they empty.
    for (int i = 0; i < 4 && left > 0; ++i) {
      left -= kPiece;
      answer.body(Bytes(std::string(kPiece, 'x')));
    }
    if (left == 0) {
      answer.end();
    }
  };
  loop::Timer fill(loop);
  upstream.script.onEnd = [&](const http::Request&, upstreams::Answer& answer, const std::string&) {
    answer.head({.status = 200, .reason = {}, .headers = {{"Content-Length", std::to_string(kBody)}}});
    fill.repeat(Millis(1), [&] {
      if (upstream.paused == resumed_) {
        goOn(answer);
      }
      if (left == 0) {
        fill.stop();
      }
    });
  };
  upstream.script.onResume = [this](upstreams::Answer&) { ++resumed_; };
  std::size_t got = 0;
  serve([&] {
    TestClient client(port);
    client.send("GET /app/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    while (true) {
      const auto read = client.readUntil([](const std::string& text) { return text.size() >= 256U << 10U; }).size();
      got += read;
      if (read < 256U << 10U) {
        break;
      }
      std::this_thread::sleep_for(Millis(5));
    }
  });
  EXPECT_GE(got, kBody);
}

TEST_F(ConnectionTest, ServesTheGivenNumberOfRequestsPerConnection) {
  server->front().options.keepAliveRequests = 2;
  const auto answer = exchange(
      "GET /app/1 HTTP/1.1\r\nHost: x\r\n\r\nGET /app/2 HTTP/1.1\r\nHost: x\r\n\r\nGET /app/3 HTTP/1.1\r\nHost: "
      "x\r\n\r\n");
  EXPECT_EQ(count(answer, "HTTP/1.1 200 OK"), 2U);
  EXPECT_EQ(upstream.started, 2);
}

TEST_F(ConnectionTest, TellsTheUpstreamThatTheClientClosedItsSideAndStillAnswers) {
  int told = 0;
  upstream.script.onEnd = [](auto&, auto&, auto&) {};
  upstream.script.onHalfClosed = [&told](upstreams::Answer& answer) {
    ++told;
    answer.head({.status = 204, .reason = {}, .headers = {}});
    answer.end();
  };
  std::string answer;
  serve([&] {
    TestClient client(port);
    client.send("GET /app/a HTTP/1.1\r\nHost: x\r\n\r\n");
    client.closeWriting();
    answer = client.readAll();
  });
  EXPECT_EQ(told, 1);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 204 "));
}

TEST_F(ConnectionTest, EndsTheStreamOfAClientThatLeftWithAFin) {
  loop::Timer tick(loop);
  upstream.script.onEnd = [this, &tick](const http::Request&, upstreams::Answer& answer, const std::string&) {
    answer.head({});
    tick.repeat(Millis(1), [this, &answer] {
      if (upstream.destroyed == 0) {
        answer.body(Bytes::copyOf("more"));
      }
    });
  };
  serve([&] {
    {
      TestClient client(port);
      client.send("GET /app/a HTTP/1.1\r\nHost: x\r\n\r\n");
      client.readUntilContains("more");
    }
    while (upstream.destroyed == 0) {
      std::this_thread::yield();
    }
  });
  tick.stop();
  EXPECT_EQ(upstream.destroyed, 1);
}

TEST_F(ConnectionTest, EndsTheWorkOfAClientThatIsGone) {
  upstream.script.onEnd = [](auto&, auto&, auto&) {};
  serve([&] {
    {
      TestClient client(port);
      client.send("GET /app/a HTTP/1.1\r\nHost: x\r\n\r\n");
      while (upstream.started == 0) {
        std::this_thread::yield();
      }
      client.reset();
    }
    while (upstream.destroyed == 0) {
      std::this_thread::yield();
    }
  });
  EXPECT_EQ(upstream.destroyed, 1);
}

}  // namespace
}  // namespace bridge::server
