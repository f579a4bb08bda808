#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "loop/loop.h"
#include "upstreams/tunnel_backend.h"

namespace bridge::upstreams {

/// Tasks and events that are functions of this program, for a tunnel without workers. They run on the loop's thread: a
/// handler computes and returns, it does not wait. Owned by the tunnel's kind.
class TunnelHandlers final : public TunnelBackend {
 public:
  /// An answer of bytes in place of the JSON.
  struct Stream {
    wire::TunnelStreamHead head;
    Bytes bytes;
  };
  /// JSON text (empty: undefined), or bytes; a fault becomes the error of the answer.
  struct Returned {
    std::string result{};
    std::optional<wire::TunnelFault> fault{};
    std::optional<Stream> stream{};
  };
  /// `value` is the input or the payload as JSON text (empty: undefined), `files` and `body` name the files that came
  /// with it; they are there until the answer is given.
  using Handler = std::function<Returned(const wire::TunnelJob&)>;

  explicit TunnelHandlers(loop::Loop& loop) : loop_(loop) {}

  /// Before requests come. A second one of the same name replaces the first.
  void task(std::string name, Handler handler) { tasks_.insert_or_assign(std::move(name), std::move(handler)); }
  void event(std::string name, Handler handler) { events_.insert_or_assign(std::move(name), std::move(handler)); }

  void stop(Duration patience, std::function<void()> done) override;
  [[nodiscard]] bool has(wire::TunnelJob::Type type, std::string_view name) const override;
  [[nodiscard]] std::unique_ptr<TunnelRun> run(wire::TunnelJob job, Instant deadline,
                                               TunnelListener& listener) override;
  [[nodiscard]] bool takesPieces() const override { return false; }
  [[nodiscard]] std::vector<inspect::Child> children() const override { return {}; }

 private:
  using Handlers = std::map<std::string, Handler, std::less<>>;

  loop::Loop& loop_;
  Handlers tasks_;
  Handlers events_;
};

/// `app.tasks.add`, `app.tasks.greet`, `app.tasks.echo`, and the events `app.events.notify` and `app.events.log`, which
/// are written to the log: what a tunnel answers before anybody has written a worker, and the pattern for handlers.
void addSampleHandlers(TunnelHandlers& handlers);

}  // namespace bridge::upstreams
