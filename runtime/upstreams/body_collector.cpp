#include "upstreams/body_collector.h"

#include <algorithm>
#include <utility>

namespace bridge::upstreams {

BodyCollector::BodyCollector(const CollectorContext& context, std::optional<std::uint64_t> expected,
                             CollectorEvents events)
    : context_(context), events_(std::move(events)), expected_(expected) {}

void BodyCollector::add(Bytes data) {
  if (done_) {
    return;
  }
  if (!file_ && memory_.size() + data.size() <= context_.memoryLimit && expected_.value_or(0) <= context_.memoryLimit) {
    if (memory_.empty()) {
      memory_ = data.release();
    } else {
      memory_.append(data.view());
    }
    return;
  }
  if (auto ready = spill(); !ready.ok()) {
    finish(ready.error());
    return;
  }
  auto taken = file_->write(std::move(data), [this](const Result<void>& written) {
    if (!written.ok()) {
      finish(written.error());
      return;
    }
    flow_.watch(events_, file_->pendingBytes());
  });
  if (!taken.ok()) {
    finish(taken.error());
    return;
  }
  flow_.watch(events_, file_->pendingBytes());
}

Result<void> BodyCollector::spill() {
  if (file_) {
    return {};
  }
  auto file = SpoolFile::create(context_.loop, context_.spool, expected_.value_or(0));
  if (!file.ok()) {
    return file.error();
  }
  file_ = std::move(file).value();
  if (memory_.empty()) {
    return {};
  }
  return file_->write(Bytes(std::exchange(memory_, {})));
}

void BodyCollector::end() {
  if (done_) {
    return;
  }
  if (!file_) {
    CollectedBody body;
    body.length = memory_.size();
    body.memory = std::move(memory_);
    finish(std::move(body));
    return;
  }
  file_->close([this](const Result<void>& closed) {
    if (!closed.ok()) {
      finish(closed.error());
      return;
    }
    CollectedBody body;
    body.length = file_->size();
    body.spooled = std::move(file_);
    finish(std::move(body));
  });
}

void BodyCollector::finish(Result<CollectedBody> result) {
  if (!std::exchange(done_, true)) {
    // The callback may destroy this object, and itself with it.
    const auto onDone = std::move(events_.onDone);
    onDone(std::move(result));
  }
}

}  // namespace bridge::upstreams
