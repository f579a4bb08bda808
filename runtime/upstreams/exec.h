#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "upstreams/exec_parts.h"
#include "upstreams/kind.h"

namespace bridge::upstreams {

/// One process for each request, as UROCKET_CONFIG says. The process gives its reply to a Unix socket of ours, naming
/// the id of its request.
class ExecKind final : public Kind {
 public:
  explicit ExecKind(const KindContext& context);
  ~ExecKind() override;

  [[nodiscard]] std::string_view name() const override { return "exec"; }
  void addRoutes(RouteTable& routes) override;
  void begin(std::function<void(const Error&)> onFatal) override;
  void reload(std::function<void(Result<void>)> done) override;
  void stop(Duration patience, std::function<void()> done) override;
  [[nodiscard]] std::vector<Door> doors() override;
  [[nodiscard]] inspect::Kind inspect(bool withRows) const override;

 private:
  /// The verbs of one path.
  class Path final : public Upstream {
   public:
    Path(ExecParts& parts, std::string path) : parts_(parts), path_(std::move(path)) {}

    void add(ExecOperationPlan plan) { plans_.push_back(std::move(plan)); }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string_view kind() const override { return "exec"; }
    [[nodiscard]] std::unique_ptr<Call> start(const http::Request& request, const Params& params,
                                              Answer& answer) override;

   private:
    ExecParts& parts_;
    std::string path_;
    /// Calls refer to them.
    std::list<ExecOperationPlan> plans_;
  };

  void read(const KindContext& context);
  void readOpenApi(const KindContext& context, const config::UrocketConfig& config);
  void addOperation(const KindContext& context, config::ExecOperation operation);
  void tellWhenStopped();

  ExecParts parts_;
  std::string file_;
  std::optional<config::OpenApi> openapi_;
  std::list<Path> paths_;
  std::vector<std::string> remarks_;
  std::function<void()> onStopped_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::upstreams
