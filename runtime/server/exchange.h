#pragma once

#include <cstdint>
#include <initializer_list>
#include <list>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/state_machine.h"
#include "http/h1_writer.h"
#include "http/request.h"
#include "loop/file.h"
#include "server/front.h"
#include "upstreams/upstream.h"

namespace bridge::server {

class FileSource;

/// One request of a client's connection and its answer: runs the filters, finds the upstream, hands it the body, and
/// writes what comes back as HTTP/1.
///
/// Owned by its Connection, which outlives it. The small head-and-body answer is held until the callbacks of this turn
/// of the loop are over, so that it goes out as one write with its Content-Length; a stream's first bytes leave in the
/// turn in which they came.
class Exchange final : public upstreams::Answer {
 public:
  /// Reading: the head arrives. Routing: filters, route. Sending: the body goes to the upstream. Waiting: it is
  /// complete and no answer has come. Receiving: the answer comes. Writing: it is complete, the socket still takes it.
  /// Done.
  enum class State { Reading, Routing, Sending, Waiting, Receiving, Writing, Done };

  /// The exchange's view of its connection.
  class Client {
   public:
    virtual void write(std::vector<Bytes> data) = 0;
    /// Bytes that the socket has not taken yet.
    [[nodiscard]] virtual std::size_t pendingWrite() const = 0;
    virtual void pauseBody() = 0;
    virtual void resumeBody() = 0;
    /// The answer is with the socket; the connection goes on (`keepAlive`) or ends. May not destroy the exchange before
    /// it has returned to the loop.
    virtual void exchangeDone(bool keepAlive) = 0;
    /// The answer cannot be completed: the connection is reset, so that the client sees it.
    virtual void exchangeCut() = 0;

   protected:
    ~Client() = default;
  };

  /// `mayKeepAlive`: the connection may serve another request after this one.
  Exchange(Front& front, Client& client, http::Request request, bool mayKeepAlive);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// Filters, routes and starts the upstream. Called once, first.
  void begin();
  /// Instead of `begin`: what came is no request. The filters still see it, so that the error page has an id.
  void refuse(Error error);
  /// The request's body as it arrives, and its end.
  void requestBody(Bytes data);
  void requestEnd();
  /// The client broke the request (malformed, too large, too slow): answered when no answer has begun, else cut.
  void requestFailed(Error error);
  /// The connection will serve no other request after this one.
  void closeAfterAnswer() { mayKeepAlive_ = false; }
  /// The client closed its side; what runs goes on.
  void clientHalfClosed();
  /// The client is gone: nothing can be written any more.
  void clientGone();
  /// The socket took bytes; more may be written.
  void drained();

  [[nodiscard]] State state() const { return state_.get(); }
  /// The longest silence of the client inside the body; zero: no limit.
  [[nodiscard]] Duration bodyIdleTimeout() const {
    return terms_.bodyIdleTimeout.value_or(front_.options.bodyIdleTimeout);
  }
  [[nodiscard]] std::string_view stateName() const { return state_.name(); }
  [[nodiscard]] const http::Request& request() const { return request_; }
  [[nodiscard]] bool requestComplete() const { return requestComplete_; }
  /// Something of the answer is with the client.
  [[nodiscard]] bool answerBegun() const { return answerBegun_; }
  /// As in H1Writer, once the answer has begun.
  [[nodiscard]] bool answerEndsWithConnection() const { return writer_.endsWithConnection(); }

  // upstreams::Answer
  void informational(http::ResponseHead head) override;
  void head(http::ResponseHead head) override;
  void body(Bytes data) override;
  void file(loop::OpenFile file, upstreams::FileRange range) override;
  void end() override;
  void fail(Error error) override;
  void pauseRequest() override;
  void resumeRequest() override;
  void servedBy(const upstreams::ServedBy& served) override { served_ = served; }

 private:
  struct Traits {
    using State = Exchange::State;
    static const std::initializer_list<std::pair<State, State>> kEdges;
    static std::string_view name(State state);
  };

  void invite();
  [[nodiscard]] std::uint64_t maxBody() const { return terms_.maxBody.value_or(front_.options.maxBody); }
  void reply(Reply reply);
  void replyError(const Error& error);
  void append(Bytes data);
  void sendFile(loop::OpenFile file, upstreams::FileRange range);
  void goOn();
  void scheduleFlush();
  void takeHeldBody(std::vector<Bytes>& out);
  void flush();
  bool writeHead(std::optional<std::uint64_t> bodyLength, std::vector<Bytes>& out);
  /// Nothing of the request is to come; a reply may be made before `requestEnd` says so.
  [[nodiscard]] bool bodyOver() const { return requestComplete_ || !request_.head.hasBody(); }
  [[nodiscard]] bool isHead() const { return request_.head.method == "HEAD"; }
  void applyBackPressure();
  void finishWhenWritten();
  void finish();
  void cut(const Error& error);
  void note(const Error& error);
  void record(bool cut);

  Front& front_;
  Client& client_;
  http::Request request_;
  http::H1Writer writer_;
  StateMachine<Traits> state_{State::Reading};
  bool requestComplete_ = false;
  bool mayKeepAlive_;
  std::uint64_t bodyReceived_ = 0;

  /// The head while it is held back, and what has been written of the answer.
  std::optional<http::ResponseHead> heldHead_;
  std::vector<Bytes> heldBody_;
  std::size_t heldBytes_ = 0;
  int status_ = 0;
  bool answerBegun_ = false;
  bool answerEnded_ = false;
  bool upstreamPaused_ = false;
  bool flushScheduled_ = false;

  upstreams::Terms terms_;
  /// The client waits for 100 Continue.
  bool inviteDue_ = false;
  bool requestPaused_ = false;
  upstreams::ServedBy served_;
  std::string_view kind_;
  std::optional<Error> error_;
  /// The pattern that routed the request; the router keeps it.
  std::string_view route_;
  std::unique_ptr<upstreams::Call> call_;
  std::unique_ptr<FileSource> file_;
  /// What the body goes on with after that file, a text or a span of a file each.
  struct Following {
    Bytes text;
    loop::OpenFile file;
    upstreams::FileRange range;
  };
  std::list<Following> following_;
  /// Lives as long as the exchange: deferred work looks at it before it touches `this`.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::server
