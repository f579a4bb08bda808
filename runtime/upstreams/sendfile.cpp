#include "upstreams/sendfile.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "http/percent.h"
#include "upstreams/file_answer.h"

namespace bridge::upstreams {
namespace {

constexpr std::string_view kSendfile = "X-Sendfile";
constexpr std::string_view kAccel = "X-Accel-Redirect";
constexpr std::array<std::string_view, 3> kAnswerFields = {kSendfile, kAccel, "X-LIGHTTPD-send-file"};
constexpr std::array<std::string_view, 2> kRequestFields = {"X-Sendfile-Type", "X-Accel-Mapping"};

/// What the answer names, as a path; empty where it is none. Nothing where it names nothing.
std::optional<std::string> takeName(http::Headers& headers) {
  std::optional<std::string> name;
  if (const auto path = headers.find(kSendfile)) {
    name = std::string(*path);
  } else if (const auto uri = headers.find(kAccel)) {
    name = http::percentDecode(uri->substr(0, uri->find('?'))).value_or("");
  }
  for (const auto field : kAnswerFields) {
    headers.remove(field);
  }
  return name;
}

bool choosesFile(const http::Headers& headers) {
  return std::ranges::any_of(kRequestFields, [&headers](std::string_view field) { return headers.has(field); });
}

}  // namespace

/// Between the inner upstream and the exchange.
class Sendfile::SendfileAnswer final : public Answer {
 public:
  SendfileAnswer(const FileFolders& folders, const http::Request& request, Answer& outer)
      : folders_(folders), request_(request), outer_(outer) {}

  void informational(http::ResponseHead head) override { outer_.informational(std::move(head)); }
  void pauseRequest() override { outer_.pauseRequest(); }
  void resumeRequest() override { outer_.resumeRequest(); }
  void servedBy(const ServedBy& served) override { outer_.servedBy(served); }

  void head(http::ResponseHead head) override {
    const auto name = takeName(head.headers);
    if (name && !folders_.empty()) {
      replace(*name, std::move(head));
      return;
    }
    if (name) {
      log::warn("sendfile", "id={} the answer names a file, but SENDFILE_ROOTS is empty", request_.id);
    }
    outer_.head(std::move(head));
  }
  void body(Bytes data) override {
    if (!replaced_) {
      outer_.body(std::move(data));
    }
  }
  void file(loop::OpenFile file, FileRange range) override {
    if (!replaced_) {
      outer_.file(std::move(file), range);
    }
  }
  void end() override {
    if (missing_) {
      outer_.fail(*missing_);
    } else {
      outer_.end();
    }
  }
  void fail(Error error) override {
    if (replaced_) {
      // What it still had to say would not have been sent.
      end();
    } else {
      outer_.fail(std::move(error));
    }
  }

  [[nodiscard]] bool replaced() const { return replaced_; }

 private:
  /// The file is told at once; the end comes with that of the inner answer, so that the application is not cut short.
  void replace(const std::string& name, http::ResponseHead head) {
    replaced_ = true;
    const auto file = folders_.openNamed(name);
    if (!file.ok()) {
      log::error("sendfile", "id={} the answer names \"{}\": {}", request_.id, log::escape(name),
                 log::escape(file.error().message()));
      missing_ = file.error().code == ErrorCode::NoDescriptors
                     ? file.error()
                     : Error{ErrorCode::NotFound, "the file that the answer names"};
      return;
    }
    static_cast<void>(tell(outer_, answerWith(factsOf(*file), request_, std::move(head)), *file, alive_));
  }

  const FileFolders& folders_;
  const http::Request& request_;
  Answer& outer_;
  bool replaced_ = false;
  std::optional<Error> missing_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// Between the exchange and the call of the inner upstream.
class Sendfile::SendfileCall final : public Call {
 public:
  SendfileCall(Sendfile& owner, const http::Request& request, const Params& params, Answer& answer)
      : cleaned_(withoutChoice(request)),
        answer_(owner.folders_, request, answer),
        inner_(owner.inner_.start(cleaned_ ? *cleaned_ : request, params, answer_)) {}

  void body(Bytes data) override { inner_->body(std::move(data)); }
  void end() override { inner_->end(); }
  void halfClosed() override { inner_->halfClosed(); }
  // Whoever reads the file slowly does not hold up the application, whose body goes nowhere.
  void pause() override {
    if (!answer_.replaced()) {
      inner_->pause();
    }
  }
  void resume() override {
    if (!answer_.replaced()) {
      inner_->resume();
    }
  }

 private:
  /// The request as the inner upstream may see it, where that differs.
  static std::optional<http::Request> withoutChoice(const http::Request& request) {
    if (!choosesFile(request.head.headers)) {
      return std::nullopt;
    }
    auto cleaned = request;
    for (const auto field : kRequestFields) {
      cleaned.head.headers.remove(field);
    }
    return cleaned;
  }

  std::optional<http::Request> cleaned_;
  SendfileAnswer answer_;
  std::unique_ptr<Call> inner_;
};

std::unique_ptr<Call> Sendfile::start(const http::Request& request, const Params& params, Answer& answer) {
  return std::make_unique<SendfileCall>(*this, request, params, answer);
}

}  // namespace bridge::upstreams
