#include "upstreams/admin.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "http/accept.h"
#include "loop/loop.h"
#include "ops/health.h"
#include "ops/metrics_text.h"
#include "ops/status.h"
#include "ops/status_page.h"

namespace bridge::upstreams {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kHtml = "text/html; charset=utf-8";
constexpr std::string_view kMetrics = "text/plain; version=0.0.4; charset=utf-8";

/// Printable and ASCII. Its quotes are left to JSON: people read it as it was meant.
std::string readable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool plain = text[i] >= 0x20 && text[i] <= 0x7E;
    out += plain ? std::string(1, text[i]) : log::escape(text.substr(i, 1));
  }
  return out;
}

/// {"done":false,"reason":"..."}
std::string reasonJson(const Error& error) {
  const auto reason = readable(error.detail.empty() ? error.info().meaning : error.detail);
  rapidjson::StringBuffer buffer;
  rapidjson::Writer json(buffer);
  json.StartObject();
  json.Key("done");
  json.Bool(false);
  json.Key("reason");
  json.String(reason.data(), static_cast<rapidjson::SizeType>(reason.size()));
  json.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

/// {"done":true,"generation":7,"not_made":["..."]}
std::string doneJson(const Reloaded& reloaded) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer json(buffer);
  json.StartObject();
  json.Key("done");
  json.Bool(true);
  json.Key("generation");
  json.Uint64(reloaded.generation);
  json.Key("not_made");
  json.StartArray();
  for (const auto& change : reloaded.notMade) {
    json.String(change.data(), static_cast<rapidjson::SizeType>(change.size()));
  }
  json.EndArray();
  json.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

/// One request. Answered when it is complete; a reload that is waited for, when that is over.
class AdminCall final : public Call {
 public:
  AdminCall(loop::Loop& loop, const AdminDesk& desk, Admin::Reach reach, const AdminAccess& access,
            const http::Request& request, Answer& answer)
      : loop_(loop), desk_(desk), reach_(reach), access_(access), request_(request), answer_(answer) {}

  void body(Bytes /*data*/) override {}
  void end() override {
    later([this] { respond(); });
  }
  void pause() override {}
  void resume() override {}

 private:
  struct Route {
    std::string_view path;
    bool changes;
    bool probe;
    void (AdminCall::*handle)();
  };
  static const std::array<Route, 7> kRoutes;

  void respond() {
    if (const auto refused = refusal(access_, request_.head)) {
      refuse(*refused);
      return;
    }
    const std::string_view path = request_.head.path;
    for (const Route& route : kRoutes) {
      if (path == route.path && (route.probe || reach_ == Admin::Reach::all)) {
        if (mayUse(route)) {
          (this->*route.handle)();
        }
        return;
      }
    }
    if (reach_ == Admin::Reach::all && (path == "/" || path == "/-/" || path == "/-")) {
      send(302, kJson, "{}\n", {{"Location", "/-/status"}});
      return;
    }
    answer_.fail({ErrorCode::NotFound, "no page of the operators"});
  }

  bool mayUse(const Route& route) {
    const bool looks = request_.head.method == "GET" || request_.head.method == "HEAD";
    if (route.changes ? request_.head.method == "POST" : looks) {
      return true;
    }
    send(405, kJson, "{\"done\":false,\"reason\":\"another method is needed\"}\n",
         {{"Allow", route.changes ? "POST" : "GET, HEAD"}});
    return false;
  }

  void refuse(int status) {
    http::Headers headers;
    std::string_view reason = "the request names another host";
    if (status == 401) {
      headers.add("WWW-Authenticate", "Basic realm=\"Laravel Bridge\", charset=\"UTF-8\"");
      reason = "ADMIN_TOKEN is needed";
    } else if (status == 403) {
      reason = "a web page may not ask for this";
    }
    send(status, kJson, "{\"done\":false,\"reason\":\"" + std::string(reason) + "\"}\n", std::move(headers));
  }

  void live() { health(ops::live()); }
  void ready() { health(ops::ready(desk_.status(false))); }
  void startup() { health(ops::startup(desk_.status(false))); }
  void health(const ops::Health& health) { send(health.status(), kJson, health.json()); }

  void status() {
    const auto picture = desk_.status(true);
    if (!http::wantsPage(request_.head.headers)) {
      send(200, kJson, ops::statusJson(picture));
      return;
    }
    send(200, kHtml, ops::statusPage(picture),
         {{"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"}, {"X-Frame-Options", "DENY"}});
  }

  void metrics() { send(200, kMetrics, ops::metricsText(desk_.status(true))); }

  void reload() {
    log::info("server", "reload asked for by an operator");
    if (request_.head.query != "wait=1") {
      desk_.reload([](const Result<Reloaded>&) {});
      send(202, kJson, "{\"done\":false,\"reason\":\"begun\"}\n");
      return;
    }
    desk_.reload([this, alive = std::weak_ptr(alive_)](const Result<Reloaded>& result) {
      if (alive.expired()) {
        return;
      }
      later([this, result] {
        if (result.ok()) {
          send(200, kJson, doneJson(*result));
        } else {
          send(500, kJson, reasonJson(result.error()));
        }
      });
    });
  }

  void stop() {
    log::info("server", "stop asked for by an operator");
    // Not inside this call: what stops may take the door with it.
    loop_.defer([stop = desk_.stop] { stop(); });
    send(202, kJson, "{\"done\":false,\"reason\":\"begun\",\"pid\":" + std::to_string(::getpid()) + "}\n");
  }

  void send(int status, std::string_view type, std::string body, http::Headers headers = {}) {
    headers.add("Content-Type", std::string(type));
    headers.add("Content-Length", std::to_string(body.size()));
    headers.add("Cache-Control", "no-store");
    answer_.head({.status = status, .reason = {}, .headers = std::move(headers)});
    answer_.body(Bytes(std::move(body)));
    answer_.end();
  }

  template <class Work>
  void later(Work work) {
    loop_.defer([work = std::move(work), alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) {
        work();
      }
    });
  }

  loop::Loop& loop_;
  const AdminDesk& desk_;
  Admin::Reach reach_;
  const AdminAccess& access_;
  const http::Request& request_;
  Answer& answer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

const std::array<AdminCall::Route, 7> AdminCall::kRoutes = {{
    {"/-/live", false, true, &AdminCall::live},
    {"/-/ready", false, true, &AdminCall::ready},
    {"/-/startup", false, true, &AdminCall::startup},
    {"/-/status", false, false, &AdminCall::status},
    {"/-/metrics", false, false, &AdminCall::metrics},
    {"/-/reload", true, false, &AdminCall::reload},
    {"/-/stop", true, false, &AdminCall::stop},
}};

}  // namespace

Admin::Admin(loop::Loop& loop, const AdminDesk& desk, Reach reach, AdminAccess access)
    : loop_(loop), desk_(desk), reach_(reach), access_(std::move(access)) {}

std::unique_ptr<Call> Admin::start(const http::Request& request, const Params& /*params*/, Answer& answer) {
  return std::make_unique<AdminCall>(loop_, desk_, reach_, access_, request, answer);
}

}  // namespace bridge::upstreams
