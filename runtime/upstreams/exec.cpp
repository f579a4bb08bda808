#include "upstreams/exec.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/log.h"
#include "http/accept.h"
#include "http/error_page.h"
#include "loop/loop.h"
#include "upstreams/exec_call.h"
#include "upstreams/exec_job.h"
#include "upstreams/short_answer.h"

namespace bridge::upstreams {
namespace {

constexpr unsigned kSocketMode = 0660;

/// What the limits of all processes together need.
std::vector<std::string_view> controllersOf(const ExecPlan& plan) {
  std::vector<std::string_view> controllers;
  const auto need = [&](std::string_view name, auto isLimited) {
    if (std::ranges::any_of(plan.operations, [&](const auto& one) {
          return one->operation.inject && isLimited(one->operation.inject->limits);
        })) {
      controllers.push_back(name);
    }
  };
  need("memory", [](const config::ExecLimits& limits) { return limits.memory > 0; });
  need("pids", [](const config::ExecLimits& limits) { return limits.processes > 0; });
  need("cpu", [](const config::ExecLimits& limits) { return limits.cpus > 0; });
  return controllers;
}

}  // namespace

ExecKind::ExecKind(const KindContext& context)
    : parts_(context.loop, context.settings), environment_(context.environment), file_(context.settings.urocketConfig) {
  parts_.onJobOver = [this] { tellWhenStopped(); };
  auto plan = readExecPlan(file_, environment_, context.problems);
  wanted_ = controllersOf(plan);
  checkLimits(plan, context.problems);
  parts_.socketPath = plan.socketPath;
  apply(std::move(plan));
}

ExecKind::~ExecKind() { parts_.onJobOver = nullptr; }

void ExecKind::checkLimits(const ExecPlan& plan, std::vector<config::Problem>& problems) const {
  for (const auto& one : plan.operations) {
    const auto& operation = one->operation;
    if (parts_.settings.urocketCgroup.empty() && operation.inject && operation.inject->limits.any()) {
      problems.push_back({file_,
                          {},
                          config::FileProblem{operation.line, operation.path + " " + operation.verb,
                                              "`limits` need UROCKET_CGROUP, which says where cgroups may be made; "
                                              "`auto` under systemd with `Delegate=yes`"}
                              .text()});
    }
  }
}

Result<void> ExecKind::openCgroups(const std::vector<std::string_view>& controllers) {
  const bool ready = std::ranges::all_of(
      controllers, [this](auto name) { return std::ranges::find(controllers_, name) != controllers_.end(); });
  if (ready) {
    return {};
  }
  auto opened = process::Cgroups::open(parts_.loop, parts_.settings.urocketCgroup, controllers);
  if (!opened.ok()) {
    return Error{ErrorCode::InvalidSettings, "UROCKET_CGROUP: " + opened.error().detail};
  }
  if (!parts_.cgroups) {
    // Those that live have theirs from the first.
    parts_.cgroups = std::move(*opened);
  }
  std::ranges::copy(controllers, std::back_inserter(controllers_));
  log::info("exec", "processes with limits get cgroups below {}", log::escape(parts_.cgroups->folder()));
  return {};
}

void ExecKind::apply(ExecPlan plan) {
  remarks_ = std::move(plan.remarks);
  for (auto& path : paths_) {
    path.clear();
  }
  for (auto& operation : plan.operations) {
    parts_.inbox.addPlace(operation->operation.replyBefore, operation->operation.replyBehind);
    auto path = std::ranges::find(paths_, operation->operation.path, &Path::path);
    if (path == paths_.end()) {
      path = paths_.emplace(path, parts_, operation->operation.path);
      if (routes_ != nullptr) {
        routes_->add(routeOf(path->path()), *path, file_);
      }
    }
    path->add(std::move(operation));
  }
}

std::string ExecKind::routeOf(const std::string& path) const {
  const auto& mount = parts_.settings.urocketMount;
  return (mount == "/" ? "" : mount) + path;
}

void ExecKind::addRoutes(RouteTable& routes) {
  routes_ = &routes;
  for (auto& path : paths_) {
    routes.add(routeOf(path.path()), path, file_);
  }
}

void ExecKind::begin(std::function<void(const Error&)> onFatal) {
  if (auto opened = openCgroups(wanted_); !opened.ok()) {
    parts_.loop.defer([onFatal = std::move(onFatal), error = opened.error()] { onFatal(error); });
    return;
  }
  tellRemarks();
  log::info("exec", "replies are awaited on {}", log::escape(parts_.socketPath));
}

void ExecKind::tellRemarks() const {
  for (const auto& remark : remarks_) {
    log::warn("exec", "{}: {}", log::escape(file_), log::escape(remark));
  }
}

void ExecKind::checkReload(std::vector<config::Problem>& problems) {
  next_.reset();
  const auto before = problems.size();
  auto plan = readExecPlan(file_, environment_, problems);
  if (problems.size() > before) {
    return;
  }
  if (plan.socketPath != parts_.socketPath) {
    problems.push_back({file_, plan.socketPath, "is another socketpath than before; that needs a restart"});
  }
  for (const auto& operation : plan.operations) {
    const auto& path = operation->operation.path;
    if (std::ranges::find(paths_, path, &Path::path) == paths_.end()) {
      if (auto conflict = routes_->conflict(routeOf(path))) {
        problems.push_back({file_, routeOf(path), std::move(*conflict)});
      }
    }
  }
  checkLimits(plan, problems);
  if (problems.size() == before) {
    if (auto opened = openCgroups(controllersOf(plan)); !opened.ok()) {
      problems.push_back({file_, {}, opened.error().detail});
    }
  }
  next_ = std::move(plan);
}

void ExecKind::reload(std::function<void(Result<void>)> done) {
  parts_.slots.configure(static_cast<std::size_t>(parts_.settings.urocketProcesses), parts_.queueOptions());
  if (auto plan = std::exchange(next_, std::nullopt)) {
    apply(std::move(*plan));
    tellRemarks();
  }
  done({});
}

void ExecKind::stop(Duration patience, std::function<void()> done) {
  parts_.stopping = true;
  onStopped_ = std::move(done);
  parts_.slots.failAll({ErrorCode::ShuttingDown, {}});
  for (const auto& job : parts_.jobs) {
    job->stop(patience);
  }
  parts_.loop.defer([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) {
      tellWhenStopped();
    }
  });
}

void ExecKind::tellWhenStopped() {
  if (parts_.stopping && parts_.jobs.empty()) {
    if (const auto done = std::exchange(onStopped_, nullptr)) {
      done();
    }
  }
}

std::vector<Door> ExecKind::doors() {
  return {{.path = parts_.socketPath, .mode = kSocketMode, .upstream = parts_.inbox, .origin = file_}};
}

inspect::Kind ExecKind::inspect(bool withRows) const {
  const auto& tally = parts_.tally;
  const auto number = [](std::size_t value) { return static_cast<double>(value); };
  inspect::Kind kind{.name = std::string(name()), .notReady = {}, .figures = {}, .children = {}};
  kind.figures = {{"processes", number(parts_.slots.taken())},
                  {"process_limit", number(parts_.slots.limit())},
                  {"waiting", number(parts_.slots.queue().waiting())},
                  {"started", static_cast<double>(tally.started)},
                  {"failed", static_cast<double>(tally.failed)},
                  {"timed_out", static_cast<double>(tally.timedOut)},
                  {"user_seconds", toMillis(tally.user) / 1000},
                  {"system_seconds", toMillis(tally.system) / 1000},
                  {"peak_memory_bytes", static_cast<double>(tally.peakMemory)}};
  if (withRows) {
    for (const auto& job : parts_.jobs) {
      kind.children.push_back(job->inspect());
    }
  }
  return kind;
}

std::unique_ptr<Call> ExecKind::Path::start(const http::Request& request, const Params& params, Answer& answer) {
  const auto plan = std::ranges::find(plans_, request.head.method, [](const auto& one) { return one->operation.verb; });
  if (plan != plans_.end()) {
    return std::make_unique<ExecCall>(parts_, *plan, request, params, answer);
  }
  std::string allowed;
  for (const auto& one : plans_) {
    allowed += (allowed.empty() ? "" : ", ") + one->operation.verb;
  }
  auto page = http::errorPage(405, request.id, http::wantsPage(request.head.headers));
  return std::make_unique<ShortAnswer>(
      parts_.loop, answer,
      http::ResponseHead{.status = 405,
                         .reason = {},
                         .headers = {{"Allow", std::move(allowed)}, {"Content-Type", std::string(page.contentType)}}},
      std::move(page.body));
}

}  // namespace bridge::upstreams
