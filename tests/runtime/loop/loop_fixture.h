#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "loop/connector.h"
#include "loop/listener.h"
#include "loop/loop.h"
#include "loop/stream.h"
#include "loop/timer.h"

namespace bridge::testing {

/// The value of a Result that must be one; the program ends with its reason where it is not.
template <class T>
T must(Result<T> result) {
  if (!result.ok()) {
    ADD_FAILURE() << result.error().message();
    std::abort();
  }
  return std::move(result).value();
}

/// Runs the loop until `condition` holds. False where the deadline came first.
inline bool runUntil(loop::Loop& loop, const std::function<bool()>& condition, Duration deadline = Seconds(10)) {
  if (condition()) {
    return true;
  }
  bool expired = false;
  loop::Timer look(loop);
  loop::Timer end(loop);
  look.repeat(Millis(1), [&loop, &condition] {
    if (condition()) {
      loop.stop();
    }
  });
  end.start(deadline, [&loop, &expired] {
    expired = true;
    loop.stop();
  });
  loop.run();
  return !expired;
}

/// A test with a loop of its own, which must be empty at the end: what a test creates lives in its body, or is
/// destroyed before TearDown.
class LoopTest : public ::testing::Test {
 protected:
  [[nodiscard]] bool runUntil(const std::function<bool()>& condition, Duration deadline = Seconds(10)) {
    return testing::runUntil(loop_, condition, deadline);
  }
  /// Lets the loop go on for a while, to see that something does not happen.
  void runFor(Duration time) {
    loop::Timer end(loop_);
    end.start(time, [this] { loop_.stop(); });
    loop_.run();
  }
  void TearDown() override { EXPECT_TRUE(loop_.close()) << "a handle was still open"; }

  loop::Loop loop_;
};

/// What one end of a connection has received.
struct Inbox {
  std::string text;
  bool ended = false;
  std::optional<Error> error;

  [[nodiscard]] loop::Stream::Events events() {
    return {[this](Bytes bytes) { text += bytes.view(); },
            [this](std::optional<Error> why) {
              ended = true;
              error = std::move(why);
            }};
  }
};

/// A TCP listener on a free port of the loopback address and one connection through it.
struct Connected {
  std::unique_ptr<loop::Listener> listener;
  std::unique_ptr<loop::Stream> client;
  std::unique_ptr<loop::Stream> server;
};

inline Connected connectedPair(loop::Loop& loop) {
  auto pair = std::make_shared<Connected>();
  auto listener = loop::Listener::tcp(
      loop, "127.0.0.1", 0, 16, [pair](std::unique_ptr<loop::Stream> stream) { pair->server = std::move(stream); });
  EXPECT_TRUE(listener.ok());
  auto connector = loop::Connector::tcp(loop, "127.0.0.1", (*listener)->address().port, Seconds(5),
                                        [pair](Result<std::unique_ptr<loop::Stream>> stream) {
                                          ASSERT_TRUE(stream.ok()) << stream.error().detail;
                                          pair->client = std::move(*stream);
                                        });
  EXPECT_TRUE(runUntil(loop, [&pair] { return pair->client && pair->server; }));
  return {std::move(*listener), std::move(pair->client), std::move(pair->server)};
}

}  // namespace bridge::testing
