#include "ops/access_log.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ctime>

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

constexpr std::string_view kPlain = "\x1b[0m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kDim = "\x1b[2m";
constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kCyan = "\x1b[36m";

/// A request that takes longer is worth a look.
constexpr Duration kSlow = Millis(500);
constexpr int kFirstServerError = 500;
constexpr int kFirstError = 400;
constexpr int kFirstRedirect = 300;

std::string_view colourOf(int status) {
  if (status == 0 || status >= kFirstServerError) return kRed;
  if (status >= kFirstError) return kYellow;
  return status >= kFirstRedirect ? kCyan : kGreen;
}

/// In the unit that leaves few digits.
std::string readable(Duration duration) {
  const double millis = toMillis(duration);
  return millis < 1000 ? fmt::format("{:.1f} ms", millis) : fmt::format("{:.2f} s", millis / 1000);
}

std::string_view withoutQuery(std::string_view target, bool withQuery) {
  return withQuery ? target : target.substr(0, target.find('?'));
}

}  // namespace

std::string terminalLine(const AccessRecord& record, bool withQuery, std::time_t now, bool coloured) {
  const auto paint = [coloured](std::string_view colour, std::string text) {
    return coloured ? std::string(colour) + text + std::string(kPlain) : text;
  };
  std::tm parts{};
  ::localtime_r(&now, &parts);
  const std::string memory =
      record.memory == 0 ? "" : fmt::format("{:.1f} MiB", static_cast<double>(record.memory) / (1U << 20U));
  std::string line = paint(kDim, fmt::format("{:02}:{:02}:{:02}", parts.tm_hour, parts.tm_min, parts.tm_sec));
  line += "  " + paint(kBold, fmt::format("{:<7}", record.method.empty() ? "-" : log::escape(record.method)));
  line += " " + paint(colourOf(record.status), record.status == 0 ? std::string("cut") : std::to_string(record.status));
  line += " " + paint(record.total >= kSlow ? kYellow : kPlain, fmt::format("{:>10}", readable(record.total)));
  line += " " + paint(kDim, fmt::format("{:>10}", memory));
  line += "  " + log::escape(withoutQuery(record.target, withQuery));
  if (!record.error.empty()) {
    line += "  " + paint(kRed, std::string(record.error));
  }
  if (record.status == 0 || record.status >= kFirstServerError) {
    line += "  " + paint(kDim, "id=" + std::string(record.id));
  }
  return line;
}

std::string accessLine(const AccessRecord& record, bool withQuery) {
  const std::string_view target = withoutQuery(record.target, withQuery);
  const Fixed total(record.total);
  const Fixed waited(record.waited);
  const Fixed worked(record.worked);
  fmt::memory_buffer line;
  fmt::format_to(fmt::appender(line),
                 "id={} client={} method={} target=\"{}\" status={} bytes={} ms={}.{:03} wait_ms={}.{:03} "
                 "work_ms={}.{:03} pid={}",
                 record.id, record.client, record.method.empty() ? "-" : log::escape(record.method),
                 log::escape(target), record.status, record.bytes, total.whole, total.thousandths, waited.whole,
                 waited.thousandths, worked.whole, worked.thousandths, record.pid);
  if (record.memory != 0) {
    fmt::format_to(fmt::appender(line), " memory={}", record.memory);
  }
  if (!record.upstream.empty()) {
    fmt::format_to(fmt::appender(line), " upstream={}", record.upstream);
  }
  if (!record.error.empty()) {
    fmt::format_to(fmt::appender(line), " error={}", record.error);
  }
  return fmt::to_string(line);
}

}  // namespace bridge::ops
