#pragma once

#include <cstdint>
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
#include "routes/router.h"
#include "upstreams/laravel.h"
#include "upstreams/sendfile.h"
#include "upstreams/static_files.h"
#include "upstreams/upstream.h"

namespace bridge::upstreams {

/// Builds the upstreams that the settings ask for and says which paths they answer: the only place that knows every
/// kind. Owned by main; outlives the server's connections.
class Catalog {
 public:
  Catalog(loop::Loop& loop, config::Settings& settings, Environment environment);

  void addRoutes(routes::Router<Upstream*>& router);

  /// Starts what the upstreams need; requests may come before it is ready. `onFatal` is called at most once, with what
  /// makes this server useless.
  void start(std::function<void(const Error&)> onFatal);
  /// Takes over from `fresh` what may change while the server runs and brings up a new generation of workers; says in
  /// the log how that went. With problems in `fresh` nothing changes. `done` comes once, perhaps inside this call: the
  /// generation that serves, or why the old one goes on.
  void reload(const config::LoadResult& fresh, std::function<void(Result<std::uint64_t>)> done = {});
  /// The application's part of the status; `withWorkers`: each of them, too.
  [[nodiscard]] inspect::Application inspect(bool withWorkers) const;
  /// Ends everything; what is left after `patience` is killed. May be called again with less patience; the later `done`
  /// counts.
  void stop(Duration patience, std::function<void()> done);

 private:
  loop::Loop& loop_;
  config::Settings& settings_;
  Laravel laravel_;
  Sendfile sendfile_;
  std::unique_ptr<StaticFiles> staticFiles_;
};

}  // namespace bridge::upstreams
