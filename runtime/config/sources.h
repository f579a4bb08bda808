#pragma once

#include "config/settings.h"

namespace bridge::config {

/// Reads what `load` works on: the process environment, the working directory ($PWD where that is the same folder, so
/// that a link such as `current` is kept) and the `.env` files. The application's file is the one Laravel itself would
/// read: `.env.<APP_ENV>` where APP_ENV is in the environment and that file exists. Reads the disk; called before the
/// loop runs and again on a reload.
[[nodiscard]] Sources readSources(const Program& program, Variables flags);

}  // namespace bridge::config
