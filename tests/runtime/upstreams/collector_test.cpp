#include "upstreams/collector.h"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <filesystem>
#include <optional>

#include "loop/loop.h"
#include "support/temp_dir.h"
#include "upstreams/body_collector.h"
#include "upstreams/form_collector.h"

namespace bridge::upstreams {
namespace {

class CollectorTest : public ::testing::Test {
 protected:
  void SetUp() override { spool_ = std::move(Spool::open(dir_.path(), 16U << 20U)).value(); }
  void TearDown() override {
    collector_.reset();
    done_.reset();
    loop_.run();
    EXPECT_EQ(spool_->reserved(), 0U);
    EXPECT_EQ(spooledFiles(), 0);
    EXPECT_TRUE(loop_.close());
  }

  CollectorContext context(std::uint64_t memoryLimit = 64) { return {loop_, *spool_, memoryLimit}; }
  CollectorEvents events() {
    return {.onPause = [this] { ++pauses_; },
            .onResume = [this] { ++resumes_; },
            .onDone =
                [this](Result<CollectedBody> result) {
                  done_.emplace(std::move(result));
                  collector_.reset();
                }};
  }
  void collect(std::unique_ptr<Collector> collector, const std::string& body, std::size_t step) {
    collector_ = std::move(collector);
    for (std::size_t at = 0; at < body.size() && collector_; at += step) {
      collector_->add(Bytes::copyOf(std::string_view(body).substr(at, step)));
    }
    if (collector_) {
      collector_->end();
    }
    loop_.run();
  }
  void collectBody(const std::string& body, std::size_t step, std::optional<std::uint64_t> expected) {
    collect(std::make_unique<BodyCollector>(context(), expected, events()), body, step);
  }
  void collectForm(const std::string& body, std::size_t step = 1000,
                   const std::string& type = "multipart/form-data; boundary=XX") {
    collect(std::make_unique<FormCollector>(context(), type, body.size(), events()), body, step);
  }
  [[nodiscard]] long spooledFiles() const {
    return std::distance(std::filesystem::directory_iterator(spool_->folder()), {}) - 1;
  }
  CollectedBody& body() { return done_->value(); }

  testing::TempDir dir_;
  loop::Loop loop_;
  std::unique_ptr<Spool> spool_;
  std::unique_ptr<Collector> collector_;
  std::optional<Result<CollectedBody>> done_;
  int pauses_ = 0;
  int resumes_ = 0;
};

const char* const kForm =
    "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n"
    "--XX\r\nContent-Disposition: form-data; name=\"f[]\"; filename=\"x.txt\"\r\nContent-Type: text/plain\r\n\r\n"
    "file \r\n content\r\n"
    "--XX\r\nContent-Disposition: form-data; name=\"f[]\"; filename=\"\"\r\n\r\n\r\n"
    "--XX\r\nContent-Disposition: form-data; name=\"e\"; filename=\"empty\"\r\n\r\n\r\n"
    "--XX\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\ntwo\r\n"
    "--XX--\r\n";

TEST_F(CollectorTest, ASmallBodyStaysInMemory) {
  collectBody("hello", 2, std::nullopt);
  ASSERT_TRUE(done_ && done_->ok());
  EXPECT_EQ(body().memory, "hello");
  EXPECT_EQ(body().length, 5U);
  EXPECT_EQ(body().spooled, nullptr);
}

TEST_F(CollectorTest, NoBodyIsAnEmptyOne) {
  collectBody("", 1, std::nullopt);
  ASSERT_TRUE(done_ && done_->ok());
  EXPECT_EQ(body().length, 0U);
}

TEST_F(CollectorTest, ALargeBodyIsSpooled) {
  const std::string large(100'000, 'y');
  for (const auto expected : {std::optional<std::uint64_t>(), std::optional<std::uint64_t>(large.size())}) {
    collectBody(large, 60, expected);
    ASSERT_TRUE(done_ && done_->ok());
    EXPECT_EQ(body().memory, "");
    EXPECT_EQ(body().length, large.size());
    ASSERT_NE(body().spooled, nullptr);
    EXPECT_EQ(testing::readAll(body().spooled->path()), large);
  }
}

TEST_F(CollectorTest, ABodyThatCannotFitIsRefusedWithItsFirstByte) {
  collectBody("x", 1, 17U << 20U);
  ASSERT_TRUE(done_ && !done_->ok());
  EXPECT_EQ(done_->error().code, ErrorCode::SpoolFull);
}

TEST_F(CollectorTest, AChunkedBodyThatDoesNotFitIsRefusedWhenItIsSeen) {
  collectBody(std::string(17U << 20U, 'x'), 1U << 20U, std::nullopt);
  ASSERT_TRUE(done_ && !done_->ok());
  EXPECT_EQ(done_->error().code, ErrorCode::SpoolFull);
}

TEST_F(CollectorTest, AClientFasterThanTheDiskIsPausedAndResumed) {
  collectBody(std::string(8U << 20U, 'x'), 64U << 10U, std::nullopt);
  ASSERT_TRUE(done_ && done_->ok());
  EXPECT_EQ(pauses_, 1);
  EXPECT_EQ(resumes_, 1);
}

TEST_F(CollectorTest, AFormIsTakenApart) {
  for (const std::size_t step : {1U, 7U, 1000U}) {
    collectForm(kForm, step);
    ASSERT_TRUE(done_ && done_->ok());
    EXPECT_EQ(body().memory, "onetwo");
    EXPECT_EQ(body().length, std::string(kForm).size());
    const auto& form = body().form.value();
    ASSERT_EQ(form.fields.size(), 2U);
    EXPECT_EQ(form.fields[0].name, "a");
    EXPECT_EQ(form.fields[0].bytes, 3U);
    EXPECT_EQ(form.fields[1].name, "b");
    ASSERT_EQ(form.files.size(), 3U);
    EXPECT_EQ(form.files[0].field, "f[]");
    EXPECT_EQ(form.files[0].name, "x.txt");
    EXPECT_EQ(form.files[0].type, "text/plain");
    EXPECT_EQ(form.files[0].size, 15U);
    EXPECT_EQ(form.files[0].error, 0);
    EXPECT_EQ(testing::readAll(form.files[0].path), "file \r\n content");
    EXPECT_EQ(form.files[1].error, 4);
    EXPECT_EQ(form.files[1].path, "");
    EXPECT_EQ(form.files[2].error, 0);
    EXPECT_TRUE(std::filesystem::exists(form.files[2].path));
  }
}

TEST_F(CollectorTest, ATruncatedUploadIsPartial) {
  collectForm(std::string(kForm).substr(0, 170));
  ASSERT_TRUE(done_ && done_->ok());
  const auto& form = body().form.value();
  EXPECT_EQ(body().memory, "one");
  ASSERT_EQ(form.files.size(), 1U);
  EXPECT_EQ(form.files[0].error, 3);
  EXPECT_EQ(form.files[0].path, "");
  loop_.run();
  EXPECT_EQ(spooledFiles(), 0);
}

TEST_F(CollectorTest, WhatComesBehindTheDamageIsIgnored) {
  collectForm("--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n--XXgarbage\r\n" + std::string(kForm));
  ASSERT_TRUE(done_ && done_->ok());
  EXPECT_EQ(body().memory.substr(0, 3), "one");
  EXPECT_LE(body().form->files.size(), 3U);
}

TEST_F(CollectorTest, AMissingBoundaryGivesAnEmptyForm) {
  collectForm(kForm, 1000, "multipart/form-data");
  ASSERT_TRUE(done_ && done_->ok());
  EXPECT_TRUE(body().form->fields.empty());
  EXPECT_TRUE(body().form->files.empty());
  EXPECT_EQ(body().length, std::string(kForm).size());
}

TEST_F(CollectorTest, TooManyBytesInFieldsAreRefused) {
  collectForm("--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n" +
                  std::string(FormCollector::kMaxFieldBytes + 1, 'x') + "\r\n--XX--\r\n",
              1U << 16U);
  ASSERT_TRUE(done_ && !done_->ok());
  EXPECT_EQ(done_->error().code, ErrorCode::PayloadTooLarge);
}

TEST_F(CollectorTest, ALargeUploadPausesTheClient) {
  collectForm("--XX\r\nContent-Disposition: form-data; name=\"a\"; filename=\"a\"\r\n\r\n" +
                  std::string(8U << 20U, 'x') + "\r\n--XX--\r\n",
              1U << 16U);
  ASSERT_TRUE(done_ && done_->ok());
  EXPECT_EQ(pauses_, 1);
  EXPECT_EQ(resumes_, 1);
  EXPECT_EQ(std::filesystem::file_size(body().form->files[0].path), 8U << 20U);
}

TEST_F(CollectorTest, AnUploadThatDoesNotFitIsRefused) {
  auto claimed = spool_->reserve(15U << 20U);
  collectForm("--XX\r\nContent-Disposition: form-data; name=\"a\"; filename=\"a\"\r\n\r\n" +
                  std::string(2U << 20U, 'x') + "\r\n--XX--\r\n",
              1U << 16U);
  spool_->release(15U << 20U);
  ASSERT_TRUE(done_ && !done_->ok());
  EXPECT_EQ(done_->error().code, ErrorCode::SpoolFull);
}

TEST_F(CollectorTest, AFullDiskIsSaidAndLeavesNothing) {
  const testing::TempDir disk;
  if (::mount("tmpfs", disk.path().c_str(), "tmpfs", 0, "size=1m") != 0) {
    GTEST_SKIP() << "no file system can be mounted here";
  }
  const std::unique_ptr<const char, void (*)(const char*)> mounted(
      disk.path().c_str(), [](const char* path) { ::umount2(path, MNT_DETACH); });
  auto small = std::move(Spool::open(disk.path(), 16U << 20U)).value();
  collect(std::make_unique<BodyCollector>(CollectorContext{loop_, *small, 64}, std::nullopt, events()),
          std::string(4U << 20U, 'x'), 1U << 16U);
  ASSERT_TRUE(done_ && !done_->ok());
  EXPECT_EQ(done_->error().code, ErrorCode::DiskFull);
  collector_.reset();
  loop_.run();
  EXPECT_EQ(small->reserved(), 0U);
  small.reset();
  EXPECT_EQ(disk.entries(), 0U);
}

TEST_F(CollectorTest, MayBeGivenUpAtAnyTime) {
  for (std::size_t length = 0; length < std::string(kForm).size(); length += 9) {
    collector_ = std::make_unique<FormCollector>(context(), "multipart/form-data; boundary=XX", std::nullopt, events());
    collector_->add(Bytes::copyOf(std::string_view(kForm).substr(0, length)));
    collector_.reset();
  }
}

}  // namespace
}  // namespace bridge::upstreams
