#include "upstreams/findings.h"

#include <algorithm>
#include <string_view>

#include "base/log.h"

namespace bridge::upstreams {
namespace {

/// A later request is affected, or a later one will be.
bool isTrouble(std::string_view kind) { return kind == "leak" || kind == "growth"; }

void tell(pid_t worker, const wire::Finding& finding) {
  const auto line =
      fmt::format("worker {}, after {}: {}: {} {}. {}", worker, log::escape(finding.route), log::escape(finding.kind),
                  log::escapeCode(finding.place), log::escape(finding.what), log::escape(finding.advice));
  if (isTrouble(finding.kind)) {
    log::warn("detect", "{}", line);
  } else if (finding.kind == "restored") {
    log::info("detect", "{}", line);
  } else {
    log::debug("detect", "{}", line);
  }
}

}  // namespace

void Findings::add(pid_t worker, const std::vector<wire::Finding>& findings) {
  for (const auto& finding : findings) {
    const auto known =
        std::ranges::find_if(findings_, [&](const inspect::Finding& one) { return one.place == finding.place; });
    if (known != findings_.end()) {
      ++known->workers;
      if (isTrouble(known->kind) || !isTrouble(finding.kind)) continue;
      known->kind = finding.kind;
      known->what = finding.what;
      known->route = finding.route;
      known->advice = finding.advice;
    } else if (findings_.size() < kMost) {
      findings_.push_back({.kind = finding.kind,
                           .place = finding.place,
                           .what = finding.what,
                           .route = finding.route,
                           .advice = finding.advice,
                           .workers = 1});
    } else {
      continue;
    }
    tell(worker, finding);
  }
}

}  // namespace bridge::upstreams
