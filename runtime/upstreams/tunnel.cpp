#include "upstreams/tunnel.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "http/percent.h"
#include "upstreams/admin_access.h"
#include "upstreams/tunnel_call.h"
#include "upstreams/tunnel_handlers.h"
#include "upstreams/tunnel_replies.h"
#include "upstreams/tunnel_workers.h"
#include "wire/json.h"
#include "wire/json_outline.h"

namespace bridge::upstreams {
namespace {

using Type = wire::TunnelJob::Type;

/// What a path below the mount means.
struct Target {
  enum class Kind { none, task, event, discovery };

  Kind kind = Kind::none;
  std::string id;
};

/// The id is all segments behind the first, decoded once: `app.a%2Fb` and `app.a/b` are the same.
Target targetOf(std::string_view path) {
  std::string head;
  std::string id;
  while (!path.empty()) {
    const auto segment = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(segment.size() + 1, path.size()));
    if (segment.empty()) {
      continue;
    }
    if (head.empty()) {
      head = segment;
    } else {
      id.append(id.empty() ? "" : "/").append(segment);
    }
  }
  if (head == "discovery") {
    return {Target::Kind::discovery, {}};
  }
  auto decoded = http::percentDecode(id);
  if ((head != "task" && head != "event") || id.empty() || !decoded || !wire::json::isUtf8(*decoded)) {
    return {};
  }
  return {head == "task" ? Target::Kind::task : Target::Kind::event, std::move(*decoded)};
}

bool exposed(const std::vector<std::string>& allowed, std::string_view id) {
  return allowed.empty() || std::ranges::find(allowed, id) != allowed.end();
}

std::string listJson(const std::vector<std::string>& names) {
  std::string json = "[";
  for (const auto& name : names) {
    json += (json.size() > 1 ? "," : "") + wire::jsonQuoted(name);
  }
  return json + "]";
}

}  // namespace

TunnelKind::TunnelKind(const KindContext& context)
    : loop_(context.loop), settings_(context.settings), cors_(context.settings, context.problems) {
  if (hasTunnelWorker(settings_)) {
    backend_ = std::make_unique<TunnelWorkers>(context);
  } else {
    auto handlers = std::make_unique<TunnelHandlers>(loop_);
    addSampleHandlers(*handlers);
    backend_ = std::move(handlers);
    if (settings_.tunnelDelegateAuth) {
      context.problems.push_back({"TUNNEL_DELEGATE_AUTH", "on", "needs a worker to ask: TUNNEL_WORKER"});
    }
  }
}

void TunnelKind::addRoutes(RouteTable& routes) { routes.addTree(settings_.tunnelMount, *this, "TUNNEL_MOUNT"); }

void TunnelKind::begin(std::function<void(const Error&)> onFatal) {
  spool_ = beginSpool(loop_, settings_, onFatal);
  if (!spool_) {
    return;
  }
  backend_->begin();
}

void TunnelKind::reload(std::function<void(Result<void>)> done) {
  backend_->reload();
  done({});
}

void TunnelKind::stop(Duration patience, std::function<void()> done) { backend_->stop(patience, std::move(done)); }

inspect::Kind TunnelKind::inspect(bool withRows) const {
  auto children = backend_->children();
  double busy = 0;
  for (const auto& child : children) {
    busy += static_cast<double>(child.inProgress);
  }
  return {.name = std::string(name()),
          .notReady = {},
          .figures = {{"in_progress", busy},
                      {"waiting", static_cast<double>(backend_->waiting())},
                      {"tasks_total", static_cast<double>(tasks_)},
                      {"events_total", static_cast<double>(events_)},
                      {"refused_total", static_cast<double>(refused_)}},
          .children = withRows ? std::move(children) : std::vector<inspect::Child>{}};
}

bool TunnelKind::authorized(const http::Headers& headers) const {
  if (settings_.tunnelAnonymous) {
    return true;
  }
  const auto shown = headers.find(settings_.tunnelTokenHeader).value_or("");
  bool good = false;
  // All of them, so that the time does not tell which one it was.
  for (const auto& token : settings_.tunnelToken) {
    good = sameSecret(shown, token) || good;
  }
  return good;
}

std::string TunnelKind::discovery() const {
  return R"({"allowList":{"enabled":true,"tasks":)" + listJson(settings_.tunnelTasks) + R"(,"events":)" +
         listJson(settings_.tunnelEvents) + "}}";
}

std::unique_ptr<Call> TunnelKind::start(const http::Request& request, const Params& /*params*/, Answer& answer) {
  TunnelReplies replies(settings_, cors_, request);
  if (!spool_) {
    // It could not begin; the server is about to end.
    return TunnelReplies::atOnce(loop_, answer, replies.failure({ErrorCode::ShuttingDown, "tunnel: no spool folder"}));
  }
  const auto now = [&](TunnelReplies::Reply reply) { return TunnelReplies::atOnce(loop_, answer, std::move(reply)); };
  const auto refuse = [&](TunnelError error, std::string_view subject = {}) {
    ++refused_;
    return now(replies.error(error, subject));
  };
  const std::string_view method = request.head.method;
  std::string_view path = request.head.path;
  path.remove_prefix(settings_.tunnelMount == "/" ? 0 : settings_.tunnelMount.size());
  if (method == "OPTIONS") {
    return now(replies.preflight());
  }
  auto target = targetOf(path);
  const bool discovers = target.kind == Target::Kind::discovery && settings_.tunnelDiscovery;
  if (target.kind == Target::Kind::none || (target.kind == Target::Kind::discovery && !discovers)) {
    return refuse(TunnelError::noRoute);
  }
  if (method != "POST" && !(discovers && method == "GET")) {
    auto reply = replies.error(TunnelError::wrongMethod);
    reply.head.headers.add("Allow", discovers ? "GET, POST, OPTIONS" : "POST, OPTIONS");
    ++refused_;
    return now(std::move(reply));
  }
  if (!authorized(request.head.headers)) {
    return refuse(TunnelError::unauthorized);
  }
  if (discovers) {
    return now(replies.ok(discovery()));
  }
  const bool task = target.kind == Target::Kind::task;
  if (!exposed(task ? settings_.tunnelTasks : settings_.tunnelEvents, target.id)) {
    return refuse(task ? TunnelError::taskNotExposed : TunnelError::eventNotExposed, target.id);
  }
  const auto type = task ? Type::task : Type::event;
  if (!backend_->has(type, target.id)) {
    return refuse(task ? TunnelError::taskNotFound : TunnelError::eventNotFound, target.id);
  }
  const auto mode = tunnelBodyOf(type, request.head);
  if (mode == TunnelBody::json && request.head.contentLength.value_or(0) > settings_.tunnelMaxBody) {
    return refuse(TunnelError::tooLarge);
  }
  ++(task ? tasks_ : events_);
  return std::make_unique<TunnelCall>(TunnelCall::Room{loop_, settings_, *backend_, *spool_}, type,
                                      std::move(target.id), request, answer, std::move(replies), mode);
}

}  // namespace bridge::upstreams
