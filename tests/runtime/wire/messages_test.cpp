#include "wire/messages.h"

#include <gtest/gtest.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <string>
#include <variant>

#include "runtime/wire/golden.h"
#include "wire/decode.h"
#include "wire/encode.h"
#include "wire/frame.h"

namespace bridge::wire {
namespace {

Result<Bytes> encodeAny(const RequestMessage& message) { return encode(message.request, message.body); }
template <class Message>
Result<Bytes> encodeAny(const Message& message) {
  return encode(message);
}

/// The payload that our writer makes of what our reader took from `payload`.
template <class Message>
Result<std::string> rewrite(const Result<Message>& message) {
  if (!message) return message.error();
  auto frame = std::visit([](const auto& one) { return encodeAny(one); }, *message);
  if (!frame) return frame.error();
  return std::string(frame->view().substr(kFrameHeader));
}

Result<std::string> rewrite(const std::string& from, const std::string& payload) {
  if (from == "worker") return rewrite(decodeWorkerMessage(payload));
  if (from == "server") return rewrite(decodeServerMessage(payload));
  if (from == "handler") return rewrite(decodeHandlerMessage(payload));
  return rewrite(decodeRuntimeMessage(payload));
}

std::string print(const rapidjson::Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

TEST(Messages, MeanWhatTheGoldenTableSays) {
  const auto table = readGolden("messages.json");
  for (const auto& golden : table.GetArray()) {
    SCOPED_TRACE(goldenText(golden["name"]));
    const std::string payload = goldenBytes(golden["payload"]);
    const auto written = rewrite(goldenText(golden["from"]), payload);
    if (golden.HasMember("violation")) {
      ASSERT_FALSE(written.ok());
      EXPECT_EQ(written.error().code, ErrorCode::ProtocolViolation);
      continue;
    }
    ASSERT_TRUE(written.ok()) << written.error().message();
    rapidjson::Document meaning;
    meaning.Parse(written->data(), written->size());
    EXPECT_TRUE(meaning == golden["means"]) << *written << "\n" << print(golden["means"]);
    if (golden.HasMember("canonical")) {
      EXPECT_EQ(*written, payload);
    }
  }
}

TEST(Messages, ViolationsNameTheMemberAndQuoteNothing) {
  const auto wrong = decodeWorkerMessage(R"({"t":"answer","status":"secret","headers":[]})");
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().detail, "the member \"status\" of \"answer\" is missing or wrong");
}

http::Request request(std::string target) {
  http::Request request;
  request.head.method = "GET";
  request.head.target = std::move(target);
  return request;
}

RequestMessage reread(const http::Request& request, const RequestBody& body = {}) {
  auto frame = encode(request, body);
  EXPECT_TRUE(frame.ok());
  auto message = decodeServerMessage(frame->view().substr(kFrameHeader));
  EXPECT_TRUE(message.ok()) << message.error().message();
  return std::get<RequestMessage>(std::move(*message));
}

TEST(EncodeRequest, SendsTheTargetInOriginForm) {
  auto origin = request("/a%2Fb?");
  EXPECT_EQ(reread(origin).request.head.target, "/a%2Fb?");

  auto absolute = request("http://example.org/a?b=/c");
  absolute.head.path = "/a";
  absolute.head.query = "b=/c";
  EXPECT_EQ(reread(absolute).request.head.target, "/a?b=/c");

  auto bare = request("http://example.org");
  EXPECT_EQ(reread(bare).request.head.target, "/");
}

TEST(EncodeRequest, LeavesOutWhatPhpMustNotSee) {
  auto sent = request("/");
  sent.head.headers = {
      {"Host", "a"},         {"Connection", "close"},  {"keep-alive", "5"}, {"Transfer-Encoding", "chunked"},
      {"TE", "trailers"},    {"Trailer", "x"},         {"Upgrade", "h2c"},  {"Expect", "100-continue"},
      {"Proxy", "http://x"}, {"X_Forwarded_For", "1"}, {"X-Kept", "1"},     {"x-kept", "2"}};
  EXPECT_EQ(reread(sent).request.head.headers, (http::Headers{{"Host", "a"}, {"X-Kept", "1"}, {"x-kept", "2"}}));
}

TEST(EncodeRequest, RefusesAHeadThatFitsInNoMessage) {
  auto large = request("/");
  large.head.headers.add("X", std::string(kMaxMessage, 'x'));
  const auto head = encode(large, {});
  ASSERT_FALSE(head.ok());
  EXPECT_EQ(head.error().code, ErrorCode::HeadersTooLarge);

  RequestBody body;
  body.form.emplace().fields.assign(200000, {"name", 0});
  const auto form = encode(request("/"), body);
  ASSERT_FALSE(form.ok());
  EXPECT_EQ(form.error().code, ErrorCode::PayloadTooLarge);
}

TEST(Encode, NeverWritesBrokenUtf8) {
  const auto frame = encode(Refuse{"no such folder: \xff"});
  const auto message = decodeServerMessage(frame.view().substr(kFrameHeader));
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(std::get<Refuse>(*message).reason, "no such folder: \xc3\xbf");
}

}  // namespace
}  // namespace bridge::wire
