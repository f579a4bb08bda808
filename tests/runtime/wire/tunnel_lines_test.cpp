#include "wire/tunnel_lines.h"

#include <gtest/gtest.h>

namespace bridge::wire {
namespace {

TunnelJob task(std::string value) { return {.name = "app.a", .value = std::move(value)}; }

TunnelFault faultOf(std::string_view error) {
  const auto message = parseMessage(R"({"id":1,"ok":false,"error":)" + std::string(error) + "}");
  EXPECT_TRUE(message && !message->reply.ok) << error;
  return message ? message->reply.fault : TunnelFault{};
}

TEST(TunnelLinesTest, AJobIsOneLine) {
  EXPECT_EQ(jobLine(1, task(R"({"a":5, "b":1.0})")),
            "{\"type\":\"task\",\"id\":1,\"taskId\":\"app.a\",\"input\":{\"a\":5, \"b\":1.0}}\n");
  EXPECT_EQ(jobLine(2, task("{\n}")), "{\"type\":\"task\",\"id\":2,\"taskId\":\"app.a\",\"input\":{ }}\n");
  EXPECT_EQ(jobLine(3, task("")), "{\"type\":\"task\",\"id\":3,\"taskId\":\"app.a\"}\n") << "undefined";
  EXPECT_EQ(jobLine(4, {.type = TunnelJob::Type::event,
                        .name = "e\n",
                        .value = "1",
                        .returnPayload = true,
                        .context = R"({"path":"/"})"}),
            "{\"type\":\"event\",\"id\":4,\"eventId\":\"e\\n\",\"payload\":1,\"returnPayload\":true,"
            "\"context\":{\"path\":\"/\"}}\n");
  EXPECT_EQ(cancelLine(5), "{\"type\":\"cancel\",\"id\":5}\n");
  EXPECT_EQ(shutdownLine(6), "{\"type\":\"shutdown\",\"id\":6}\n");
}

TEST(TunnelLinesTest, AReplyKeepsTheTextOfItsResult) {
  const auto message = parseMessage(R"({"result":{"z":1.0,"a":12345678901234567890},"ok":true,"id":7})");
  ASSERT_TRUE(message);
  EXPECT_EQ(message->id, 7U);
  EXPECT_EQ(message->kind, TunnelMessage::Kind::reply);
  EXPECT_TRUE(message->reply.ok);
  EXPECT_EQ(message->reply.result, R"({"z":1.0,"a":12345678901234567890})");
  EXPECT_EQ(parseMessage(R"({"id":1,"ok":true})")->reply.result, "");
}

TEST(TunnelLinesTest, OtherLinesAreNoReplies) {
  for (const auto* line :
       {"", "hello", "{\"id\":1}", "{\"ok\":true}", "{\"id\":\"1\",\"ok\":true}", "{\"id\":1,\"ok\":1}", "[1]",
        "{\"id\":1,\"ok\":true", "{\"id\":-1,\"ok\":true}", R"({"id":1,"stream":1})",
        R"({"id":1,"stream":{"status":99}})", R"({"id":1,"end":1})", R"({"id":1,"pause":false})"}) {
    EXPECT_FALSE(parseMessage(line)) << line;
  }
}

TEST(TunnelLinesTest, AStreamIsAHeadChunksAndAnEnd) {
  using Kind = TunnelMessage::Kind;
  auto message =
      parseMessage(R"({"id":1,"stream":{"status":206,"contentType":"text/plain","headers":{"x-a":"b","x-n":1}}})");
  ASSERT_TRUE(message && message->kind == Kind::stream);
  EXPECT_EQ(message->head.status, 206);
  EXPECT_EQ(message->head.contentType, "text/plain");
  const std::vector<std::pair<std::string, std::string>> fields{{"x-a", "b"}, {"x-n", "1"}};
  EXPECT_EQ(message->head.headers, fields);
  message = parseMessage(R"({"id":1,"stream":{}})");
  ASSERT_TRUE(message && message->kind == Kind::stream);
  EXPECT_EQ(message->head.status, 200);
  EXPECT_EQ(message->head.contentType, "application/octet-stream");
  message = parseMessage(R"({"id":1,"chunk":"AP8="})");
  ASSERT_TRUE(message && message->kind == Kind::chunk);
  EXPECT_EQ(message->bytes, std::string("\0\xFF", 2));
  EXPECT_EQ(parseMessage(R"({"id":1,"end":true})")->kind, Kind::end);
  EXPECT_EQ(parseMessage(R"({"id":1,"pause":true})")->kind, Kind::pause);
  EXPECT_EQ(parseMessage(R"({"id":1,"resume":true})")->kind, Kind::resume);
}

TEST(TunnelLinesTest, AChunkThatIsNoneBreaksItsStreamOff) {
  for (const auto* line : {R"({"id":1,"chunk":"?"})", R"({"id":1,"chunk":1})", R"({"id":1,"chunk":"AP8"})"}) {
    const auto message = parseMessage(line);
    ASSERT_TRUE(message) << line;
    EXPECT_EQ(message->kind, TunnelMessage::Kind::reply) << line;
    EXPECT_FALSE(message->reply.ok) << line;
  }
}

TEST(TunnelLinesTest, WhatBelongsToAJobStandsBesideItsValue) {
  auto job = task("1");
  job.body = R"({"stream":true})";
  job.files = "{}";
  job.contexts = R"({"a":"1"})";
  job.context = R"({"path":"/"})";
  EXPECT_EQ(jobLine(1, job),
            "{\"type\":\"task\",\"id\":1,\"taskId\":\"app.a\",\"input\":1,\"body\":{\"stream\":true},\"files\":{},"
            "\"contexts\":{\"a\":\"1\"},\"context\":{\"path\":\"/\"}}\n");
  EXPECT_EQ(jobLine(2, {.type = TunnelJob::Type::auth, .context = "{}"}),
            "{\"type\":\"auth\",\"id\":2,\"context\":{}}\n");
  EXPECT_EQ(chunkLine(3, "foo"), "{\"type\":\"chunk\",\"id\":3,\"data\":\"Zm9v\"}\n");
  EXPECT_EQ(endLine(3), "{\"type\":\"end\",\"id\":3}\n");
  EXPECT_EQ(pauseLine(3), "{\"type\":\"pause\",\"id\":3}\n");
  EXPECT_EQ(resumeLine(3), "{\"type\":\"resume\",\"id\":3}\n");
}

TEST(TunnelLinesTest, AFaultTakesItsStatusFromANumberOrFromNotFound) {
  EXPECT_EQ(faultOf(R"({"message":"m","code":404,"codeName":"NOT_FOUND"})").status, 404);
  EXPECT_EQ(faultOf(R"({"message":"m","code":404,"codeName":"NO_CAT"})").codeName, "NO_CAT");
  EXPECT_EQ(faultOf(R"({"message":"m","code":"NOT_FOUND"})").status, 404);
  EXPECT_EQ(faultOf(R"({"message":"m","code":"EXECUTION_ERROR"})").status, 0);
  EXPECT_EQ(faultOf(R"({"message":"m","code":"EXECUTION_ERROR"})").codeName, "EXECUTION_ERROR");
  EXPECT_EQ(faultOf(R"({"message":"m","code":200})").status, 0);
  const auto typed =
      faultOf(R"({"message":"m","code":"INTERNAL_ERROR","httpCode":409,"id":"app.limit","data":{"max":3}})");
  EXPECT_EQ(typed.status, 409);
  EXPECT_EQ(typed.id, "app.limit");
  EXPECT_EQ(typed.data, R"({"max":3})");
  EXPECT_EQ(faultOf("1").message, "");
}

}  // namespace
}  // namespace bridge::wire
