#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "wire/json_outline.h"
#include "wire/tunnel_lines.h"

/// Any bytes are read without a crash. Of what is JSON every member is JSON, too, and still is on one line; what a
/// worker is told ends where its line ends.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using bridge::wire::JsonOutline;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)bridge::wire::parseReply(text);
  const auto outline = JsonOutline::of(text);
  if (!outline.ok()) {
    return 0;
  }
  for (const auto* name : {"input", "payload", "result", "error", "id"}) {
    const auto member = outline->find(name);
    if (!member) {
      continue;
    }
    bridge::wire::TunnelJob job;
    job.name = "a";
    job.value = *member;
    const auto line = bridge::wire::jobLine(1, job);
    if (!JsonOutline::of(*member).ok() || line.find('\n') != line.size() - 1 ||
        !JsonOutline::of(std::string_view(line).substr(0, line.size() - 1)).ok()) {
      std::abort();
    }
  }
  return 0;
}
