#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

#include "upstreams/kind.h"
#include "upstreams/tunnel_worker.h"

namespace bridge::upstreams {

/// Whether there is a worker to start: TUNNEL_WORKER, or a node-worker.js.
[[nodiscard]] bool hasTunnelWorker(const config::Settings& settings);

/// The workers of a tunnel: a job goes to the one that has the fewest, and waits, in its turn, while none has room.
/// Owned by the tunnel's kind.
class TunnelWorkers final : public TunnelBackend {
 public:
  explicit TunnelWorkers(const KindContext& context);
  ~TunnelWorkers() override;

  void begin() override;
  /// New workers take over; the old ones finish what they have.
  void reload() override;
  void stop(Duration patience, std::function<void()> done) override;
  [[nodiscard]] std::unique_ptr<TunnelRun> run(wire::TunnelJob job, Instant deadline,
                                               TunnelListener& listener) override;
  [[nodiscard]] std::vector<inspect::Child> children() const override;
  [[nodiscard]] std::size_t waiting() const override { return waiting_.size(); }

 private:
  class Run;
  using Workers = std::vector<std::unique_ptr<TunnelWorker>>;

  [[nodiscard]] process::Spec spec(int number) const;
  void retire(Workers workers);
  void dispatch();
  void refuse(TunnelJobState& job, int status, const char* codeName, const char* message);
  void checkStopped();

  loop::Loop& loop_;
  const config::Settings& settings_;
  const Environment& environment_;
  Workers workers_;
  Workers leaving_;
  std::deque<TunnelJobState*> waiting_;
  std::function<void()> onStopped_;
  bool stopping_ = false;
  loop::Timer patience_;
};

}  // namespace bridge::upstreams
