#include "upstreams/laravel_kind.h"

#include "loop/loop.h"
#include "upstreams/laravel_inspect.h"

namespace bridge::upstreams {

LaravelKind::LaravelKind(const KindContext& context)
    : loop_(context.loop),
      settings_(context.settings),
      laravel_(context.loop, context.settings, context.environment),
      sendfile_(context.settings.sendfileRoots, laravel_) {
  if (settings_.staticFiles) {
    staticFiles_ = std::make_unique<StaticFiles>(
        loop_,
        StaticFiles::Options{.publicFolder = settings_.laravelPath + "/public",
                             .linkedFolders = {settings_.laravelPath + "/storage/app/public"},
                             .cache = {}},
        sendfile_);
  }
}

void LaravelKind::addRoutes(RouteTable& routes) {
  Upstream& first = staticFiles_ ? static_cast<Upstream&>(*staticFiles_) : sendfile_;
  routes.addTree("/", first, "SERVE_LARAVEL");
}

inspect::Kind LaravelKind::inspect(bool withRows) const {
  return {.name = std::string(name()),
          .notReady = {},
          .figures = {},
          .children = withRows ? laravel_.inspect().processes : std::vector<inspect::Child>()};
}

inspect::Application LaravelKind::inspectApplication(bool withWorkers) const {
  return describe(laravel_.inspect(), static_cast<std::size_t>(settings_.queueLimit), loop_.now(), withWorkers);
}

}  // namespace bridge::upstreams
