#include "wire/tunnel_lines.h"

#include <gtest/gtest.h>

namespace bridge::wire {
namespace {

TunnelJob task(std::string value) {
  return {
      .type = TunnelJob::Type::task, .name = "app.a", .value = std::move(value), .returnPayload = false, .context = {}};
}

TunnelFault faultOf(std::string_view error) {
  const auto reply = parseReply(R"({"id":1,"ok":false,"error":)" + std::string(error) + "}");
  EXPECT_TRUE(reply && !reply->ok) << error;
  return reply ? reply->fault : TunnelFault{};
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
  const auto reply = parseReply(R"({"result":{"z":1.0,"a":12345678901234567890},"ok":true,"id":7})");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->id, 7U);
  EXPECT_TRUE(reply->ok);
  EXPECT_EQ(reply->result, R"({"z":1.0,"a":12345678901234567890})");
  EXPECT_EQ(parseReply(R"({"id":1,"ok":true})")->result, "");
}

TEST(TunnelLinesTest, OtherLinesAreNoReplies) {
  for (const auto* line : {"", "hello", "{\"id\":1}", "{\"ok\":true}", "{\"id\":\"1\",\"ok\":true}",
                           "{\"id\":1,\"ok\":1}", "[1]", "{\"id\":1,\"ok\":true", "{\"id\":-1,\"ok\":true}"}) {
    EXPECT_FALSE(parseReply(line)) << line;
  }
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
