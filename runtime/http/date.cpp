#include "http/date.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "http/headers.h"
#include "http/syntax.h"

namespace bridge::http {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::array<std::string_view, 7> kDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::int64_t kYear0 = -62167219200;
constexpr std::int64_t kYear9999 = 253402300799;

/// Takes the text apart from the left; the first thing that does not fit makes the whole unfit.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  void literal(std::string_view expected) {
    ok_ = ok_ && rest_.starts_with(expected);
    if (ok_) rest_.remove_prefix(expected.size());
  }
  /// One of the names, the first `length` letters of it (all where 0), by its index.
  template <std::size_t N>
  unsigned name(const std::array<std::string_view, N>& names, std::size_t length) {
    for (unsigned i = 0; i < N; ++i) {
      const auto word = length == 0 ? names[i] : names[i].substr(0, length);
      if (rest_.starts_with(word)) {
        rest_.remove_prefix(word.size());
        return i;
      }
    }
    ok_ = false;
    return 0;
  }
  unsigned number(std::size_t digits) {
    const auto value = parseDecimal(rest_.substr(0, digits));
    ok_ = ok_ && value && rest_.size() >= digits;
    if (!ok_) return 0;
    rest_.remove_prefix(digits);
    return static_cast<unsigned>(*value);
  }
  [[nodiscard]] bool next(char c) const { return !rest_.empty() && rest_.front() == c; }
  [[nodiscard]] bool complete() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

struct Fields {
  unsigned year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

void readTime(Reader& reader, Fields& fields) {
  fields.hour = reader.number(2);
  reader.literal(":");
  fields.minute = reader.number(2);
  reader.literal(":");
  fields.second = reader.number(2);
}

std::optional<std::int64_t> toSeconds(const Fields& f) {
  const year_month_day date(std::chrono::year(static_cast<int>(f.year)), std::chrono::month(f.month + 1),
                            std::chrono::day(f.day));
  // RFC 9110 allows the leap second 60.
  if (!date.ok() || f.hour > 23 || f.minute > 59 || f.second > 60) return std::nullopt;
  const auto day = sys_days(date).time_since_epoch().count();
  return std::int64_t{day} * 86400 + f.hour * 3600 + f.minute * 60 + f.second;
}

/// "Sun, 06 Nov 1994 08:49:37 GMT" or "Sunday, 06-Nov-94 08:49:37 GMT".
std::optional<Fields> readCommaForm(std::string_view text, bool rfc850) {
  const std::string_view separator = rfc850 ? "-" : " ";
  Reader reader(text);
  Fields fields;
  static_cast<void>(reader.name(kDays, rfc850 ? 0 : 3));
  reader.literal(", ");
  fields.day = reader.number(2);
  reader.literal(separator);
  fields.month = reader.name(kMonths, 0);
  reader.literal(separator);
  fields.year = reader.number(rfc850 ? 2 : 4);
  reader.literal(" ");
  readTime(reader, fields);
  reader.literal(" GMT");
  return reader.complete() ? std::optional(fields) : std::nullopt;
}

/// "Sun Nov  6 08:49:37 1994".
std::optional<Fields> readAsctime(std::string_view text) {
  Reader reader(text);
  Fields fields;
  static_cast<void>(reader.name(kDays, 3));
  reader.literal(" ");
  fields.month = reader.name(kMonths, 0);
  reader.literal(" ");
  const bool padded = reader.next(' ');
  if (padded) reader.literal(" ");
  fields.day = reader.number(padded ? 1 : 2);
  reader.literal(" ");
  readTime(reader, fields);
  reader.literal(" ");
  fields.year = reader.number(4);
  return reader.complete() ? std::optional(fields) : std::nullopt;
}

unsigned yearOf(std::int64_t seconds) {
  const auto day = std::chrono::floor<days>(std::chrono::sys_seconds(std::chrono::seconds(seconds)));
  return static_cast<unsigned>(static_cast<int>(year_month_day(day).year()));
}

}  // namespace

std::string formatDate(std::int64_t seconds) {
  const std::chrono::sys_seconds time(std::chrono::seconds(std::clamp(seconds, kYear0, kYear9999)));
  const auto day = std::chrono::floor<days>(time);
  const year_month_day date(day);
  const auto ofDay = static_cast<unsigned>((time - day).count());
  std::array<char, 40> text{};
  const auto length =
      std::snprintf(text.data(), text.size(), "%.3s, %02u %s %04d %02u:%02u:%02u GMT",
                    kDays[std::chrono::weekday(day).c_encoding()].data(), static_cast<unsigned>(date.day()),
                    kMonths[static_cast<unsigned>(date.month()) - 1].data(), static_cast<int>(date.year()),
                    ofDay / 3600, ofDay / 60 % 60, ofDay % 60);
  return {text.data(), static_cast<std::size_t>(length)};
}

std::optional<std::int64_t> parseDate(std::string_view text, std::int64_t now) {
  if (const auto fixed = readCommaForm(text, false)) return toSeconds(*fixed);
  if (const auto asctime = readAsctime(text)) return toSeconds(*asctime);
  auto old = readCommaForm(text, true);
  if (!old) return std::nullopt;
  const auto current = yearOf(std::clamp(now, kYear0, kYear9999));
  old->year += current / 100 * 100;
  if (old->year > current + 50) old->year -= 100;
  return toSeconds(*old);
}

}  // namespace bridge::http
