#include "pool/pool.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "loop/loop.h"
#include "pool/lease.h"

namespace bridge::pool {
namespace {

/// A worker that ends sooner, without a request, is a sign of trouble and no accident.
constexpr Duration kYoung = Seconds(1);

bool isFresh(const Connection* connection) { return connection->given() == 0; }

}  // namespace

Pool::Pool(loop::Loop& loop, Queue& queue, Options options, Events events)
    : loop_(loop),
      queue_(queue),
      options_(std::move(options)),
      events_(std::move(events)),
      connectionOptions_{options_.socketPath, options_.connectionTimeout, options_.terminateTimeout, events_.verify,
                         events_.killThroughHandler},
      policy_(options_.backoff),
      departures_(loop, options_.terminateTimeout),
      healthCheck_(loop, options_.healthInterval, options_.connectionTimeout, connections_),
      pause_(loop),
      growTimer_(loop),
      shrinkTimer_(loop) {}

Pool::~Pool() {
  *alive_ = false;
  queue_.detach(*this);
}

void Pool::start() {
  running_ = true;
  healthCheck_.start();
  fill();
}

void Pool::takeOver() {
  attached_ = true;
  queue_.attach(*this);
}

void Pool::hold() {
  queue_.detach(*this);
  attached_ = false;
}

void Pool::drain(std::function<void()> done) {
  queue_.detach(*this);
  attached_ = false;
  running_ = false;
  onDrained_ = std::move(done);
  pause_.stop();
  growTimer_.stop();
  shrinkTimer_.stop();
  healthCheck_.stop();
  std::vector<Connection*> unused;
  for (const auto& connection : connections_) {
    const auto state = connection->state();
    const bool working =
        connection->leased() || state == Connection::State::Busy || state == Connection::State::Finishing;
    if (!working) unused.push_back(connection.get());
  }
  for (Connection* connection : unused) close(*connection);
  checkDrained();
}

void Pool::killAll(const std::string& why) {
  std::vector<Connection*> all;
  for (const auto& connection : connections_) all.push_back(connection.get());
  for (Connection* connection : all) {
    connection->giveUp({ErrorCode::WorkerDied, "killed: " + why});
  }
}

void Pool::closeIdle() {
  while (!idle_.empty()) close(*idle_.back());
  fill();
}

PoolStatus Pool::status() const {
  const Census now = census();
  PoolStatus status{.min = options_.min,
                    .max = limit(),
                    .opening = now.opening,
                    .idle = now.idle,
                    .busy = now.busy,
                    .retiring = now.retiring,
                    .draining = !running_,
                    .workers = {}};
  for (const auto& connection : connections_) status.workers.push_back(connection->row());
  return status;
}

void Pool::onOpened(Connection& connection) {
  if (const auto capacity = connection.hello().capacity; capacity > 0) {
    options_.capacity = options_.capacity == 0 ? capacity : std::min<std::size_t>(options_.capacity, capacity);
    closeOpeningBeyondLimit();
  }
  policy_.healthy(loop_.now());
  if (retiring_.empty()) {
    (void)closeWorn();
  } else {
    closeRetired(1);
  }
  if (!std::exchange(started_, true) && events_.onStarted) events_.onStarted();
  // Whoever was told may have closed it.
  if (connection.state() == Connection::State::Idle) putIdle(connection);
  if (!worn_.empty()) fill();
}

void Pool::onFree(Connection& connection) {
  if (auto findings = connection.takeFindings(); !findings.empty() && events_.onFindings) {
    events_.onFindings(connection.pid(), std::move(findings));
  }
  if (connection.given() == 1) policy_.reset();
  if (!running_ || std::ranges::find(replaced_, &connection) != replaced_.end()) {
    close(connection);
    fill();
  } else if (connection.state() == Connection::State::Retiring) {
    retire(connection);
  } else {
    putIdle(connection);
    if (connection.worn() && connection.state() != Connection::State::Closed) noteWorn(connection);
  }
}

void Pool::onOutdated(Connection& connection, const wire::Outdated& message) {
  if (events_.onOutdated) events_.onOutdated(connection.pid(), message);
}

void Pool::noteWorn(Connection& connection) {
  if (std::ranges::find(worn_, &connection) == worn_.end()) {
    if (events_.onWorkerRetired) events_.onWorkerRetired(connection.pid(), connection.retireReason());
    worn_.push_back(&connection);
  }
  fill();
}

/// The oldest of them goes, now or when it is free; false where there is none.
bool Pool::closeWorn() {
  if (worn_.empty()) return false;
  Connection* connection = worn_.front();
  worn_.erase(worn_.begin());
  if (connection->state() == Connection::State::Idle && !connection->leased()) {
    close(*connection);
  } else {
    replaced_.push_back(connection);
  }
  return true;
}

void Pool::refill() {
  if (options_.memory != nullptr && options_.memory->exceeded() && census().live() > options_.min && !idle_.empty()) {
    close(*idle_.front());
  }
  fill();
}

bool Pool::mayOpen() const { return options_.memory == nullptr || census().live() == 0 || options_.memory->take(); }

void Pool::onLost(Connection& connection, const Error& error) {
  const pid_t pid = connection.pid();
  // One that has asked to go may end by itself: an `exit` in the application does both.
  const bool expected = std::ranges::find(retiring_, &connection) != retiring_.end();
  backOff(connection);
  close(connection);
  if (!expected && events_.onWorkerLost) events_.onWorkerLost(pid, error);
  fill();
}

/// After trouble, a pause before workers are opened again: no handler is served by being asked ten thousand times a
/// second. One that worked, or lived for a while, is replaced at once.
void Pool::backOff(const Connection& connection) {
  if (!running_ || pause_.active() || connection.given() > 0) return;
  if (connection.opened() && loop_.now() - connection.connectedAt() >= kYoung) return;
  const Duration pause = policy_.ended(loop_.now());
  pause_.start(pause, [this] { fill(); });
  if (policy_.failures() > 1) {
    log::warn("pool", "workers do not come up ({} failures in a row): next attempt in {:.0f} ms", policy_.failures(),
              toMillis(pause));
  }
}

void Pool::serve() {
  if (std::exchange(serving_, true)) return;
  // Those who wait for a fresh worker that cannot be opened beside the others get the place of an idle one, in their
  // turn.
  std::size_t passed = 0;
  const auto suits = [this, &passed](const Order& order) {
    if (order.fresh && !std::ranges::any_of(idle_, isFresh)) {
      ++passed;
      return false;
    }
    if (order.fresh || passed == 0) return true;
    const Census now = census();
    const std::size_t places = now.opening + limit() - std::min(now.live(), limit());
    return idle_.size() + std::min(passed, places) > passed;
  };
  const auto make = [this](Order order, Seat seat) {
    return Lease(*takeIdle(order.fresh), std::move(order.label), std::move(seat));
  };
  while (!idle_.empty() && queue_.waiting() > 0 && attached_ && queue_.serveFirst(suits, make)) {
    passed = 0;
  }
  serving_ = false;
  if (queue_.waiting() > 0 || options_.spare > 0) fill();
}

Connection* Pool::takeIdle(bool fresh) {
  const auto last = fresh ? std::find_if(idle_.rbegin(), idle_.rend(), isFresh) : idle_.rbegin();
  Connection* connection = *last;
  idle_.erase(std::next(last).base());
  return connection;
}

void Pool::putIdle(Connection& connection) {
  idle_.push_back(&connection);
  if (attached_ && queue_.waiting() > 0) {
    serve();
  } else {
    armShrinkTimer();
  }
}

Pool::Census Pool::census() const {
  Census now;
  for (const auto& connection : connections_) {
    switch (connection->state()) {
      case Connection::State::Connecting:
      case Connection::State::Greeting:
        ++now.opening;
        break;
      case Connection::State::Idle:
        ++(connection->leased() ? now.busy : now.idle);
        break;
      case Connection::State::Busy:
      case Connection::State::Finishing:
        ++now.busy;
        break;
      case Connection::State::Retiring:
        ++now.retiring;
        break;
      case Connection::State::Closed:
        break;
    }
  }
  return now;
}

std::size_t Pool::limit() const {
  return options_.capacity == 0 ? options_.max : std::min(options_.max, options_.capacity);
}

std::size_t Pool::missing(const Census& now) const {
  // One more while somebody wants to be replaced.
  const std::size_t replacement = worn_.empty() || !replaced_.empty() || now.opening > 0 ? 0 : 1;
  if (now.live() >= limit() && replacement == 0) return 0;
  const std::size_t wanted = std::max(options_.spare, attached_ ? queue_.servable(options_.growAfter) : 0);
  // Waiting requests and spare workers come on top of those that are at work.
  const std::size_t target = std::min(std::max(options_.min, now.busy + wanted), limit());
  return (target > now.live() ? target - now.live() : 0) + replacement;
}

void Pool::fill() {
  if (!running_ || pause_.active()) return;
  const Census now = census();
  std::size_t more = std::max(missing(now), makeRoomForFresh(now));
  if (options_.capacity > 0 && now.live() + now.retiring + more > options_.capacity) {
    // The handler has no place for a replacement beside the one that goes.
    closeRetired(now.live() + now.retiring + more - options_.capacity);
    more = std::min(more, options_.capacity - std::min(census().live(), options_.capacity));
    if (more == 0 && !worn_.empty() && worn_.front()->state() == Connection::State::Idle && !worn_.front()->leased()) {
      more = closeWorn() ? 1 : 0;
    }
  }
  while (more > 0 && mayOpen()) {
    open();
    --more;
  }
  // Where there is no room for a replacement, the one that goes makes some.
  if (more > 0) (void)closeWorn();
  if (now.retiring > 0 && census().opening == 0) closeRetired(now.retiring);
  if (attached_ && queue_.waiting() > 0 && now.live() < limit() && !growTimer_.active() &&
      options_.growAfter > Duration::zero()) {
    growTimer_.start(options_.growAfter, [this] { fill(); });
  }
}

void Pool::open() {
  ConnectionOwner& self = *this;
  connections_.push_back(std::make_unique<Connection>(loop_, connectionOptions_, self));
}

/// Who needs a fresh worker gets one before MAX by the end of one that is idle, but has worked. Says how many to open.
std::size_t Pool::makeRoomForFresh(const Census& now) {
  const std::size_t wanted = attached_ ? queue_.servable(Duration::zero(), true) : 0;
  if (wanted == 0) return 0;
  const auto fresh = static_cast<std::size_t>(std::ranges::count_if(idle_, isFresh));
  const std::size_t need = wanted - std::min(wanted, now.opening + fresh);
  std::size_t live = now.live();
  while (live + need > limit()) {
    const auto used = std::ranges::find_if_not(idle_, isFresh);
    if (used == idle_.end()) break;
    close(**used);
    --live;
  }
  return std::min(need, limit() - std::min(live, limit()));
}

bool Pool::patient() const {
  return std::ranges::any_of(connections_, [](const auto& connection) { return connection->hello().debugger; });
}

void Pool::retire(Connection& connection) {
  if (events_.onWorkerRetired) events_.onWorkerRetired(connection.pid(), connection.retireReason());
  retiring_.push_back(&connection);
  fill();
}

void Pool::closeRetired(std::size_t most) {
  while (most-- > 0 && !retiring_.empty()) close(*retiring_.front());
}

void Pool::closeOpeningBeyondLimit() {
  std::size_t live = census().live();
  for (std::size_t i = connections_.size(); i-- > 0 && live > limit();) {
    const auto state = connections_[i]->state();
    if (state != Connection::State::Connecting && state != Connection::State::Greeting) continue;
    close(*connections_[i]);
    --live;
  }
}

void Pool::armShrinkTimer() {
  if (connections_.size() <= options_.min || shrinkTimer_.active() || !running_ || census().live() <= options_.min)
    return;
  shrinkTimer_.start(options_.idleTimeout, [this] { shrink(); });
}

void Pool::shrink() {
  const Instant now = loop_.now();
  std::size_t live = census().live();
  while (live > options_.min && idle_.size() > options_.spare && now - idle_.front()->since() >= options_.idleTimeout) {
    close(*idle_.front());
    --live;
  }
  if (live <= options_.min || !running_) return;
  const Duration rest = idle_.empty() ? options_.idleTimeout : options_.idleTimeout - (now - idle_.front()->since());
  shrinkTimer_.restart(std::max<Duration>(rest, Millis(1)));
}

void Pool::close(Connection& connection) {
  departures_.add(connection.close());
  remove(connection);
}

void Pool::remove(Connection& connection) {
  std::erase(idle_, &connection);
  std::erase(retiring_, &connection);
  std::erase(worn_, &connection);
  std::erase(replaced_, &connection);
  const auto place = std::ranges::find_if(connections_, [&](const auto& one) { return one.get() == &connection; });
  if (place == connections_.end()) return;
  closed_.push_back(std::move(*place));
  connections_.erase(place);
  if (std::exchange(sweeping_, true)) return;
  loop_.defer([this, alive = alive_] {
    if (!*alive) return;
    sweeping_ = false;
    closed_.clear();
    checkDrained();
  });
}

void Pool::checkDrained() {
  if (running_ || !onDrained_ || !connections_.empty()) return;
  loop_.defer([this, alive = alive_] {
    if (!*alive || !onDrained_) return;
    std::exchange(onDrained_, nullptr)();
  });
}

}  // namespace bridge::pool
