// The Laravel kind before the real PHP handler and the demo application; skipped where that is not prepared.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/upstreams/laravel_fixture.h"

namespace bridge::upstreams {
namespace {

using ::testing::HasSubstr;

class LaravelAppTest : public testing::LaravelFixture {
 protected:
  void SetUp() override {
    settings_.laravelPath = TESTS_DIR "/app";
    if (!std::filesystem::exists(settings_.laravelPath + "/.env")) {
      GTEST_SKIP() << "tests/app is not prepared";
    }
  }
};

TEST_F(LaravelAppTest, Answers) {
  startAndWait();
  auto& ping = get("/api/ping");
  EXPECT_EQ(ping.status(), 200);
  EXPECT_THAT(ping.text, HasSubstr("pong"));
  auto& page = get("/");
  EXPECT_EQ(page.status(), 200);
  EXPECT_THAT(page.header("Content-Type"), HasSubstr("text/html"));
}

TEST_F(LaravelAppTest, ReadsBodiesInMemoryInFilesAndInForms) {
  startAndWait();
  const http::Headers text = {{"Content-Type", "text/plain"}};
  auto& small = finish(ask(request("POST", "/api/inspect", text), "hello"));
  EXPECT_THAT(small.text, HasSubstr("aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"));
  auto& large = finish(ask(request("POST", "/api/inspect", text), std::string(1'000'000, 'x')));
  EXPECT_THAT(large.text, HasSubstr("\"length\":1000000"));
  const std::string form =
      "--B\r\nContent-Disposition: form-data; name=\"a[b]\"\r\n\r\nvalue\r\n"
      "--B\r\nContent-Disposition: form-data; name=\"f[]\"; filename=\"t.txt\"\r\n\r\nhello\r\n--B--\r\n";
  auto& parts =
      finish(ask(request("POST", "/api/inspect", {{"Content-Type", "multipart/form-data; boundary=B"}}), form));
  EXPECT_THAT(parts.text, HasSubstr("\"a\":{\"b\":\"value\"}"));
  EXPECT_THAT(parts.text, HasSubstr("t.txt"));
  EXPECT_THAT(parts.text, HasSubstr("aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"));
  EXPECT_TRUE(run([this] { return spooledFiles() == 0; }));
}

TEST_F(LaravelAppTest, SendsFilesFromHere) {
  startAndWait();
  auto& answer = get("/download");
  EXPECT_EQ(answer.status(), 200);
  ASSERT_TRUE(answer.openedFile());
  EXPECT_GT(answer.fileRange.length, 0U);
}

TEST_F(LaravelAppTest, HealsFromKilledWorkersAndHandlers) {
  startAndWait();
  const pid_t handler = laravel_->inspect().handlerPid;
  ::kill(laravel_->inspect().pool.workers.at(0).pid, SIGKILL);
  EXPECT_EQ(get("/api/ping").status(), 200);
  EXPECT_EQ(laravel_->inspect().handlerPid, handler);
  ::kill(handler, SIGKILL);
  ASSERT_TRUE(run([this] { return !laravel_->ready(); }));
  EXPECT_EQ(get("/api/ping").status(), 200);
  EXPECT_EQ(laravel_->inspect().generation, 2U);
}

TEST_F(LaravelAppTest, Reloads) {
  startAndWait();
  std::optional<Result<void>> reloaded;
  laravel_->reload([&reloaded](Result<void> result) { reloaded.emplace(std::move(result)); });
  ASSERT_TRUE(run([&reloaded] { return reloaded.has_value(); }));
  EXPECT_TRUE(reloaded->ok()) << reloaded->error().message();
  EXPECT_EQ(get("/api/ping").status(), 200);
  EXPECT_TRUE(run([this] { return laravel_->inspect().endingGenerations == 0; }));
}

}  // namespace
}  // namespace bridge::upstreams
