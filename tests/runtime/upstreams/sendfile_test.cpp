#include "upstreams/sendfile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <vector>

#include "loop/loop.h"
#include "runtime/upstreams/told_answer.h"
#include "support/temp_dir.h"

namespace bridge::upstreams {
namespace {

namespace fs = std::filesystem;
using bridge::testing::TempDir;
using bridge::testing::ToldAnswer;

/// An application that answers what it is told to when the request is complete.
struct FakeApplication final : Upstream {
  struct FakeCall final : Call {
    FakeCall(FakeApplication& of, Answer& to) : owner(of), answer(to) {}
    void body(Bytes) override {}
    void end() override { owner.respond(answer); }
    void pause() override { ++owner.pauses; }
    void resume() override {}
    FakeApplication& owner;
    Answer& answer;
  };

  [[nodiscard]] std::string_view kind() const override { return "fake"; }
  std::unique_ptr<Call> start(const http::Request& request, const Params&, Answer& answer) override {
    seen = request.head.headers;
    return std::make_unique<FakeCall>(*this, answer);
  }

  std::function<void(Answer&)> respond;
  http::Headers seen;
  int pauses = 0;
};

class SendfileTest : public ::testing::Test {
 protected:
  SendfileTest() {
    fs::create_directories(folder.file("private/in"));
    folder.write("private/in/report one.pdf", "0123456789");
    folder.write("secret.txt", "secret");
    fs::create_symlink(folder.file("secret.txt"), folder.file("private/leak"));
    fs::create_symlink(folder.file("private"), folder.file("current"));
  }
  ~SendfileTest() override { EXPECT_TRUE(loop.close()); }

  ToldAnswer ask(http::Headers answered, const http::Headers& asked = {}, int status = 200) {
    application.respond = [&](Answer& answer) {
      answer.head({.status = status, .reason = {}, .headers = std::move(answered)});
      answer.body(Bytes::copyOf("from the application"));
      answer.end();
    };
    return send(asked);
  }

  ToldAnswer send(const http::Headers& asked) {
    Sendfile sendfile(roots, application);
    ToldAnswer answer;
    http::Request request;
    request.head.method = "GET";
    request.head.headers = asked;
    const auto call = sendfile.start(request, {}, answer);
    call->end();
    return answer;
  }

  loop::Loop loop;
  TempDir folder;
  std::vector<std::string> roots{folder.file("missing"), folder.file("private")};
  FakeApplication application;
};

TEST_F(SendfileTest, SendsTheFileInPlaceOfTheBody) {
  const std::string path = folder.file("private/in/report one.pdf");
  const std::vector<http::HeaderField> fields = {
      {"X-Sendfile", path},
      {"x-sendfile", "in/report one.pdf"},
      {"X-Sendfile", "/in/report one.pdf"},
      {"X-Accel-Redirect", "/in/report%20one.pdf"},
      {"X-Accel-Redirect", "%2Fin%2Freport%20one.pdf?x=1"},
      {"X-Sendfile", folder.file("current/in/report one.pdf")},
  };
  for (const auto& field : fields) {
    const auto answer = ask({{"Content-Type", "application/pdf"},
                             {"Content-Length", "20"},
                             {"Content-Disposition", "attachment"},
                             {"Set-Cookie", "a=b"},
                             field});
    EXPECT_TRUE(answer.ended) << field.value;
    EXPECT_EQ(answer.status(), 200) << field.value;
    EXPECT_EQ(answer.content, "0123456789") << field.value;
    EXPECT_EQ(answer.header("Content-Length"), "10");
    EXPECT_EQ(answer.header("Content-Type"), "application/pdf");
    EXPECT_EQ(answer.header("Set-Cookie"), "a=b");
    EXPECT_NE(answer.header("ETag"), "");
    EXPECT_EQ(answer.header(field.name), "");
  }
}

TEST_F(SendfileTest, AnswersRangesAndConditions) {
  const http::HeaderField field{"X-Sendfile", "in/report one.pdf"};
  const auto part = ask({{"Content-Type", "application/pdf"}, field}, {{"Range", "bytes=2-4"}});
  EXPECT_EQ(part.status(), 206);
  EXPECT_EQ(part.content, "234");
  EXPECT_EQ(part.header("Content-Range"), "bytes 2-4/10");
  EXPECT_EQ(ask({{"ETag", "\"mine\""}, field}, {{"If-None-Match", "\"mine\""}}).status(), 304);
  EXPECT_EQ(ask({field}, {{"If-None-Match", "\"mine\""}}).status(), 200);
  const auto created = ask({field}, {{"Range", "bytes=2-4"}}, 201);
  EXPECT_EQ(created.status(), 201);
  EXPECT_EQ(created.content, "0123456789");
}

TEST_F(SendfileTest, AnswersWith404WhatItMayNotSend) {
  for (const auto& name : {folder.file("secret.txt"), std::string("/leak"), std::string("in/../../secret.txt"),
                           std::string("../secret.txt"), std::string("/etc/passwd"), std::string("in"),
                           std::string("/"), std::string("in/missing.pdf"), std::string()}) {
    for (const auto* field : {"X-Sendfile", "X-Accel-Redirect"}) {
      const auto answer = ask({{field, name}});
      EXPECT_FALSE(answer.answered) << name;
      ASSERT_TRUE(answer.failed) << name;
      EXPECT_EQ(answer.failed->code, ErrorCode::NotFound);
      EXPECT_EQ(answer.content, "");
    }
  }
}

TEST_F(SendfileTest, WithoutFoldersOnlyTakesTheFieldsAway) {
  roots.clear();
  for (const auto* field : {"X-Sendfile", "X-Accel-Redirect", "X-LIGHTTPD-send-file"}) {
    const auto answer = ask({{field, folder.file("private/in/report one.pdf")}, {"X-Other", "1"}});
    EXPECT_EQ(answer.content, "from the application");
    EXPECT_EQ(answer.header(field), "");
    EXPECT_EQ(answer.header("X-Other"), "1");
  }
}

TEST_F(SendfileTest, PassesEveryOtherAnswerOn) {
  const auto answer = ask({{"X-Other", "1"}}, {}, 418);
  EXPECT_EQ(answer.status(), 418);
  EXPECT_EQ(answer.content, "from the application");
  application.respond = [](Answer& to) {
    to.informational({.status = 103, .reason = {}, .headers = {}});
    to.servedBy({.pid = 7, .waited = {}, .worked = {}});
    to.fail({ErrorCode::WorkerDied, "x"});
  };
  const auto failed = send({});
  EXPECT_EQ(failed.failed->code, ErrorCode::WorkerDied);
  EXPECT_EQ(failed.informationals, 103);
  EXPECT_EQ(failed.pid, 7);
}

TEST_F(SendfileTest, TheFileIsCompleteEvenWhereTheApplicationFailsBehindItsHead) {
  application.respond = [](Answer& to) {
    to.head({.status = 200, .reason = {}, .headers = {{"X-Sendfile", "in/report one.pdf"}}});
    to.fail({ErrorCode::WorkerDied, "x"});
  };
  const auto answer = send({});
  EXPECT_TRUE(answer.ended);
  EXPECT_EQ(answer.content, "0123456789");
}

TEST_F(SendfileTest, AClientCannotChooseTheFile) {
  ask({}, {{"X-Sendfile-Type", "X-Accel-Redirect"}, {"x-accel-mapping", "/=/private/"}, {"Accept", "*/*"}});
  EXPECT_EQ(application.seen, (http::Headers{{"Accept", "*/*"}}));
}

TEST_F(SendfileTest, ASlowReaderDoesNotHoldUpTheApplication) {
  Sendfile sendfile(roots, application);
  ToldAnswer answer;
  http::Request request;
  application.respond = [](Answer& to) {
    to.head({.status = 200, .reason = {}, .headers = {{"X-Sendfile", "in/report one.pdf"}}});
  };
  const auto call = sendfile.start(request, {}, answer);
  call->pause();
  call->end();
  call->pause();
  EXPECT_EQ(application.pauses, 1);
}

}  // namespace
}  // namespace bridge::upstreams
