#include "upstreams/admin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <vector>

#include "runtime/loop/loop_fixture.h"
#include "runtime/ops/sample_status.h"
#include "runtime/upstreams/recorded_answer.h"

namespace bridge::upstreams {
namespace {

using bridge::testing::LoopTest;
using bridge::testing::RecordedAnswer;
using ::testing::HasSubstr;
using ::testing::StartsWith;

http::Request request(const std::string& method, const std::string& path, http::Headers headers = {}) {
  http::Request request;
  request.head.method = method;
  request.head.path = path.substr(0, path.find('?'));
  request.head.query = path.find('?') == std::string::npos ? "" : path.substr(path.find('?') + 1);
  request.head.host = "127.0.0.1:9000";
  request.head.headers = std::move(headers);
  return request;
}

class AdminTest : public LoopTest {
 protected:
  std::unique_ptr<RecordedAnswer> ask(http::Request asked, Admin::Reach reach = Admin::Reach::all,
                                      AdminAccess access = {}) {
    admin_.emplace(loop_, desk_, reach, std::move(access));
    auto answer = std::make_unique<RecordedAnswer>();
    answer->ask(*admin_, std::move(asked));
    return answer;
  }
  std::unique_ptr<RecordedAnswer> done(http::Request asked, Admin::Reach reach = Admin::Reach::all,
                                       AdminAccess access = {}) {
    auto answer = ask(std::move(asked), reach, std::move(access));
    EXPECT_TRUE(runUntil([&] { return answer->done(); }));
    return answer;
  }

  inspect::Status status_ = ops::sampleStatus();
  int stops_ = 0;
  std::vector<OnReloaded> reloads_;
  AdminDesk desk_{.status = [this](bool) { return status_; },
                  .reload = [this](OnReloaded done) { reloads_.push_back(std::move(done)); },
                  .stop = [this] { ++stops_; }};
  std::optional<Admin> admin_;
};

TEST_F(AdminTest, AnswersEveryPage) {
  struct Case {
    std::string path;
    int status;
    std::string type;
    std::string part;
  };
  const Case cases[] = {{"/-/live", 200, "application/json", "\"ok\""},
                        {"/-/ready", 200, "application/json", "\"ok\""},
                        {"/-/startup", 200, "application/json", "\"ok\""},
                        {"/-/status", 200, "application/json", "\"GET /slow/<b>\""},
                        {"/-/metrics", 200, "text/plain; version=0.0.4; charset=utf-8", "bridge_queue_length 2\n"},
                        {"/", 302, "application/json", ""}};
  for (const auto& one : cases) {
    const auto answer = done(request("GET", one.path));
    EXPECT_EQ(answer->status(), one.status) << one.path;
    EXPECT_EQ(answer->header("Content-Type"), one.type) << one.path;
    EXPECT_EQ(answer->header("Cache-Control"), "no-store") << one.path;
    EXPECT_THAT(answer->text, HasSubstr(one.part)) << one.path;
  }
}

TEST_F(AdminTest, ShowsAPageToABrowser) {
  const auto page = done(request("GET", "/-/status", {{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}}));
  EXPECT_EQ(page->header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_THAT(page->header("Content-Security-Policy"), HasSubstr("default-src 'none'"));
  EXPECT_THAT(page->text, StartsWith("<!doctype html>"));
  EXPECT_EQ(done(request("GET", "/-/status", {{"Accept", "*/*"}}))->header("Content-Type"), "application/json");
}

TEST_F(AdminTest, SaysWhyItIsNotReady) {
  status_.server.stopping = true;
  const auto answer = done(request("GET", "/-/ready"));
  EXPECT_EQ(answer->status(), 503);
  EXPECT_THAT(answer->text, HasSubstr("the server is stopping"));
  EXPECT_EQ(done(request("GET", "/-/live"))->status(), 200);
}

TEST_F(AdminTest, OnTheMainPortKnowsProbesOnly) {
  for (const auto* path : {"/-/live", "/-/ready", "/-/startup"}) {
    EXPECT_EQ(done(request("GET", path), Admin::Reach::probes)->status(), 200) << path;
  }
  for (const auto* path : {"/-/status", "/-/metrics", "/-/reload", "/-/stop", "/", "/-/"}) {
    EXPECT_EQ(done(request("GET", path), Admin::Reach::probes)->code(), ErrorCode::NotFound) << path;
    EXPECT_EQ(done(request("POST", path), Admin::Reach::probes)->code(), ErrorCode::NotFound) << path;
  }
  EXPECT_EQ(stops_, 0);
}

TEST_F(AdminTest, TakesTheRightMethodOnly) {
  for (const auto* path : {"/-/reload", "/-/stop"}) {
    const auto answer = done(request("GET", path));
    EXPECT_EQ(answer->status(), 405);
    EXPECT_EQ(answer->header("Allow"), "POST");
  }
  EXPECT_EQ(done(request("POST", "/-/status"))->header("Allow"), "GET, HEAD");
  EXPECT_EQ(done(request("GET", "/-/status/x"))->code(), ErrorCode::NotFound);
  EXPECT_EQ(stops_, 0);
  EXPECT_TRUE(reloads_.empty());
}

TEST_F(AdminTest, BeginsAReload) {
  const auto answer = done(request("POST", "/-/reload"));
  EXPECT_EQ(answer->status(), 202);
  ASSERT_EQ(reloads_.size(), 1U);
  reloads_[0](Error{ErrorCode::Internal, "too late to tell"});
}

TEST_F(AdminTest, WaitsForAReloadWhereAsked) {
  const auto answer = ask(request("POST", "/-/reload?wait=1"));
  ASSERT_TRUE(runUntil([&] { return !reloads_.empty(); }));
  runFor(Millis(5));
  EXPECT_FALSE(answer->done());
  reloads_[0](Reloaded{.generation = 7, .notMade = {"SOCKET_PATH has changed"}});
  ASSERT_TRUE(runUntil([&] { return answer->done(); }));
  EXPECT_EQ(answer->status(), 200);
  EXPECT_EQ(answer->text, "{\"done\":true,\"generation\":7,\"not_made\":[\"SOCKET_PATH has changed\"]}\n");
}

TEST_F(AdminTest, TellsWhyAReloadFailed) {
  const auto answer = ask(request("POST", "/-/reload?wait=1"));
  ASSERT_TRUE(runUntil([&] { return !reloads_.empty(); }));
  reloads_[0](Error{ErrorCode::Internal, "class \"X\" \xff is missing"});
  ASSERT_TRUE(runUntil([&] { return answer->done(); }));
  EXPECT_EQ(answer->status(), 500);
  EXPECT_THAT(answer->text, HasSubstr(R"("reason":"class \"X\" \\xFF is missing")"));
}

TEST_F(AdminTest, BearsAnOperatorWhoLeavesWhileWaiting) {
  const auto answer = ask(request("POST", "/-/reload?wait=1"));
  ASSERT_TRUE(runUntil([&] { return !reloads_.empty(); }));
  answer->call.reset();
  reloads_[0](Reloaded{.generation = 1, .notMade = {}});
  runFor(Millis(5));
  EXPECT_FALSE(answer->done());
}

TEST_F(AdminTest, StopsTheServerAfterItsAnswer) {
  const auto answer = done(request("POST", "/-/stop"));
  EXPECT_EQ(answer->status(), 202);
  EXPECT_THAT(answer->text, HasSubstr("\"pid\":" + std::to_string(::getpid())));
  EXPECT_TRUE(runUntil([&] { return stops_ == 1; }));
}

TEST_F(AdminTest, AsksForTheTokenOverTcp) {
  const AdminAccess access{.overTcp = true, .token = "s3cret:x"};
  struct Case {
    std::string authorization;
    int status;
  };
  const Case cases[] = {{"", 401},
                        {"Bearer s3cret:x", 200},
                        {"bearer  s3cret:x", 200},
                        {"Bearer s3cret:y", 401},
                        {"Bearer s3cret:", 401},
                        {"Bearer", 401},
                        {"Basic b3BzOnMzY3JldDp4", 200},  // ops:s3cret:x
                        {"Basic b3BzOndyb25nOng=", 401},  // ops:wrong:x
                        {"Basic ####", 401},
                        {"Digest s3cret:x", 401}};
  for (const auto& one : cases) {
    auto asked = request("GET", "/-/live");
    if (!one.authorization.empty()) {
      asked.head.headers.add("Authorization", one.authorization);
    }
    const auto answer = done(std::move(asked), Admin::Reach::all, access);
    EXPECT_EQ(answer->status(), one.status) << one.authorization;
    EXPECT_EQ(answer->header("WWW-Authenticate").empty(), one.status != 401);
  }
}

TEST_F(AdminTest, KeepsWebPagesOut) {
  struct Case {
    std::string method;
    std::string path;
    std::string host;
    http::Headers headers;
    int status;
  };
  const Case cases[] = {
      {"GET", "/-/status", "localhost:9000", {}, 200},
      {"GET", "/-/status", "[::1]:9000", {}, 200},
      {"GET", "/-/status", "", {}, 200},
      {"GET", "/-/status", "evil.example:9000", {}, 421},
      {"POST", "/-/stop", "evil.example", {}, 421},
      {"POST", "/-/stop", "127.0.0.1", {{"Origin", "http://evil.example"}}, 403},
      {"POST", "/-/stop", "127.0.0.1", {{"Sec-Fetch-Site", "cross-site"}}, 403},
      {"POST", "/-/stop", "127.0.0.1", {}, 202},
  };
  for (const auto& one : cases) {
    auto asked = request(one.method, one.path, one.headers);
    asked.head.host = one.host;
    const auto answer = done(std::move(asked), Admin::Reach::all, {.overTcp = true, .token = ""});
    EXPECT_EQ(answer->status(), one.status) << one.method << one.host;
  }
  EXPECT_TRUE(runUntil([&] { return stops_ == 1; }));
}

TEST(SameSecret, ComparesWhole) {
  EXPECT_TRUE(sameSecret("abc", "abc"));
  EXPECT_TRUE(sameSecret("", ""));
  for (const auto* other : {"", "ab", "abcd", "abd", "Abc"}) {
    EXPECT_FALSE(sameSecret(other, "abc")) << other;
  }
}

}  // namespace
}  // namespace bridge::upstreams
