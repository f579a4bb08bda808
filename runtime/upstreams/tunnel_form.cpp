#include "upstreams/tunnel_form.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "wire/json_outline.h"

namespace bridge::upstreams {
namespace {

constexpr std::string_view kManifest = "__manifest";
constexpr std::string_view kFile = "file:";

/// What a sentinel may stand for is a file, and so is a part that says that it is bytes, also without a name of one.
bool isFile(const http::PartHead& head) {
  constexpr std::string_view kBytes = "application/octet-stream";
  return head.filename || head.name.starts_with(kFile) ||
         http::equalsIgnoreCase(std::string_view(head.contentType).substr(0, kBytes.size()), kBytes);
}

}  // namespace

TunnelForm::TunnelForm(const CollectorContext& context, std::string_view contentType, const Limits& limits,
                       Events events)
    : context_(context), limits_(limits), events_(std::move(events)) {
  flowEvents_.onPause = [this] { events_.onPause(); };
  flowEvents_.onResume = [this] { events_.onResume(); };
  const auto boundary = http::multipartBoundary(contentType);
  if (boundary.ok() && boundary->has_value()) {
    // One more than may be counted, so that it is told what there are too many of; only nameless parts are not counted.
    parser_.emplace(**boundary, http::MultipartLimits{.parts = limits.files + limits.fields + 1});
  }
}

void TunnelForm::add(Bytes data) {
  if (done_) {
    return;
  }
  if (!parser_) {
    finish(Refusal{TunnelError::invalidMultipart});
    return;
  }
  const auto parsed = parser_->feed(data.view(), *this);
  if (failure_) {
    finish(std::move(*failure_));
  } else if (!parsed.ok()) {
    finish(Refusal{parsed.error().code == ErrorCode::PayloadTooLarge ? TunnelError::tooManyParts
                                                                     : TunnelError::invalidMultipart});
  } else {
    flow_.watch(flowEvents_, pending_);
  }
}

void TunnelForm::end() {
  if (done_) {
    return;
  }
  if (!parser_ || !parser_->finish().ok()) {
    finish(Refusal{TunnelError::invalidMultipart});
    return;
  }
  ended_ = true;
  finishIfComplete();
}

void TunnelForm::onPart(http::PartHead head) {
  part_ = Part::dropped;
  partBytes_ = 0;
  if (failure_) {
    return;
  }
  if (!isFile(head)) {
    if (++fields_ > limits_.fields) {
      refuse(TunnelError::tooManyFields);
      return;
    }
    part_ = head.name == kManifest && !manifest_ ? Part::manifest : Part::field;
    if (part_ == Part::manifest) {
      manifest_.emplace();
    }
    return;
  }
  if (++files_ > limits_.files) {
    refuse(TunnelError::tooManyFiles);
  } else if (head.name.starts_with(kFile)) {
    openUpload(std::move(head));
  }
}

void TunnelForm::openUpload(http::PartHead head) {
  auto [place, fresh] = uploads_.try_emplace(head.name.substr(kFile.size()));
  if (!fresh) {
    return;  // The first one counts.
  }
  auto file = SpoolFile::create(context_.loop, context_.spool, 0);
  if (!file.ok()) {
    failure_ = file.error();
    return;
  }
  part_ = Part::upload;
  upload_ = &place->second;
  upload_->spooled = std::move(file).value();
  upload_->file = {.path = upload_->spooled->path(),
                   .size = 0,
                   .name = head.filename.value_or(""),
                   .type = std::move(head.contentType)};
}

void TunnelForm::onData(std::string_view data) {
  if (failure_) {
    return;
  }
  partBytes_ += data.size();
  const bool field = part_ == Part::field || part_ == Part::manifest;
  if (field && partBytes_ > limits_.fieldBytes) {
    refuse(TunnelError::fieldTooLarge);
  } else if (part_ == Part::manifest) {
    manifest_->append(data);
  } else if (part_ == Part::upload) {
    writeUpload(data);
  }
}

void TunnelForm::writeUpload(std::string_view data) {
  if (partBytes_ > limits_.fileBytes) {
    refuse(TunnelError::fileTooLarge);
    return;
  }
  const std::size_t size = data.size();
  auto taken = upload_->spooled->write(Bytes::copyOf(data), [this, size](const Result<void>& written) {
    pending_ -= size;
    if (!written.ok()) {
      finish(written.error());
    } else if (!done_) {
      flow_.watch(flowEvents_, pending_);
    }
  });
  if (!taken.ok()) {
    failure_ = taken.error();
    return;
  }
  pending_ += size;
}

void TunnelForm::onPartEnd() {
  if (part_ == Part::manifest && !failure_) {
    checkManifest();
  } else if (part_ == Part::upload && !failure_) {
    upload_->file.size = upload_->spooled->size();
    ++unclosed_;
    upload_->spooled->close([this](const Result<void>& closed) {
      --unclosed_;
      if (!closed.ok()) {
        finish(closed.error());
      } else {
        finishIfComplete();
      }
    });
  }
  part_ = Part::dropped;
}

void TunnelForm::finishIfComplete() {
  if (!done_ && ended_ && unclosed_ == 0) {
    finish(assemble());
  }
}

/// As soon as it has come: it may stand before many files.
void TunnelForm::checkManifest() {
  const auto first = manifest_->find_first_not_of(" \t\r\n");
  if (first == std::string::npos) {
    refuse(TunnelError::missingManifest);
  } else if (!wire::JsonOutline::of(*manifest_).ok()) {
    refuse(TunnelError::invalidManifest);
  } else if ((*manifest_)[first] != '{' && (*manifest_)[first] != '[') {
    refuse(TunnelError::missingManifest);
  }
}

TunnelForm::Outcome TunnelForm::assemble() {
  if (!manifest_) {
    return Refusal{TunnelError::missingManifest};
  }
  const auto outline = wire::JsonOutline::of(*manifest_);
  const auto graph = outline->find("__graph");
  const auto input =
      graph && wire::jsonTrue(*graph) ? std::string_view(*manifest_) : outline->find("input").value_or("");
  Taken taken;
  if (input.empty()) {
    return taken;
  }
  const auto sentinels = wire::fileSentinels(input);
  std::set<std::string_view> ids;
  std::ranges::transform(sentinels, std::inserter(ids, ids.end()), &wire::FileSentinel::id);
  if (ids.size() > limits_.files) {
    return Refusal{TunnelError::tooManyFiles};
  }
  for (const auto& one : sentinels) {
    const auto found = uploads_.find(one.id);
    if (found == uploads_.end()) {
      return Refusal{TunnelError::missingFilePart, one.id};
    }
    if (auto& upload = found->second; upload.spooled) {
      taken.files += (taken.files.empty() ? "{" : ",") + wire::jsonQuoted(one.id) + ":" +
                     wire::fileJson(wire::asNamed(one, upload.file));
      taken.uploads.push_back(std::move(upload.spooled));
    }
  }
  taken.input = wire::withFiles(
      input, sentinels, [this](const std::string& id) -> const wire::UploadedFile& { return uploads_.at(id).file; });
  taken.files += taken.files.empty() ? "" : "}";
  return taken;
}

void TunnelForm::refuse(TunnelError error) { failure_ = Refusal{error}; }

void TunnelForm::finish(Outcome outcome) {
  if (!std::exchange(done_, true)) {
    // The callback may destroy this object, and itself with it.
    const auto onDone = std::move(events_.onDone);
    onDone(std::move(outcome));
  }
}

}  // namespace bridge::upstreams
