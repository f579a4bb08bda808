#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <utility>

#include "upstreams/upstream.h"

namespace bridge::testing {

/// An Answer that keeps the body, spans of files included, as a client would have it.
struct ToldAnswer final : upstreams::Answer {
  void informational(http::ResponseHead given) override { informationals += given.status; }
  void head(http::ResponseHead given) override {
    EXPECT_FALSE(answered) << "two heads";
    answered = std::move(given);
  }
  void body(Bytes data) override {
    EXPECT_TRUE(answered && !ended);
    content += data.view();
    ++texts;
  }
  void file(loop::OpenFile file, upstreams::FileRange span) override {
    EXPECT_TRUE(answered && !ended);
    std::string bytes(span.length, '\0');
    EXPECT_EQ(::pread(file.descriptor(), bytes.data(), bytes.size(), static_cast<off_t>(span.offset)),
              static_cast<ssize_t>(bytes.size()));
    content += bytes;
    ++spans;
  }
  void end() override {
    EXPECT_TRUE(answered && !ended && !failed);
    ended = true;
  }
  void fail(Error error) override {
    EXPECT_FALSE(ended || failed);
    failed = std::move(error);
  }
  void pauseRequest() override {}
  void resumeRequest() override {}
  void servedBy(const upstreams::ServedBy& by) override { pid = by.pid; }

  [[nodiscard]] int status() const { return answered ? answered->status : 0; }
  [[nodiscard]] std::string header(std::string_view name) const {
    return answered ? std::string(answered->headers.find(name).value_or("")) : "";
  }

  std::optional<http::ResponseHead> answered;
  std::string content;
  std::optional<Error> failed;
  bool ended = false;
  int texts = 0;
  int spans = 0;
  int informationals = 0;
  int pid = 0;
};

}  // namespace bridge::testing
