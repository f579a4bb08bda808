#pragma once

#include <string>

#include "base/inspect.h"

namespace bridge::ops {

/// Fills what is neither the front door's nor the application's: this process, and what the kernel says of the workers.
/// `startedAt` is the wall clock of the start, `now` that of this moment.
void completeStatus(inspect::Status& status, double startedAt, double now);

/// The status as one JSON object: spans in seconds, sizes in bytes, all text in ASCII. The names are a promise to
/// scripts: they may become more, and never change.
[[nodiscard]] std::string statusJson(const inspect::Status& status);

/// "2026-01-02T03:04:05Z".
[[nodiscard]] std::string utcTime(double secondsSince1970);

}  // namespace bridge::ops
