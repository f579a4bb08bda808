#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"

/// The state of the server as operators are shown it: a picture taken at one moment, by value. Each room fills its
/// part, `ops` writes it as JSON, as a page and as metrics. Times are spans that end at that moment. Texts may hold
/// what came from outside: who shows them escapes them.
namespace bridge::inspect {

/// A request of a client whose answer is not complete.
struct Exchange {
  std::string id;
  std::string client;
  std::string method;
  /// Without the query, which may hold secrets.
  std::string path;
  std::string state;
  Duration age{};
};

struct Server {
  std::string address;
  std::size_t connections = 0;
  std::size_t maxConnections = 0;
  bool stopping = false;
  /// All that are under way, and the oldest of them.
  std::size_t exchangeCount = 0;
  std::vector<Exchange> exchanges;
};

struct Worker {
  pid_t pid = 0;
  std::uint64_t generation = 0;
  std::string state;
  /// Method and path of the request it has; empty: none.
  std::string request;
  /// Since when it is in this state, and since when it lives.
  Duration age{};
  Duration uptime{};
  std::uint64_t requests = 0;
  /// Resident pages now, as the kernel says; what PHP had in use after the last request, and at most.
  std::uint64_t resident = 0;
  std::uint64_t memory = 0;
  std::uint64_t peak = 0;
  /// By how much that has grown since its first request; what it gave back counts against it.
  std::int64_t growth = 0;
  [[nodiscard]] std::int64_t growthPerRequest() const {
    return requests > 1 ? growth / static_cast<std::int64_t>(requests - 1) : 0;
  }
};

struct Pool {
  std::size_t min = 0;
  std::size_t max = 0;
  std::size_t opening = 0;
  std::size_t idle = 0;
  std::size_t busy = 0;
  std::size_t retiring = 0;
  std::vector<Worker> workers;
};

/// A part of the workers, for the requests of some routes.
struct Lane {
  std::string name;
  /// Workers that are at its requests, and may be.
  std::size_t busy = 0;
  std::size_t workers = 0;
  /// Requests that wait in it, and may.
  std::size_t waiting = 0;
  std::size_t limit = 0;
};

struct Queue {
  std::size_t length = 0;
  std::size_t limit = 0;
  Duration oldest{};
  std::vector<Lane> lanes = {};
};

/// What requests leave behind, where DETECT looks for it.
struct Finding {
  /// "leak", "growth", "restored", "kept".
  std::string kind;
  std::string place;
  std::string what;
  /// Of the request after which it was seen first.
  std::string route;
  std::string advice;
  /// Which have seen it.
  std::size_t workers = 0;
};

/// What may be held together, and is, in proportional memory (PSS). `limit` 0: nobody counts.
struct Budget {
  std::uint64_t limit = 0;
  std::uint64_t used = 0;
  /// A worker that was wanted had no room.
  bool refused = false;
};

/// The PHP side.
struct Application {
  /// "starting", "serving", "unavailable", "stopping"; "none" where Laravel is not served.
  std::string state = "none";
  [[nodiscard]] bool served() const { return state != "none"; }
  /// The generation that serves; 0 with `byHand`, or where there is none.
  std::uint64_t generation = 0;
  bool byHand = false;
  pid_t handler = 0;
  /// The one that comes up, 0 for none, and the step of its boot.
  std::uint64_t coming = 0;
  std::string bootStep;
  /// Old ones that finish their last requests.
  std::size_t ending = 0;
  std::uint64_t restarts = 0;
  /// Why the last start failed; empty while one serves.
  std::string failure;
  Pool pool;
  Queue queue;
  Budget memory;
  std::uint64_t spoolBytes = 0;
  std::vector<Finding> findings;
};

/// Another process of the application.
struct Process {
  std::string name;
  /// "running", "stopping", "pausing" (before its next start), "looping" (ends again and again; one attempt a minute),
  /// "ended" (and is not started again).
  std::string state;
  /// 0: there is none at the moment.
  pid_t pid = 0;
  /// Since when it is in this state; for a running one since its start.
  Duration age{};
  /// Until the next start, while it pauses.
  Duration next{};
  /// How often it was started again because it had ended.
  std::uint64_t restarts = 0;
  /// Why it ended the last time, with its last words, escaped; empty: it never did, or was asked to.
  std::string lastEnd;
  std::uint64_t resident = 0;
};

/// A process that a kind other than Laravel keeps.
struct Child {
  /// What its owner calls it.
  std::string id;
  /// 0: there is none at present.
  pid_t pid = 0;
  std::string state;
  Duration uptime{};
  std::uint64_t starts = 0;
  std::uint64_t requests = 0;
  /// Requests that it has now.
  std::uint64_t inProgress = 0;
  /// How the last one ended; empty: none has.
  std::string lastEnd;
  /// Resident pages now, as the kernel says.
  std::uint64_t resident = 0;
};

/// One kind of upstream.
struct Kind {
  struct Figure {
    /// In the style of a metric: "waiting_producers".
    std::string_view name;
    double value = 0;
  };

  std::string name;
  /// Why requests cannot be sent to it, in words that anybody may read; empty: they can.
  std::string_view notReady;
  /// What it counts, the same names each time; shown by the status and as `bridge_upstream`.
  std::vector<Figure> figures;
  std::vector<Child> children;
};

/// A request that ended with an error.
struct Failure {
  /// Seconds since 1970.
  double at = 0;
  std::string id;
  std::string error;
  /// 0: the connection was cut.
  int status = 0;
  std::string method;
  std::string path;
  std::string detail;
};

struct Status {
  Server server;
  Application application;
  std::vector<Process> processes;
  /// All that are served, Laravel among them.
  std::vector<Kind> kinds;
  /// The last first.
  std::vector<Failure> failures;
  pid_t pid = 0;
  /// Seconds since 1970.
  double startedAt = 0;
  Duration uptime{};
  std::uint64_t resident = 0;
  std::uint64_t logLinesDropped = 0;
};

}  // namespace bridge::inspect
