#include "wire/tunnel_lines.h"

#include "wire/json_outline.h"

namespace bridge::wire {
namespace {

constexpr int kLeastStatus = 400;
constexpr int kLastStatus = 599;
constexpr int kNotFound = 404;

int statusOf(std::optional<std::string_view> text) {
  const auto number = text ? jsonWhole(*text) : std::nullopt;
  return number && *number >= kLeastStatus && *number <= kLastStatus ? static_cast<int>(*number) : 0;
}

TunnelFault faultOf(std::string_view text) {
  TunnelFault fault;
  const auto error = JsonOutline::of(text);
  if (!error.ok() || !error->isObject()) {
    return fault;
  }
  const auto string = [&error](std::string_view name) {
    const auto value = error->find(name);
    return value ? jsonString(*value).value_or("") : std::string();
  };
  fault.message = string("message");
  fault.codeName = string("codeName");
  fault.status = statusOf(error->find("httpCode"));
  if (fault.status == 0) {
    fault.status = statusOf(error->find("code"));
  }
  if (fault.codeName.empty()) {
    fault.codeName = string("code");
  }
  if (fault.status == 0 && fault.codeName == "NOT_FOUND") {
    fault.status = kNotFound;
  }
  fault.id = string("id");
  fault.data = error->find("data").value_or("");
  return fault;
}

std::string idLine(std::string_view type, std::uint64_t id) {
  return R"({"type":")" + std::string(type) + R"(","id":)" + std::to_string(id) + "}\n";
}

}  // namespace

std::string jobLine(std::uint64_t id, const TunnelJob& job) {
  const bool task = job.type == TunnelJob::Type::task;
  std::string line = task ? R"({"type":"task","id":)" : R"({"type":"event","id":)";
  line += std::to_string(id);
  line += task ? R"(,"taskId":)" : R"(,"eventId":)";
  line += jsonLine(jsonQuoted(job.name));
  if (!job.value.empty()) {
    line += task ? R"(,"input":)" : R"(,"payload":)";
    line += jsonLine(job.value);
  }
  if (job.returnPayload) {
    line += R"(,"returnPayload":true)";
  }
  if (!job.context.empty()) {
    line += R"(,"context":)" + jsonLine(job.context);
  }
  return line + "}\n";
}

std::string cancelLine(std::uint64_t id) { return idLine("cancel", id); }

std::string shutdownLine(std::uint64_t id) { return idLine("shutdown", id); }

std::optional<TunnelReply> parseReply(std::string_view line) {
  if (!line.starts_with('{')) {
    return std::nullopt;
  }
  const auto outline = JsonOutline::of(line);
  if (!outline.ok()) {
    return std::nullopt;
  }
  const auto id = outline->find("id");
  const auto number = id ? jsonWhole(*id) : std::nullopt;
  const auto ok = outline->find("ok");
  if (!number || !ok || (*ok != "true" && *ok != "false")) {
    return std::nullopt;
  }
  TunnelReply reply{.id = *number, .ok = jsonTrue(*ok), .result = {}, .fault = {}};
  if (reply.ok) {
    reply.result = outline->find("result").value_or("");
  } else if (const auto error = outline->find("error")) {
    reply.fault = faultOf(*error);
  }
  return reply;
}

}  // namespace bridge::wire
