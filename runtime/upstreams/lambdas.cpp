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

Result<config::ManifestXml> readManifest(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (in.bad() || !in.is_open()) {
    return Error{ErrorCode::InvalidSettings, path + " cannot be read"};
  }
  return config::parseManifestXml(text);
}

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
  auto read = readManifest(file_);
  if (!read.ok()) {
    context.problems.push_back({"LAMBDAS_MANIFEST", file_, "cannot be read"});
    return;
  }
  for (const auto& problem : read->problems) {
    context.problems.push_back({file_, {}, problem.text()});
  }
  for (const auto& remark : read->remarks) {
    remarks_.push_back(remark.text());
  }
  if (read->problems.empty()) {
    adopt(std::move(read->manifest));
  }
  configureCache();
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

void LambdasKind::addRoutes(RouteTable& routes) {
  const auto& mount = settings_.lambdasMount;
  const auto add = [&](const std::string& pattern, const std::string& origin) {
    if (std::ranges::find(routed_, pattern) == routed_.end()) {
      routed_.push_back(pattern);
      routes.add(pattern, *this, origin);
    }
  };
  for (const auto& place : places_) {
    add((mount == "/" ? "" : mount) + place.route.pattern(), file_ + ", " + place.process->entry().id);
  }
  // What is below the mount and matches nothing is answered here, too; and a reload may bring it a process.
  if (!mount.empty()) {
    add((mount == "/" ? "" : mount) + "/*", "LAMBDAS_MOUNT");
  }
}

void LambdasKind::begin(std::function<void(const Error&)> /*onFatal*/) {
  for (const auto& remark : remarks_) {
    log::warn("lambdas", "{}: {}", log::escape(file_), log::escape(remark));
  }
  startFree();
}

void LambdasKind::reload(std::function<void(Result<void>)> done) {
  auto read = readManifest(file_);
  if (!read.ok()) {
    done(std::move(read).error());
    return;
  }
  if (!read->problems.empty()) {
    Error error{ErrorCode::InvalidSettings, {}};
    for (const auto& problem : read->problems) {
      error.detail += (error.detail.empty() ? "" : "; ") + file_ + ": " + problem.text();
    }
    done(std::move(error));
    return;
  }
  for (const auto& remark : read->remarks) {
    log::warn("lambdas", "{}: {}", log::escape(file_), log::escape(remark.text()));
  }
  warnOfUnroutable(read->manifest);
  adopt(std::move(read->manifest));
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

/// Which paths come here is decided at the start.
void LambdasKind::warnOfUnroutable(const config::Manifest& manifest) const {
  if (!settings_.lambdasMount.empty()) {
    return;
  }
  for (const auto& place : manifest.places) {
    if (std::ranges::find(routed_, place.route.pattern()) == routed_.end()) {
      log::warn("lambdas", "reload: the route {} is new and needs a restart, or LAMBDAS_MOUNT",
                log::escape(place.route.text));
    }
  }
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
  if (find(head.path) == nullptr) {
    return sayText(loop_, answer, 404, "No route found for path: " + head.path + "\n");
  }
  const LambdaCall::Room room{loop_, settings_, *this};
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
