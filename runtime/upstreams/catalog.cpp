#include "upstreams/catalog.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "upstreams/channels.h"
#include "upstreams/exec.h"
#include "upstreams/lambdas.h"
#include "upstreams/laravel_kind.h"
#include "upstreams/pubsub.h"
#include "upstreams/tunnel.h"

namespace bridge::upstreams {
namespace {

struct Row {
  bool (*wanted)(const config::Settings&);
  std::unique_ptr<Kind> (*make)(const KindContext&);
};

template <class T>
std::unique_ptr<Kind> make(const KindContext& context) {
  return std::make_unique<T>(context);
}

/// Every kind but Laravel, which the catalog asks for more than the others.
constexpr std::array kRows = {
    Row{[](const config::Settings& settings) { return !settings.channelsMount.empty(); }, make<ChannelsKind>},
    Row{[](const config::Settings& settings) { return !settings.pubsubMount.empty(); }, make<PubsubKind>},
    Row{[](const config::Settings& settings) { return !settings.urocketConfig.empty(); }, make<ExecKind>},
    Row{[](const config::Settings& settings) { return !settings.tunnelMount.empty(); }, make<TunnelKind>},
    Row{[](const config::Settings& settings) { return !settings.lambdasManifest.empty(); }, make<LambdasKind>},
};

/// Calls `done` when it has been called for each of `count`, with the first error.
std::function<void(const Result<void>&)> whenAll(std::size_t count, std::function<void(const Result<void>&)> done) {
  struct Waiting {
    std::size_t left;
    Result<void> result;
  };
  return [waiting = std::make_shared<Waiting>(Waiting{count, {}}), done = std::move(done)](const Result<void>& one) {
    if (!one.ok() && waiting->result.ok()) {
      waiting->result = one;
    }
    if (--waiting->left == 0) {
      done(waiting->result);
    }
  };
}

}  // namespace

Catalog::Catalog(loop::Loop& loop, config::Settings& settings, const Environment& environment)
    : loop_(loop), settings_(settings), environment_(environment) {
  const KindContext context{
      .loop = loop_,
      .settings = settings_,
      .environment = environment_,
      .application = [this]() -> Upstream* { return laravel_ == nullptr ? nullptr : &laravel_->application(); },
      .problems = problems_};
  for (const auto& row : kRows) {
    if (row.wanted(settings_)) {
      kinds_.push_back(row.make(context));
    }
  }
  if (settings_.serveLaravel) {
    auto laravel = std::make_unique<LaravelKind>(context);
    laravel_ = laravel.get();
    kinds_.push_back(std::move(laravel));
  }
  if (kinds_.empty()) {
    problems_.push_back({"SERVE_LARAVEL", "off", "and no other kind is mounted: there is nothing to serve"});
  }
  for (const auto& kind : kinds_) {
    kind->addRoutes(routes_);
  }
}

Catalog::~Catalog() = default;

std::vector<Door> Catalog::doors() const {
  std::vector<Door> all;
  for (const auto& kind : kinds_) {
    std::ranges::move(kind->doors(), std::back_inserter(all));
  }
  return all;
}

void Catalog::start(std::function<void(const Error&)> onFatal) {
  const auto once = [told = std::make_shared<bool>(false), onFatal = std::move(onFatal)](const Error& error) {
    if (!std::exchange(*told, true)) {
      onFatal(error);
    }
  };
  for (const auto& kind : kinds_) {
    kind->begin(once);
  }
}

void Catalog::reload(const config::LoadResult& fresh, OnReloaded done) {
  const auto tell = [done = std::move(done)](Result<Reloaded> result) {
    metrics::all().reloads[result.ok() ? "done" : "failed"].add();
    done(result);
  };
  auto problems = fresh.problems;
  for (const auto& kind : kinds_) {
    kind->checkReload(problems);
  }
  if (!problems.empty()) {
    Error error{ErrorCode::InvalidSettings, "the settings have problems"};
    for (const auto& problem : problems) {
      log::error("server", "reload: {}", problem.text());
      error.detail += "; " + problem.text();
    }
    log::error("server", "reload: the settings have problems; everything stays as it was");
    tell(std::move(error));
    return;
  }
  Reloaded reloaded;
  const config::Settings before = settings_;
  for (const std::string& name : config::reload(settings_, fresh.settings)) {
    reloaded.notMade.push_back(name + " has changed and needs a restart");
    log::warn("server", "reload: {}", reloaded.notMade.back());
  }
  reloadKinds([this, before, reloaded, tell](const Result<void>& result) mutable {
    if (!result.ok()) {
      settings_ = std::move(before);
      log::error("server", "reload: {}; the old generation goes on", log::escape(result.error().message()));
      tell(result.error());
      return;
    }
    log::setLevel(settings_.logLevel);
    log::info("server", "reloaded");
    reloaded.generation = laravel_ != nullptr ? laravel_->inspectApplication(false).generation : 0;
    tell(std::move(reloaded));
  });
}

/// Laravel first, for it alone can fail: then nothing else may have changed.
void Catalog::reloadKinds(std::function<void(const Result<void>&)> done) {
  auto others = [this, done](const Result<void>& result) {
    const std::size_t count = kinds_.size() - (laravel_ != nullptr ? 1 : 0);
    if (!result.ok() || count == 0) {
      done(result);
      return;
    }
    const auto each = whenAll(count, done);
    for (const auto& kind : kinds_) {
      if (kind.get() != laravel_) {
        kind->reload(each);
      }
    }
  };
  if (laravel_ != nullptr) {
    laravel_->reload(std::move(others));
  } else {
    others({});
  }
}

void Catalog::whenOutdated(std::function<void(std::function<void()> done)> reload) {
  if (laravel_ != nullptr) {
    laravel_->whenOutdated(std::move(reload));
  }
}

void Catalog::inspect(inspect::Status& status, bool withRows) const {
  if (laravel_ != nullptr) {
    status.application = laravel_->inspectApplication(withRows);
  }
  for (const auto& kind : kinds_) {
    status.kinds.push_back(kind->inspect(withRows));
  }
}

void Catalog::drain() {
  for (const auto& kind : kinds_) {
    kind->drain();
  }
}

void Catalog::stop(Duration patience, std::function<void()> done) {
  const auto each = whenAll(kinds_.size(), [done = std::move(done)](const Result<void>&) { done(); });
  for (const auto& kind : kinds_) {
    kind->stop(patience, [each] { each({}); });
  }
}

}  // namespace bridge::upstreams
