#include "loop/stream.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "loop/descriptor.h"
#include "loop/handle.h"
#include "loop/socket_address.h"
#include "loop/stream_core.h"

namespace bridge::loop {
namespace {

constexpr std::size_t kReadAvailable = 1U << 20U;

}  // namespace

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
        auto* core = static_cast<Core*>(handle->data);
        *buffer = uv_buf_init(core->loop.core().readBuffer.get(), core->muchComes ? kReadBuffer : kFirstRead);
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
    muchComes = static_cast<std::size_t>(count) == buffer->len;
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

Result<std::unique_ptr<Stream>> Stream::adopt(Loop& loop, int descriptor) {
  Descriptor owned(descriptor);
  int family = AF_UNSPEC;
  int type = SOCK_STREAM;
  socklen_t size = sizeof family;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &family, &size) != 0) {
    // An end of a pipe is no socket; libuv's pipe serves both.
    if (errno != ENOTSOCK) {
      return errnoError("take over a stream", errno);
    }
  } else if (::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM) {
    return Error{ErrorCode::Io, "take over a stream: the socket is none"};
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
  if (!core_->closing) {
    core_->write(std::move(data), std::move(done));
  }
}

void Stream::write(std::vector<Bytes> data, Done done) {
  if (!core_->closing) {
    core_->write(std::move(data), std::move(done));
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
