#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/inspect.h"
#include "base/result.h"
#include "config/settings.h"
#include "loop/loop.h"
#include "upstreams/kind.h"
#include "upstreams/reloaded.h"
#include "upstreams/route_table.h"

namespace bridge::upstreams {

class LaravelKind;

/// Builds the kinds of upstream that the settings ask for, and runs them together: the only place that knows every
/// kind. Owned by main; outlives the server's connections.
class Catalog {
 public:
  /// Reads what files the settings name; starts nothing.
  Catalog(loop::Loop& loop, config::Settings& settings, const Environment& environment);
  ~Catalog();
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  /// What is wrong with those files, and paths that two kinds claim. With any, the catalog is not to be started.
  [[nodiscard]] const std::vector<config::Problem>& problems() const { return problems_; }
  /// Which paths go where. Operators add theirs.
  [[nodiscard]] RouteTable& routes() { return routes_; }

  /// The sockets that the kinds want beside the front door.
  [[nodiscard]] std::vector<Door> doors() const;

  /// Starts what the upstreams need; requests may come before it is ready. `onFatal` is called at most once, with what
  /// makes this server useless.
  void start(std::function<void(const Error&)> onFatal);
  /// Takes over from `fresh` what may change while the server runs and brings up a new generation of workers; says in
  /// the log how that went. With problems in `fresh`, and where the new generation does not boot, nothing changes.
  /// `done` comes once, perhaps inside this call. Not to be called before the last one has come to its end.
  void reload(const config::LoadResult& fresh, OnReloaded done);
  /// What makes a reload, of everything, where an application has changed what it was booted from. It is told what to
  /// call when that has ended, however it did.
  void whenOutdated(std::function<void(std::function<void()> done)> reload);
  /// The application's and the kinds' parts of the status; `withRows`: each worker and process, too.
  void inspect(inspect::Status& status, bool withRows) const;
  /// The server begins to stop: requests that only wait are answered.
  void drain();
  /// Ends everything; what is left after `patience` is killed. May be called again with less patience; the later `done`
  /// counts.
  void stop(Duration patience, std::function<void()> done);

 private:
  void reloadKinds(std::function<void(const Result<void>&)> done);

  loop::Loop& loop_;
  config::Settings& settings_;
  const Environment& environment_;
  std::vector<config::Problem> problems_;
  RouteTable routes_{problems_};
  std::vector<std::unique_ptr<Kind>> kinds_;
  /// The one of them that has generations; null: Laravel is not served.
  LaravelKind* laravel_ = nullptr;
};

}  // namespace bridge::upstreams
