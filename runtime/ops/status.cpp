#include "ops/status.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <spdlog/fmt/fmt.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <string_view>

#include "base/log.h"
#include "base/metrics.h"
#include "ops/health.h"
#include "ops/memory.h"

namespace bridge::ops {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::ASCII<>>;

/// The text itself where it is UTF-8, else with a ? for each byte that is not ASCII.
std::string validText(std::string_view foreign) {
  std::string text(foreign);
  rapidjson::StringStream in(text.c_str());
  rapidjson::StringBuffer ignored;
  while (in.Tell() < text.size()) {
    if (!rapidjson::UTF8<>::Validate(in, ignored)) {
      std::replace_if(
          text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7F; }, '?');
      break;
    }
  }
  return text;
}

/// Writes objects; a value says its name and itself in one line.
class Json {
 public:
  template <class Fill>
  void object(const char* name, Fill fill) {
    key(name);
    json_.StartObject();
    fill();
    json_.EndObject();
  }
  template <class Rows, class Fill>
  void list(const char* name, const Rows& rows, Fill fill) {
    key(name);
    json_.StartArray();
    for (const auto& row : rows) {
      json_.StartObject();
      fill(row);
      json_.EndObject();
    }
    json_.EndArray();
  }
  void text(const char* name, std::string_view value) {
    key(name);
    string(value);
  }
  /// null where it is empty.
  void optional(const char* name, std::string_view value) {
    key(name);
    value.empty() ? void(json_.Null()) : string(value);
  }
  void number(const char* name, std::uint64_t value) {
    key(name);
    json_.Uint64(value);
  }
  void signedNumber(const char* name, std::int64_t value) {
    key(name);
    json_.Int64(value);
  }
  /// Whole numbers as such.
  void decimal(const char* name, double value) {
    key(name);
    if (value == std::floor(value) && std::abs(value) < 9e15) {
      json_.Int64(static_cast<std::int64_t>(value));
    } else {
      json_.Double(value);
    }
  }
  void flag(const char* name, bool value) {
    key(name);
    json_.Bool(value);
  }
  /// Seconds, to the millisecond.
  void span(const char* name, Duration value) {
    key(name);
    json_.Double(std::round(toMillis(value)) / 1000);
  }
  [[nodiscard]] std::string take() const { return {buffer_.GetString(), buffer_.GetSize()}; }
  [[nodiscard]] Writer& writer() { return json_; }

 private:
  void key(const char* name) {
    if (name != nullptr) json_.Key(name);
  }
  void string(std::string_view value) {
    const auto text = validText(value);
    json_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }

  rapidjson::StringBuffer buffer_;
  Writer json_{buffer_};
};

void writeServer(Json& json, const inspect::Server& server) {
  json.text("address", server.address);
  json.number("connections", server.connections);
  json.number("max_connections", server.maxConnections);
  json.number("requests_in_progress", server.exchangeCount);
  json.list("requests", server.exchanges, [&](const inspect::Exchange& exchange) {
    json.text("id", exchange.id);
    json.text("client", exchange.client);
    json.text("method", exchange.method);
    json.text("path", exchange.path);
    json.text("state", exchange.state);
    json.span("age_seconds", exchange.age);
  });
}

void writeTotals(Json& json) {
  std::map<std::string, std::uint64_t> classes;
  for (const auto& [route, byClass] : metrics::all().requests.all()) {
    for (const auto& [name, counter] : byClass.all()) {
      classes[name] += static_cast<std::uint64_t>(counter.value());
    }
  }
  std::uint64_t sum = 0;
  for (const auto& [name, count] : classes) {
    json.number(name.c_str(), count);
    sum += count;
  }
  json.number("all", sum);
}

void writePool(Json& json, const inspect::Pool& pool) {
  json.number("min", pool.min);
  json.number("max", pool.max);
  json.number("opening", pool.opening);
  json.number("idle", pool.idle);
  json.number("busy", pool.busy);
  json.number("retiring", pool.retiring);
}

void writeWorker(Json& json, const inspect::Worker& worker) {
  json.number("pid", static_cast<std::uint64_t>(worker.pid));
  json.number("generation", worker.generation);
  json.text("state", worker.state);
  json.optional("request", worker.request);
  json.span("age_seconds", worker.age);
  json.span("uptime_seconds", worker.uptime);
  json.number("requests", worker.requests);
  json.number("resident_bytes", worker.resident);
  json.number("memory_bytes", worker.memory);
  json.number("peak_bytes", worker.peak);
  json.signedNumber("growth_bytes", worker.growth);
  // Over the requests after the first, which loads what all of them need.
  json.signedNumber("growth_bytes_per_request", worker.growthPerRequest());
}

void writeApplication(Json& json, const inspect::Application& application) {
  json.text("state", application.state);
  json.number("generation", application.generation);
  json.flag("by_hand", application.byHand);
  json.number("handler", static_cast<std::uint64_t>(application.handler));
  json.number("coming", application.coming);
  json.optional("boot_step", application.bootStep);
  json.number("ending", application.ending);
  json.number("restarts", application.restarts);
  json.optional("failure", application.failure);
  json.object("pool", [&] { writePool(json, application.pool); });
  json.list("workers", application.pool.workers, [&](const inspect::Worker& worker) { writeWorker(json, worker); });
  json.object("queue", [&] {
    json.number("length", application.queue.length);
    json.number("limit", application.queue.limit);
    json.span("oldest_seconds", application.queue.oldest);
    json.list("lanes", application.queue.lanes, [&](const inspect::Lane& lane) {
      json.text("name", lane.name);
      json.number("busy", lane.busy);
      json.number("workers", lane.workers);
      json.number("waiting", lane.waiting);
      json.number("limit", lane.limit);
    });
  });
  json.object("memory", [&] {
    json.number("limit_bytes", application.memory.limit);
    json.number("used_bytes", application.memory.used);
    json.flag("refused", application.memory.refused);
  });
  json.number("spool_bytes", application.spoolBytes);
  json.list("findings", application.findings, [&](const inspect::Finding& finding) {
    json.text("kind", finding.kind);
    json.text("place", finding.place);
    json.text("what", finding.what);
    json.text("route", finding.route);
    json.text("advice", finding.advice);
    json.number("workers", finding.workers);
  });
}

void writeProcess(Json& json, const inspect::Process& process) {
  json.text("name", process.name);
  json.text("state", process.state);
  json.number("pid", static_cast<std::uint64_t>(process.pid));
  json.span("age_seconds", process.age);
  json.span("next_start_seconds", process.next);
  json.number("restarts", process.restarts);
  json.optional("last_end", process.lastEnd);
  json.number("resident_bytes", process.resident);
}

void writeKind(Json& json, const inspect::Kind& kind) {
  json.text("kind", kind.name);
  json.object("figures", [&] {
    for (const auto& figure : kind.figures) {
      json.decimal(std::string(figure.name).c_str(), figure.value);
    }
  });
  json.list("processes", kind.children, [&](const inspect::Child& child) {
    json.text("id", child.id);
    json.number("pid", static_cast<std::uint64_t>(child.pid));
    json.text("state", child.state);
    json.span("uptime_seconds", child.uptime);
    json.number("starts", child.starts);
    json.number("requests", child.requests);
    json.number("in_progress", child.inProgress);
    json.number("resident_bytes", child.resident);
    json.optional("last_end", child.lastEnd);
  });
}

}  // namespace

std::string utcTime(double secondsSince1970) {
  const auto seconds = static_cast<std::time_t>(secondsSince1970);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

void completeStatus(inspect::Status& status, double startedAt, double now) {
  status.pid = ::getpid();
  status.startedAt = startedAt;
  status.uptime = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(now - startedAt));
  status.resident = residentBytes(status.pid);
  status.logLinesDropped = log::droppedLines();
  for (auto& worker : status.application.pool.workers) {
    worker.resident = worker.pid > 0 ? residentBytes(worker.pid) : 0;
  }
  for (auto& process : status.processes) {
    process.resident = process.pid > 0 ? residentBytes(process.pid) : 0;
  }
  for (auto& kind : status.kinds) {
    for (auto& child : kind.children) {
      child.resident = child.pid > 0 ? residentBytes(child.pid) : 0;
    }
  }
}

std::string statusJson(const inspect::Status& status) {
  const Health health = ready(status);
  Json json;
  json.object(nullptr, [&] {
    json.text("version", BRIDGE_VERSION);
    json.number("pid", static_cast<std::uint64_t>(status.pid));
    json.text("started_at", utcTime(status.startedAt));
    json.span("uptime_seconds", status.uptime);
    json.flag("ready", health.ok());
    json.writer().Key("reasons");
    json.writer().StartArray();
    for (const auto reason : health.reasons) {
      json.writer().String(reason.data(), static_cast<rapidjson::SizeType>(reason.size()));
    }
    json.writer().EndArray();
    json.flag("stopping", status.server.stopping);
    json.number("resident_bytes", status.resident);
    json.number("log_lines_dropped", status.logLinesDropped);
    json.object("requests_total", [&] { writeTotals(json); });
    json.object("server", [&] { writeServer(json, status.server); });
    json.object("application", [&] { writeApplication(json, status.application); });
    json.list("processes", status.processes, [&](const inspect::Process& process) { writeProcess(json, process); });
    json.list("upstreams", status.kinds, [&](const inspect::Kind& kind) { writeKind(json, kind); });
    json.list("errors", status.failures, [&](const inspect::Failure& failure) {
      json.text("at", utcTime(failure.at));
      json.text("id", failure.id);
      json.text("error", failure.error);
      json.number("status", static_cast<std::uint64_t>(failure.status));
      json.text("method", failure.method);
      json.text("path", failure.path);
      json.text("detail", failure.detail);
    });
  });
  return json.take() + "\n";
}

}  // namespace bridge::ops
