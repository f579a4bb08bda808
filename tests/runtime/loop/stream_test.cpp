#include "loop/stream.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "loop/child.h"
#include "runtime/loop/loop_fixture.h"

namespace bridge::loop {
namespace {

class StreamTest : public testing::LoopTest {
 protected:
  std::pair<std::unique_ptr<Stream>, std::unique_ptr<Stream>> socketStreams() {
    auto ends = socketPair();
    EXPECT_TRUE(ends.ok());
    return {testing::must(Stream::adopt(loop_, ends->first)), testing::must(Stream::adopt(loop_, ends->second))};
  }
};

TEST_F(StreamTest, CarriesBytesBothWaysAndTheEnd) {
  auto [listener, client, server] = testing::connectedPair(loop_);
  testing::Inbox atServer;
  testing::Inbox atClient;
  server->startReading(atServer.events());
  client->startReading(atClient.events());
  client->write(Bytes::copyOf("hello"));
  std::vector<Bytes> parts;
  parts.push_back(Bytes::copyOf("one "));
  parts.push_back(Bytes());
  parts.push_back(Bytes::copyOf("two"));
  server->write(std::move(parts));
  client->shutdown();
  EXPECT_TRUE(runUntil([&] { return atServer.ended && atClient.text == "one two"; }));
  EXPECT_EQ(atServer.text, "hello");
  EXPECT_FALSE(atServer.error);
  EXPECT_FALSE(server->reading());

  // The other direction is still open.
  server->write(Bytes::copyOf("!"));
  EXPECT_TRUE(runUntil([&] { return atClient.text == "one two!"; }));
}

TEST_F(StreamTest, QueuesWhatTheSocketDoesNotTakeAndTellsInOrder) {
  auto [a, b] = socketStreams();
  const std::string big(8U << 20U, 'x');
  std::string order;
  a->write(Bytes::copyOf("small"), [&order](Result<void> result) { order += result.ok() ? "1" : "?"; });
  a->write(Bytes::copyOf(big), [&order](Result<void> result) { order += result.ok() ? "2" : "?"; });
  a->write(Bytes(), [&order](Result<void> result) { order += result.ok() ? "3" : "?"; });
  a->write(Bytes::copyOf("end"), [&order](Result<void> result) { order += result.ok() ? "4" : "?"; });
  a->shutdown([&order](Result<void> result) { order += result.ok() ? "5" : "?"; });
  EXPECT_EQ(order, "");
  EXPECT_GT(a->pendingBytes(), 4U << 20U);
  testing::Inbox inbox;
  b->startReading(inbox.events());
  EXPECT_TRUE(runUntil([&] { return inbox.ended && order.size() == 5; }));
  EXPECT_EQ(order, "12345");
  EXPECT_EQ(a->pendingBytes(), 0U);
  EXPECT_TRUE(inbox.text == "small" + big + "end");
}

TEST_F(StreamTest, WritesMoreBuffersThanOneCallTakes) {
  auto [a, b] = socketStreams();
  std::vector<Bytes> parts;
  std::string all;
  for (int i = 0; i < 5000; ++i) {
    parts.push_back(Bytes::copyOf(std::to_string(i) + ","));
    all += std::to_string(i) + ",";
  }
  const int small = 4096;
  ::setsockopt(a->descriptor(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  a->write(std::move(parts));
  a->shutdown();
  testing::Inbox inbox;
  b->startReading(inbox.events());
  EXPECT_TRUE(runUntil([&] { return inbox.ended; }));
  EXPECT_EQ(inbox.text, all);
}

TEST_F(StreamTest, PausesWithAtMostOneBufferMore) {
  auto [a, b] = socketStreams();
  a->write(Bytes(std::string(1U << 20U, 'x')));
  std::size_t got = 0;
  std::size_t largest = 0;
  int calls = 0;
  b->startReading({[&, stream = b.get()](Bytes bytes) {
                     EXPECT_LE(bytes.size(), (calls == 0 ? 64U : 256U) << 10U);
                     largest = std::max(largest, bytes.size());
                     got += bytes.size();
                     if (++calls == 1) {
                       stream->stopReading();
                     }
                   },
                   [](std::optional<Error>) {}});
  runFor(Millis(20));
  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(b->reading());
  b->resumeReading();
  EXPECT_TRUE(runUntil([&] { return got == 1U << 20U; }));
  EXPECT_GT(largest, 64U << 10U) << "what keeps coming is read in larger pieces";
}

TEST_F(StreamTest, EndsWithAnErrorWhenThePeerResets) {
  auto [listener, client, server] = testing::connectedPair(loop_);
  testing::Inbox inbox;
  client->startReading(inbox.events());
  server->closeReset();
  EXPECT_EQ(server->descriptor(), -1);
  server->write(Bytes::copyOf("nobody"));
  server->shutdown();
  EXPECT_TRUE(runUntil([&] { return inbox.ended; }));
  ASSERT_TRUE(inbox.error);
  EXPECT_EQ(inbox.error->code, ErrorCode::Io);
}

TEST_F(StreamTest, FailsAWriteToAClosedPeer) {
  auto [a, b] = socketStreams();
  b.reset();
  runFor(Millis(1));
  bool told = false;
  a->write(Bytes::copyOf("x"), [&told](Result<void> result) { told = !result.ok(); });
  EXPECT_FALSE(told) << "inside the call";
  EXPECT_TRUE(runUntil([&told] { return told; }));
}

TEST_F(StreamTest, EndsOnceWhenAWriteWithoutDoneFails) {
  auto [a, b] = socketStreams();
  int ends = 0;
  a->startReading({[](Bytes) {}, [&ends](std::optional<Error> error) { ends += error ? 1 : 100; }});
  a->stopReading();
  b.reset();
  runFor(Millis(1));
  a->write(Bytes::copyOf("x"));
  a->write(Bytes::copyOf("y"));
  runFor(Millis(5));
  EXPECT_EQ(ends, 1);
}

TEST_F(StreamTest, CallsNothingAfterItIsDestroyed) {
  auto [a, b] = socketStreams();
  bool called = false;
  a->write(Bytes::copyOf("small"), [&called](Result<void>) { called = true; });
  a->write(Bytes(std::string(8U << 20U, 'x')), [&called](Result<void>) { called = true; });
  a->shutdown([&called](Result<void>) { called = true; });
  a.reset();
  runFor(Millis(5));
  EXPECT_FALSE(called);
}

TEST_F(StreamTest, IsDestroyedInEachOfItsCallbacks) {
  for (int which = 0; which < 4; ++which) {
    auto [a, b] = socketStreams();
    auto* stream = &a;
    const std::string kept(100, 'x');
    bool done = false;
    const auto destroy = [stream, kept, &done] {
      stream->reset();
      done = kept.back() == 'x';
    };
    a->startReading({[&, destroy](Bytes) { which == 0 ? destroy() : void(); },
                     [&, destroy](std::optional<Error>) { which == 1 ? destroy() : void(); }});
    b->write(Bytes(std::string(1U << 20U, 'x')));
    if (which == 1) {
      b->shutdown();
    }
    if (which == 2) {
      a->write(Bytes::copyOf("x"), [destroy](Result<void>) { destroy(); });
    }
    if (which == 3) {
      a->write(Bytes(std::string(4U << 20U, 'x')), [destroy](Result<void>) { destroy(); });
      b->startReading({[](Bytes) {}, [](std::optional<Error>) {}});
    }
    EXPECT_TRUE(runUntil([&] { return done; })) << which;
  }
}

TEST_F(StreamTest, ReplacesItsEventsWhileItReads) {
  auto [a, b] = socketStreams();
  std::string order;
  a->startReading({[&, stream = a.get()](Bytes bytes) {
                     stream->startReading({[&](Bytes second) { order += "2" + second.release(); }, {}});
                     order += "1" + bytes.release();
                   },
                   {}});
  b->write(Bytes::copyOf("a"));
  EXPECT_TRUE(runUntil([&] { return order == "1a"; }));
  b->write(Bytes::copyOf("b"));
  EXPECT_TRUE(runUntil([&] { return order == "1a2b"; }));
}

TEST_F(StreamTest, KnowsBothEndsOfATcpConnection) {
  auto [listener, client, server] = testing::connectedPair(loop_);
  EXPECT_EQ(client->peer(), listener->address());
  EXPECT_EQ(server->local(), listener->address());
  EXPECT_EQ(server->peer(), client->local());
  EXPECT_FALSE(server->peerCredentials());
}

TEST_F(StreamTest, KnowsWhoIsAtTheOtherEndOfAUnixSocket) {
  auto [a, b] = socketStreams();
  const auto who = a->peerCredentials();
  ASSERT_TRUE(who);
  EXPECT_EQ(who->pid, ::getpid());
  EXPECT_EQ(who->uid, ::geteuid());
  EXPECT_EQ(toString(a->peer()), "unix:");
}

TEST_F(StreamTest, ReadsAndWritesAPipe) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  auto in = testing::must(Stream::adopt(loop_, ends[0]));
  auto out = testing::must(Stream::adopt(loop_, ends[1]));
  EXPECT_NE(::fcntl(in->descriptor(), F_GETFD) & FD_CLOEXEC, 0);
  testing::Inbox inbox;
  in->startReading(inbox.events());
  out->write(Bytes(std::string(300000, 'x')));
  bool shut = false;
  out->shutdown([&shut](Result<void> result) { shut = result.ok(); });
  EXPECT_TRUE(runUntil([&] { return inbox.ended; }));
  EXPECT_TRUE(shut);
  EXPECT_EQ(inbox.text.size(), 300000U);
  EXPECT_FALSE(in->peerCredentials());
}

TEST_F(StreamTest, RefusesWhatIsNoStream) {
  EXPECT_FALSE(Stream::adopt(loop_, -1).ok());
  const int udp = ::socket(AF_INET, SOCK_DGRAM, 0);
  EXPECT_FALSE(Stream::adopt(loop_, udp).ok());
  EXPECT_LT(::fcntl(udp, F_GETFD), 0) << "it is closed";
}

}  // namespace
}  // namespace bridge::loop
