#pragma once

#include <memory>
#include <string>
#include <utility>

#include "loop/loop.h"
#include "upstreams/upstream.h"

namespace bridge::upstreams {

/// Gives an answer that is all there, head to end. Each of its steps may destroy the Call: `alive` is the Call's own.
inline void answerWhole(Answer& answer, http::ResponseHead head, Bytes body, const std::shared_ptr<bool>& alive) {
  const std::weak_ptr<bool> there = alive;
  answer.head(std::move(head));
  if (!body.empty() && !there.expired()) {
    answer.body(std::move(body));
  }
  if (!there.expired()) {
    answer.end();
  }
}

/// A request whose answer is known at once: given in the turn of the loop in which it came. Owned by the exchange.
class ShortAnswer final : public Call {
 public:
  ShortAnswer(loop::Loop& loop, Answer& answer, http::ResponseHead head, std::string body = {})
      : ShortAnswer(loop, answer, std::move(head), Bytes(std::move(body))) {}
  ShortAnswer(loop::Loop& loop, Answer& answer, http::ResponseHead head, Bytes body)
      : head_(std::move(head)), body_(std::move(body)) {
    later(loop, [this, &answer] { answerWhole(answer, std::move(head_), std::move(body_), alive_); });
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
