#include "upstreams/static_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "http/date.h"

namespace bridge::upstreams {
namespace {

namespace fs = std::filesystem;

/// Keeps what it is told.
struct RecordedAnswer final : Answer {
  void informational(http::ResponseHead) override {}
  void head(http::ResponseHead given) override { answered = std::move(given); }
  void body(Bytes) override {}
  void file(loop::OpenFile, FileRange given) override { span = given; }
  void end() override { ended = true; }
  void fail(Error error) override { failed = std::move(error); }
  void pauseRequest() override {}
  void resumeRequest() override {}
  void servedBy(const ServedBy&) override {}

  std::optional<http::ResponseHead> answered;
  std::optional<FileRange> span;
  std::optional<Error> failed;
  bool ended = false;
};

/// Stands for the application.
struct CountingUpstream final : Upstream {
  std::unique_ptr<Call> start(const http::Request&, const Params&, Answer&) override {
    ++requests;
    return nullptr;
  }
  int requests = 0;
};

class StaticFilesTest : public testing::Test {
 protected:
  StaticFilesTest() {
    root = fs::temp_directory_path() / ("static_files_test_" + std::to_string(::getpid()));
    fs::remove_all(root);
    fs::create_directories(root / "public/build");
    fs::create_directories(root / "public/.well-known");
    fs::create_directories(root / "storage/app/public");
    write("public/app.css", "body{}");
    write("public/index.php", "<?php secret();");
    write("public/.env", "SECRET=1");
    write("public/.well-known/security.txt", "Contact: x");
    write("storage/app/public/avatar.png", "png");
    write("outside.txt", "outside");
    fs::create_directory_symlink(root / "storage/app/public", root / "public/storage");
    fs::create_symlink(root / "outside.txt", root / "public/leak.txt");
    fs::create_symlink(root / "public/index.php", root / "public/source.txt");
    files.emplace(loop,
                  StaticFiles::Options{.publicFolder = root / "public", .linkedFolders = {root / "storage/app/public"}},
                  application);
  }
  ~StaticFilesTest() override {
    fs::remove_all(root);
    EXPECT_TRUE(loop.close());
  }

  void write(const std::string& name, const std::string& text) { std::ofstream(root / name) << text; }

  RecordedAnswer get(const std::string& path, http::Headers headers = {}, const std::string& method = "GET") {
    RecordedAnswer answer;
    http::Request request;
    request.head.method = method;
    request.head.path = path;
    request.head.headers = std::move(headers);
    request.receivedAt = 1'800'000'000;
    const auto call = files->start(request, {}, answer);
    EXPECT_FALSE(answer.answered) << "an upstream may not answer before start has returned";
    loop.run();
    return answer;
  }

  std::string headerOf(const RecordedAnswer& answer, std::string_view name) {
    return std::string(answer.answered->headers.find(name).value_or(""));
  }

  loop::Loop loop;
  fs::path root;
  CountingUpstream application;
  std::optional<StaticFiles> files;
};

TEST_F(StaticFilesTest, SendsARegularFileWithItsTypeAndValidators) {
  const auto answer = get("/app.css");
  ASSERT_TRUE(answer.answered && answer.span && answer.ended);
  EXPECT_EQ(answer.answered->status, 200);
  EXPECT_EQ(headerOf(answer, "Content-Type"), "text/css; charset=utf-8");
  EXPECT_EQ(headerOf(answer, "Content-Length"), "6");
  EXPECT_NE(headerOf(answer, "ETag"), "");
  EXPECT_NE(headerOf(answer, "Last-Modified"), "");
  EXPECT_EQ(application.requests, 0);
}

TEST_F(StaticFilesTest, FollowsTheStorageLink) { EXPECT_TRUE(get("/storage/avatar.png").span); }

TEST_F(StaticFilesTest, ServesWellKnownFiles) { EXPECT_TRUE(get("/.well-known/security.txt").span); }

TEST_F(StaticFilesTest, GivesEverythingElseToTheApplication) {
  const std::vector<std::string> paths = {"/",
                                          "/build",
                                          "/build/",
                                          "/missing.css",
                                          "/index.php",
                                          "/index.php/x",
                                          "/.env",
                                          "/build/../.env",
                                          "/leak.txt",
                                          "/source.txt",
                                          "/..%2foutside.txt",
                                          "/%2e%2e/outside.txt",
                                          "/app.css%00",
                                          "/app.css/",
                                          "/storage/../../outside.txt",
                                          "/%2eenv",
                                          "/app%ZZ.css"};
  for (const auto& path : paths) {
    const int before = application.requests;
    const auto answer = get(path);
    EXPECT_FALSE(answer.answered) << path;
    EXPECT_EQ(application.requests, before + 1) << path;
  }
}

TEST_F(StaticFilesTest, LeavesOtherMethodsToTheApplication) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS"}) {
    EXPECT_FALSE(get("/app.css", {}, method).answered) << method;
  }
  EXPECT_EQ(application.requests, 4);
}

TEST_F(StaticFilesTest, AnswersAConditionThatHoldsWith304) {
  const auto first = get("/app.css");
  const auto etag = headerOf(first, "ETag");
  const auto modified = headerOf(first, "Last-Modified");
  EXPECT_EQ(get("/app.css", {{"If-None-Match", "\"x\", " + etag}}).answered->status, 304);
  EXPECT_EQ(get("/app.css", {{"If-Modified-Since", modified}}).answered->status, 304);
  EXPECT_EQ(get("/app.css", {{"If-None-Match", "\"x\""}, {"If-Modified-Since", modified}}).answered->status, 200);
  EXPECT_EQ(get("/app.css", {{"If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"}}).answered->status, 200);
}

TEST_F(StaticFilesTest, SendsOneRange) {
  const auto answer = get("/app.css", {{"Range", "bytes=1-3"}});
  EXPECT_EQ(answer.answered->status, 206);
  EXPECT_EQ(headerOf(answer, "Content-Range"), "bytes 1-3/6");
  EXPECT_EQ(answer.span->offset, 1U);
  EXPECT_EQ(answer.span->length, 3U);
}

TEST_F(StaticFilesTest, AnswersARangeBehindTheEndWith416) {
  const auto answer = get("/app.css", {{"Range", "bytes=6-"}});
  EXPECT_EQ(answer.answered->status, 416);
  EXPECT_EQ(headerOf(answer, "Content-Range"), "bytes */6");
}

TEST_F(StaticFilesTest, IgnoresARangeWhoseConditionFails) {
  EXPECT_EQ(get("/app.css", {{"Range", "bytes=1-3"}, {"If-Range", "\"old\""}}).answered->status, 200);
  const auto etag = headerOf(get("/app.css"), "ETag");
  EXPECT_EQ(get("/app.css", {{"Range", "bytes=1-3"}, {"If-Range", etag}}).answered->status, 206);
}

}  // namespace
}  // namespace bridge::upstreams
