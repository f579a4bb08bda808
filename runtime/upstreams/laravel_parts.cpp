#include "upstreams/laravel_parts.h"

#include <utility>

#include "upstreams/laravel_job.h"

namespace bridge::upstreams {

AbandonedJobs::AbandonedJobs() = default;
AbandonedJobs::~AbandonedJobs() = default;

void AbandonedJobs::take(std::unique_ptr<LaravelJob> job) {
  jobs_.push_back(std::move(job));
  const auto place = std::prev(jobs_.end());
  if (!(*place)->abandon([this, place] { jobs_.erase(place); })) {
    jobs_.erase(place);
  }
}

}  // namespace bridge::upstreams
