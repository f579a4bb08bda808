#include "wire/encode.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "wire/frame.h"
#include "wire/message_writer.h"

namespace bridge::wire {
namespace {

void put(MessageWriter& out, std::string_view name, std::string_view value) { out.key(name), out.text(value); }
void putBytes(MessageWriter& out, std::string_view name, std::string_view value) { out.key(name), out.bytes(value); }
void put(MessageWriter& out, std::string_view name, std::uint64_t value) { out.key(name), out.number(value); }
void putInt(MessageWriter& out, std::string_view name, int value) {
  put(out, name, static_cast<std::uint64_t>(std::max(value, 0)));
}
void putTexts(MessageWriter& out, std::string_view name, const std::vector<std::string>& texts) {
  out.key(name);
  out.startArray();
  for (const auto& text : texts) out.text(text);
  out.endArray();
}
void putSeconds(MessageWriter& out, std::string_view name, double value) { out.key(name), out.number(value); }
void putBool(MessageWriter& out, std::string_view name, bool value) { out.key(name), out.boolean(value); }

void putHead(MessageWriter& out, const http::ResponseHead& head) {
  putInt(out, "status", head.status);
  if (!head.reason.empty()) putBytes(out, "reason", head.reason);
  out.key("headers");
  out.startArray();
  for (const auto& field : head.headers) out.field(field);
  out.endArray();
}

void putEndpoint(MessageWriter& out, std::string_view name, const http::Endpoint& endpoint) {
  out.key(name);
  out.startArray();
  out.bytes(endpoint.address);
  out.number(static_cast<std::uint64_t>(std::max(endpoint.port, 0)));
  out.endArray();
}

void putForm(MessageWriter& out, const Form& form) {
  out.key("form");
  out.startObject();
  out.key("fields");
  out.startArray();
  for (const auto& field : form.fields) {
    out.startArray();
    out.bytes(field.name);
    out.number(field.bytes);
    out.endArray();
  }
  out.endArray();
  out.key("files");
  out.startArray();
  for (const auto& file : form.files) {
    out.startObject();
    putBytes(out, "field", file.field);
    putBytes(out, "name", file.name);
    putBytes(out, "type", file.type);
    putBytes(out, "path", file.path);
    put(out, "size", file.size);
    putInt(out, "error", file.error);
    out.endObject();
  }
  out.endArray();
  out.endObject();
}

/// Fields that speak of the client's connection (RFC 9110, 7.6.1), or that PHP would take for something else: `Proxy`
/// becomes HTTP_PROXY, and `X_A` the same variable as `X-A`.
bool reachesPhp(std::string_view name) {
  static constexpr std::array<std::string_view, 8> kKept = {
      "connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "expect", "proxy"};
  if (name.find('_') != std::string_view::npos) return false;
  return std::none_of(kKept.begin(), kKept.end(),
                      [name](std::string_view kept) { return http::equalsIgnoreCase(name, kept); });
}

void putTarget(MessageWriter& out, const http::RequestHead& head) {
  if (head.target.starts_with('/')) {
    putBytes(out, "target", head.target);
    return;
  }
  // Absolute-form: the empty query of `http://a/b?` is kept, since it is part of the URI.
  std::string target = head.path.empty() ? "/" : head.path;
  if (head.target.find('?') != std::string::npos) target += '?' + head.query;
  putBytes(out, "target", target);
}

}  // namespace

Bytes encode(const Hello& message) {
  MessageWriter out("hello");
  putInt(out, "v", message.version);
  putInt(out, "pid", message.pid);
  put(out, "php", message.php);
  put(out, "laravel", message.laravel);
  put(out, "generation", message.generation);
  putBool(out, "supervised", message.supervised);
  put(out, "path", message.path);
  put(out, "capacity", message.capacity);
  if (message.stackSignal != 0) putInt(out, "stack", message.stackSignal);
  if (message.debugger) putBool(out, "debugger", true);
  return out.frame();
}

Bytes encode(const Taken& /*message*/) { return MessageWriter("taken").frame(); }
Bytes encode(const Cancel& /*message*/) { return MessageWriter("cancel").frame(); }
Bytes encode(const Ping& /*message*/) { return MessageWriter("ping").frame(); }
Bytes encode(const Drain& /*message*/) { return MessageWriter("drain").frame(); }

Bytes encode(const End& message) {
  MessageWriter out("end");
  if (message.memory != 0) put(out, "memory", message.memory);
  return out.frame();
}

Bytes encode(const Info& message) {
  MessageWriter out("info");
  putHead(out, message.head);
  return out.frame();
}

Bytes encode(const AnswerHead& message) {
  MessageWriter out("answer");
  putHead(out, message.head);
  if (message.file) {
    out.key("file");
    out.startObject();
    putBytes(out, "path", message.file->path);
    put(out, "offset", message.file->offset);
    put(out, "length", message.file->length);
    putBool(out, "delete", message.file->remove);
    out.endObject();
  }
  return out.frame();
}

Bytes encode(const Ready& message) {
  MessageWriter out("ready");
  put(out, "memory", message.memory);
  put(out, "peak", message.peak);
  put(out, "requests", message.requests);
  putBool(out, "retire", message.retire);
  if (message.patient) putBool(out, "patient", true);
  if (!message.why.empty()) put(out, "why", message.why);
  if (!message.findings.empty()) {
    out.key("findings");
    out.startArray();
    for (const auto& finding : message.findings) {
      out.startObject();
      put(out, "kind", finding.kind);
      put(out, "place", finding.place);
      put(out, "what", finding.what);
      put(out, "route", finding.route);
      put(out, "advice", finding.advice);
      out.endObject();
    }
    out.endArray();
  }
  return out.frame();
}

Bytes encode(const Pong& message) {
  MessageWriter out("pong");
  put(out, "memory", message.memory);
  put(out, "requests", message.requests);
  return out.frame();
}

Bytes encode(const Stack& message) {
  MessageWriter out("stack");
  putBytes(out, "id", message.id);
  putTexts(out, "frames", message.frames);
  return out.frame();
}

Bytes encode(const Outdated& message) {
  MessageWriter out("outdated");
  put(out, "why", message.why);
  if (message.hold) putBool(out, "hold", true);
  return out.frame();
}

Bytes encode(const Welcome& message) {
  MessageWriter out("hello");
  putInt(out, "v", message.version);
  return out.frame();
}

Bytes encode(const Refuse& message) {
  MessageWriter out("refuse");
  put(out, "reason", message.reason);
  return out.frame();
}

Bytes encode(const Booting& message) {
  MessageWriter out("booting");
  put(out, "step", message.step);
  if (message.debugger) putBool(out, "debugger", true);
  return out.frame();
}

Bytes encode(const Listening& message) {
  MessageWriter out("listening");
  put(out, "path", message.path);
  putInt(out, "pid", message.pid);
  put(out, "capacity", message.capacity);
  put(out, "php", message.php);
  put(out, "laravel", message.laravel);
  putSeconds(out, "ms", message.ms);
  putTexts(out, "notes", message.notes);
  return out.frame();
}

Bytes encode(const Failed& message) {
  MessageWriter out("failed");
  put(out, "step", message.step);
  put(out, "class", message.className);
  put(out, "message", message.message);
  put(out, "file", message.file);
  put(out, "line", message.line);
  put(out, "trace", message.trace);
  return out.frame();
}

Bytes encode(const Forked& message) {
  MessageWriter out("forked");
  putInt(out, "pid", message.pid);
  if (!message.role.empty()) put(out, "role", message.role);
  return out.frame();
}

Bytes encode(const Exited& message) {
  MessageWriter out("exited");
  putInt(out, "pid", message.pid);
  putInt(out, "code", message.code);
  putInt(out, "signal", message.signal);
  putSeconds(out, "user", message.user);
  putSeconds(out, "system", message.system);
  put(out, "peak", message.peak);
  return out.frame();
}

Bytes encode(const Kill& message) {
  MessageWriter out("kill");
  putInt(out, "pid", message.pid);
  putInt(out, "signal", message.signal);
  return out.frame();
}

Result<Bytes> encode(const http::Request& request, const RequestBody& body) {
  MessageWriter out("request");
  putBytes(out, "id", request.id);
  putBytes(out, "method", request.head.method);
  putTarget(out, request.head);
  putBytes(out, "version", request.head.version == http::Version::http10 ? "1.0" : "1.1");
  putBytes(out, "scheme", request.scheme);
  putBytes(out, "host", request.head.host);
  putEndpoint(out, "client", request.client);
  putEndpoint(out, "server", request.server);
  putSeconds(out, "time", request.receivedAt);
  out.key("headers");
  out.startArray();
  for (const auto& field : request.head.headers) {
    if (reachesPhp(field.name)) out.field(field);
  }
  out.endArray();
  put(out, "body", body.framed);
  if (!body.spool.empty()) putBytes(out, "spool", body.spool);
  put(out, "length", body.length);
  if (body.isolate) putBool(out, "isolate", *body.isolate);
  const std::size_t headSize = out.size();
  if (body.form) putForm(out, *body.form);

  Bytes frame = out.frame();
  if (frame.size() <= kFrameHeader + kMaxMessage) return frame;
  return Error{headSize < kMaxMessage ? ErrorCode::PayloadTooLarge : ErrorCode::HeadersTooLarge,
               "the message to the worker has " + std::to_string(frame.size() - kFrameHeader) + " bytes"};
}

}  // namespace bridge::wire
