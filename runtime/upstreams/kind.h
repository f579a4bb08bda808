#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/inspect.h"
#include "base/result.h"
#include "config/settings.h"
#include "upstreams/php_command.h"
#include "upstreams/route_table.h"

namespace bridge::loop {
class Loop;
}

namespace bridge::upstreams {

/// What a kind is built from. All of it outlives the kind.
struct KindContext {
  loop::Loop& loop;
  /// Changed in place by a reload.
  const config::Settings& settings;
  /// That of the server's start, for children, and what the server tells them; a reload may change that.
  const Environment& environment;
  /// The Laravel application, once all kinds are built; null: it is not served.
  std::function<Upstream*()> application;
  /// Takes what is wrong with the files that the settings name; the server does not start then.
  std::vector<config::Problem>& problems;
};

/// A Unix socket of a kind's own, for peers that are no clients of the server.
struct Door {
  std::string path;
  unsigned mode = 0600;
  Upstream& upstream;
  /// Where it is declared.
  std::string origin;
};

/// One kind of upstream as the catalog runs it: its upstreams, and what keeps them alive. Owned by the catalog;
/// destroyed before the Loop, with all it started.
///
/// Building one reads files and complains about them, but starts nothing and touches nothing: `--check` builds it, too.
class Kind {
 public:
  virtual ~Kind() = default;

  /// As in `Upstream::kind`.
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Says which paths it answers. Called once, before `begin`.
  virtual void addRoutes(RouteTable& routes) = 0;
  /// Starts processes, timers and the like; requests may come before they are ready. `onFatal` is called at most once,
  /// never inside this call, with what makes this server useless.
  virtual void begin(std::function<void(const Error&)> /*onFatal*/) {}
  /// What is wrong with the files that the next `reload` takes: with anything, there is none, of no kind.
  virtual void checkReload(std::vector<config::Problem>& /*problems*/) {}
  /// Takes the settings as they are now. `done` comes once, perhaps inside this call: the change is made, or why all
  /// stays as it was.
  virtual void reload(std::function<void(Result<void>)> done) { done({}); }
  /// The server begins to stop: whoever only waits for something to happen is answered now, or it would wait for
  /// nothing. What runs goes on.
  virtual void drain() {}
  /// Ends everything; no request is left. What lives after `patience` is killed. `done` comes once, never inside this
  /// call; may be called again with less patience, the later `done` counts.
  virtual void stop(Duration patience, std::function<void()> done) = 0;
  /// Opened by main before `begin`, closed after `stop`.
  [[nodiscard]] virtual std::vector<Door> doors() { return {}; }
  /// For the status. `withRows`: with each process.
  [[nodiscard]] virtual inspect::Kind inspect(bool withRows) const = 0;
};

}  // namespace bridge::upstreams
