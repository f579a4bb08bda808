// A file of any bytes is read or refused with a reason; nobody's stack or patience runs out.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "config/manifest_xml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = bridge::config::parseManifestXml(std::string_view(reinterpret_cast<const char*>(data), size));
  for (const auto& problem : parsed.problems) {
    if (problem.what.empty()) {
      std::abort();
    }
  }
  if (!parsed.problems.empty()) {
    return 0;
  }
  // What is accepted can be run and reached.
  for (const auto& entry : parsed.manifest.entries) {
    if (entry.id.empty() || entry.executable.empty() || entry.pipeName.empty() || entry.instances < 1) {
      std::abort();
    }
  }
  for (const auto& place : parsed.manifest.places) {
    const auto pattern = place.route.pattern();
    const bool below =
        place.route.kind == bridge::config::LambdaRoute::Kind::exact || place.route.matches(place.route.path + "/x");
    if (!pattern.starts_with('/') || !below) {
      std::abort();
    }
  }
  return 0;
}
