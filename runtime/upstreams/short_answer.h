#pragma once

#include <memory>
#include <string>

#include "loop/loop.h"
#include "upstreams/upstream.h"

namespace bridge::upstreams {

/// A request whose answer is known at once: given in the turn of the loop in which it came. Owned by the exchange.
class ShortAnswer final : public Call {
 public:
  ShortAnswer(loop::Loop& loop, Answer& answer, http::ResponseHead head, std::string body = {})
      : ShortAnswer(loop, answer, std::move(head), Bytes(std::move(body))) {}
  ShortAnswer(loop::Loop& loop, Answer& answer, http::ResponseHead head, Bytes body)
      : head_(std::move(head)), body_(std::move(body)) {
    later(loop, [this, &answer] {
      const auto alive = std::weak_ptr(alive_);
      // Each of these may destroy this.
      auto rest = std::move(body_);
      answer.head(std::move(head_));
      if (!rest.empty() && !alive.expired()) {
        answer.body(std::move(rest));
      }
      if (!alive.expired()) {
        answer.end();
      }
    });
  }
  /// The error's page.
  ShortAnswer(loop::Loop& loop, Answer& answer, Error error) {
    later(loop, [&answer, error = std::move(error)]() mutable { answer.fail(std::move(error)); });
  }

  void body(Bytes /*data*/) override {}
  void end() override {}
  void pause() override {}
  void resume() override {}

 private:
  template <class Work>
  void later(loop::Loop& loop, Work work) {
    loop.defer([work = std::move(work), alive = std::weak_ptr(alive_)]() mutable {
      if (!alive.expired()) {
        work();
      }
    });
  }

  http::ResponseHead head_;
  Bytes body_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::upstreams
