#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/inspect.h"
#include "base/result.h"
#include "config/settings.h"
#include "pool/inspect.h"
#include "pool/lane.h"
#include "upstreams/php_command.h"
#include "upstreams/upstream.h"

namespace bridge::loop {
class Loop;
}

namespace bridge::upstreams {

struct LaravelParts;

/// The Laravel kind as the status page shows it.
struct LaravelStatus {
  /// "starting", "serving", "unavailable", "stopping".
  std::string_view state;
  bool byHand = false;
  std::uint64_t generation = 0;
  pid_t handlerPid = 0;
  /// The generation that is coming up and the step of its boot; 0: none is.
  std::uint64_t comingGeneration = 0;
  std::string comingStep;
  std::size_t endingGenerations = 0;
  std::uint64_t restarts = 0;
  /// Why the last start failed, in one escaped line; empty while one serves.
  std::string failure;
  pool::PoolStatus pool;
  std::size_t waiting = 0;
  Duration oldestWait{};
  std::vector<pool::Lane> lanes;
  std::uint64_t memoryLimit = 0;
  std::uint64_t memoryUsed = 0;
  bool memoryRefused = false;
  std::uint64_t spooledBytes = 0;
  /// What the detectors of the generation that serves have found.
  std::vector<inspect::Finding> findings;
  /// Beside the workers of the generation that serves.
  std::vector<inspect::Child> processes;
};

/// Answers requests with a Laravel application in PHP workers.
///
/// A request's body is collected first (in memory, or in a private spool folder); then a worker is leased, sent the
/// request, and its answer is relayed. Must outlive its Calls; destroyed before the Loop, with all it started, which is
/// killed where `stop` has not ended it.
class Laravel final : public Upstream {
 public:
  /// `settings` outlive it and may be changed in place before a `reload`; so does `environment`, which each handler is
  /// started with.
  Laravel(loop::Loop& loop, const config::Settings& settings, const Environment& environment);
  ~Laravel() override;
  Laravel(const Laravel&) = delete;
  Laravel& operator=(const Laravel&) = delete;

  /// Opens the spool and brings up the handler. Requests may come at once; they wait for the first worker. `onFatal`
  /// comes at most once, never inside this call: this server can never serve (InvalidSettings, exit 78).
  void start(std::function<void(const Error&)> onFatal);
  /// Takes the settings as they are now and switches to a new generation of workers without losing a request. `done`
  /// comes once: the new one serves, or why the old one goes on.
  void reload(std::function<void(Result<void>)> done);
  /// As `Generations::whenOutdated`.
  void whenOutdated(std::function<void(std::function<void()> done)> reload);
  /// Serves who waits, lets workers finish, ends the handler; what is left after `patience` is killed. Zero: at once.
  /// May be called again with less patience, the later `done` counts. `done` comes once, never inside this call.
  void stop(Duration patience, std::function<void()> done);

  /// Whether a worker can be expected to answer: the generation that serves has one.
  [[nodiscard]] bool ready() const;
  [[nodiscard]] LaravelStatus inspect() const;

  [[nodiscard]] std::string_view kind() const override { return "laravel"; }
  [[nodiscard]] std::unique_ptr<Call> start(const http::Request& request, const Params& params,
                                            Answer& answer) override;

 private:
  std::unique_ptr<LaravelParts> parts_;
};

}  // namespace bridge::upstreams
