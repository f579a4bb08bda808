#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "http/h1_parser.h"
#include "loop/stream.h"
#include "loop/timer.h"
#include "server/exchange.h"
#include "server/front.h"

namespace bridge::server {

/// One client's connection: reads and parses requests, runs their exchanges one after the other (pipelined requests
/// wait in the input), and closes by the rules of RFC 9112, 9.
///
/// Owned by the Server. `onClosed` is its last word: the owner destroys it after the callbacks of this turn.
class Connection final : private http::H1Handler, private Exchange::Client {
 public:
  Connection(Front& front, std::unique_ptr<loop::Stream> stream, std::function<void(Connection*)> onClosed);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start();
  /// Instead of `start`: answers 503 whatever comes, and closes so that the client can read it.
  void turnAway();
  /// Closes after the answer that is being given, unless its head has promised more; idle then or now, it may send one
  /// more request within `grace`.
  void drain(Duration grace);
  /// Closes now, whatever is under way.
  void close();

  /// No request is under way, and since when.
  [[nodiscard]] bool idle() const { return !exchange_ && !parser_.started(); }
  [[nodiscard]] Instant idleSince() const { return idleSince_; }
  [[nodiscard]] const Exchange* exchange() const { return exchange_.get(); }

 private:
  /// What the read timer waits for.
  enum class Patience { none, keepAlive, head, body, paused, linger };

  // http::H1Handler
  http::Flow onRequestHead(http::RequestHead head) override;
  http::Flow onResponseHead(http::ResponseHead head, const http::ResponseFraming& framing) override;
  http::Flow onBody(std::string_view data) override;
  void onEnd() override;

  // Exchange::Client
  void write(std::vector<Bytes> data) override;
  [[nodiscard]] std::size_t pendingWrite() const override;
  void pauseBody() override;
  void resumeBody() override;
  void exchangeDone(bool keepAlive) override;
  void exchangeCut() override;

  void onData(Bytes data);
  void onInputEnd(bool orderly);
  void onInputUsedUp();
  /// Reads what a load balancer says before the first request; false where there is nothing to parse behind it yet.
  [[nodiscard]] bool takeProxyHeader();
  void drop(const Error& why);
  void pump();
  [[nodiscard]] http::Request requestOf(http::RequestHead head) const;
  [[nodiscard]] http::Flow flow() const;
  Bytes bodyPiece(std::string_view data);
  void adjustReading();
  void refuse(Error error);
  void nextRequest();
  void closeAfterAnswer();
  void await(Patience patience);
  void onPatienceEnd();
  [[nodiscard]] std::uint64_t takenByClient() const;
  void watchWrites();
  void onWriteProgress();
  void onWriteFailed();

  Front& front_;
  std::function<void(Connection*)> onClosed_;
  std::unique_ptr<loop::Stream> stream_;
  http::Endpoint client_;
  http::Endpoint local_;
  std::string scheme_ = "http";
  bool proxyHeaderDue_;
  http::H1Parser parser_;
  std::unique_ptr<Exchange> exchange_;

  /// Bytes read and not yet parsed start at `consumed_`.
  std::string input_;
  std::size_t consumed_ = 0;
  /// The rest of it has gone on as a piece of a body.
  bool inputGiven_ = false;
  std::uint64_t served_ = 0;
  std::uint64_t discarded_ = 0;
  bool pumping_ = false;
  bool bodyPaused_ = false;
  /// The parser was paused and may owe the end of the body even without further bytes.
  bool parserPaused_ = false;
  bool inputEnded_ = false;
  bool lingering_ = false;
  bool closed_ = false;
  Instant idleSince_;
  /// While the server stops: how long it may still be idle.
  std::optional<Duration> grace_;

  Patience patience_ = Patience::none;
  /// Bytes given to the stream, and how many of them the client had taken when `watchWrites` last looked.
  std::uint64_t written_ = 0;
  std::uint64_t takenAtLastLook_ = 0;
  loop::Timer readTimer_;
  loop::Timer writeTimer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::server
