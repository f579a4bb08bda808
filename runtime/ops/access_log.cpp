#include "ops/access_log.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/log.h"

namespace bridge::ops {

namespace {

/// Milliseconds with three decimals; whole numbers, since there are three of them in each line of a busy server.
struct Fixed {
  std::int64_t whole;
  std::int64_t thousandths;

  explicit Fixed(Duration duration) : whole(micros(duration) / 1000), thousandths(micros(duration) % 1000) {}

 private:
  static std::int64_t micros(Duration duration) {
    return std::max<std::int64_t>(0, std::chrono::round<std::chrono::microseconds>(duration).count());
  }
};

}  // namespace

std::string accessLine(const AccessRecord& record, bool withQuery) {
  const std::string_view target = withQuery ? record.target : record.target.substr(0, record.target.find('?'));
  const Fixed total(record.total);
  const Fixed waited(record.waited);
  const Fixed worked(record.worked);
  fmt::memory_buffer line;
  fmt::format_to(fmt::appender(line),
                 "id={} client={} method={} target=\"{}\" status={} bytes={} ms={}.{:03} wait_ms={}.{:03} "
                 "php_ms={}.{:03} pid={}",
                 record.id, record.client, record.method.empty() ? "-" : log::escape(record.method),
                 log::escape(target), record.status, record.bytes, total.whole, total.thousandths, waited.whole,
                 waited.thousandths, worked.whole, worked.thousandths, record.pid);
  if (!record.upstream.empty()) {
    fmt::format_to(fmt::appender(line), " upstream={}", record.upstream);
  }
  if (!record.error.empty()) {
    fmt::format_to(fmt::appender(line), " error={}", record.error);
  }
  return fmt::to_string(line);
}

}  // namespace bridge::ops
