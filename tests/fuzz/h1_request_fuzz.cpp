// Requests of clients, pipelined and cut anywhere.
#include "fuzz/h1_drive.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bridge::http::fuzz::check(bridge::http::H1Parser::Role::request, data, size);
  return 0;
}
