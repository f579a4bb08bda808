#include "ops/status_text.h"

#include <rapidjson/document.h>
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <vector>

#include "ops/human.h"

namespace bridge::ops {
namespace {

using rapidjson::Value;

/// Reads what is there; what is missing is empty, for the server may be of another version.
const Value& at(const Value& object, const char* name) {
  static const Value kNull;
  if (!object.IsObject()) return kNull;
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() ? kNull : found->value;
}

std::uint64_t number(const Value& object, const char* name) {
  const Value& value = at(object, name);
  return value.IsUint64() ? value.GetUint64() : 0;
}

std::int64_t change(const Value& object, const char* name) {
  const Value& value = at(object, name);
  return value.IsInt64() ? value.GetInt64() : 0;
}

double seconds(const Value& object, const char* name) {
  const Value& value = at(object, name);
  return value.IsNumber() ? value.GetDouble() : 0;
}

bool flag(const Value& object, const char* name) {
  const Value& value = at(object, name);
  return value.IsBool() && value.GetBool();
}

/// Printable: what could move the cursor or paint is shown as a question mark.
std::string text(const Value& value) {
  if (!value.IsString()) return "";
  std::string out(value.GetString(), value.GetStringLength());
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  // C1 controls are two bytes in UTF-8.
  for (auto found = out.find('\xC2'); found != std::string::npos; found = out.find('\xC2', found + 1)) {
    if (found + 1 < out.size() && static_cast<unsigned char>(out[found + 1]) < 0xA0) {
      out.replace(found, 2, "?");
    }
  }
  return out;
}
std::string text(const Value& object, const char* name) { return text(at(object, name)); }

auto rows(const Value& object, const char* name) {
  const Value& list = at(object, name);
  std::vector<const Value*> found;
  if (list.IsArray()) {
    for (const auto& row : list.GetArray()) found.push_back(&row);
  }
  return found;
}

class Lines {
 public:
  explicit Lines(const TextStyle& style) : style_(style) {}

  void add(std::string line, std::string_view paint = {}) {
    if (style_.width > 0) cut(line);
    if (style_.coloured && !paint.empty()) {
      out_.append(paint).append(line).append("\x1b[0m\n");
    } else {
      out_.append(line).append("\n");
    }
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  /// At a number of characters, which are not bytes.
  void cut(std::string& line) const {
    std::size_t column = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool begins = (static_cast<unsigned char>(line[i]) & 0xC0U) != 0x80U;
      if (begins && column++ == style_.width) {
        line.resize(i);
        return;
      }
    }
  }

  TextStyle style_;
  std::string out_;
};

constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kGood = "\x1b[1;32m";
constexpr std::string_view kBad = "\x1b[1;31m";

std::uint64_t residentOfWorkers(const Value& application) {
  std::uint64_t sum = 0;
  for (const Value* worker : rows(application, "workers")) sum += number(*worker, "resident_bytes");
  return sum;
}

void addWorkers(Lines& lines, const Value& application) {
  auto workers = rows(application, "workers");
  const auto rank = [](const Value* worker) {
    return std::tuple(at(*worker, "request").IsNull(), -seconds(*worker, "age_seconds"));
  };
  std::stable_sort(workers.begin(), workers.end(), [&](const Value* a, const Value* b) { return rank(a) < rank(b); });
  constexpr std::string_view kRow = "{:>7} {:>3} {:<9} {:>10} {:>6} {:>9} {:>9} {:>10} {:>10}  {}";
  lines.add(
      fmt::format(kRow, "PID", "GEN", "STATE", "SINCE", "COUNT", "RESIDENT", "PHP", "GROWN", "BY REQUEST", "REQUEST"),
      kBold);
  for (const Value* worker : workers) {
    lines.add(fmt::format(kRow, number(*worker, "pid"), number(*worker, "generation"), text(*worker, "state"),
                          humanSpan(seconds(*worker, "age_seconds")), number(*worker, "requests"),
                          humanBytes(number(*worker, "resident_bytes")), humanBytes(number(*worker, "memory_bytes")),
                          humanChange(change(*worker, "growth_bytes")),
                          humanChange(change(*worker, "growth_bytes_per_request")), text(*worker, "request")));
  }
}

void addProcesses(Lines& lines, const Value& status) {
  const auto processes = rows(status, "processes");
  if (processes.empty()) return;
  lines.add("");
  lines.add(
      fmt::format("{:>7} {:<9} {:>10} {:>8} {:>9}  {}", "PID", "STATE", "SINCE", "RESTARTS", "RESIDENT", "PROCESS"),
      kBold);
  for (const Value* process : processes) {
    const auto state = text(*process, "state");
    const bool bad = state == "looping" || state == "pausing";
    lines.add(fmt::format("{:>7} {:<9} {:>10} {:>8} {:>9}  {}{}{}", number(*process, "pid"), state,
                          humanSpan(seconds(*process, "age_seconds")), number(*process, "restarts"),
                          humanBytes(number(*process, "resident_bytes")), text(*process, "name"),
                          bad ? ", next start in " + humanSpan(seconds(*process, "next_start_seconds")) : "",
                          bad ? ": " + text(*process, "last_end") : ""),
              bad ? kBad : std::string_view());
  }
}

void addSummary(Lines& lines, const Value& status) {
  const Value& server = at(status, "server");
  const Value& application = at(status, "application");
  const Value& pool = at(application, "pool");
  const Value& queue = at(application, "queue");
  const bool ready = flag(status, "ready");
  std::string reasons;
  for (const Value* reason : rows(status, "reasons")) reasons += (reasons.empty() ? ": " : ", ") + text(*reason);
  lines.add((ready ? "ready" : "not ready") + reasons, ready ? kGood : kBad);
  lines.add(fmt::format("server      {}, pid {}, version {}, up {}", text(server, "address"), number(status, "pid"),
                        text(status, "version"), humanSpan(seconds(status, "uptime_seconds"))));
  lines.add(fmt::format("clients     {} connections of {}, {} requests in progress, {} answered",
                        number(server, "connections"), number(server, "max_connections"),
                        number(server, "requests_in_progress"), number(at(status, "requests_total"), "all")));
  if (text(application, "state") == "none") {
    lines.add(fmt::format("memory      server {}", humanBytes(number(status, "resident_bytes"))));
    return;
  }
  lines.add(fmt::format("application {}, {}, handler {}, {} restarts", text(application, "state"),
                        flag(application, "by_hand") ? "started by hand"
                                                     : fmt::format("generation {}", number(application, "generation")),
                        number(application, "handler"), number(application, "restarts")));
  if (number(application, "coming") != 0) {
    lines.add(fmt::format("            generation {} comes up: {}", number(application, "coming"),
                          text(application, "boot_step")));
  }
  if (const auto failure = text(application, "failure"); !failure.empty()) {
    lines.add("            " + failure, kBad);
  }
  lines.add(fmt::format("workers     {} busy, {} idle, {} opening, {} retiring (min {}, max {})", number(pool, "busy"),
                        number(pool, "idle"), number(pool, "opening"), number(pool, "retiring"), number(pool, "min"),
                        number(pool, "max")));
  const auto waiting = number(queue, "length");
  lines.add(fmt::format("queue       {} of {}{}", waiting, number(queue, "limit"),
                        waiting > 0 ? ", the first waits " + humanSpan(seconds(queue, "oldest_seconds")) : ""));
  for (const Value* lane : rows(queue, "lanes")) {
    lines.add(fmt::format("lane {:<6} {} of {} workers busy, {} of {} wait", text(*lane, "name"), number(*lane, "busy"),
                          number(*lane, "workers"), number(*lane, "waiting"), number(*lane, "limit")));
  }
  const Value& budget = at(application, "memory");
  if (const auto limit = number(budget, "limit_bytes"); limit > 0) {
    lines.add(fmt::format("budget      {} of {}{}", humanBytes(number(budget, "used_bytes")), humanBytes(limit),
                          flag(budget, "refused") ? ": no room for another worker" : ""));
  }
  lines.add(fmt::format("memory      server {}, workers {}, spool {}", humanBytes(number(status, "resident_bytes")),
                        humanBytes(residentOfWorkers(application)), humanBytes(number(application, "spool_bytes"))));
}

/// The kinds that have something to say beside the application.
void addKinds(Lines& lines, const Value& status) {
  for (const Value* kind : rows(status, "upstreams")) {
    const Value& figures = at(*kind, "figures");
    const auto processes = rows(*kind, "processes");
    if (!figures.IsObject() || (figures.MemberCount() == 0 && processes.empty())) continue;
    std::string line;
    for (const auto& figure : figures.GetObject()) {
      const auto name = text(figure.name);
      line += fmt::format("{}{} {}", line.empty() ? "" : ", ", name,
                          humanFigure(name, figure.value.IsNumber() ? figure.value.GetDouble() : 0));
    }
    lines.add(fmt::format("{:<11} {}", text(*kind, "kind"), line));
    for (const Value* process : processes) {
      lines.add(fmt::format("{:>7} {:<20} {:<9} {:>10} {:>6} {:>9}  {}", number(*process, "pid"), text(*process, "id"),
                            text(*process, "state"), humanSpan(seconds(*process, "uptime_seconds")),
                            number(*process, "requests"), humanBytes(number(*process, "resident_bytes")),
                            text(*process, "last_end")));
    }
  }
}

Error unreadable() { return {ErrorCode::Internal, "the server's status cannot be read"}; }

bool parse(rapidjson::Document& document, std::string_view json) {
  document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(json.data(), json.size());
  return !document.HasParseError() && document.IsObject();
}

}  // namespace

Result<std::string> statusText(std::string_view json, const TextStyle& style) {
  rapidjson::Document status;
  if (!parse(status, json)) return unreadable();
  Lines lines(style);
  addSummary(lines, status);
  addKinds(lines, status);
  if (text(at(status, "application"), "state") != "none") {
    lines.add("");
    addWorkers(lines, at(status, "application"));
  }
  addProcesses(lines, status);
  const auto findings = rows(at(status, "application"), "findings");
  if (!findings.empty()) {
    lines.add("");
    lines.add("findings", kBold);
  }
  for (const Value* finding : findings) {
    lines.add(fmt::format("{:<8} {} {} after {}", text(*finding, "kind"), text(*finding, "place"),
                          text(*finding, "what"), text(*finding, "route")));
  }
  const auto errors = rows(status, "errors");
  if (!errors.empty()) {
    lines.add("");
    lines.add("last errors", kBold);
  }
  for (const Value* error : errors) {
    lines.add(fmt::format("{} {:>3} {} id={} {} {} {}", text(*error, "at"), number(*error, "status"),
                          text(*error, "error"), text(*error, "id"), text(*error, "method"), text(*error, "path"),
                          text(*error, "detail")));
  }
  return lines.take();
}

Result<std::string> workersText(std::string_view json, const TextStyle& style) {
  rapidjson::Document status;
  if (!parse(status, json)) return unreadable();
  Lines lines(style);
  addWorkers(lines, at(status, "application"));
  return lines.take();
}

bool saysReady(std::string_view json) {
  rapidjson::Document status;
  return parse(status, json) && flag(status, "ready");
}

std::uint64_t answeredRequests(std::string_view json) {
  rapidjson::Document status;
  return parse(status, json) ? number(at(status, "requests_total"), "all") : 0;
}

}  // namespace bridge::ops
