#include "loop/connector.h"

#include <netdb.h>
#include <sys/socket.h>

#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include "loop/descriptor.h"
#include "loop/lookup.h"
#include "loop/loop.h"
#include "loop/poll.h"
#include "loop/socket_address.h"
#include "loop/timer.h"

namespace bridge::loop {
namespace {

/// Between two tries while the other side's backlog is full.
constexpr Duration kRetry = Millis(5);

}  // namespace

struct Connector::Attempt {
  Attempt(Loop& owner, std::string name, Duration timeout, OnDone callback);

  void next();
  void connect();
  void onWritable();
  void failed(int errorNumber);
  void finish(Result<std::unique_ptr<Stream>> result);

  Loop& loop;
  std::string target;
  OnDone onDone;
  std::vector<SocketAddress> addresses;
  std::size_t tried = 0;
  std::optional<Error> problem;
  Descriptor socket;
  std::unique_ptr<Lookup> lookup;
  Timer deadline;
  Timer step;
  /// Last, for it must go before the socket.
  std::unique_ptr<Poll> poll;
};

Connector::Attempt::Attempt(Loop& owner, std::string name, Duration timeout, OnDone callback)
    : loop(owner), target(std::move(name)), onDone(std::move(callback)), deadline(owner), step(owner) {
  deadline.start(timeout, [this, timeout] {
    const auto millis = std::chrono::duration_cast<Millis>(timeout).count();
    finish(Error{ErrorCode::Io, "connect to " + target + ": no connection within " + std::to_string(millis) + " ms"});
  });
}

void Connector::Attempt::next() {
  if (tried == addresses.size()) {
    finish(problem ? *std::move(problem) : Error{ErrorCode::Io, "connect to " + target + ": no address"});
    return;
  }
  connect();
}

void Connector::Attempt::connect() {
  const auto& address = addresses[tried];
  socket.reset(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.valid()) {
    failed(errno);
    return;
  }
  if (::connect(socket.get(), address.get(), address.length) == 0) {
    finish(Stream::adopt(loop, socket.release()));
  } else if (errno == EAGAIN) {
    step.start(kRetry, [this] { connect(); });
  } else if (errno == EINPROGRESS || errno == EINTR) {
    auto watched = Poll::open(loop, socket.get());
    if (!watched.ok()) {
      finish(std::move(watched).error());
      return;
    }
    poll = std::move(*watched);
    poll->start(Poll::For::writing, [this] { onWritable(); });
  } else {
    failed(errno);
  }
}

void Connector::Attempt::onWritable() {
  poll.reset();
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) {
    failed(error);
    return;
  }
  finish(Stream::adopt(loop, socket.release()));
}

void Connector::Attempt::failed(int errorNumber) {
  problem = errnoError("connect to " + target, errorNumber);
  ++tried;
  next();
}

void Connector::Attempt::finish(Result<std::unique_ptr<Stream>> result) {
  deadline.stop();
  step.stop();
  poll.reset();
  lookup.reset();
  socket.reset();
  // Last: it may destroy this.
  const auto callback = std::move(onDone);
  callback(std::move(result));
}

Connector::Connector(std::unique_ptr<Attempt> attempt) : attempt_(std::move(attempt)) {}
Connector::~Connector() = default;

std::unique_ptr<Connector> Connector::unixSocket(Loop& loop, const std::string& path, Duration timeout, OnDone onDone) {
  auto attempt = std::make_unique<Attempt>(loop, "unix:" + path, timeout, std::move(onDone));
  auto address = unixAddress(path);
  if (address.ok()) {
    attempt->addresses.push_back(*address);
  } else {
    attempt->problem = std::move(address).error();
  }
  attempt->step.start(Duration::zero(), [own = attempt.get()] { own->next(); });
  return std::unique_ptr<Connector>(new Connector(std::move(attempt)));
}

std::unique_ptr<Connector> Connector::tcp(Loop& loop, const std::string& host, int port, Duration timeout,
                                          OnDone onDone) {
  const auto name = toString({host, port});
  auto attempt = std::make_unique<Attempt>(loop, name, timeout, std::move(onDone));
  attempt->lookup = Lookup::start(loop, host, port, [own = attempt.get()](Result<std::vector<SocketAddress>> found) {
    if (!found.ok()) {
      own->finish(std::move(found).error());
      return;
    }
    own->addresses = std::move(*found);
    own->next();
  });
  return std::unique_ptr<Connector>(new Connector(std::move(attempt)));
}

}  // namespace bridge::loop
