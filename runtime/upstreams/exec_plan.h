#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/openapi.h"
#include "config/settings.h"
#include "config/urocket_yaml.h"
#include "upstreams/php_command.h"

namespace bridge::upstreams {

/// One path and verb, ready to run. Immutable; calls and processes that were begun with it keep it when the file
/// changes.
struct ExecOperationPlan {
  config::ExecOperation operation;
  /// Null where neither requests nor replies are checked.
  std::shared_ptr<const config::OpenApiOperation> openapi;
  /// Ours with that of `inject`, without the names that a request brings.
  std::vector<std::string> environment;

  [[nodiscard]] std::string name() const { return operation.verb + " " + operation.path; }
};

/// What a urocket-service.yaml asks for, with the document that it names.
struct ExecPlan {
  std::string socketPath;
  std::vector<std::shared_ptr<const ExecOperationPlan>> operations;
  /// For the log.
  std::vector<std::string> remarks;
};

/// Reads the files. With anything added to `problems` the plan is not to be used.
[[nodiscard]] ExecPlan readExecPlan(const std::string& file, const Environment& environment,
                                    std::vector<config::Problem>& problems);

}  // namespace bridge::upstreams
