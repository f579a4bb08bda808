#include "upstreams/catalog.h"

#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "upstreams/laravel_inspect.h"

namespace bridge::upstreams {
namespace {

constexpr std::string_view kEverything = "/*";

}  // namespace

Catalog::Catalog(loop::Loop& loop, config::Settings& settings, Environment environment)
    : loop_(loop),
      settings_(settings),
      laravel_(loop, settings, std::move(environment)),
      sendfile_(settings.sendfileRoots, laravel_) {
  if (settings.staticFiles) {
    staticFiles_ = std::make_unique<StaticFiles>(
        loop,
        StaticFiles::Options{.publicFolder = settings.laravelPath + "/public",
                             .linkedFolders = {settings.laravelPath + "/storage/app/public"},
                             .cache = {}},
        sendfile_);
  }
}

void Catalog::addRoutes(routes::Router<Upstream*>& router) {
  Upstream* application = staticFiles_ ? static_cast<Upstream*>(staticFiles_.get()) : &sendfile_;
  router.add(routes::Pattern::parse(kEverything).value(), application);
}

void Catalog::start(std::function<void(const Error&)> onFatal) { laravel_.start(std::move(onFatal)); }

void Catalog::reload(const config::LoadResult& fresh, std::function<void(Result<std::uint64_t>)> done) {
  const auto tell = [this, done = std::move(done)](const Result<void>& result) {
    metrics::all().reloads[result.ok() ? "done" : "failed"].add();
    if (done) {
      done(result.ok() ? Result<std::uint64_t>(laravel_.inspect().generation) : result.error());
    }
  };
  if (!fresh.problems.empty()) {
    Error error{ErrorCode::InvalidSettings, "the settings have problems"};
    for (const auto& problem : fresh.problems) {
      log::error("server", "reload: {}", problem.text());
      error.detail += "; " + problem.text();
    }
    log::error("server", "reload: the settings have problems; everything stays as it was");
    tell(error);
    return;
  }
  for (const std::string& name : config::reload(settings_, fresh.settings)) {
    log::warn("server", "reload: {} has changed and needs a restart", name);
  }
  log::setLevel(settings_.logLevel);
  laravel_.reload([tell](const Result<void>& result) {
    if (result.ok()) {
      log::info("server", "reloaded");
    } else {
      log::error("server", "reload: {}; the old generation goes on", log::escape(result.error().message()));
    }
    tell(result);
  });
}

inspect::Application Catalog::inspect(bool withWorkers) const {
  return describe(laravel_.inspect(), static_cast<std::size_t>(settings_.queueLimit), loop_.now(), withWorkers);
}

void Catalog::stop(Duration patience, std::function<void()> done) { laravel_.stop(patience, std::move(done)); }

}  // namespace bridge::upstreams
