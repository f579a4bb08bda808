#pragma once

#include "http/headers.h"

namespace bridge::http {

/// Whether an error page should be JSON: Accept names a JSON type first, as Laravel's `wantsJson`, or the request is a
/// script's (X-Requested-With: XMLHttpRequest, not PJAX) that accepts anything, as `expectsJson`.
[[nodiscard]] bool prefersJson(const Headers& headers);

}  // namespace bridge::http
