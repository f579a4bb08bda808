#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "loop/stream_core.h"

namespace bridge::loop {
namespace {

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

void Stream::Core::write(std::vector<Bytes> data, Done done) {
  std::size_t total = 0;
  for (const auto& bytes : data) {
    total += bytes.size();
  }
  const long taken = writeNow(data.data(), data.size());
  if (!finishedWith(taken, total, done)) {
    queue(std::move(data), static_cast<std::size_t>(taken), std::move(done));
  }
}

// Most answers are one buffer that the socket takes at once: they need no vector.
void Stream::Core::write(Bytes data, Done done) {
  const long taken = writeNow(&data, 1);
  if (!finishedWith(taken, data.size(), done)) {
    std::vector<Bytes> one;
    one.push_back(std::move(data));
    queue(std::move(one), static_cast<std::size_t>(taken), std::move(done));
  }
}

bool Stream::Core::finishedWith(long taken, std::size_t total, Done& done) {
  if (taken < 0) {
    finish(std::move(done), uvError("write", static_cast<int>(taken)));
    return true;
  }
  if (static_cast<std::size_t>(taken) == total && writes == 0) {
    finish(std::move(done), {});
    return true;
  }
  return false;
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

}  // namespace bridge::loop
