#pragma once

#include <signal.h>

#include <fstream>
#include <string>

#include "process/spec.h"
#include "runtime/loop/loop_fixture.h"

namespace bridge::process {

/// A shell that runs `script`.
inline Spec shell(const std::string& script) {
  Spec spec;
  spec.name = "test";
  spec.file = "sh";
  spec.args = {"-c", script};
  spec.environment = {"PATH=/usr/bin:/bin"};
  return spec;
}

/// Whether it runs; a zombie does not.
inline bool runs(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(stat, text);
  const auto end = text.rfind(") ");
  return end != std::string::npos && text[end + 2] != 'Z';
}

}  // namespace bridge::process
