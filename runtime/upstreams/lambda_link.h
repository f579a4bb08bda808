#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "config/manifest_xml.h"
#include "http/h1_parser.h"
#include "loop/loop.h"
#include "loop/stream.h"
#include "loop/timer.h"
#include "upstreams/lambda_upload.h"
#include "wire/lambda_messages.h"

namespace bridge::upstreams {

/// One connection with a local process, and at most one request on it. In pipe mode both sides send a JSON object; in
/// HTTP mode that is the body of a POST and of its answer.
///
/// Owned by its LambdaInstance; destroying it closes the connection and tells nothing.
class LambdaLink final : private http::H1Handler {
 public:
  /// Why no reply came.
  struct Loss {
    Error error;
    /// The process has not read all of the request: it cannot have acted on it.
    bool unread = false;
    /// The connection ended without a byte of a reply.
    bool silent = false;
    /// The connection had served before: it may have been closed when the request was sent.
    bool reused = false;
  };
  /// Who waits for a reply; told once. `give` and `lose` may destroy it.
  class Client {
   public:
    /// The JSON text, which dies with this call.
    virtual void give(std::string_view reply) = 0;
    virtual void lose(Loss loss) = 0;

   protected:
    ~Client() = default;
  };
  struct Events {
    /// A reply has come; the next request may be sent. May destroy the link.
    std::function<void()> onFree;
    /// It has ended, and must be destroyed here.
    std::function<void()> onGone;
  };
  struct Options {
    config::LambdaMode mode = config::LambdaMode::pipe;
    /// "127.0.0.1:9123", in HTTP mode.
    std::string host;
    /// Of the process at the other end.
    pid_t pid = 0;
    /// A reply that nobody wants any more is waited for, since the process is busy with it; else the link ends then.
    bool discards = false;
    /// An idle connection is ended after so long; zero: never.
    Duration idleTimeout{};
  };

  LambdaLink(loop::Loop& loop, std::unique_ptr<loop::Stream> stream, Options options, Events events);
  LambdaLink(const LambdaLink&) = delete;
  LambdaLink& operator=(const LambdaLink&) = delete;

  struct Request {
    /// The JSON; with a file, the part of it before the base64 of the body.
    std::string text;
    /// The body, where it is too large for memory.
    std::optional<loop::OpenFile> file{};
  };

  /// Sends a request. Illegal while there is one.
  void send(Request request, Duration timeout, std::size_t maxReply, Client& client);
  /// The client wants no reply any more.
  void abandon();

  [[nodiscard]] bool busy() const { return busy_; }
  /// Somebody waits for the reply.
  [[nodiscard]] bool awaited() const { return client_ != nullptr; }
  /// It ended because the process did not reply in time.
  [[nodiscard]] bool late() const { return late_; }
  [[nodiscard]] std::uint64_t served() const { return served_; }
  [[nodiscard]] pid_t pid() const { return options_.pid; }

 private:
  void onData(std::string_view data);
  void onEnd(const std::optional<Error>& error);
  void onDeadline();
  void upload(Request request);
  void feedPipe(std::string_view data);
  void feedHttp(std::string_view data);
  void finishReply(std::string_view reply, bool reusable);
  void lose(Error error, bool unread = false);
  void leave();
  [[nodiscard]] bool tooLarge(std::size_t more) const { return reply_.size() + more > maxReply_; }

  http::Flow onRequestHead(http::RequestHead head) override;
  http::Flow onResponseHead(http::ResponseHead head, const http::ResponseFraming& framing) override;
  http::Flow onBody(std::string_view data) override;
  void onEnd() override {}

  loop::Loop& loop_;
  Options options_;
  Events events_;
  Client* client_ = nullptr;
  bool busy_ = false;
  bool late_ = false;
  bool writeFailed_ = false;
  bool begun_ = false;
  std::uint64_t served_ = 0;
  std::size_t maxReply_ = 0;
  std::string reply_;
  wire::ReplyEnd end_;
  http::H1Parser parser_;
  int status_ = 0;
  bool keepAlive_ = false;
  loop::Timer timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::unique_ptr<loop::Stream> stream_;
  /// While a body is sent from a file.
  std::unique_ptr<LambdaUpload> upload_;
};

}  // namespace bridge::upstreams
