#include "runtime/process/exec_child_main.h"

int main(int argc, char** argv) { return bridge::testing::execChildOrTests(argc, argv); }
