#pragma once

#include <list>
#include <memory>

#include "config/settings.h"
#include "loop/loop.h"
#include "pool/queue.h"
#include "upstreams/generations.h"
#include "upstreams/route_limits.h"
#include "upstreams/spool.h"

namespace bridge::upstreams {

class LaravelJob;

/// Jobs whose client left while a worker was at them.
class AbandonedJobs {
 public:
  AbandonedJobs();
  ~AbandonedJobs();
  AbandonedJobs(const AbandonedJobs&) = delete;
  AbandonedJobs& operator=(const AbandonedJobs&) = delete;

  /// Lets the job go, at once where no worker has it, else when that is done with it.
  void take(std::unique_ptr<LaravelJob> job);
  [[nodiscard]] std::size_t size() const { return jobs_.size(); }

 private:
  std::list<std::unique_ptr<LaravelJob>> jobs_;
};

/// What the requests of the Laravel kind share. Owned by Laravel; outlives every Call and Job.
struct LaravelParts {
  LaravelParts(loop::Loop& theLoop, const config::Settings& theSettings, const pool::Queue::Options& queueOptions,
               const Environment& environment)
      : loop(theLoop),
        settings(theSettings),
        routes(theSettings),
        queue(theLoop, queueOptions),
        generations(theLoop, theSettings, queue, environment) {}

  loop::Loop& loop;
  /// Changed in place by a reload.
  const config::Settings& settings;
  RouteLimits routes;
  /// From `Laravel::start` on.
  std::unique_ptr<Spool> spool;
  /// Holds what workers of all generations share; null where that is in the spool.
  std::unique_ptr<Spool> shared;
  pool::Queue queue;
  Generations generations;
  AbandonedJobs abandoned;
};

}  // namespace bridge::upstreams
