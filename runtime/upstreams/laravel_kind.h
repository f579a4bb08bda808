#pragma once

#include <memory>

#include "upstreams/kind.h"
#include "upstreams/laravel.h"
#include "upstreams/sendfile.h"
#include "upstreams/static_files.h"

namespace bridge::upstreams {

/// The Laravel application with the files of its `public/` folder before it: all paths that nothing else is mounted at.
class LaravelKind final : public Kind {
 public:
  explicit LaravelKind(const KindContext& context);

  [[nodiscard]] std::string_view name() const override { return laravel_.kind(); }
  void addRoutes(RouteTable& routes) override;
  void begin(std::function<void(const Error&)> onFatal) override { laravel_.start(std::move(onFatal)); }
  void reload(std::function<void(Result<void>)> done) override { laravel_.reload(std::move(done)); }
  void stop(Duration patience, std::function<void()> done) override { laravel_.stop(patience, std::move(done)); }
  /// Its name, and its processes beside the workers; the rest is `inspectApplication`.
  [[nodiscard]] inspect::Kind inspect(bool withRows) const override;

  /// The application itself, for requests of the server's own.
  [[nodiscard]] Upstream& application() { return laravel_; }
  /// As `Generations::whenOutdated`.
  void whenOutdated(std::function<void(std::function<void()> done)> reload) {
    laravel_.whenOutdated(std::move(reload));
  }
  /// Workers, queue and generations, which no other kind has; `withWorkers`: each of them, too.
  [[nodiscard]] inspect::Application inspectApplication(bool withWorkers) const;

 private:
  loop::Loop& loop_;
  const config::Settings& settings_;
  Laravel laravel_;
  Sendfile sendfile_;
  std::unique_ptr<StaticFiles> staticFiles_;
};

}  // namespace bridge::upstreams
