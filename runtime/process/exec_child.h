#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace bridge::process {

/// The first argument that makes our program become a child: main hands over to `execChild` before it does anything
/// else.
constexpr const char* kExecChild = "exec-child";

/// The arguments (without argv[0]) for our program, so that it becomes `file`.
[[nodiscard]] std::vector<std::string> execChildArgs(pid_t parent, const std::string& file,
                                                     const std::vector<std::string>& args);

/// Runs in the child, between fork and the program proper: makes it the leader of its own process group, asks the
/// kernel to kill it when the server dies, and becomes the program. `argv` is: our program, exec-child, the server's
/// pid, the file, its arguments. Returns only where that fails, with the shell's exit codes: 127 not found, 126 not
/// executable; the reason is on stderr.
[[nodiscard]] int execChild(int argc, char** argv);

}  // namespace bridge::process
