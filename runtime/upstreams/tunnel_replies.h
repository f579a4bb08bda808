#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "config/settings.h"
#include "http/request.h"
#include "loop/loop.h"
#include "upstreams/tunnel_cors.h"
#include "upstreams/upstream.h"
#include "wire/tunnel_lines.h"

namespace bridge::upstreams {

/// What can go wrong with a request before a worker has it, and while it does.
enum class TunnelError {
  noRoute,
  wrongMethod,
  unauthorized,
  taskNotExposed,
  eventNotExposed,
  taskNotFound,
  eventNotFound,
  invalidJson,
  tooLarge,
  missingManifest,
  invalidManifest,
  invalidMultipart,
  missingFilePart,
  fileTooLarge,
  tooManyFiles,
  tooManyFields,
  fieldTooLarge,
  tooManyParts,
  aborted,
  timeout,
};

/// The envelopes and header fields of a tunnel's answers to one request, in the format of TUNNEL_ERROR_FORMAT. Owned by
/// the request's Call, or used at once.
class TunnelReplies {
 public:
  /// All outlive it.
  TunnelReplies(const config::Settings& settings, const TunnelCors& cors, const http::Request& request);

  /// An answer: head and JSON.
  struct Reply {
    http::ResponseHead head;
    std::string body;
  };
  [[nodiscard]] Reply preflight() const;
  /// `{"ok":true}`, with a `result` unless that is empty.
  [[nodiscard]] Reply ok(std::string_view result) const;
  /// `subject`: the id of the task or event, or what the parser said, where the message tells it.
  [[nodiscard]] Reply error(TunnelError error, std::string_view subject = {}) const;
  /// What goes wrong here: no room in the spool folder, no worker.
  [[nodiscard]] Reply failure(const Error& error) const;
  /// The head of an answer that is bytes, without what a task has no say in.
  [[nodiscard]] http::ResponseHead stream(const wire::TunnelStreamHead& head) const;
  /// What a worker says of a job that failed. What is not meant for clients is taken out in the format `runner`.
  [[nodiscard]] Reply fault(const wire::TunnelFault& fault) const;

  /// As the Call of a request whose answer is known at once.
  [[nodiscard]] static std::unique_ptr<Call> atOnce(loop::Loop& loop, Answer& answer, Reply reply);

 private:
  [[nodiscard]] bool runner() const { return settings_.tunnelErrorFormat == config::TunnelErrors::runner; }
  [[nodiscard]] Reply json(int status, std::string body) const;

  const config::Settings& settings_;
  const TunnelCors& cors_;
  const http::Request& request_;
  /// `x-runner-request-id`: the client's where it is sane, else a UUID.
  std::string requestId_;
};

}  // namespace bridge::upstreams
