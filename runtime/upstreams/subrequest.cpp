#include "upstreams/subrequest.h"

#include <utility>

namespace bridge::upstreams {

Subrequest::Subrequest(loop::Loop& loop, Upstream& upstream, http::Request request, Done done)
    : loop_(loop), request_(std::move(request)), done_(std::move(done)) {
  call_ = upstream.start(request_, {}, *this);
  call_->end();
}

Subrequest::~Subrequest() = default;

void Subrequest::finish(Result<int> result) {
  // Later: the call is on the stack, and goes with this.
  loop_.defer([this, result = std::move(result), alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) {
      const auto done = std::exchange(done_, nullptr);
      done(result);
    }
  });
}

}  // namespace bridge::upstreams
