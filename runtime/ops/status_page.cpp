#include "ops/status_page.h"

#include <spdlog/fmt/fmt.h>

#include <chrono>
#include <iterator>
#include <string_view>

#include "base/html.h"
#include "base/log.h"
#include "ops/health.h"
#include "ops/human.h"
#include "ops/status.h"

namespace bridge::ops {
namespace {

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="3"><title>{title}</title><style>
:root{color-scheme:light dark;--line:#8884;--dim:#888;--good:#17803d;--bad:#c02626}
body{font:15px/1.45 system-ui,sans-serif;margin:0 auto;padding:1rem;max-width:68rem}
h1{font-size:1.25rem;margin:0 0 .25rem}h2{font-size:1rem;margin:1.5rem 0 .25rem}p{margin:.25rem 0}
.state{display:inline-block;padding:0 .6em;border-radius:1em;color:#fff;background:var(--good);font-size:.85em}
.state.bad{background:var(--bad)}.dim{color:var(--dim)}.bad p{color:var(--bad)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.5rem;margin:1rem 0}
.figures div{border:1px solid var(--line);border-radius:.5rem;padding:.4rem .7rem}
.figures b{display:block;font-size:1.2rem}
.row{border-top:1px solid var(--line);padding:.45rem 0;display:flex;flex-wrap:wrap;gap:0 .9rem}
.row .what{flex-basis:100%;overflow-wrap:anywhere}.busy b{color:var(--good)}.row.bad b{color:var(--bad)}
</style></head><body>
)";

std::string escape(std::string_view foreign) { return escapeHtml(log::escape(foreign)); }

std::string span(Duration duration) { return humanSpan(std::chrono::duration<double>(duration).count()); }

class Page {
 public:
  template <class... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
  }
  template <class Value>
  void figure(std::string_view name, const Value& value, std::string_view note = {}) {
    add("<div>{}<b>{}</b><span class=dim>{}</span></div>\n", name, value, note);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void header(Page& page, const inspect::Status& status) {
  const Health health = ready(status);
  page.add("<h1>Laravel Bridge <span class=\"state{}\">{}</span></h1>\n", health.ok() ? "" : " bad",
           health.ok() ? "ready" : "not ready");
  page.add("<p class=dim>{} · version {} · pid {} · up {}</p>\n", escape(status.server.address), BRIDGE_VERSION,
           status.pid, span(status.uptime));
  if (!health.ok()) {
    page.add("<div class=bad>");
    for (const auto reason : health.reasons) {
      page.add("<p>{}</p>", reason);
    }
    if (!status.application.failure.empty()) {
      page.add("<p>{}</p>", escape(status.application.failure));
    }
    page.add("</div>\n");
  }
}

void figures(Page& page, const inspect::Status& status) {
  const auto& application = status.application;
  const auto& pool = application.pool;
  std::uint64_t workers = 0;
  for (const auto& worker : pool.workers) {
    workers += worker.resident;
  }
  page.add("<div class=figures>\n");
  page.figure(
      "Workers", fmt::format("{} busy, {} idle", pool.busy, pool.idle),
      fmt::format("{} to {}{}{}", pool.min, pool.max, pool.opening > 0 ? fmt::format(", {} opening", pool.opening) : "",
                  pool.retiring > 0 ? fmt::format(", {} retiring", pool.retiring) : ""));
  page.figure("Queue", application.queue.length,
              application.queue.length > 0 ? "first waits " + span(application.queue.oldest)
                                           : fmt::format("of {}", application.queue.limit));
  for (const auto& lane : application.queue.lanes) {
    page.figure("Lane " + escape(lane.name), fmt::format("{} of {}", lane.busy, lane.workers),
                fmt::format("{} of {} wait", lane.waiting, lane.limit));
  }
  page.figure("Requests", status.server.exchangeCount, "in progress");
  page.figure("Connections", status.server.connections, fmt::format("of {}", status.server.maxConnections));
  page.figure("Memory", humanBytes(status.resident), "workers " + humanBytes(workers));
  if (application.memory.limit > 0) {
    page.figure(
        "Budget", humanBytes(application.memory.used),
        "of " + humanBytes(application.memory.limit) + (application.memory.refused ? ": no room for a worker" : ""));
  }
  page.figure("Spool", humanBytes(application.spoolBytes));
  page.figure("Generation", application.byHand ? "by hand" : std::to_string(application.generation),
              fmt::format("handler {}, {} restarts", application.handler, application.restarts));
  page.figure("Log lines lost", status.logLinesDropped);
  page.add("</div>\n");
  if (application.coming != 0) {
    page.add("<p>Generation {} comes up: {}</p>\n", application.coming,
             application.bootStep.empty() ? "starting" : escape(application.bootStep));
  }
  if (application.ending > 0) {
    page.add("<p>{} old generations finish their requests</p>\n", application.ending);
  }
}

void workers(Page& page, const inspect::Pool& pool) {
  page.add("<h2>Workers</h2>\n");
  for (const auto& worker : pool.workers) {
    page.add("<div class=\"row {}\"><b>{}</b><span>{} for {}</span><span class=dim>{} requests</span>",
             escape(worker.state), worker.pid, escape(worker.state), span(worker.age), worker.requests);
    page.add("<span class=dim>{} (PHP {}, at most {})</span><span class=dim>generation {}, up {}</span>",
             humanBytes(worker.resident), humanBytes(worker.memory), humanBytes(worker.peak), worker.generation,
             span(worker.uptime));
    if (worker.growth > 0) {
      page.add("<span class=dim>grown by {}, {} by request</span>",
               humanBytes(static_cast<std::uint64_t>(worker.growth)), humanChange(worker.growthPerRequest()));
    }
    if (!worker.request.empty()) {
      page.add("<span class=what>{}</span>", escape(worker.request));
    }
    page.add("</div>\n");
  }
}

void processes(Page& page, const std::vector<inspect::Process>& processes) {
  if (processes.empty()) {
    return;
  }
  page.add("<h2>Other processes</h2>\n");
  for (const auto& process : processes) {
    const bool bad = process.state == "looping" || process.state == "pausing";
    page.add("<div class=\"row{}\"><b>{}</b><span>{} for {}</span>", bad ? " bad" : "", escape(process.name),
             escape(process.state), span(process.age));
    if (process.pid != 0) {
      page.add("<span class=dim>pid {}</span><span class=dim>{}</span>", process.pid, humanBytes(process.resident));
    } else if (bad) {
      page.add("<span class=dim>next start in {}</span>", span(process.next));
    }
    page.add("<span class=dim>{} restarts</span>", process.restarts);
    if (!process.lastEnd.empty()) {
      page.add("<span class=\"what dim\">{}</span>", escapeHtml(process.lastEnd));
    }
    page.add("</div>\n");
  }
}

void kinds(Page& page, const std::vector<inspect::Kind>& kinds) {
  for (const auto& kind : kinds) {
    if (kind.figures.empty() && kind.children.empty()) {
      continue;
    }
    page.add("<h2>{}</h2>\n<div class=figures>\n", escape(kind.name));
    for (const auto& figure : kind.figures) {
      page.figure(escape(figure.name), humanFigure(figure.name, figure.value));
    }
    page.add("</div>\n");
    for (const auto& child : kind.children) {
      page.add(
          "<div class=row><b>{}</b><span>{}</span><span>{} for {}</span><span class=dim>{} requests, {} now</span>"
          "<span class=dim>{}</span><span class=what>{}</span></div>\n",
          child.pid, escape(child.id), escape(child.state), span(child.uptime), child.requests, child.inProgress,
          humanBytes(child.resident), escape(child.lastEnd));
    }
  }
}

void requests(Page& page, const inspect::Server& server) {
  page.add("<h2>Requests in progress</h2>\n");
  for (const auto& exchange : server.exchanges) {
    page.add(
        "<div class=row><b>{}</b><span>{}</span><span class=dim>{}</span><span class=dim>{}</span>"
        "<span class=what>{} {}</span></div>\n",
        escape(exchange.state), span(exchange.age), escape(exchange.client), escape(exchange.id),
        escape(exchange.method), escape(exchange.path));
  }
  if (server.exchangeCount > server.exchanges.size()) {
    page.add("<p class=dim>and {} younger ones</p>\n", server.exchangeCount - server.exchanges.size());
  }
}

void findings(Page& page, const std::vector<inspect::Finding>& findings) {
  if (findings.empty()) {
    return;
  }
  page.add("<h2>Findings</h2>\n");
  for (const auto& finding : findings) {
    page.add(
        "<div class=row><b>{}</b><span>{}</span><span class=dim>after {}</span><span class=what>{}</span>"
        "<span class=\"what dim\">{}</span></div>\n",
        escape(finding.kind), escape(finding.place), escape(finding.route), escape(finding.what),
        escape(finding.advice));
  }
}

void failures(Page& page, const std::vector<inspect::Failure>& failures) {
  page.add("<h2>Last errors</h2>\n");
  for (const auto& failure : failures) {
    page.add(
        "<div class=row><b>{}</b><span>{}</span><span class=dim>{}</span><span class=dim>{}</span>"
        "<span class=what>{} {}</span><span class=\"what dim\">{}</span></div>\n",
        failure.status == 0 ? std::string("cut") : std::to_string(failure.status), escape(failure.error),
        utcTime(failure.at), escape(failure.id), escape(failure.method), escape(failure.path), escape(failure.detail));
  }
}

}  // namespace

std::string statusPage(const inspect::Status& status) {
  constexpr std::string_view kTitle = "{title}";
  std::string head(kHead);
  head.replace(head.find(kTitle), kTitle.size(), ready(status).ok() ? "ready · bridge" : "NOT READY · bridge");
  Page page;
  page.add("{}", head);
  header(page, status);
  figures(page, status);
  if (status.application.served()) {
    workers(page, status.application.pool);
  }
  processes(page, status.processes);
  kinds(page, status.kinds);
  requests(page, status.server);
  findings(page, status.application.findings);
  failures(page, status.failures);
  page.add("</body></html>\n");
  return page.take();
}

}  // namespace bridge::ops
