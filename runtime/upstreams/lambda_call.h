#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "pool/queue.h"
#include "upstreams/collector.h"
#include "upstreams/lambda_process.h"
#include "upstreams/upstream.h"
#include "wire/lambda_messages.h"

namespace bridge::upstreams {

/// One request to a local process: takes the body (a large one into a spool file), waits for a connection, sends it,
/// answers with the reply. Owned by the exchange.
class LambdaCall final : public Call, private LambdaLink::Client {
 public:
  /// What it works with; outlives it.
  struct Room {
    loop::Loop& loop;
    const config::Settings& settings;
    const LambdaRoutes& routes;
    Spool& spool;
  };
  /// Shown what a reply is answered with; the body is empty for HEAD. Null where nobody looks.
  using OnReply = std::function<void(const http::ResponseHead& head, const std::string& body)>;

  LambdaCall(const Room& room, const http::Request& request, Answer& answer, OnReply onReply);
  ~LambdaCall() override;
  LambdaCall(const LambdaCall&) = delete;
  LambdaCall& operator=(const LambdaCall&) = delete;

  void body(Bytes data) override;
  void end() override;
  void pause() override {}
  void resume() override {}
  void halfClosed() override;

 private:
  void onCollected(Result<CollectedBody> body);
  [[nodiscard]] LambdaLink::Request message() const;
  void ask(pool::Queue::Place place);
  void onLink(Result<LambdaLink*> link);
  void give(std::string_view reply) override;
  void lose(LambdaLink::Loss loss) override;
  [[nodiscard]] bool mayRepeat(const LambdaLink::Loss& loss) const;
  void tellServed();
  void failLater(Error error);

  Room room_;
  const http::Request& request_;
  Answer& answer_;
  OnReply onReply_;
  /// While the body comes.
  std::unique_ptr<Collector> collector_;
  CollectedBody body_;
  /// That of a body that was spooled.
  loop::OpenFile file_;
  /// From the end of the body on: until then the manifest may change.
  LambdaProcess* process_ = nullptr;
  pool::Ticket ticket_;
  LambdaLink* link_ = nullptr;
  pid_t pid_ = 0;
  bool repeated_ = false;
  Instant askedAt_{};
  Instant sentAt_{};
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::upstreams
