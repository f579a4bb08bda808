#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "loop/loop.h"
#include "upstreams/upstream.h"

namespace bridge::upstreams {

/// A request that the server itself makes of another upstream, without a body: may this client read here? The answer's
/// status is all that counts. Owned by the call that asks; destroying it gives up.
class Subrequest final : private Answer {
 public:
  /// The status, or the error that a client would have been answered with. Comes once, never inside the constructor;
  /// may destroy this.
  using Done = std::function<void(Result<int> status)>;

  Subrequest(loop::Loop& loop, Upstream& upstream, http::Request request, Done done);
  ~Subrequest();
  Subrequest(const Subrequest&) = delete;
  Subrequest& operator=(const Subrequest&) = delete;

 private:
  void informational(http::ResponseHead /*head*/) override {}
  void head(http::ResponseHead head) override { status_ = head.status; }
  void body(Bytes /*data*/) override {}
  void file(loop::OpenFile /*file*/, FileRange /*range*/) override {}
  void end() override { finish(status_); }
  void fail(Error error) override { finish(std::move(error)); }
  void pauseRequest() override {}
  void resumeRequest() override {}
  void servedBy(const ServedBy& /*served*/) override {}
  void finish(Result<int> result);

  loop::Loop& loop_;
  http::Request request_;
  Done done_;
  int status_ = 0;
  std::unique_ptr<Call> call_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::upstreams
