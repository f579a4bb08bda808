#include "wire/tunnel_lines.h"

#include <array>

#include "base/base64.h"
#include "wire/json_outline.h"

namespace bridge::wire {
namespace {

constexpr int kLeastStatus = 400;
constexpr int kLeastStreamStatus = 200;
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

std::string_view typeName(TunnelJob::Type type) {
  switch (type) {
    case TunnelJob::Type::task:
      return "task";
    case TunnelJob::Type::event:
      return "event";
    case TunnelJob::Type::auth:
      break;
  }
  return "auth";
}

/// Nothing where the status is none, or the text no object: it is not taken for what it does not say.
std::optional<TunnelStreamHead> headOf(std::string_view text) {
  const auto outline = JsonOutline::of(text);
  if (!outline.ok() || !outline->isObject()) {
    return std::nullopt;
  }
  TunnelStreamHead head;
  if (const auto status = outline->find("status")) {
    const auto number = jsonWhole(*status);
    if (!number || *number < kLeastStreamStatus || *number > kLastStatus) {
      return std::nullopt;
    }
    head.status = static_cast<int>(*number);
  }
  if (const auto type = outline->find("contentType")) {
    head.contentType = jsonString(*type).value_or(head.contentType);
  }
  if (const auto headers = outline->find("headers")) {
    const auto fields = JsonOutline::of(*headers);
    for (const auto& [name, value] : fields.ok() ? fields->members() : JsonOutline::Members{}) {
      // Numbers are written as they stand.
      head.headers.emplace_back(name, jsonString(value).value_or(std::string(value)));
    }
  }
  return head;
}

}  // namespace

std::string jobLine(std::uint64_t id, const TunnelJob& job) {
  const bool task = job.type == TunnelJob::Type::task;
  std::string line = R"({"type":")" + std::string(typeName(job.type)) + R"(","id":)" + std::to_string(id);
  const auto add = [&line](std::string_view key, std::string_view json) {
    if (!json.empty()) {
      line.append(key).append(jsonLine(json));
    }
  };
  if (job.type != TunnelJob::Type::auth) {
    add(task ? R"(,"taskId":)" : R"(,"eventId":)", jsonQuoted(job.name));
  }
  add(task ? R"(,"input":)" : R"(,"payload":)", job.value);
  if (job.returnPayload) {
    line += R"(,"returnPayload":true)";
  }
  add(R"(,"body":)", job.body);
  add(R"(,"files":)", job.files);
  add(R"(,"contexts":)", job.contexts);
  add(R"(,"context":)", job.context);
  return line += "}\n";
}

std::string cancelLine(std::uint64_t id) { return idLine("cancel", id); }

std::string shutdownLine(std::uint64_t id) { return idLine("shutdown", id); }

std::string chunkLine(std::uint64_t id, std::string_view bytes) {
  auto line = R"({"type":"chunk","id":)" + std::to_string(id) + R"(,"data":")" + base64Encode(bytes);
  return line += "\"}\n";
}

std::string endLine(std::uint64_t id) { return idLine("end", id); }

std::string pauseLine(std::uint64_t id) { return idLine("pause", id); }

std::string resumeLine(std::uint64_t id) { return idLine("resume", id); }

std::optional<TunnelMessage> parseMessage(std::string_view line) {
  using Kind = TunnelMessage::Kind;
  if (!line.starts_with('{')) {
    return std::nullopt;
  }
  const auto outline = JsonOutline::of(line);
  if (!outline.ok()) {
    return std::nullopt;
  }
  const auto id = outline->find("id");
  const auto number = id ? jsonWhole(*id) : std::nullopt;
  if (!number) {
    return std::nullopt;
  }
  TunnelMessage message{.id = *number};
  if (const auto ok = outline->find("ok"); ok && (*ok == "true" || *ok == "false")) {
    message.reply.ok = jsonTrue(*ok);
    if (message.reply.ok) {
      message.reply.result = outline->find("result").value_or("");
    } else if (const auto error = outline->find("error")) {
      message.reply.fault = faultOf(*error);
    }
    return message;
  }
  if (const auto chunk = outline->find("chunk")) {
    const auto text = jsonString(*chunk);
    auto bytes = text ? base64Decode(*text) : std::nullopt;
    if (!bytes) {
      // Without it the stream would have a hole that nobody sees.
      message.reply.fault.message = "A chunk is not base64";
      return message;
    }
    message.kind = Kind::chunk;
    message.bytes = std::move(*bytes);
    return message;
  }
  if (const auto stream = outline->find("stream")) {
    auto head = headOf(*stream);
    if (!head) {
      return std::nullopt;
    }
    message.kind = Kind::stream;
    message.head = std::move(*head);
    return message;
  }
  constexpr std::array kSigns = {std::pair(std::string_view("end"), Kind::end),
                                 std::pair(std::string_view("pause"), Kind::pause),
                                 std::pair(std::string_view("resume"), Kind::resume)};
  for (const auto& [name, kind] : kSigns) {
    if (const auto sign = outline->find(name); sign && jsonTrue(*sign)) {
      message.kind = kind;
      return message;
    }
  }
  return std::nullopt;
}

}  // namespace bridge::wire
