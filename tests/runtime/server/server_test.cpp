#include "server/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "runtime/server/server_fixture.h"

namespace bridge::server {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ServerRoomTest : public ServerTest {};

TEST_F(ServerRoomTest, NamesTheFreePortItTook) {
  listen();
  EXPECT_THAT(server->address(), StartsWith("http://127.0.0.1:"));
  EXPECT_GT(port, 0);
}

TEST_F(ServerRoomTest, SaysWhyItCannotListen) {
  listen();
  Server second(loop);
  const auto result = second.listen("127.0.0.1", port, 0600);
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().detail, HasSubstr(std::to_string(port)));
}

TEST_F(ServerRoomTest, MovesToAnotherPortAndLosesNobody) {
  listen();
  const int before = port;
  std::unique_ptr<TestClient> kept;
  serve([&] {
    kept = std::make_unique<TestClient>(before);
    kept->send("GET /app/kept HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(kept->readUntilContains("GET /app/kept"), HasSubstr("200"));
  });
  // It has connected, and the server has not looked yet.
  TestClient waiting(before);
  waiting.send("GET /app/waiting HTTP/1.0\r\n\r\n");

  auto next = server->openNext("127.0.0.1", 0, 0600);
  ASSERT_TRUE(next.ok());
  const int other = (*next)->address().port;
  TestClient early(other);
  early.send("GET /app/early HTTP/1.0\r\n\r\n");
  server->move(std::move(*next));

  EXPECT_EQ(server->address(), "http://127.0.0.1:" + std::to_string(other));
  serve([&] {
    EXPECT_THAT(waiting.readAll(), HasSubstr("GET /app/waiting"));
    EXPECT_THAT(early.readAll(), HasSubstr("GET /app/early"));
    kept->send("GET /app/again HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(kept->readUntilContains("GET /app/again"), HasSubstr("200"));
    EXPECT_FALSE(TestClient(before).connected());
  });
}

TEST_F(ServerRoomTest, AnswersWhoeverHadConnectedBeforeItStops) {
  listen();
  // It has connected, and the server has not looked yet.
  TestClient waiting(port);
  waiting.send("GET /app/waiting HTTP/1.1\r\nHost: x\r\n\r\n");
  server->drain(Seconds(10), [] {});
  serve([&] { EXPECT_THAT(waiting.readAll(), HasSubstr("GET /app/waiting")); });
  EXPECT_FALSE(TestClient(port).connected());
}

TEST_F(ServerRoomTest, LeavesThePortItHasWhereTheNextCannotBeOpened) {
  listen();
  EXPECT_FALSE(server->openNext("127.0.0.1", port, 0600).ok());
  EXPECT_THAT(exchange("GET /app/x HTTP/1.0\r\n\r\n"), HasSubstr("GET /app/x"));
}

TEST_F(ServerRoomTest, ServesOnSocketsThatItInherited) {
  const auto inherited = [](int first, int second) {
    std::vector<loop::Descriptor> sockets;
    sockets.emplace_back(first);
    sockets.emplace_back(second);
    return sockets;
  };
  const auto open = [](int& boundPort) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(socket, 16), 0);
    EXPECT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), 0);
    boundPort = ntohs(address.sin_port);
    return socket;
  };
  int other = 0;
  const int first = open(port);
  const auto result = server->listen(inherited(first, open(other)));
  ASSERT_TRUE(result.ok()) << result.error().detail;
  EXPECT_EQ(server->address(), "http://127.0.0.1:" + std::to_string(port));
  serve([&] {
    for (const int one : {port, other}) {
      TestClient client(one);
      client.send("GET /app/x HTTP/1.0\r\n\r\n");
      EXPECT_THAT(client.readAll(), HasSubstr("GET /app/x"));
    }
  });
}

TEST_F(ServerRoomTest, RefusesConnectionsOverTheLimitWhileAllAreBusy) {
  server->front().options.maxConnections = 1;
  upstream.script.onEnd = [](auto&, auto&, auto&) {};
  serve([&] {
    TestClient busy(port);
    busy.send("GET /app/a HTTP/1.1\r\nHost: x\r\n\r\n");
    while (upstream.started == 0) {
      std::this_thread::yield();
    }
    // It can read why even while it still sends.
    TestClient refused(port);
    refused.send("POST /app/b HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + std::string(1'000'000, 'x'));
    const auto answer = refused.readAll();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(answer, HasSubstr("\r\nDate: "));
    EXPECT_THAT(answer, HasSubstr("\r\nRetry-After: 1\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_TRUE(refused.closedByPeer());
  });
  EXPECT_EQ(upstream.started, 1);
}

TEST_F(ServerRoomTest, ResetsWhatComesWhileManyAreRefused) {
  server->front().options.maxConnections = 1;
  upstream.script.onEnd = [](auto&, auto&, auto&) {};
  serve([&] {
    TestClient busy(port);
    busy.send("GET /app/a HTTP/1.1\r\nHost: x\r\n\r\n");
    while (upstream.started == 0) {
      std::this_thread::yield();
    }
    std::vector<std::unique_ptr<TestClient>> refused;
    for (int i = 0; i < 150; ++i) {
      refused.push_back(std::make_unique<TestClient>(port));
    }
    EXPECT_THAT(refused.front()->readAll(), StartsWith("HTTP/1.1 503 "));
    EXPECT_EQ(refused.back()->readAll(), "");
  });
}

TEST_F(ServerRoomTest, ClosesTheLongestIdleConnectionToMakeRoom) {
  server->front().options.maxConnections = 1;
  serve([&] {
    TestClient idle(port);
    idle.send("GET /app/a HTTP/1.1\r\nHost: x\r\n\r\n");
    idle.readUntilContains("GET /app/a");
    TestClient next(port);
    next.send("GET /app/b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(next.readAll(), HasSubstr("GET /app/b"));
    EXPECT_EQ(idle.readAll(), "");
  });
}

TEST_F(ServerRoomTest, CompletesWhatIsInFlightWhenItStopsAndTellsWhenAllAreGone) {
  bool drained = false;
  upstreams::Answer* held = nullptr;
  upstream.script.onEnd = [&](const http::Request&, upstreams::Answer& answer, const std::string&) {
    held = &answer;
    server->drain(Seconds(10), [&] { drained = true; });
    loop.defer([&] {
      held->head({});
      held->body(Bytes::copyOf("complete"));
      held->end();
    });
  };
  std::string answer;
  serve([&] {
    TestClient client(port);
    client.send("GET /app/a HTTP/1.1\r\nHost: x\r\n\r\n");
    answer = client.readAll();
    EXPECT_FALSE(TestClient(port).connected());
  });
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
  EXPECT_THAT(answer, HasSubstr("complete"));
  loop::Timer wait(loop);
  wait.repeat(Millis(1), [&] {
    if (drained) {
      loop.stop();
    }
  });
  loop.run();
  EXPECT_TRUE(drained);
}

TEST_F(ServerRoomTest, DoesNotWaitForAClientWhoseAnswerHadBegunBeforeItStops) {
  upstreams::Answer* held = nullptr;
  upstream.script.onEnd = [&](const http::Request&, upstreams::Answer& answer, const std::string&) {
    held = &answer;
    held->head({});
    held->body(Bytes::copyOf("begun"));
  };
  std::atomic<bool> wanted = false;
  loop::Timer stop(loop);
  stop.repeat(Millis(1), [&] {
    if (wanted.exchange(false)) {
      server->drain(Seconds(60), [] {});
      held->end();
    }
  });
  serve([&] {
    TestClient client(port);
    client.send("GET /app/a HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.readUntilContains("begun"), Not(HasSubstr("Connection: close")));
    wanted = true;
    client.readAll();
    EXPECT_TRUE(client.closedByPeer());
  });
}

TEST_F(ServerRoomTest, GivesAnIdleConnectionOneMoreAnswerWhenItStops) {
  std::atomic<bool> draining = false;
  std::atomic<bool> drained = false;
  loop::Timer begin(loop);
  std::atomic<bool> wanted = false;
  begin.repeat(Millis(1), [&] {
    if (wanted && !draining) {
      server->drain(Seconds(10), [&] { drained = true; });
      draining = true;
    }
  });
  std::string answer;
  serve([&] {
    TestClient client(port);
    client.send("GET /app/a HTTP/1.1\r\nHost: x\r\n\r\n");
    client.readUntilContains("GET /app/a");
    wanted = true;
    while (!draining) {
      std::this_thread::yield();
    }
    client.send("GET /app/b HTTP/1.1\r\nHost: x\r\n\r\n");
    answer = client.readAll();
    while (!drained) {
      std::this_thread::yield();
    }
  });
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
  EXPECT_THAT(answer, HasSubstr("GET /app/b"));
}

TEST_F(ServerRoomTest, CutsWhatIsStillOpenAtTheLimit) {
  std::atomic<bool> drained = false;
  upstream.script.onEnd = [&](auto&, auto&, auto&) { server->drain(Millis(50), [&] { drained = true; }); };
  serve([&] {
    TestClient client(port);
    client.send("GET /app/a HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.readAll(), "");
    while (!drained) {
      std::this_thread::yield();
    }
  });
  EXPECT_EQ(upstream.destroyed, 1);
}

}  // namespace
}  // namespace bridge::server
