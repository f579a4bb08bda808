#include <gmock/gmock.h>

#include "runtime/upstreams/tunnel_fixture.h"
#include "upstreams/tunnel_call.h"

namespace bridge::upstreams {
namespace {

using bridge::testing::RecordedAnswer;
using ::testing::HasSubstr;

std::string part(const std::string& head, const std::string& body) {
  return "--XX\r\nContent-Disposition: form-data; " + head + "\r\n\r\n" + body + "\r\n";
}

std::string manifest(const std::string& json) { return part("name=\"__manifest\"", json); }

std::string file(const std::string& id, const std::string& body) {
  return part("name=\"file:" + id + "\"; filename=\"a.txt\"\r\nContent-Type: text/plain", body);
}

constexpr const char* kOne = R"({"input":{"f":{"$runnerFile":"File","id":"f1","meta":{"name":"n"}},"n":1.0}})";

/// Requests that are no JSON, and answers that are none.
class TunnelBodyTest : public testing::TunnelFixture {
 protected:
  TunnelBodyTest() { sendForms(); }
  void sendForms() { fields = {{"Content-Type", "multipart/form-data; boundary=XX"}}; }
  void sendBytes() { fields = {{"Content-Type", "application/octet-stream"}}; }
  std::string form(const std::string& parts) { return error("task/t", parts + "--XX--\r\n"); }
};

TEST_F(TunnelBodyTest, FilesAreSpooledForTheWorkerAndRemovedWithTheRequest) {
  EXPECT_EQ(ask("task/file", manifest(kOne) + file("f1", "hello") + "--XX--\r\n").text,
            R"({"ok":true,"result":"hello"})");
  EXPECT_TRUE(runUntil([this] { return spooledFiles() == 0; }));
  const auto told = form(file("f1", "abc") + manifest(kOne));
  EXPECT_THAT(told, HasSubstr(R"("meta":{"name":"n","type":"text/plain"},"path":")")) << "the part may come first";
  EXPECT_THAT(told, HasSubstr(R"(,"size":3},"n":1.0})"));
  EXPECT_THAT(told, HasSubstr(R"("files":{"f1":{"path":")"));
  EXPECT_THAT(told, HasSubstr(R"(,"size":3,"name":"n","type":"text/plain"}})")) << "the manifest's word for it";
}

TEST_F(TunnelBodyTest, APartWithTheNameOfAFileIsOneWithoutAFileNameToo) {
  const auto told = form(manifest(R"({"input":{"$runnerFile":"File","id":"f1"}})") + part("name=\"file:f1\"", "abc"));
  EXPECT_THAT(told, HasSubstr(R"(,"size":3,"name":"upload"}})"));
}

TEST_F(TunnelBodyTest, OtherPartsAreDropped) {
  EXPECT_THAT(form(part("name=\"x\"", "1") + file("f9", "unused") + part("name=\"y\"; filename=\"y\"", "2") +
                   manifest(R"({"input":[1]})")),
              HasSubstr(R"("taskId":"t","input":[1]}})"));
  EXPECT_THAT(form(manifest("{}")), HasSubstr(R"("taskId":"t"}})"));
}

TEST_F(TunnelBodyTest, ManifestsAndFilesThatAreMissingOrWrong) {
  const auto code = [this](const std::string& parts) {
    const auto told = form(parts);
    return told.substr(0, 4) + told.substr(told.find("\"message\""));
  };
  EXPECT_EQ(code(file("f1", "")), R"(400 "message":"Missing manifest","codeName":"MISSING_MANIFEST"}})");
  EXPECT_EQ(code(manifest("null")), R"(400 "message":"Missing manifest","codeName":"MISSING_MANIFEST"}})");
  EXPECT_EQ(code(manifest("{")), R"(400 "message":"Invalid manifest","codeName":"INVALID_MULTIPART"}})");
  EXPECT_EQ(code(manifest(kOne)), R"(500 "message":"Missing file part for id f1","codeName":"MISSING_FILE_PART"}})");
  EXPECT_THAT(error("task/t", manifest(kOne)), HasSubstr(R"(400,"message":"Invalid multipart payload")"))
      << "cut short";
  fields = {{"Content-Type", "multipart/form-data"}};
  EXPECT_EQ(code(manifest(kOne)), R"(400 "message":"Invalid multipart payload","codeName":"INVALID_MULTIPART"}})");
}

TEST_F(TunnelBodyTest, AMissingFileIsOurAffairInTheFormatOfTheRunner) {
  settings.tunnelErrorFormat = config::TunnelErrors::runner;
  EXPECT_THAT(form(manifest(kOne)),
              HasSubstr(R"(500 {"ok":false,"error":{"message":"Internal Error","code":"MISSING_FILE_PART")"));
}

TEST_F(TunnelBodyTest, EachLimitIsNamed) {
  settings.tunnelMaxFile = 4;
  EXPECT_THAT(form(file("f1", "12345") + manifest(kOne)), HasSubstr(R"(413,"message":"File size limit exceeded")"));
  EXPECT_THAT(form(manifest(kOne) + file("f1", "1234")), HasSubstr("200 "));
  settings.tunnelMaxFiles = 1;
  EXPECT_THAT(form(file("f1", "") + file("f2", "") + manifest(kOne)), HasSubstr(R"("Files limit exceeded")"));
  EXPECT_THAT(form(manifest(R"([{"$ejson":"File","id":"a"},{"$ejson":"File","id":"b"}])")), HasSubstr("200 "))
      << "no input";
  EXPECT_THAT(form(manifest(R"({"input":[{"$ejson":"File","id":"a"},{"$ejson":"File","id":"b"}]})")),
              HasSubstr(R"("Files limit exceeded")"));
  settings.tunnelMaxFields = 2;
  EXPECT_THAT(form(part("name=\"a\"", "") + part("name=\"b\"", "") + manifest("{}")),
              HasSubstr(R"("Fields limit exceeded")"));
  settings.tunnelMaxField = 5;
  EXPECT_THAT(form(part("name=\"a\"", "123456") + manifest("{}")), HasSubstr(R"("Field limit exceeded")"));
  std::string many;
  for (int count = 0; count < 1001; ++count) {
    many += "--XX\r\nX: y\r\n\r\n\r\n";
  }
  EXPECT_THAT(form(many), HasSubstr(R"("Parts limit exceeded")"));
  EXPECT_TRUE(runUntil([this] { return spooledFiles() == 0; }));
}

TEST_F(TunnelBodyTest, AFullSpoolIsToldInAnEnvelope) {
  settings.spoolMaxBytes = 3;
  EXPECT_THAT(form(file("f1", "1234") + manifest(kOne)), HasSubstr(R"(503 {"ok":false,"error":{"code":503,)"));
}

TEST_F(TunnelBodyTest, EventsAreAlwaysJson) {
  EXPECT_THAT(error("event/e", manifest("{}") + "--XX--\r\n"), HasSubstr(R"("codeName":"INVALID_JSON")"));
}

TEST_F(TunnelBodyTest, BytesAreAFileForTheWorker) {
  sendBytes();
  EXPECT_EQ(ask("task/file", "hello").text, R"({"ok":true,"result":"hello"})");
  EXPECT_TRUE(runUntil([this] { return spooledFiles() == 0; }));
  EXPECT_THAT(ask("task/t", std::string(100'000, 'x')).text, HasSubstr(R"("size":100000}}})"));
  EXPECT_EQ(ask("task/file", "").text, R"({"ok":true,"result":""})") << "an empty one can be read, too";
}

TEST_F(TunnelBodyTest, AClientThatLeavesTakesItsFilesAlong) {
  sendBytes();
  auto& slow = send("task/slow", "hello");
  EXPECT_TRUE(runUntil([this] { return figure("in_progress") == 1; }));
  EXPECT_EQ(spooledFiles(), 1);
  slow.call->halfClosed();
  EXPECT_TRUE(runUntil([this] { return spooledFiles() == 0; }));
}

TEST_F(TunnelBodyTest, BytesArePassedOnAsTheyComeWhereTheWorkerWantsThat) {
  sendBytes();
  settings.tunnelDuplex = true;
  begin();
  RecordedAnswer& answer = *answers.emplace_back(std::make_unique<RecordedAnswer>());
  answer.request.head.method = "POST";
  answer.request.head.path = "/__runner/task/collect";
  answer.request.head.headers = {{"X-Runner-Token", "secret"}, {"Content-Type", "application/octet-stream"}};
  answer.call = kind->start(answer.request, {}, answer);
  answer.call->body(Bytes::copyOf("foo"));
  EXPECT_EQ(answer.requestPauses, 1) << "no worker has it yet";
  EXPECT_TRUE(runUntil([&answer] { return answer.requestResumes == 1; }));
  answer.call->body(Bytes::copyOf("bar"));
  answer.call->end();
  EXPECT_TRUE(runUntil([&answer] { return answer.done(); }));
  EXPECT_EQ(answer.text, R"({"ok":true,"result":" Zm9v YmFy"})");
}

TEST_F(TunnelBodyTest, ABodyWaitsForAWorkerThatDoesNotReadIt) {
  sendBytes();
  settings.tunnelDuplex = true;
  settings.tunnelWorker = {"sh", "-c", "exec sleep 1000"};
  begin();
  RecordedAnswer& answer = *answers.emplace_back(std::make_unique<RecordedAnswer>());
  answer.request.head.method = "POST";
  answer.request.head.path = "/__runner/task/t";
  answer.request.head.headers = {{"X-Runner-Token", "secret"}, {"Content-Type", "application/octet-stream"}};
  answer.call = kind->start(answer.request, {}, answer);
  EXPECT_TRUE(runUntil([this] { return figure("in_progress") == 1; }));
  for (int piece = 0; piece < 20 && answer.requestPauses == 0; ++piece) {
    answer.call->body(Bytes(std::string(65536, 'x')));
  }
  EXPECT_EQ(answer.requestPauses, 1);
}

TEST_F(TunnelBodyTest, AnAnswerMayBeAStreamWhoseHeadHasNoSayInOurs) {
  auto& answer = ask("task/stream", manifest("{}") + "--XX--\r\n");
  EXPECT_EQ(answer.status(), 201);
  EXPECT_EQ(answer.text, "foobar");
  EXPECT_EQ(answer.header("Content-Type"), "text/plain");
  EXPECT_EQ(answer.header("x-a"), "b");
  EXPECT_EQ(answer.header("Set-Cookie"), "");
  EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
  EXPECT_GT(answer.served.pid, 0);
}

TEST_F(TunnelBodyTest, AStreamThatBreaksOffIsNotEnded) {
  fields = {};
  auto& answer = ask("task/break");
  EXPECT_EQ(answer.text, "foo");
  EXPECT_EQ(answer.code(), ErrorCode::WorkerDied);
}

TEST_F(TunnelBodyTest, AStreamThatFallsSilentIsCut) {
  fields = {};
  settings.streamIdleTimeout = Millis(50);
  EXPECT_EQ(ask("task/hang").code(), ErrorCode::StreamIdle);
  EXPECT_TRUE(runUntil([this] { return logged() == "cancelled\n"; })) << "the worker is told";
}

TEST_F(TunnelBodyTest, ASlowClientHoldsTheWorkerAndNotTheMemory) {
  fields = {};
  auto& answer = send("task/flood");
  std::size_t before = 0;
  answer.onBody = [&] {
    answer.call->pause();
    before = answer.text.size();
    answer.onBody = nullptr;
  };
  ASSERT_TRUE(runUntil([&before] { return before > 0; }));
  bool waited = false;
  loop::Timer timer(loop_);
  timer.start(Millis(100), [&waited] { waited = true; });
  EXPECT_TRUE(runUntil([&waited] { return waited; }));
  ASSERT_FALSE(answer.done());
  EXPECT_EQ(answer.text.size(), before) << "nothing comes while it is paused";
  EXPECT_THAT(logged(), ::testing::Not(HasSubstr("written"))) << "the worker waits";
  answer.call->resume();
  EXPECT_TRUE(runUntil([&answer] { return answer.done(); }));
  EXPECT_EQ(answer.text.size(), 64U * 65536 / 4 * 3);
  EXPECT_TRUE(runUntil([this] { return logged() == "written\npause\nresume\n"; }));
}

TEST_F(TunnelBodyTest, AWorkerThatDiesInAStreamCutsIt) {
  fields = {};
  auto& answer = send("task/hang");
  EXPECT_TRUE(runUntil([&answer] { return answer.status().has_value(); }));
  send("task/die");
  EXPECT_TRUE(runUntil([&answer] { return answer.done(); }));
  EXPECT_EQ(answer.code(), ErrorCode::WorkerDied);
}

}  // namespace
}  // namespace bridge::upstreams
