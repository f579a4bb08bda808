#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "upstreams/upstream.h"

namespace bridge::testing {

/// An Answer that keeps what it is given, and the Call it belongs to, as an exchange does.
class RecordedAnswer final : public upstreams::Answer {
 public:
  void informational(http::ResponseHead head) override { informationals.push_back(head.status); }
  void head(http::ResponseHead head) override {
    EXPECT_FALSE(status()) << "two heads";
    head_ = std::move(head);
  }
  void body(Bytes data) override {
    EXPECT_TRUE(head_ && !done()) << "body out of order";
    text += data.view();
    largest = std::max(largest, data.size());
    if (onBody) {
      onBody();
    }
  }
  void file(loop::OpenFile opened, upstreams::FileRange range) override {
    file_ = std::move(opened);
    fileRange = range;
  }
  void end() override {
    EXPECT_TRUE(head_ && !done());
    ended = true;
    if (!tellsWritten) {
      return;  // An exchange keeps the Call until then.
    }
    if (call) {
      call->written();
    }
    finish();
  }
  void fail(Error error) override {
    EXPECT_FALSE(done());
    failure = std::move(error);
    finish();
  }
  void pauseRequest() override { ++requestPauses; }
  void resumeRequest() override { ++requestResumes; }
  void servedBy(const upstreams::ServedBy& by) override { served = by; }

  /// Starts a request and sends its whole body, as an exchange would.
  void ask(upstreams::Upstream& upstream, http::Request asked, const std::string& requestBody = {}) {
    request = std::move(asked);
    call = upstream.start(request, {}, *this);
    constexpr std::size_t kStep = 65536;
    for (std::size_t at = 0; at < requestBody.size() && call; at += kStep) {
      call->body(Bytes::copyOf(std::string_view(requestBody).substr(at, kStep)));
    }
    if (call) {
      call->end();
    }
  }

  [[nodiscard]] bool done() const { return ended || failure; }
  [[nodiscard]] std::optional<int> status() const { return head_ ? std::optional(head_->status) : std::nullopt; }
  [[nodiscard]] std::optional<ErrorCode> code() const { return failure ? std::optional(failure->code) : std::nullopt; }
  [[nodiscard]] std::string header(const std::string& name) const {
    return head_ ? std::string(head_->headers.find(name).value_or("")) : "";
  }
  [[nodiscard]] const std::optional<loop::OpenFile>& openedFile() const { return file_; }

  http::Request request;
  std::vector<int> informationals;
  std::string text;
  std::size_t largest = 0;
  upstreams::FileRange fileRange;
  upstreams::ServedBy served;
  std::optional<Error> failure;
  bool ended = false;
  /// The client's socket takes all that comes.
  bool tellsWritten = true;
  int requestPauses = 0;
  int requestResumes = 0;
  std::unique_ptr<upstreams::Call> call;
  std::function<void()> onBody;
  std::function<void()> onDone;

 private:
  void finish() {
    // An exchange may let go of the Call here.
    call.reset();
    if (onDone) {
      onDone();
    }
  }

  std::optional<http::ResponseHead> head_;
  std::optional<loop::OpenFile> file_;
};

}  // namespace bridge::testing
