#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "upstreams/kind.h"
#include "upstreams/lambda_cache.h"
#include "upstreams/lambda_process.h"
#include "upstreams/spool.h"

namespace bridge::upstreams {

/// Local processes that answer paths, as LAMBDAS_MANIFEST says. The first route of the file that matches decides.
class LambdasKind final : public Kind, public Upstream, private LambdaRoutes {
 public:
  explicit LambdasKind(const KindContext& context);
  ~LambdasKind() override;

  // Kind
  [[nodiscard]] std::string_view name() const override { return kind(); }
  void addRoutes(RouteTable& routes) override;
  void begin(std::function<void(const Error&)> onFatal) override;
  /// Reads the file again.
  void checkReload(std::vector<config::Problem>& problems) override;
  /// Processes whose entry has not changed stay as they are, with what they do.
  void reload(std::function<void(Result<void>)> done) override;
  void stop(Duration patience, std::function<void()> done) override;
  [[nodiscard]] inspect::Kind inspect(bool withRows) const override;

  // Upstream
  [[nodiscard]] std::string_view kind() const override { return "lambdas"; }
  /// Below a mount all; else what the manifest has now, which its patterns say a little less exactly.
  [[nodiscard]] bool serves(std::string_view path) const override {
    return !settings_.lambdasMount.empty() || find(path) != nullptr;
  }
  [[nodiscard]] std::unique_ptr<Call> start(const http::Request& request, const Params& params,
                                            Answer& answer) override;

 private:
  struct Place {
    config::LambdaRoute route;
    LambdaProcess* process;
  };

  /// Nothing: there are problems.
  [[nodiscard]] std::optional<config::Manifest> read(std::vector<config::Problem>& problems);
  void adopt(config::Manifest manifest);
  /// Of `addRoutes`, or when these have come.
  void route();
  [[nodiscard]] std::string patternOf(const config::LambdaRoute& route) const;
  void tellRemarks() const;
  [[nodiscard]] std::unique_ptr<LambdaProcess> make(config::LambdaEntry entry);
  /// What the client asks for below the mount.
  [[nodiscard]] std::string_view below(std::string_view path) const;
  [[nodiscard]] LambdaProcess* find(std::string_view path) const override;
  void retire(std::unique_ptr<LambdaProcess> process);
  void startFree();
  void configureCache();
  void checkStopped();

  loop::Loop& loop_;
  const config::Settings& settings_;
  LambdaParts parts_;
  std::string file_;
  std::vector<std::string> remarks_;
  std::vector<std::unique_ptr<LambdaProcess>> processes_;
  /// Not in the manifest any more.
  std::vector<std::unique_ptr<LambdaProcess>> leaving_;
  /// Of `processes_`, those that wait for one of `leaving_` to give its socket free.
  std::vector<LambdaProcess*> unstarted_;
  std::vector<Place> places_;
  /// Null before `addRoutes`.
  RouteTable* routes_ = nullptr;
  /// The patterns that lead here; none ever goes.
  std::vector<std::string> routed_;
  /// What `checkReload` has read, for the `reload` that follows.
  std::optional<config::Manifest> next_;
  LambdaCache cache_;
  /// Null before `begin`.
  std::unique_ptr<Spool> spool_;
  bool stopping_ = false;
  std::function<void()> onStopped_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::upstreams
