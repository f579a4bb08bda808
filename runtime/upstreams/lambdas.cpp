#include "upstreams/lambdas.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "loop/loop.h"
#include "upstreams/lambda_call.h"
#include "upstreams/short_answer.h"

namespace bridge::upstreams {
namespace {

constexpr std::array<std::string_view, 7> kMethods = {"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"};

std::unique_ptr<Call> sayText(loop::Loop& loop, Answer& answer, int status, std::string text) {
  return std::make_unique<ShortAnswer>(
      loop, answer,
      http::ResponseHead{.status = status, .reason = {}, .headers = {{"Content-Type", "text/plain; charset=utf-8"}}},
      std::move(text));
}

}  // namespace

LambdasKind::LambdasKind(const KindContext& context)
    : loop_(context.loop),
      settings_(context.settings),
      parts_{.loop = context.loop,
             .settings = context.settings,
             .environment = context.environment,
             .portTaken =
                 [this](int port) {
                   const auto has = [port](const auto& process) { return process->hasPort(port); };
                   return std::ranges::any_of(processes_, has) || std::ranges::any_of(leaving_, has);
                 }},
      file_(context.settings.lambdasManifest) {
  if (auto manifest = read(context.problems)) {
    adopt(std::move(*manifest));
  }
  configureCache();
}

std::optional<config::Manifest> LambdasKind::read(std::vector<config::Problem>& problems) {
  std::ifstream in(file_, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (in.bad() || !in.is_open()) {
    problems.push_back({"LAMBDAS_MANIFEST", file_, "cannot be read"});
    return std::nullopt;
  }
  auto parsed = config::parseManifestXml(text);
  for (const auto& problem : parsed.problems) {
    problems.push_back({file_, {}, problem.text()});
  }
  if (!parsed.problems.empty()) {
    return std::nullopt;
  }
  remarks_.clear();
  for (const auto& remark : parsed.remarks) {
    remarks_.push_back(remark.text());
  }
  return std::move(parsed.manifest);
}

LambdasKind::~LambdasKind() = default;

std::unique_ptr<LambdaProcess> LambdasKind::make(config::LambdaEntry entry) {
  return std::make_unique<LambdaProcess>(parts_, std::move(entry), std::filesystem::path(file_).parent_path());
}

/// Takes over the processes that stay; the others leave.
void LambdasKind::adopt(config::Manifest manifest) {
  auto before = std::exchange(processes_, {});
  places_.clear();
  for (auto& entry : manifest.entries) {
    const auto same =
        std::ranges::find_if(before, [&entry](const auto& process) { return process && process->entry() == entry; });
    if (same != before.end()) {
      processes_.push_back(std::move(*same));
    } else {
      processes_.push_back(make(std::move(entry)));
      unstarted_.push_back(processes_.back().get());
    }
  }
  for (auto& place : manifest.places) {
    const auto process = std::ranges::find(processes_, place.id, [](const auto& one) { return one->entry().id; });
    places_.push_back({std::move(place.route), process->get()});
  }
  for (auto& process : before) {
    if (process) {
      retire(std::move(process));
    }
  }
}

void LambdasKind::retire(std::unique_ptr<LambdaProcess> process) {
  auto* one = process.get();
  leaving_.push_back(std::move(process));
  if (std::erase(unstarted_, one) > 0) {
    log::debug("lambdas", "{} leaves before it was started", log::escape(one->entry().id));
  }
  one->leave([this, one] {
    std::erase_if(leaving_, [one](const auto& other) { return other.get() == one; });
    startFree();
    checkStopped();
  });
}

/// Those whose socket nobody has.
void LambdasKind::startFree() {
  std::erase_if(unstarted_, [this](LambdaProcess* process) {
    const bool taken = std::ranges::any_of(
        leaving_, [process](const auto& old) { return old->entry().pipeName == process->entry().pipeName; });
    if (!taken && !stopping_) {
      process->begin();
    }
    return !taken;
  });
}

std::string LambdasKind::patternOf(const config::LambdaRoute& route) const {
  const auto& mount = settings_.lambdasMount;
  return (mount == "/" ? "" : mount) + route.pattern();
}

void LambdasKind::addRoutes(RouteTable& routes) {
  routes_ = &routes;
  route();
  // What is below the mount and matches nothing is answered here, too.
  const auto& mount = settings_.lambdasMount;
  const auto all = (mount == "/" ? "" : mount) + "/*";
  if (!mount.empty() && std::ranges::find(routed_, all) == routed_.end()) {
    routed_.push_back(all);
    routes.add(all, *this, "LAMBDAS_MOUNT");
  }
}

void LambdasKind::route() {
  for (const auto& place : places_) {
    auto pattern = patternOf(place.route);
    if (std::ranges::find(routed_, pattern) == routed_.end()) {
      routes_->add(pattern, *this, file_ + ", " + place.process->entry().id);
      routed_.push_back(std::move(pattern));
    }
  }
}

void LambdasKind::begin(std::function<void(const Error&)> onFatal) {
  spool_ = beginSpool(loop_, settings_, onFatal);
  if (!spool_) {
    return;
  }
  tellRemarks();
  startFree();
}

void LambdasKind::tellRemarks() const {
  for (const auto& remark : remarks_) {
    log::warn("lambdas", "{}: {}", log::escape(file_), log::escape(remark));
  }
}

void LambdasKind::checkReload(std::vector<config::Problem>& problems) {
  next_ = read(problems);
  if (!next_) {
    return;
  }
  for (const auto& place : next_->places) {
    const auto pattern = patternOf(place.route);
    const bool ours = std::ranges::find(routed_, pattern) != routed_.end();
    if (auto conflict = ours ? std::nullopt : routes_->conflict(pattern)) {
      problems.push_back({file_ + ", " + place.id, pattern, std::move(*conflict)});
    }
  }
}

void LambdasKind::reload(std::function<void(Result<void>)> done) {
  if (auto manifest = std::exchange(next_, std::nullopt)) {
    adopt(std::move(*manifest));
    route();
    tellRemarks();
  }
  for (const auto& process : processes_) {
    process->configure();
  }
  startFree();
  // What has changed is not only what the file says.
  cache_.clear();
  configureCache();
  done({});
}

void LambdasKind::configureCache() {
  cache_.configure(static_cast<std::size_t>(settings_.lambdasCache),
                   static_cast<std::size_t>(settings_.lambdasCacheSize));
}

void LambdasKind::stop(Duration patience, std::function<void()> done) {
  onStopped_ = std::move(done);
  if (!std::exchange(stopping_, true)) {
    for (auto& process : std::exchange(processes_, {})) {
      retire(std::move(process));
    }
  }
  for (const auto& process : leaving_) {
    process->end(patience);
  }
  loop_.defer([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) {
      checkStopped();
    }
  });
}

void LambdasKind::checkStopped() {
  if (stopping_ && leaving_.empty()) {
    if (const auto done = std::exchange(onStopped_, nullptr)) {
      done();
    }
  }
}

inspect::Kind LambdasKind::inspect(bool withRows) const {
  inspect::Kind kind{.name = std::string(name()), .notReady = {}, .figures = {}, .children = {}};
  std::vector<inspect::Child> rows;
  std::size_t waiting = 0;
  for (const auto* list : {&processes_, &leaving_}) {
    for (const auto& process : *list) {
      process->inspect(rows);
      waiting += process->waiting();
    }
  }
  double ready = 0;
  double busy = 0;
  double served = 0;
  for (const auto& row : rows) {
    ready += row.state == "ready" ? 1 : 0;
    busy += static_cast<double>(row.inProgress);
    served += static_cast<double>(row.requests);
  }
  kind.figures = {{"processes", static_cast<double>(rows.size())},
                  {"ready", ready},
                  {"in_progress", busy},
                  {"waiting", static_cast<double>(waiting)},
                  {"replies_total", served},
                  {"cached", static_cast<double>(cache_.size())},
                  {"cached_bytes", static_cast<double>(cache_.bytes())}};
  if (withRows) {
    kind.children = std::move(rows);
  }
  return kind;
}

std::string_view LambdasKind::below(std::string_view path) const {
  const auto& mount = settings_.lambdasMount;
  path.remove_prefix(mount == "/" ? 0 : mount.size());
  return path.empty() ? "/" : path;
}

LambdaProcess* LambdasKind::find(std::string_view path) const {
  path = below(path);
  const auto place = std::ranges::find_if(places_, [path](const Place& one) { return one.route.matches(path); });
  return place == places_.end() ? nullptr : place->process;
}

std::unique_ptr<Call> LambdasKind::start(const http::Request& request, const Params& /*params*/, Answer& answer) {
  const auto& head = request.head;
  if (std::ranges::find(kMethods, head.method) == kMethods.end()) {
    return sayText(loop_, answer, 400, "Invalid request: Unsupported method: " + head.method + "\n");
  }
  if (!spool_) {
    return std::make_unique<ShortAnswer>(loop_, answer, Error{ErrorCode::NoWorkers, "the server has not started"});
  }
  if (find(head.path) == nullptr) {
    return sayText(loop_, answer, 404, "No route found for path: " + head.path + "\n");
  }
  const LambdaCall::Room room{loop_, settings_, *this, *spool_};
  if (!cache_.on() || !LambdaCache::takes(head)) {
    return std::make_unique<LambdaCall>(room, request, answer, nullptr);
  }
  if (const auto* kept = cache_.find(head, loop_.now())) {
    metrics::all().lambdasCache["hit"].add();
    return std::make_unique<ShortAnswer>(loop_, answer, kept->head, Bytes::share(kept->body, 0, kept->body->size()));
  }
  metrics::all().lambdasCache["miss"].add();
  return std::make_unique<LambdaCall>(room, request, answer,
                                      [this, &request](const http::ResponseHead& answered, const std::string& body) {
                                        cache_.keep(request.head, answered, body, loop_.now());
                                      });
}

}  // namespace bridge::upstreams
