#include "upstreams/catalog.h"

#include <utility>

#include "base/log.h"

namespace bridge::upstreams {
namespace {

constexpr std::string_view kEverything = "/*";

}  // namespace

Catalog::Catalog(loop::Loop& loop, config::Settings& settings, Environment environment)
    : settings_(settings), laravel_(loop, settings, std::move(environment)) {
  if (settings.staticFiles) {
    staticFiles_ = std::make_unique<StaticFiles>(
        loop,
        StaticFiles::Options{.publicFolder = settings.laravelPath + "/public",
                             .linkedFolders = {settings.laravelPath + "/storage/app/public"}},
        laravel_);
  }
}

void Catalog::addRoutes(routes::Router<Upstream*>& router) {
  Upstream* application = staticFiles_ ? static_cast<Upstream*>(staticFiles_.get()) : &laravel_;
  router.add(routes::Pattern::parse(kEverything).value(), application);
}

void Catalog::start(std::function<void(const Error&)> onFatal) { laravel_.start(std::move(onFatal)); }

void Catalog::reload(const config::LoadResult& fresh) {
  if (!fresh.problems.empty()) {
    for (const auto& problem : fresh.problems) {
      log::error("server", "reload: {}", problem.text());
    }
    log::error("server", "reload: the settings have problems; everything stays as it was");
    return;
  }
  for (const std::string& name : config::reload(settings_, fresh.settings)) {
    log::warn("server", "reload: {} has changed and needs a restart", name);
  }
  log::setLevel(settings_.logLevel);
  laravel_.reload([](const Result<void>& result) {
    if (result.ok()) {
      log::info("server", "reloaded");
    } else {
      log::error("server", "reload: {}; the old generation goes on", log::escape(result.error().message()));
    }
  });
}

void Catalog::stop(Duration patience, std::function<void()> done) { laravel_.stop(patience, std::move(done)); }

}  // namespace bridge::upstreams
