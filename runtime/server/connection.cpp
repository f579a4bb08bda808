#include "server/connection.h"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "http/proxy_protocol.h"

namespace bridge::server {
namespace {

/// Unparsed bytes that are held for pipelined requests while one is under way.
constexpr std::size_t kMaxInput = 64U << 10U;
/// A piece of a body from which on its storage goes on with it, in place of a copy.
constexpr std::size_t kUncopied = 16U << 10U;
/// After the last answer the rest of what the client sends is read and thrown away for a while, so that a reset does
/// not overtake the answer (RFC 9112, 9.6).
constexpr Duration kLinger = Seconds(2);
/// How often is looked whether a client has left behind a body that is not read at present.
constexpr Duration kLookForEnd = Seconds(1);
constexpr std::uint64_t kMaxDiscarded = 64U << 20U;

/// Bytes that the kernel has taken and the client has not. Its buffer of megabytes empties for minutes before it takes
/// more, so that a slow client would pass for one that reads nothing.
std::uint64_t inKernel(const loop::Stream& stream) {
  int bytes = 0;
  return ::ioctl(stream.descriptor(), SIOCOUTQ, &bytes) == 0 ? static_cast<std::uint64_t>(bytes) : 0;
}

/// Whether a FIN has come behind what was not read.
bool saidEnd(const loop::Stream& stream) {
  pollfd look{stream.descriptor(), POLLRDHUP, 0};
  return ::poll(&look, 1, 0) == 1 && (look.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

http::Endpoint endpointOf(loop::Address address) { return {std::move(address.host), address.port}; }

}  // namespace

Connection::Connection(Front& front, std::unique_ptr<loop::Stream> stream, std::function<void(Connection*)> onClosed)
    : front_(front),
      onClosed_(std::move(onClosed)),
      stream_(std::move(stream)),
      client_(endpointOf(stream_->peer())),
      local_(endpointOf(stream_->local())),
      proxyHeaderDue_(front.options.proxyProtocol),
      parser_(http::H1Parser::Role::request, front.options.head),
      idleSince_(front.loop.now()),
      readTimer_(front.loop),
      writeTimer_(front.loop) {}

Connection::~Connection() = default;

void Connection::start() {
  if (proxyHeaderDue_ && !front_.options.trustedProxies.contain(client_.address)) {
    drop({ErrorCode::BadRequest, "HTTP_PROXY_PROTOCOL is on, and the peer is not one of TRUSTED_PROXIES"});
    return;
  }
  stream_->startReading({.onData = [this](Bytes data) { onData(std::move(data)); },
                         .onEnd = [this](std::optional<Error> error) { onInputEnd(!error); }});
  await(Patience::head);
}

void Connection::turnAway() {
  lingering_ = true;
  stream_->startReading({.onData = [this](Bytes data) { onData(std::move(data)); },
                         .onEnd = [this](std::optional<Error> error) { onInputEnd(!error); }});
  refuse({ErrorCode::TooManyConnections, "MAX_CONNECTIONS"});
}

void Connection::drain(Duration grace) {
  grace_ = grace;
  if (idle() && !lingering_) {
    await(Patience::keepAlive);
  }
}

void Connection::close() {
  if (closed_) {
    return;
  }
  closed_ = true;
  if (exchange_) {
    exchange_->clientGone();
  }
  readTimer_.stop();
  writeTimer_.stop();
  onClosed_(this);
}

void Connection::onData(Bytes data) {
  if (front_.options.counted) {
    metrics::all().bytesReceived.add(static_cast<double>(data.size()));
  }
  if (lingering_) {
    discarded_ += data.size();
    if (discarded_ > kMaxDiscarded) {
      close();
    }
    return;
  }
  if (consumed_ == input_.size()) {
    input_ = data.release();
    consumed_ = 0;
  } else {
    // Without this a client that always sends ahead would make the input grow for as long as it lives.
    input_.erase(0, std::exchange(consumed_, 0));
    input_.append(data.view());
  }
  pump();
}

bool Connection::takeProxyHeader() {
  const auto header = http::parseProxyHeader(std::string_view(input_).substr(consumed_));
  if (!header.ok()) {
    drop(header.error());
    return false;
  }
  if (!*header) {
    return false;
  }
  proxyHeaderDue_ = false;
  consumed_ += (*header)->size;
  if (const auto& ends = (*header)->ends) {
    client_ = ends->client;
    local_ = ends->server;
  }
  if ((*header)->tls) {
    scheme_ = "https";
  }
  return true;
}

void Connection::drop(const Error& why) {
  log::info("server", "a connection from {} is closed: {}", log::escape(client_.address), log::escape(why.message()));
  stream_->closeReset();
  close();
}

void Connection::onInputEnd(bool orderly) {
  inputEnded_ = true;
  if (lingering_ || !exchange_) {
    close();
    return;
  }
  if (!orderly) {
    exchange_->clientGone();
    return;
  }
  onInputUsedUp();
  if (!closed_ && exchange_ && (bodyPaused_ || exchange_->requestComplete())) {
    exchange_->clientHalfClosed();
  }
}

/// The client has closed its side; where all that it had sent is parsed, nothing can complete what is incomplete.
void Connection::onInputUsedUp() {
  if (!inputEnded_ || closed_ || lingering_ || bodyPaused_ || parser_.failed() || consumed_ < input_.size()) {
    return;
  }
  if (!exchange_) {
    close();
  } else if (exchange_->requestComplete()) {
    exchange_->closeAfterAnswer();
  } else {
    exchange_->clientGone();
  }
}

void Connection::pump() {
  if (pumping_ || (proxyHeaderDue_ && !takeProxyHeader())) {
    return;
  }
  pumping_ = true;
  while (!closed_ && !lingering_ && !bodyPaused_ && (consumed_ < input_.size() || parserPaused_) &&
         !(exchange_ && exchange_->requestComplete())) {
    if (!exchange_ && !parser_.started()) {
      await(Patience::head);
    }
    parserPaused_ = false;
    const auto consumed = parser_.feed(std::string_view(input_).substr(consumed_), *this);
    if (!consumed.ok()) {
      refuse(consumed.error());
      break;
    }
    consumed_ = std::exchange(inputGiven_, false) ? 0 : consumed_ + *consumed;
    if (exchange_ && !exchange_->requestComplete()) {
      await(Patience::body);
    }
  }
  if (consumed_ == input_.size()) {
    // An idle connection holds no buffer.
    input_ = std::string();
    consumed_ = 0;
  }
  pumping_ = false;
  adjustReading();
  onInputUsedUp();
}

void Connection::adjustReading() {
  if (closed_ || inputEnded_) {
    return;
  }
  // Also while the body is paused: only who reads sees that the client leaves.
  const bool wanted = lingering_ || input_.size() - consumed_ < kMaxInput;
  if (wanted && !stream_->reading()) {
    stream_->resumeReading();
  } else if (!wanted && stream_->reading()) {
    stream_->stopReading();
    if (bodyPaused_) {
      await(Patience::paused);
    }
  }
}

http::Request Connection::requestOf(http::RequestHead head) const {
  return {.head = std::move(head),
          .id = {},
          .client = client_,
          .server = local_,
          .scheme = scheme_,
          .received = front_.loop.preciseNow(),
          .receivedAt = front_.loop.wallClock()};
}

http::Flow Connection::onRequestHead(http::RequestHead head) {
  ++served_;
  const bool last = front_.options.keepAliveTimeout == Duration::zero() ||
                    (front_.options.keepAliveRequests != 0 && served_ >= front_.options.keepAliveRequests);
  exchange_ =
      std::make_unique<Exchange>(front_, static_cast<Exchange::Client&>(*this), requestOf(std::move(head)), !last);
  exchange_->begin();
  return flow();
}

http::Flow Connection::onResponseHead(http::ResponseHead /*head*/, const http::ResponseFraming& /*framing*/) {
  return http::Flow::pause;  // A parser of requests never tells of an answer.
}

http::Flow Connection::onBody(std::string_view data) {
  exchange_->requestBody(bodyPiece(data));
  return flow();
}

/// A large piece that is the rest of the input takes that along: nobody reads it a second time.
Bytes Connection::bodyPiece(std::string_view data) {
  const auto offset = static_cast<std::size_t>(data.data() - input_.data());
  if (data.size() < kUncopied || offset + data.size() != input_.size()) {
    return Bytes::copyOf(data);
  }
  inputGiven_ = true;
  if (offset == 0) {
    return Bytes(std::exchange(input_, {}));
  }
  return Bytes::share(std::make_shared<const std::string>(std::exchange(input_, {})), offset, data.size());
}

http::Flow Connection::flow() const { return bodyPaused_ || closed_ ? http::Flow::pause : http::Flow::more; }

void Connection::onEnd() {
  await(Patience::none);
  exchange_->requestEnd();
}

void Connection::refuse(Error error) {
  await(Patience::none);
  if (!exchange_) {
    // Little of the request may be known; it still gets an id, an error page and a line in the log.
    exchange_ = std::make_unique<Exchange>(front_, static_cast<Exchange::Client&>(*this),
                                           requestOf(parser_.understood()), false);
    exchange_->refuse(std::move(error));
    return;
  }
  exchange_->requestFailed(std::move(error));
}

void Connection::write(std::vector<Bytes> data) {
  if (closed_) {
    return;
  }
  std::size_t bytes = 0;
  for (const Bytes& piece : data) {
    bytes += piece.size();
  }
  written_ += bytes;
  if (front_.options.counted) {
    metrics::all().bytesSent.add(static_cast<double>(bytes));
  }
  const auto written = [this](const Result<void>& result) {
    if (result.ok()) {
      onWriteProgress();
    } else {
      onWriteFailed();
    }
  };
  if (inputEnded_) {
    // The end of the input has been told; that a client has left altogether only a write can tell now.
    stream_->write(std::move(data), written);
  } else {
    stream_->write(std::move(data));
  }
  if (stream_->pendingBytes() > 0) {
    watchWrites();
    stream_->write(Bytes(), written);
  }
}

std::size_t Connection::pendingWrite() const { return stream_->pendingBytes(); }

void Connection::pauseBody() {
  bodyPaused_ = true;
  parserPaused_ = true;
  await(Patience::none);
  if (!pumping_) {
    adjustReading();
  }
}

void Connection::resumeBody() {
  if (!bodyPaused_) {
    return;
  }
  bodyPaused_ = false;
  if (exchange_ && !exchange_->requestComplete()) {
    await(Patience::body);
  }
  pump();
}

void Connection::exchangeDone(bool keepAlive) {
  front_.loop.defer([this, keepAlive, alive = std::weak_ptr(alive_)] {
    if (alive.expired() || closed_) {
      return;
    }
    const bool more = keepAlive && exchange_->requestComplete() && !(inputEnded_ && consumed_ == input_.size());
    exchange_.reset();
    bodyPaused_ = false;
    parserPaused_ = false;
    if (more) {
      nextRequest();
    } else {
      closeAfterAnswer();
    }
  });
}

void Connection::exchangeCut() {
  if (closed_) {
    return;
  }
  if (exchange_->answerBegun() && !exchange_->answerEndsWithConnection()) {
    // The client sees that the last chunk or some of the length is missing. A reset would take along what it has not
    // read yet, of this answer and of the one before.
    closeAfterAnswer();
    return;
  }
  if (exchange_->answerBegun()) {
    // A FIN would pass for its end.
    stream_->closeReset();
  }
  close();
}

void Connection::nextRequest() {
  parser_.reset();
  idleSince_ = front_.loop.now();
  await(Patience::keepAlive);
  pump();
}

void Connection::closeAfterAnswer() {
  lingering_ = true;
  input_.clear();
  consumed_ = 0;
  stream_->shutdown([this](const Result<void>& result) {
    if (!result.ok() || inputEnded_) {
      close();
    }
  });
  await(Patience::linger);
  adjustReading();
}

void Connection::await(Patience patience) {
  if (closed_) {
    return;
  }
  patience_ = patience;
  Duration limit{};
  switch (patience) {
    case Patience::none:
      readTimer_.stop();
      return;
    case Patience::keepAlive:
      limit = grace_.value_or(front_.options.keepAliveTimeout);
      break;
    case Patience::head:
      limit = front_.options.headerTimeout;
      break;
    case Patience::body:
      limit = exchange_->bodyIdleTimeout();
      if (limit == Duration::zero()) {
        readTimer_.stop();
        return;
      }
      break;
    case Patience::paused:
      limit = kLookForEnd;
      break;
    case Patience::linger:
      limit = kLinger;
      break;
  }
  readTimer_.start(limit, [this] { onPatienceEnd(); });
}

void Connection::onPatienceEnd() {
  if (patience_ == Patience::paused) {
    if (saidEnd(*stream_)) {
      await(Patience::none);
      exchange_->clientHalfClosed();
    } else {
      await(Patience::paused);
    }
    return;
  }
  const bool requestBegun = parser_.started();
  if (patience_ == Patience::body || (patience_ == Patience::head && requestBegun)) {
    refuse({ErrorCode::RequestTimeout, patience_ == Patience::body ? "body" : "header"});
    return;
  }
  close();
}

std::uint64_t Connection::takenByClient() const { return written_ - stream_->pendingBytes() - inKernel(*stream_); }

void Connection::watchWrites() {
  if (writeTimer_.active()) {
    return;
  }
  takenAtLastLook_ = takenByClient();
  writeTimer_.repeat(front_.options.writeIdleTimeout, [this] {
    // What is pending says nothing: it is filled up as fast as a slow client takes it.
    const auto taken = takenByClient();
    if (taken == takenAtLastLook_) {
      stream_->closeReset();
      close();
      return;
    }
    takenAtLastLook_ = taken;
  });
}

void Connection::onWriteFailed() {
  if (exchange_) {
    exchange_->clientGone();
  }
  close();
}

void Connection::onWriteProgress() {
  if (closed_) {
    return;
  }
  if (stream_->pendingBytes() == 0) {
    writeTimer_.stop();
  }
  if (exchange_) {
    exchange_->drained();
  }
}

}  // namespace bridge::server
