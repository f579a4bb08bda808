#include "upstreams/form_collector.h"

#include <utility>

namespace bridge::upstreams {

FormCollector::FormCollector(const CollectorContext& context, std::string_view contentType,
                             std::optional<std::uint64_t> expected, CollectorEvents events)
    : context_(context), events_(std::move(events)), expected_(expected) {
  const auto boundary = http::multipartBoundary(contentType);
  if (boundary.ok() && boundary->has_value()) {
    parser_.emplace(**boundary, http::MultipartLimits{});
  }
}

void FormCollector::add(Bytes data) {
  if (done_) {
    return;
  }
  if (!std::exchange(started_, true) && expected_) {
    // Refused before it is read, where it would not fit anyway; the uploads themselves claim what they take.
    if (auto room = context_.spool.reserve(*expected_); !room.ok()) {
      fail(room.error());
      return;
    }
    context_.spool.release(*expected_);
  }
  body_.length += data.size();
  if (!parser_) {
    return;
  }
  auto parsed = parser_->feed(data.view(), *this);
  if (failure_) {
    fail(std::move(*failure_));
    return;
  }
  if (!parsed.ok()) {
    if (parsed.error().code != ErrorCode::BadRequest) {
      fail(parsed.error());
      return;
    }
    abandonPart();
    parser_.reset();
  }
  flow_.watch(events_, pending_);
}

void FormCollector::onPart(http::PartHead head) {
  if (!head.filename) {
    part_ = Part::field;
    form_.fields.push_back({std::move(head.name), 0});
    return;
  }
  auto& file = form_.files.emplace_back();
  file.field = std::move(head.name);
  file.name = std::move(*head.filename);
  if (file.name.empty()) {
    part_ = Part::skipped;
    file.error = static_cast<int>(UploadError::noFile);
    return;
  }
  file.type = std::move(head.contentType);
  auto upload = SpoolFile::create(context_.loop, context_.spool, 0);
  if (!upload.ok()) {
    part_ = Part::skipped;
    failure_ = failure_ ? failure_ : upload.error();
    return;
  }
  part_ = Part::upload;
  file.path = (*upload)->path();
  body_.uploads.push_back(std::move(upload).value());
}

void FormCollector::onData(std::string_view data) {
  if (failure_) {
    return;
  }
  if (part_ == Part::field) {
    if (body_.memory.size() + data.size() > kMaxFieldBytes) {
      failure_ = Error{ErrorCode::PayloadTooLarge,
                       "the fields of the form take more than " + std::to_string(kMaxFieldBytes) + " bytes"};
      return;
    }
    body_.memory.append(data);
    form_.fields.back().bytes += data.size();
  } else if (part_ == Part::upload) {
    writeUpload(data);
  }
}

void FormCollector::writeUpload(std::string_view data) {
  const std::size_t size = data.size();
  auto taken = body_.uploads.back()->write(Bytes::copyOf(data), [this, size](const Result<void>& written) {
    pending_ -= size;
    if (!written.ok()) {
      fail(written.error());
      return;
    }
    if (!done_) {
      flow_.watch(events_, pending_);
    }
  });
  if (!taken.ok()) {
    failure_ = taken.error();
    return;
  }
  pending_ += size;
}

void FormCollector::onPartEnd() {
  if (part_ == Part::upload) {
    form_.files.back().size = body_.uploads.back()->size();
    closeUpload();
  }
  part_ = Part::none;
}

void FormCollector::closeUpload() {
  ++unclosed_;
  body_.uploads.back()->close([this](const Result<void>& closed) { uploadClosed(closed); });
}

void FormCollector::abandonPart() {
  if (part_ == Part::upload) {
    auto& file = form_.files.back();
    file.error = static_cast<int>(UploadError::partial);
    file.path.clear();
    file.type.clear();
    // What still waits for the disk is given up with the file, and its callbacks with it.
    pending_ -= body_.uploads.back()->pendingBytes();
    body_.uploads.pop_back();
  }
  part_ = Part::none;
}

void FormCollector::end() {
  if (done_) {
    return;
  }
  ended_ = true;
  abandonPart();
  finishIfComplete();
}

void FormCollector::uploadClosed(const Result<void>& closed) {
  --unclosed_;
  if (!closed.ok()) {
    fail(closed.error());
    return;
  }
  finishIfComplete();
}

void FormCollector::finishIfComplete() {
  if (done_ || !ended_ || unclosed_ > 0) {
    return;
  }
  done_ = true;
  body_.form = std::move(form_);
  // The callback may destroy this object, and itself with it.
  const auto onDone = std::move(events_.onDone);
  onDone(std::move(body_));
}

void FormCollector::fail(Error error) {
  if (std::exchange(done_, true)) {
    return;
  }
  // The callback may destroy this object, and itself with it.
  const auto onDone = std::move(events_.onDone);
  onDone(std::move(error));
}

}  // namespace bridge::upstreams
