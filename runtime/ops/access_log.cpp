#include "ops/access_log.h"

#include <spdlog/fmt/fmt.h>

#include <iterator>

#include "base/log.h"

namespace bridge::ops {

std::string accessLine(const AccessRecord& record, bool withQuery) {
  const std::string_view target = withQuery ? record.target : record.target.substr(0, record.target.find('?'));
  std::string line;
  line.reserve(192 + target.size());
  const auto out = std::back_inserter(line);
  fmt::format_to(
      out, "id={} client={} method={} target=\"{}\" status={} bytes={} ms={:.3f} wait_ms={:.3f} php_ms={:.3f} pid={}",
      record.id, record.client, record.method.empty() ? "-" : log::escape(record.method), log::escape(target),
      record.status, record.bytes, toMillis(record.total), toMillis(record.waited), toMillis(record.worked),
      record.pid);
  if (!record.error.empty()) {
    fmt::format_to(out, " error={}", record.error);
  }
  return line;
}

}  // namespace bridge::ops
