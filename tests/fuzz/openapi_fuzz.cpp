// The first line of the input is a body, the rest an OpenAPI document: whatever they are, the document is taken or
// refused with a reason, and a body is judged without end of stack, memory or patience.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "config/openapi.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bridge::config;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto end = input.find('\n');
  if (end == std::string_view::npos) {
    return 0;
  }
  const auto body = input.substr(0, end);
  std::vector<FileProblem> problems;
  const auto api = OpenApi::parse(input.substr(end + 1), problems);
  if (!problems.empty()) {
    return 0;
  }
  const auto operation = api.compile("/a", "POST", problems);
  if (!operation) {
    if (problems.empty()) {
      std::abort();
    }
    return 0;
  }
  for (const auto* type : {"application/json", "application/x-www-form-urlencoded", "text/plain"}) {
    (void)operation->check({.values =
                                [&](const auto&) {
                                  return TextFields{{"", std::string(body)}, {"a", "1"}};
                                },
                            .fields =
                                [&] {
                                  return TextFields{{"a", std::string(body)}};
                                },
                            .contentType = type,
                            .body = body});
  }
  (void)operation->checkReply(body);
  return 0;
}
