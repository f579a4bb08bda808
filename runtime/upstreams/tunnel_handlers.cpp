#include "upstreams/tunnel_handlers.h"

#include <charconv>
#include <cstdint>
#include <utility>

#include "base/log.h"
#include "wire/json_outline.h"

namespace bridge::upstreams {
namespace {

using Returned = TunnelHandlers::Returned;

class HandlerRun final : public TunnelRun {
 public:
  HandlerRun(loop::Loop& loop, Returned returned, TunnelListener& listener) : returned_(std::move(returned)) {
    loop.defer([this, alive = std::weak_ptr(alive_), &listener] {
      if (!alive.expired()) {
        tell(alive, listener);
      }
    });
  }

 private:
  /// Each of these calls may destroy this.
  void tell(const std::weak_ptr<bool>& alive, TunnelListener& listener) {
    if (returned_.stream) {
      listener.onStream(std::move(returned_.stream->head), 0);
      if (!alive.expired()) {
        listener.onChunk(std::move(returned_.stream->bytes));
      }
      if (alive.expired()) {
        return;
      }
    }
    const bool failed = returned_.fault.has_value();
    listener.onOutcome({.reply = {.ok = !failed,
                                  .result = std::move(returned_.result),
                                  .fault = std::move(returned_.fault).value_or(wire::TunnelFault{})}});
  }

  Returned returned_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// A member of the input, as JSON text.
std::string_view member(const Result<wire::JsonOutline>& input, std::string_view name) {
  return input.ok() ? input->find(name).value_or("") : "";
}

std::int64_t integer(std::string_view json) {
  std::int64_t number = 0;
  const auto read = std::from_chars(json.data(), json.data() + json.size(), number);
  return read.ec == std::errc() && read.ptr == json.data() + json.size() ? number : 0;
}

Returned add(const wire::TunnelJob& job) {
  const auto outline = wire::JsonOutline::of(job.value);
  // Unsigned: a sum that is too large wraps, as integers of 64 bits do.
  const auto sum = static_cast<std::uint64_t>(integer(member(outline, "a"))) +
                   static_cast<std::uint64_t>(integer(member(outline, "b")));
  return {.result = std::to_string(static_cast<std::int64_t>(sum))};
}

Returned greet(const wire::TunnelJob& job) {
  const auto name = wire::jsonString(member(wire::JsonOutline::of(job.value), "name")).value_or("World");
  return {.result = wire::jsonQuoted("Hello, " + name + "!")};
}

Returned echo(const wire::TunnelJob& job) { return {.result = job.value}; }

TunnelHandlers::Handler logged(std::string name) {
  return [name = std::move(name)](const wire::TunnelJob& job) {
    const auto message = wire::jsonString(member(wire::JsonOutline::of(job.value), "message")).value_or("(no message)");
    log::info("tunnel", "Event: {} - {}", name, log::escape(message));
    return Returned{};
  };
}

}  // namespace

void TunnelHandlers::stop(Duration /*patience*/, std::function<void()> done) { loop_.defer(std::move(done)); }

bool TunnelHandlers::has(wire::TunnelJob::Type type, std::string_view name) const {
  const auto& handlers = type == wire::TunnelJob::Type::task ? tasks_ : events_;
  return handlers.find(name) != handlers.end();
}

std::unique_ptr<TunnelRun> TunnelHandlers::run(wire::TunnelJob job, Instant /*deadline*/, TunnelListener& listener) {
  const auto& handlers = job.type == wire::TunnelJob::Type::task ? tasks_ : events_;
  return std::make_unique<HandlerRun>(loop_, handlers.at(job.name)(job), listener);
}

void addSampleHandlers(TunnelHandlers& handlers) {
  handlers.task("app.tasks.add", add);
  handlers.task("app.tasks.greet", greet);
  handlers.task("app.tasks.echo", echo);
  handlers.event("app.events.notify", logged("notify"));
  handlers.event("app.events.log", logged("log"));
}

}  // namespace bridge::upstreams
