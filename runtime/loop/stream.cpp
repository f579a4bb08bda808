#include "loop/stream.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "loop/descriptor.h"
#include "loop/handle.h"
#include "loop/socket_address.h"

namespace bridge::loop {
namespace {

union AnyStream {
  uv_stream_t stream;
  uv_tcp_t tcp;
  uv_pipe_t pipe;
};

constexpr std::size_t kReadAvailable = 1U << 20U;

uv_buf_t bufferOf(std::string_view data) {
  return uv_buf_init(const_cast<char*>(data.data()), static_cast<unsigned>(data.size()));
}

Result<void> resultOf(std::string_view what, int status) {
  if (status < 0) {
    return uvError(what, status);
  }
  return {};
}

}  // namespace

struct Stream::Core : Block<AnyStream> {
  struct Write {
    uv_write_t uv{};
    std::vector<Bytes> data;
    Done done;
    Core* core = nullptr;
  };
  struct Shutdown {
    uv_shutdown_t uv{};
    Done done;
    Core* core = nullptr;
  };
  struct Finished {
    Done done;
    Result<void> result;
  };

  using Block::Block;

  [[nodiscard]] uv_stream_t* stream() { return &uv.stream; }
  [[nodiscard]] int descriptor();
  void startReading();
  void onRead(ssize_t count, const uv_buf_t* buffer);
  void end(std::optional<Error> error);
  /// `take` gives the data away where not all of it could be written at once.
  void write(const Bytes* data, std::size_t count, Done& done, auto take);
  /// Bytes that the socket took at once, or libuv's error.
  long writeNow(const Bytes* data, std::size_t count);
  void queue(std::vector<Bytes> data, std::size_t skip, Done done);
  void onWritten(Write* request, int status);
  void onShutdown(Shutdown* request, int status);
  /// Tells `done`, later in this turn.
  void finish(Done done, Result<void> result);
  void tellFinished();

  Slot<Bytes> onData;
  Slot<std::optional<Error>> onEnd;
  bool hasEvents = false;
  bool reading = false;
  bool ended = false;
  /// Requests with libuv. While there is one, nothing is written past it.
  int writes = 0;
  std::vector<Finished> finished;
};

int Stream::Core::descriptor() {
  uv_os_fd_t fd = -1;
  return closing || uv_fileno(handle(), &fd) != 0 ? -1 : fd;
}

void Stream::Core::startReading() {
  if (closing || ended || reading || !hasEvents) {
    return;
  }
  const int error = uv_read_start(
      stream(),
      // One buffer serves all streams of the loop: it is copied to the size of what came before anybody else reads. A
      // buffer of its own for each read would have to be cleared first, which costs as much as the copy.
      [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
        *buffer = uv_buf_init(static_cast<Core*>(handle->data)->loop.core().readBuffer.get(), kReadBuffer);
      },
      [](uv_stream_t* uvStream, ssize_t count, const uv_buf_t* buffer) {
        static_cast<Core*>(uvStream->data)->onRead(count, buffer);
      });
  if (error != 0) {
    finish({}, uvError("read", error));
    return;
  }
  reading = true;
}

void Stream::Core::onRead(ssize_t count, const uv_buf_t* buffer) {
  if (count > 0) {
    onData.call(Bytes::copyOf({buffer->base, static_cast<std::size_t>(count)}));
  } else if (count == UV_EOF) {
    end(std::nullopt);
  } else if (count < 0) {
    end(uvError("read", static_cast<int>(count)));
  }
}

void Stream::Core::end(std::optional<Error> error) {
  if (ended || !hasEvents) {
    return;
  }
  ended = true;
  reading = false;
  uv_read_stop(stream());
  onEnd.call(std::move(error));
}

long Stream::Core::writeNow(const Bytes* data, std::size_t count) {
  long taken = 0;
  std::size_t at = 0;
  while (writes == 0 && at < count) {
    std::array<uv_buf_t, 16> buffers{};
    unsigned used = 0;
    long offered = 0;
    for (; used < buffers.size() && at < count; ++at) {
      if (!data[at].empty()) {
        buffers[used++] = bufferOf(data[at].view());
        offered += static_cast<long>(data[at].size());
      }
    }
    const int now = used == 0 ? 0 : uv_try_write(stream(), buffers.data(), used);
    if (now < 0) {
      return now == UV_EAGAIN ? taken : now;
    }
    taken += now;
    if (now < offered) {
      break;
    }
  }
  return taken;
}

void Stream::Core::write(const Bytes* data, std::size_t count, Done& done, auto take) {
  std::size_t total = 0;
  for (std::size_t i = 0; i < count; ++i) {
    total += data[i].size();
  }
  const long taken = writeNow(data, count);
  if (taken < 0) {
    finish(std::move(done), uvError("write", static_cast<int>(taken)));
  } else if (static_cast<std::size_t>(taken) == total && writes == 0) {
    finish(std::move(done), {});
  } else {
    queue(take(), static_cast<std::size_t>(taken), std::move(done));
  }
}

void Stream::Core::queue(std::vector<Bytes> data, std::size_t skip, Done done) {
  std::vector<uv_buf_t> buffers;
  buffers.reserve(data.size());
  for (const auto& bytes : data) {
    const auto skipped = std::min(skip, bytes.size());
    skip -= skipped;
    if (skipped < bytes.size()) {
      buffers.push_back(bufferOf(bytes.view().substr(skipped)));
    }
  }
  if (buffers.empty()) {  // Nothing to write, but its turn to be told comes after those that wait.
    buffers.push_back(bufferOf({}));
  }
  auto request = std::make_unique<Write>();
  request->data = std::move(data);
  request->done = std::move(done);
  request->core = this;
  request->uv.data = request.get();
  const int error = uv_write(&request->uv, stream(), buffers.data(), static_cast<unsigned>(buffers.size()),
                             [](uv_write_t* written, int status) {
                               auto* own = static_cast<Write*>(written->data);
                               own->core->onWritten(own, status);
                             });
  if (error != 0) {
    finish(std::move(request->done), uvError("write", error));
    return;
  }
  ++writes;
  (void)request.release();
}

void Stream::Core::onWritten(Write* request, int status) {
  const std::unique_ptr<Write> owned(request);
  --writes;
  // What was written inside the call before this request is told before it.
  tellFinished();
  if (released || closing) {
    return;
  }
  if (request->done) {
    request->done(resultOf("write", status));
  } else if (status < 0) {
    end(uvError("write", status));
  }
}

void Stream::Core::onShutdown(Shutdown* request, int status) {
  const std::unique_ptr<Shutdown> owned(request);
  tellFinished();
  if (released || closing) {
    return;
  }
  if (status == UV_ENOTSOCK) {  // An end of a pipe has one direction only.
    closeHandle(this);
    status = 0;
  }
  if (request->done) {
    request->done(resultOf("shut down", status));
  }
}

void Stream::Core::finish(Done done, Result<void> result) {
  if (!done && result.ok()) {
    return;
  }
  if (finished.empty()) {
    // The block outlives this: it is freed after the deferred work of the turn in which it is closed.
    loop.defer([this] { tellFinished(); });
  }
  finished.push_back({std::move(done), std::move(result)});
}

void Stream::Core::tellFinished() {
  for (auto& [done, result] : std::exchange(finished, {})) {
    if (released || closing) {
      return;
    }
    if (done) {
      done(std::move(result));
    } else {
      end(std::move(result).error());
    }
  }
}

Result<std::unique_ptr<Stream>> Stream::adopt(Loop& loop, int descriptor) {
  Descriptor owned(descriptor);
  int family = AF_UNSPEC;
  socklen_t size = sizeof family;
  // An end of a pipe is no socket; libuv's pipe serves both.
  if (::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &family, &size) != 0 && errno != ENOTSOCK) {
    return errnoError("take over a stream", errno);
  }
  if (::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0) {
    return errnoError("take over a stream", errno);
  }
  const bool tcp = family == AF_INET || family == AF_INET6;
  if (tcp) {
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  return open(loop, owned.release(), tcp ? Kind::tcp : Kind::local);
}

Result<std::unique_ptr<Stream>> Stream::open(Loop& loop, int descriptor, Kind kind) {
  Descriptor owned(descriptor);
  auto* core = new Core(loop);
  int error = 0;
  if (kind == Kind::tcp) {
    uv_tcp_init(uvLoop(loop), &core->uv.tcp);
    error = uv_tcp_open(&core->uv.tcp, descriptor);
  } else {
    uv_pipe_init(uvLoop(loop), &core->uv.pipe, 0);
    error = uv_pipe_open(&core->uv.pipe, descriptor);
  }
  core->handle()->data = core;
  auto stream = std::unique_ptr<Stream>(new Stream(core));
  if (error != 0) {
    return uvError("take over a stream", error);
  }
  (void)owned.release();
  return stream;
}

Stream::~Stream() {
  core_->onData.clear();
  core_->onEnd.clear();
  release(core_);
}

void Stream::startReading(Events events) {
  core_->onData.set(std::move(events.onData));
  core_->onEnd.set(std::move(events.onEnd));
  core_->hasEvents = true;
  core_->startReading();
}

void Stream::stopReading() {
  if (core_->reading) {
    core_->reading = false;
    uv_read_stop(core_->stream());
  }
}

void Stream::resumeReading() { core_->startReading(); }

bool Stream::reading() const { return core_->reading; }

Bytes Stream::readAvailable() {
  std::string all;
  auto* buffer = core_->loop.core().readBuffer.get();
  while (!core_->closing && all.size() < kReadAvailable) {
    const auto count = ::read(core_->descriptor(), buffer, kReadBuffer);
    if (count <= 0) {
      break;
    }
    all.append(buffer, static_cast<std::size_t>(count));
  }
  return Bytes(std::move(all));
}

void Stream::write(Bytes data, Done done) {
  if (core_->closing) {
    return;
  }
  core_->write(&data, 1, done, [&data] {
    std::vector<Bytes> one;
    one.push_back(std::move(data));
    return one;
  });
}

void Stream::write(std::vector<Bytes> data, Done done) {
  if (!core_->closing) {
    core_->write(data.data(), data.size(), done, [&data] { return std::move(data); });
  }
}

std::size_t Stream::pendingBytes() const {
  return core_->closing ? 0 : uv_stream_get_write_queue_size(core_->stream());
}

void Stream::shutdown(Done done) {
  if (core_->closing) {
    return;
  }
  auto request = std::make_unique<Core::Shutdown>();
  request->done = std::move(done);
  request->core = core_;
  request->uv.data = request.get();
  const int error = uv_shutdown(&request->uv, core_->stream(), [](uv_shutdown_t* ended, int status) {
    auto* own = static_cast<Core::Shutdown*>(ended->data);
    own->core->onShutdown(own, status);
  });
  if (error != 0) {
    if (request->done) {
      core_->finish(std::move(request->done), uvError("shut down", error));
    }
    return;
  }
  (void)request.release();
}

void Stream::closeReset() {
  if (const int fd = core_->descriptor(); fd >= 0) {
    const linger reset{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  }
  core_->reading = false;
  core_->ended = true;
  closeHandle(core_);
}

Address Stream::peer() const { return describe(peerAddress(core_->descriptor())); }

Address Stream::local() const { return describe(localAddress(core_->descriptor())); }

std::optional<PeerCredentials> Stream::peerCredentials() const {
  ucred found{};
  socklen_t size = sizeof found;
  const int fd = core_->descriptor();
  if (fd < 0 || localAddress(fd).family() != AF_UNIX || ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &found, &size) != 0) {
    return std::nullopt;
  }
  return PeerCredentials{found.pid, found.uid, found.gid};
}

int Stream::descriptor() const { return core_->descriptor(); }

}  // namespace bridge::loop
