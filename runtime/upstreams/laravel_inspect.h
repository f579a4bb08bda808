#pragma once

#include "base/clock.h"
#include "base/inspect.h"
#include "upstreams/laravel.h"

namespace bridge::upstreams {

/// The Laravel kind in the words of the status. `withWorkers`: each of them, too.
[[nodiscard]] inspect::Application describe(const LaravelStatus& status, std::size_t queueLimit, Instant now,
                                            bool withWorkers);

}  // namespace bridge::upstreams
