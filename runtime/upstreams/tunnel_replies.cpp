#include "upstreams/tunnel_replies.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/log.h"
#include "base/uuid.h"
#include "http/syntax.h"
#include "upstreams/short_answer.h"
#include "wire/json_outline.h"

namespace bridge::upstreams {
namespace {

constexpr std::string_view kRequestId = "x-runner-request-id";
constexpr int kInternalError = 500;
/// Ours, with those that the writer adds.
constexpr std::size_t kUsualFields = 8;

struct Row {
  TunnelError error;
  int status;
  std::string_view codeName;
  std::string_view policy;
  /// `*` stands for the subject.
  std::string_view runner;
};

constexpr std::array kRows = {
    Row{TunnelError::noRoute, 404, "NOT_FOUND", "Task or event not found", "Not Found"},
    Row{TunnelError::wrongMethod, 405, "METHOD_NOT_ALLOWED", "Method not allowed", "Method Not Allowed"},
    Row{TunnelError::unauthorized, 401, "UNAUTHORIZED", "Invalid or missing token", "Unauthorized"},
    Row{TunnelError::taskNotExposed, 403, "FORBIDDEN", "Task or event not in allow-list", "Task * not exposed"},
    Row{TunnelError::eventNotExposed, 403, "FORBIDDEN", "Task or event not in allow-list", "Event * not exposed"},
    Row{TunnelError::taskNotFound, 404, "NOT_FOUND", "Task or event not found", "Task * not found"},
    Row{TunnelError::eventNotFound, 404, "NOT_FOUND", "Task or event not found", "Event * not found"},
    Row{TunnelError::invalidJson, 400, "INVALID_JSON", "*", "Invalid JSON body"},
    Row{TunnelError::tooLarge, 413, "PAYLOAD_TOO_LARGE", "Payload too large", "Payload too large"},
    Row{TunnelError::missingManifest, 400, "MISSING_MANIFEST", "Missing manifest", "Missing manifest"},
    Row{TunnelError::invalidManifest, 400, "INVALID_MULTIPART", "Invalid manifest", "Invalid manifest"},
    Row{TunnelError::invalidMultipart, 400, "INVALID_MULTIPART", "Invalid multipart payload",
        "Invalid multipart payload"},
    Row{TunnelError::missingFilePart, 500, "MISSING_FILE_PART", "Missing file part for id *",
        "Missing file part for id *"},
    Row{TunnelError::fileTooLarge, 413, "PAYLOAD_TOO_LARGE", "File size limit exceeded", "File size limit exceeded"},
    Row{TunnelError::tooManyFiles, 413, "PAYLOAD_TOO_LARGE", "Files limit exceeded", "Files limit exceeded"},
    Row{TunnelError::tooManyFields, 413, "PAYLOAD_TOO_LARGE", "Fields limit exceeded", "Fields limit exceeded"},
    Row{TunnelError::fieldTooLarge, 413, "PAYLOAD_TOO_LARGE", "Field limit exceeded", "Field limit exceeded"},
    Row{TunnelError::tooManyParts, 413, "PAYLOAD_TOO_LARGE", "Parts limit exceeded", "Parts limit exceeded"},
    Row{TunnelError::aborted, 499, "REQUEST_ABORTED", "Client Closed Request", "Client Closed Request"},
    Row{TunnelError::timeout, 504, "TIMEOUT", "The worker did not answer in time", "The worker did not answer in time"},
};

std::string filled(std::string_view text, std::string_view subject) {
  std::string out(text);
  if (const auto star = out.find('*'); star != std::string::npos) {
    out.replace(star, 1, subject);
  }
  return out;
}

/// The name of a status, for workers that give a number alone.
std::string_view nameOf(int status) {
  switch (status) {
    case 400:
      return "BAD_REQUEST";
    case 401:
      return "UNAUTHORIZED";
    case 403:
      return "FORBIDDEN";
    case 404:
      return "NOT_FOUND";
    case 409:
      return "CONFLICT";
    case 422:
      return "VALIDATION_ERROR";
    case 429:
      return "TOO_MANY_REQUESTS";
    case 503:
      return "SERVICE_UNAVAILABLE";
    case 507:
      return "INSUFFICIENT_STORAGE";
    default:
      return "INTERNAL_ERROR";
  }
}

}  // namespace

TunnelReplies::TunnelReplies(const config::Settings& settings, const TunnelCors& cors, const http::Request& request)
    : settings_(settings), cors_(cors), request_(request) {
  const auto sent = http::trimBlanks(request.head.headers.find(kRequestId).value_or(""));
  requestId_ = http::isRequestId(sent) ? std::string(sent) : randomUuid();
}

TunnelReplies::Reply TunnelReplies::preflight() const {
  Reply reply{.head = {.status = 204, .reason = {}, .headers = {}}, .body = {}};
  cors_.addToPreflight(reply.head.headers, request_.head.headers);
  return reply;
}

TunnelReplies::Reply TunnelReplies::json(int status, std::string body) const {
  Reply reply{.head = {.status = status, .reason = {}, .headers = {}}, .body = std::move(body)};
  auto& headers = reply.head.headers;
  headers.reserve(kUsualFields);
  headers.add(std::string(kRequestId), requestId_);
  cors_.addTo(headers, request_.head.headers);
  headers.add("Content-Type", runner() ? "application/json; charset=utf-8" : "application/json");
  headers.add("X-Content-Type-Options", "nosniff");
  headers.add("X-Frame-Options", "DENY");
  return reply;
}

TunnelReplies::Reply TunnelReplies::ok(std::string_view result) const {
  std::string body = R"({"ok":true)";
  if (!result.empty()) {
    body.append(R"(,"result":)").append(result);
  }
  return json(200, body += '}');
}

TunnelReplies::Reply TunnelReplies::error(TunnelError error, std::string_view subject) const {
  const auto* row = std::ranges::find(kRows, error, &Row::error);
  return fault({.message = filled(runner() ? row->runner : row->policy, subject),
                .codeName = std::string(row->codeName),
                .status = row->status});
}

TunnelReplies::Reply TunnelReplies::failure(const Error& error) const {
  // The detail is for the log.
  log::write(error.info().level, "tunnel", error.message());
  const int status = error.info().status;
  return fault(
      {.message = std::string(error.info().meaning), .codeName = std::string(nameOf(status)), .status = status});
}

http::ResponseHead TunnelReplies::stream(const wire::TunnelStreamHead& head) const {
  constexpr std::array kOurs = {std::string_view(kRequestId), std::string_view("content-type"),
                                std::string_view("set-cookie"), std::string_view("x-content-type-options"),
                                std::string_view("x-frame-options")};
  constexpr std::string_view kCors = "access-control-";
  auto reply = json(head.status, {}).head;
  reply.headers.set("Content-Type", head.contentType);
  for (const auto& [name, value] : head.headers) {
    const bool ours = std::ranges::any_of(kOurs, [&](auto one) { return http::equalsIgnoreCase(name, one); });
    if (!ours && !http::equalsIgnoreCase(std::string_view(name).substr(0, kCors.size()), kCors)) {
      reply.headers.add(name, value);
    }
  }
  return reply;
}

TunnelReplies::Reply TunnelReplies::fault(const wire::TunnelFault& fault) const {
  const int status = fault.status == 0 ? kInternalError : fault.status;
  std::string body = R"({"ok":false,"error":{)";
  if (runner()) {
    const bool hidden = status == kInternalError && fault.id.empty();
    const auto codeName = fault.codeName.empty() ? std::string(nameOf(status)) : fault.codeName;
    body += R"("message":)" + wire::jsonQuoted(hidden || fault.message.empty() ? "Internal Error" : fault.message);
    body += R"(,"code":)" + wire::jsonQuoted(codeName);
    body += R"(,"codeName":)" + wire::jsonQuoted(codeName);
  } else {
    // A worker's own word for a failure without a status is none of the protocol's.
    const auto codeName = fault.status == 0 || fault.codeName.empty() ? std::string(nameOf(status)) : fault.codeName;
    body += R"("code":)" + std::to_string(status);
    body += R"(,"message":)" + wire::jsonQuoted(fault.message.empty() ? "Internal Error" : fault.message);
    body += R"(,"codeName":)" + wire::jsonQuoted(codeName);
  }
  if (!fault.id.empty()) {
    body += R"(,"id":)" + wire::jsonQuoted(fault.id);
  }
  if (!fault.data.empty()) {
    body += R"(,"data":)" + fault.data;
  }
  if (runner()) {
    body += R"(,"httpCode":)" + std::to_string(status);
  }
  return json(status, body + "}}");
}

std::unique_ptr<Call> TunnelReplies::atOnce(loop::Loop& loop, Answer& answer, Reply reply) {
  return std::make_unique<ShortAnswer>(loop, answer, std::move(reply.head), std::move(reply.body));
}

}  // namespace bridge::upstreams
