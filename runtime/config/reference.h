#pragma once

#include <string>

#include "config/program.h"

namespace bridge::config {

/// What `--help` prints.
[[nodiscard]] std::string helpText(const Program& program = serveProgram());

/// The file .env.example: every setting with its default, commented out.
[[nodiscard]] std::string envExample();

/// The tables of README.md, one for each group, in Markdown.
[[nodiscard]] std::string settingsTable();

}  // namespace bridge::config
