#pragma once

#include <gtest/gtest.h>

#include <string_view>

#include "process/exec_child.h"

namespace bridge::testing {

/// The main of a test program that starts processes: it must know exec-child, as our program does.
inline int execChildOrTests(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == process::kExecChild) {
    return process::execChild(argc, argv);
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

}  // namespace bridge::testing
