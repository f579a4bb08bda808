#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "upstreams/exec_parts.h"
#include "upstreams/exec_plan.h"
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
  void checkReload(std::vector<config::Problem>& problems) override;
  void reload(std::function<void(Result<void>)> done) override;
  void stop(Duration patience, std::function<void()> done) override;
  [[nodiscard]] std::vector<Door> doors() override;
  [[nodiscard]] inspect::Kind inspect(bool withRows) const override;

 private:
  /// The verbs of one path.
  class Path final : public Upstream {
   public:
    Path(ExecParts& parts, std::string path) : parts_(parts), path_(std::move(path)) {}

    void add(std::shared_ptr<const ExecOperationPlan> plan) { plans_.push_back(std::move(plan)); }
    /// A path without verbs is none any more.
    void clear() { plans_.clear(); }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string_view kind() const override { return "exec"; }
    /// Not what a reload has taken out.
    [[nodiscard]] bool serves(std::string_view /*path*/) const override { return !plans_.empty(); }
    [[nodiscard]] std::unique_ptr<Call> start(const http::Request& request, const Params& params,
                                              Answer& answer) override;

   private:
    ExecParts& parts_;
    std::string path_;
    std::vector<std::shared_ptr<const ExecOperationPlan>> plans_;
  };

  void checkLimits(const ExecPlan& plan, std::vector<config::Problem>& problems) const;
  /// Makes cgroups with these controllers possible, where they are not yet.
  [[nodiscard]] Result<void> openCgroups(const std::vector<std::string_view>& controllers);
  /// Takes the plan over; routes of new paths are added where there are routes already.
  void apply(ExecPlan plan);
  [[nodiscard]] std::string routeOf(const std::string& path) const;
  void tellRemarks() const;
  void tellWhenStopped();

  ExecParts parts_;
  const Environment& environment_;
  std::string file_;
  /// Of the start, until `addRoutes`: none.
  RouteTable* routes_ = nullptr;
  /// The router refers to them, so none ever goes.
  std::list<Path> paths_;
  /// What `checkReload` has read, for the `reload` that follows.
  std::optional<ExecPlan> next_;
  std::vector<std::string> remarks_;
  /// Controllers of cgroups: what the plan of the start needs, and what is switched on.
  std::vector<std::string_view> wanted_;
  std::vector<std::string_view> controllers_;
  std::function<void()> onStopped_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::upstreams
