#pragma once

#include <memory>

#include "base/result.h"
#include "upstreams/collector.h"
#include "upstreams/laravel_job.h"
#include "upstreams/upstream.h"

namespace bridge::upstreams {

/// One request inside the Laravel kind: first its body is collected, then it is a LaravelJob. Owned by the exchange.
///
/// Destroying it gives up the body, or the place in the queue; a worker that runs the request is told, and goes on to
/// its end.
class LaravelCall final : public Call {
 public:
  /// All outlive it. A request that PHP must never see fails in the next turn of the loop.
  LaravelCall(LaravelParts& parts, const http::Request& request, Answer& answer);
  ~LaravelCall() override;
  LaravelCall(const LaravelCall&) = delete;
  LaravelCall& operator=(const LaravelCall&) = delete;

  void body(Bytes data) override;
  void end() override;
  void pause() override;
  void resume() override;
  void halfClosed() override;

 private:
  [[nodiscard]] Result<void> check() const;
  [[nodiscard]] std::unique_ptr<Collector> makeCollector();
  void onCollected(Result<CollectedBody> body);
  void failLater(Error error);

  LaravelParts& parts_;
  const http::Request& request_;
  Answer& answer_;
  bool failed_ = false;
  std::unique_ptr<Collector> collector_;
  std::unique_ptr<LaravelJob> job_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::upstreams
