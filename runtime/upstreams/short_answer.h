#pragma once

#include <memory>
#include <string>

#include "loop/loop.h"
#include "upstreams/upstream.h"

namespace bridge::upstreams {

/// A request whose answer is known at once: given in the turn of the loop in which it came. Owned by the exchange.
class ShortAnswer final : public Call {
 public:
  ShortAnswer(loop::Loop& loop, Answer& answer, http::ResponseHead head, std::string body = {}) {
    later(loop, [&answer, head = std::move(head), body = std::move(body), alive = std::weak_ptr(alive_)]() mutable {
      answer.head(std::move(head));
      if (!body.empty() && !alive.expired()) {
        answer.body(Bytes(std::move(body)));
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

  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::upstreams
