#include "wire/lambda_messages.h"

#include <gmock/gmock.h>

namespace bridge::wire {
namespace {

using ::testing::HasSubstr;

http::RequestHead request() {
  http::RequestHead head;
  head.method = "GET";
  head.path = "/api/example";
  return head;
}

LambdaReply reply(const std::string& text) {
  auto parsed = parseLambdaReply(text);
  EXPECT_TRUE(parsed.ok()) << text;
  return parsed.ok() ? std::move(*parsed) : LambdaReply();
}

std::string fields(const std::string& text) {
  std::string out;
  for (const auto& [name, value] : reply(text).head.headers) {
    out += name + "=" + value + ";";
  }
  return out;
}

TEST(LambdaRequest, IsOneObjectOnALine) {
  auto head = request();
  head.query = "a=1&b=%22";
  head.headers = {{"Content-Type", "application/json"}, {"X-A", "one"}, {"x-a", "two"}};
  EXPECT_EQ(lambdaRequest(head, "hi\xFF"),
            R"({"method":"GET","uri":"/api/example?a=1&b=%22","headers":[["content-type","application/json"],)"
            R"(["x-a","one"],["x-a","two"]],"body":"aGn/"})"
            "\n");
  EXPECT_EQ(lambdaRequest(request(), ""),
            "{\"method\":\"GET\",\"uri\":\"/api/example\",\"headers\":[],\"body\":\"\"}\n");
}

TEST(LambdaRequest, KeepsTheBytesOfAHeaderAsCharacters) {
  auto head = request();
  head.headers = {{"X-Odd", "a\"b\\c\td\xE4"}};
  EXPECT_THAT(lambdaRequest(head, ""), HasSubstr(R"(["x-odd","a\"b\\c\tdä"])"));
}

TEST(LambdaReply, TakesTheDocumentedOne) {
  const auto got = reply(R"({"status":201,"headers":{"Content-Type":"text/plain"},"body":"SGVsbG8="})");
  EXPECT_EQ(got.head.status, 201);
  EXPECT_EQ(got.head.headers.find("content-type"), "text/plain");
  EXPECT_EQ(got.body, "Hello");
}

TEST(LambdaReply, ForgivesWhatIsMissingOrOfAnotherType) {
  EXPECT_EQ(reply("{}").head.status, 200);
  for (const auto* status : {"\"404\"", "404.5", "null", "99", "600", "100", "-1", "12345678901234567890"}) {
    EXPECT_EQ(reply(std::string(R"({"status":)") + status + "}").head.status, 200) << status;
  }
  EXPECT_EQ(reply(R"({"body":null})").body, "");
  EXPECT_EQ(reply(R"({"body":7,"more":{"a":[1]}})").body, "");
  EXPECT_EQ(fields(R"({"headers":"none"})"), "");
  EXPECT_EQ(fields(R"({"headers":{"A":1,"B":"b","C":null,"D":{"x":"y"}}})"), "B=b;");
}

TEST(LambdaReply, TakesHeadersAsPairsAndSeveralValuesOfOne) {
  EXPECT_EQ(fields(R"({"headers":{"Set-Cookie":["a=1","b=2",3,["c"]],"X":"y"}})"),
            "Set-Cookie=a=1;Set-Cookie=b=2;X=y;");
  EXPECT_EQ(fields(R"({"headers":[["Set-Cookie","a=1"],["Set-Cookie","b=2"],["odd"],[1,"x"],"no"]})"),
            "Set-Cookie=a=1;Set-Cookie=b=2;");
}

TEST(LambdaReply, LeavesTheFramingOut) {
  EXPECT_EQ(fields(R"({"headers":{"Content-Length":"5","transfer-encoding":"chunked","CONNECTION":"close","A":"b"}})"),
            "A=b;");
}

TEST(LambdaReply, MakesBytesOfCharacters) {
  EXPECT_EQ(fields(R"({"headers":{"A":"\u00e4ä"}})"), "A=\xE4\xE4;");
  const auto refused = parseLambdaReply(R"({"headers":{"A":"€"}})");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::InvalidAnswer);
}

TEST(LambdaReply, RefusesWhatIsNoReply) {
  for (const auto* text : {"", "hello", "[]", "{\"status\":200", "{\"body\":\"a\"}", "{\"body\":\"####\"}", "{}{}"}) {
    const auto refused = parseLambdaReply(text);
    ASSERT_FALSE(refused.ok()) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::ProtocolViolation) << text;
  }
  EXPECT_FALSE(parseLambdaReply(std::string(1'000'000, '[')).ok());
}

TEST(ReplyEnd, IsFoundHoweverTheBytesCome) {
  const std::string text = R"( {"a":{"b":[1,"}\"]\\"]},"c":"\\"})";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    ReplyEnd end;
    for (std::size_t at = 0; at < text.size(); at += step) {
      const auto piece = std::string_view(text).substr(at, step);
      const bool last = at + step >= text.size();
      ASSERT_EQ(end.feed(piece), last ? ReplyEnd::State::complete : ReplyEnd::State::more) << step << " " << at;
      ASSERT_EQ(end.end(), at == 0 && step == 1 ? 0 : piece.size()) << step << " " << at;
    }
  }
}

TEST(ReplyEnd, LeavesWhatFollows) {
  ReplyEnd end;
  EXPECT_EQ(end.feed("{}\n{\"b\""), ReplyEnd::State::complete);
  EXPECT_EQ(end.end(), 2U);
}

TEST(ReplyEnd, SeesWhatIsNoObject) {
  for (const auto* text : {"[", "x", "  \"a\"", "1", "}"}) {
    EXPECT_EQ(ReplyEnd().feed(text), ReplyEnd::State::noObject) << text;
  }
  ReplyEnd blank;
  EXPECT_EQ(blank.feed("\r\n\t "), ReplyEnd::State::more);
  EXPECT_EQ(blank.end(), 0U);
}

}  // namespace
}  // namespace bridge::wire
