#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "wire/file_sentinels.h"
#include "wire/json_outline.h"
#include "wire/tunnel_lines.h"

/// Any bytes are read without a crash. Of what is JSON every member is JSON, too, and still is on one line; what a
/// worker is told ends where its line ends, and an input with its files is JSON still.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using bridge::wire::JsonOutline;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)bridge::wire::parseMessage(text);
  const auto outline = JsonOutline::of(text);
  if (!outline.ok()) {
    return 0;
  }
  const bridge::wire::UploadedFile file{.path = "/a", .size = 1, .name = "\xFF", .type = "t"};
  const auto filled =
      bridge::wire::withFiles(text, bridge::wire::fileSentinels(text),
                              [&file](const std::string&) -> const bridge::wire::UploadedFile& { return file; });
  if (!JsonOutline::of(filled).ok()) {
    std::abort();
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
