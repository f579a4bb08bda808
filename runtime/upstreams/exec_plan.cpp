#include "upstreams/exec_plan.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

namespace bridge::upstreams {
namespace {

constexpr std::string_view kSetting = "UROCKET_CONFIG";
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

/// Reads one file after the other into a plan.
class Reader {
 public:
  Reader(std::string file, const Environment& environment, ExecPlan& plan, std::vector<config::Problem>& problems)
      : file_(std::move(file)), environment_(environment), plan_(plan), problems_(problems) {}

  void read() {
    const auto text = readFile(file_);
    if (!text) {
      problems_.push_back({std::string(kSetting), file_, "cannot be read; `-c FILE` names the file"});
      return;
    }
    auto parsed = config::parseUrocketYaml(*text);
    for (const auto& problem : parsed.problems) {
      problems_.push_back({file_, {}, problem.text()});
    }
    for (const auto& remark : parsed.remarks) {
      plan_.remarks.push_back(remark.text());
    }
    if (!parsed.problems.empty()) {
      return;
    }
    plan_.socketPath = parsed.config.socketPath;
    readOpenApi(parsed.config);
    for (auto& operation : parsed.config.operations) {
      addOperation(std::move(operation));
    }
  }

 private:
  void readOpenApi(const config::UrocketConfig& config) {
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
        problems_.push_back({path.string(), {}, problem.text()});
      } else {
        plan_.remarks.push_back(path.string() + ": " + problem.text() + "; nothing is validated, so it is not needed");
      }
    }
    if (!problems.empty()) {
      openapi_.reset();
    }
  }

  void addOperation(config::ExecOperation operation) {
    ExecOperationPlan plan;
    if (operation.validateIn || operation.validateOut) {
      std::vector<config::FileProblem> problems;
      if (openapi_) {
        plan.openapi = openapi_->compile(operation.path, operation.verb, problems, operation.line);
      } else {
        problems.push_back({operation.line, operation.path + " " + operation.verb,
                            "validation is asked for, and there is no `openapi` document that can be used"});
      }
      for (const auto& problem : problems) {
        problems_.push_back({file_, {}, problem.text()});
      }
    }
    plan.environment =
        environmentOf(environment_, operation.inject ? operation.inject->environment : std::vector<std::string>());
    plan.operation = std::move(operation);
    plan_.operations.push_back(std::make_shared<const ExecOperationPlan>(std::move(plan)));
  }

  std::string file_;
  const Environment& environment_;
  ExecPlan& plan_;
  std::vector<config::Problem>& problems_;
  std::optional<config::OpenApi> openapi_;
};

}  // namespace

ExecPlan readExecPlan(const std::string& file, const Environment& environment, std::vector<config::Problem>& problems) {
  ExecPlan plan;
  Reader(file, environment, plan, problems).read();
  return plan;
}

}  // namespace bridge::upstreams
