#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "loop/timer.h"
#include "pool/memory_budget.h"
#include "pool/queue.h"
#include "process/restart_policy.h"
#include "upstreams/generation.h"

namespace bridge::upstreams {

/// The PHP side as a whole: one generation that serves, perhaps one that is coming up, and old ones that finish.
///
/// A handler that ends is replaced by a new generation, with growing pauses where that fails; a reload is the same with
/// nothing broken. A handler that somebody started by hand is used where there is one, and waited for when it goes.
/// Owned by Laravel; outlived by the queue, the settings, the environment and the loop.
class Generations {
 public:
  Generations(loop::Loop& loop, const config::Settings& settings, pool::Queue& queue, const Environment& environment);
  ~Generations();
  Generations(const Generations&) = delete;
  Generations& operator=(const Generations&) = delete;

  /// Looks at SOCKET_PATH and begins. `sharedMemory` is a path where handlers and workers of all generations may keep a
  /// file together. `onFatal` comes at most once, never inside this call: there is something at the
  /// path that is not ours; the server cannot serve.
  void start(std::string sharedMemory, std::function<void(const Error&)> onFatal);
  /// Boots a new generation beside the old one and switches when it has proved itself. `done`: it serves, or why the
  /// old one goes on. Refused for a handler started by hand, and while another reload runs.
  void reload(std::function<void(Result<void>)> done);
  /// What makes a reload where the application has changed what it was booted from. It is told what to call when that
  /// has ended, however it did.
  void whenOutdated(std::function<void(std::function<void()> done)> reload) { askForReload_ = std::move(reload); }
  /// Lets the queue empty and the workers finish, then ends the handlers; kills what is left when `patience` is over.
  /// May be called again with less patience. `done` comes once, in a later turn of the loop; a later `done` replaces
  /// the earlier.
  void stop(Duration patience, std::function<void()> done);

  [[nodiscard]] bool stopping() const { return stopping_; }
  /// Whether a generation serves.
  [[nodiscard]] bool serving() const { return live_ != nullptr; }
  /// Why there is nothing to wait for: the last start failed and none has succeeded since. Else null.
  [[nodiscard]] const BootFailure* failure() const { return failure_ ? &*failure_ : nullptr; }

  // For the status.
  [[nodiscard]] const Generation* live() const { return live_.get(); }
  [[nodiscard]] const Generation* coming() const { return next_.get(); }
  [[nodiscard]] const pool::MemoryBudget& memory() const { return memory_; }
  [[nodiscard]] std::size_t ending() const { return old_.size(); }
  /// Handlers that were started because the one before had ended, or had failed to boot.
  [[nodiscard]] std::uint64_t restarts() const { return restarts_; }

 private:
  [[nodiscard]] Generation::Events events();
  void look();
  void launch();
  void join();
  void onProved(Generation& generation);
  void onFailed(Generation& generation, const BootFailure& failure);
  void onDied(Generation& generation, const std::string& cause);
  void onOutdated(Generation& generation, bool hold);
  void renew();
  void release();
  void onJoinFailed(bool supervised, const std::string& cause);
  void unavailable(BootFailure failure);
  void startAgain();
  void makeOld(std::unique_ptr<Generation>& generation);
  void tellReload(Result<void> result);
  void fatal(Error error);
  void stopStep();
  void checkStopped();
  [[nodiscard]] pool::MemoryBudget::Processes processes() const;
  void watchMemory();
  void later(std::function<void()> work);

  loop::Loop& loop_;
  const config::Settings& settings_;
  pool::Queue& queue_;
  const Environment& environment_;
  std::string sharedMemory_;
  Generation::Context context_;
  std::function<void(const Error&)> onFatal_;

  std::uint64_t count_ = 0;
  std::uint64_t restarts_ = 0;
  bool byHand_ = false;
  /// Since when somebody else's handler is in the way, whose server may be gone.
  std::optional<Instant> inTheWaySince_;
  std::optional<BootFailure> failure_;
  std::function<void(Result<void>)> onReloaded_;
  std::function<void(std::function<void()>)> askForReload_;
  /// A reload that a worker has asked for is under way; and whether another has asked since it began.
  bool renewing_ = false;
  bool outdatedAgain_ = false;
  bool stopping_ = false;
  bool ending_ = false;
  Instant stopDeadline_{};
  std::function<void()> onStopped_;
  pool::MemoryBudget memory_;
  process::RestartPolicy policy_;
  loop::Timer restartTimer_;
  loop::Timer stopTimer_;
  loop::Timer holdTimer_;
  std::unique_ptr<Generation> live_;
  std::unique_ptr<Generation> next_;
  std::vector<std::unique_ptr<Generation>> old_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::upstreams
