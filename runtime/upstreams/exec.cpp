#include "upstreams/exec.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/log.h"
#include "loop/loop.h"
#include "upstreams/exec_call.h"
#include "upstreams/exec_job.h"
#include "upstreams/short_answer.h"

namespace bridge::upstreams {
namespace {

constexpr std::string_view kSetting = "UROCKET_CONFIG";
constexpr unsigned kSocketMode = 0660;
/// What each request brings; a file cannot say otherwise.
constexpr std::array<std::string_view, 5> kReserved = {"URIPATH", "REQUEST_ID", "REQUEST_METHOD", "QUERY_STRING",
                                                       "UROCKET_SOCKET"};

std::string_view nameOf(std::string_view variable) { return variable.substr(0, variable.find('=')); }

std::vector<std::string> environmentOf(const Environment& inherited, const std::vector<std::string>& own) {
  std::vector<std::string> all;
  const auto add = [&all](const std::string& variable) {
    const auto name = nameOf(variable);
    if (std::ranges::find(kReserved, name) != kReserved.end()) {
      return;
    }
    const auto same = std::ranges::find(all, name, [](const std::string& other) { return nameOf(other); });
    same == all.end() ? all.push_back(variable) : void(*same = variable);
  };
  std::ranges::for_each(inherited, add);
  std::ranges::for_each(own, add);
  return all;
}

std::optional<std::string> readFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  return in.bad() || !in.is_open() ? std::nullopt : std::optional(std::move(text));
}

}  // namespace

ExecKind::ExecKind(const KindContext& context)
    : parts_(context.loop, context.settings), file_(context.settings.urocketConfig) {
  parts_.onJobOver = [this] { tellWhenStopped(); };
  read(context);
}

ExecKind::~ExecKind() { parts_.onJobOver = nullptr; }

void ExecKind::read(const KindContext& context) {
  const auto text = readFile(file_);
  if (!text) {
    context.problems.push_back({std::string(kSetting), file_, "cannot be read; `-c FILE` names the file"});
    return;
  }
  auto parsed = config::parseUrocketYaml(*text);
  for (const auto& problem : parsed.problems) {
    context.problems.push_back({file_, {}, problem.text()});
  }
  for (const auto& remark : parsed.remarks) {
    remarks_.push_back(remark.text());
  }
  if (!parsed.problems.empty()) {
    return;
  }
  parts_.socketPath = parsed.config.socketPath;
  readOpenApi(context, parsed.config);
  for (auto& operation : parsed.config.operations) {
    addOperation(context, std::move(operation));
  }
}

void ExecKind::readOpenApi(const KindContext& context, const config::UrocketConfig& config) {
  if (config.openapi.empty()) {
    return;
  }
  const auto path = std::filesystem::path(file_).parent_path() / config.openapi;
  const bool needed = std::ranges::any_of(
      config.operations, [](const auto& operation) { return operation.validateIn || operation.validateOut; });
  const auto text = readFile(path);
  std::vector<config::FileProblem> problems;
  if (!text) {
    problems.push_back({0, {}, "cannot be read"});
  } else {
    openapi_ = config::OpenApi::parse(*text, problems);
  }
  for (const auto& problem : problems) {
    if (needed) {
      context.problems.push_back({path.string(), {}, problem.text()});
    } else {
      remarks_.push_back(path.string() + ": " + problem.text() + "; nothing is validated, so it is not needed");
    }
  }
  if (!problems.empty()) {
    openapi_.reset();
  }
}

void ExecKind::addOperation(const KindContext& context, config::ExecOperation operation) {
  ExecOperationPlan plan;
  if (operation.validateIn || operation.validateOut) {
    std::vector<config::FileProblem> problems;
    if (openapi_) {
      plan.openapi = openapi_->compile(operation.path, operation.verb, problems);
    } else {
      problems.push_back({operation.line, operation.path + " " + operation.verb,
                          "validation is asked for, and there is no `openapi` document that can be used"});
    }
    for (const auto& problem : problems) {
      context.problems.push_back({file_, {}, problem.text()});
    }
  }
  plan.environment =
      environmentOf(context.environment, operation.inject ? operation.inject->environment : std::vector<std::string>());
  parts_.inbox.addPlace(operation.replyBefore, operation.replyBehind);
  auto path = std::ranges::find(paths_, operation.path, &Path::path);
  if (path == paths_.end()) {
    paths_.emplace_back(parts_, operation.path);
    path = std::prev(paths_.end());
  }
  plan.operation = std::move(operation);
  path->add(std::move(plan));
}

void ExecKind::addRoutes(RouteTable& routes) {
  const auto& mount = parts_.settings.urocketMount;
  for (auto& path : paths_) {
    routes.add((mount == "/" ? "" : mount) + path.path(), path, file_);
  }
}

void ExecKind::begin(std::function<void(const Error&)> /*onFatal*/) {
  for (const auto& remark : remarks_) {
    log::warn("exec", "{}: {}", log::escape(file_), log::escape(remark));
  }
  log::info("exec", "replies are awaited on {}", log::escape(parts_.socketPath));
}

void ExecKind::reload(std::function<void(Result<void>)> done) {
  parts_.slots.configure(static_cast<std::size_t>(parts_.settings.urocketProcesses), parts_.queueOptions());
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
  const auto plan =
      std::ranges::find(plans_, request.head.method, [](const ExecOperationPlan& one) { return one.operation.verb; });
  if (plan != plans_.end()) {
    return std::make_unique<ExecCall>(parts_, *plan, request, params, answer);
  }
  std::string allowed;
  for (const auto& one : plans_) {
    allowed += (allowed.empty() ? "" : ", ") + one.operation.verb;
  }
  return std::make_unique<ShortAnswer>(
      parts_.loop, answer,
      http::ResponseHead{.status = 405,
                         .reason = {},
                         .headers = {{"Allow", std::move(allowed)}, {"Content-Type", "application/json"}}},
      "{\"error\":\"method\"}\n");
}

}  // namespace bridge::upstreams
