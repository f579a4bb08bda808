#include "runtime/http/h1_cases.h"

namespace bridge::http::testing {
namespace {

constexpr auto kResponse = H1Parser::Role::response;

Heard answer(const std::string& bytes) {
  const auto outcome = parse(bytes, kResponse);
  EXPECT_FALSE(outcome.error.has_value()) << outcome.text();
  return outcome.messages.empty() ? Heard{} : outcome.messages.back();
}

TEST(Response, GivesStatusReasonAndFields) {
  const auto heard =
      answer("HTTP/1.1 404 Not Found\r\nA: b\r\nSet-Cookie: x\r\nSet-Cookie: y\r\nContent-Length: 2\r\n\r\nno");
  EXPECT_EQ(heard.response.status, 404);
  EXPECT_EQ(heard.response.reason, "Not Found");
  EXPECT_EQ(heard.response.headers.count("set-cookie"), 2U);
  EXPECT_EQ(heard.framing.contentLength, 2U);
  EXPECT_TRUE(heard.framing.hasBody);
  EXPECT_TRUE(heard.framing.keepAlive);
  EXPECT_EQ(heard.body, "no");
}

TEST(Response, LastsUntilCloseWithoutFraming) {
  const auto heard = answer("HTTP/1.1 200 OK\r\n\r\nall of it");
  EXPECT_TRUE(heard.framing.untilClose);
  EXPECT_FALSE(heard.framing.keepAlive);
  EXPECT_EQ(heard.body, "all of it");
  EXPECT_TRUE(heard.ended);
  EXPECT_TRUE(answer("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n").ended);
}

TEST(Response, IsChunked) {
  const auto heard = answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n");
  EXPECT_TRUE(heard.framing.chunked);
  EXPECT_EQ(heard.body, "ab");
}

TEST(Response, HasNoBodyWhereTheStatusForbidsIt) {
  for (const std::string status : {"100 Continue", "103 Early Hints", "204 No Content", "304 Not Modified"}) {
    SCOPED_TRACE(status);
    const auto outcome = parse(
        "HTTP/1.1 " + status + "\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", kResponse);
    ASSERT_EQ(outcome.messages.size(), 2U) << outcome.text();
    EXPECT_FALSE(outcome.messages[0].framing.hasBody);
  }
}

TEST(Response, ToHeadHasNoBody) {
  Stream stream(kResponse);
  stream.parser.expectNoBody();
  stream.feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  EXPECT_FALSE(stream.finish().error);
  EXPECT_TRUE(stream.recorder.messages.at(0).ended);
  EXPECT_EQ(stream.recorder.messages.at(0).framing.contentLength, 5U);
  stream.feed("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab");
  EXPECT_EQ(stream.recorder.messages.at(1).body, "ab");
}

TEST(Response, AcceptsWhatIsLegal) {
  expectAccepted(
      {
          {"an empty reason", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n"},
          {"Latin-1 in the reason", "HTTP/1.1 200 \xE9t\xE9\r\nContent-Length: 0\r\n\r\n"},
          {"an unknown status", "HTTP/1.1 799 Odd\r\nContent-Length: 0\r\n\r\n"},
          {"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx"},
          {"a status after 100", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
      },
      kResponse);
}

TEST(Response, RefusesWhatIsMalformed) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  expectRefused(
      {
          {"garbage", "hello\r\n\r\n"},
          {"a request", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
          {"HTTP/2.0", "HTTP/2.0 200 OK\r\n\r\n"},
          {"lower case", "http/1.1 200 OK\r\n\r\n"},
          {"no status", "HTTP/1.1\r\n\r\n"},
          {"two digits", "HTTP/1.1 20 OK\r\n\r\n"},
          {"four digits", "HTTP/1.1 2000 OK\r\n\r\n"},
          {"letters", "HTTP/1.1 abc OK\r\n\r\n"},
          {"a status of 000", "HTTP/1.1 000 OK\r\n\r\n"},
          {"a status of 099", "HTTP/1.1 099 OK\r\n\r\n"},
          {"a control character in the reason", "HTTP/1.1 200 O\x01\r\n\r\n"},
          {"a bare LF", "HTTP/1.1 200 OK\n\n"},
          {"obs-fold", ok + "A: b\r\n c\r\n\r\n"},
          {"a blank before the colon", ok + "A : b\r\n\r\n"},
          {"two lengths", ok + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"},
          {"a length and a coding", ok + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
          {"an unknown coding", ok + "Transfer-Encoding: gzip\r\n\r\n"},
          {"a coding of HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
          {"a negative length", ok + "Content-Length: -1\r\n\r\n"},
          {"a short body", ok + "Content-Length: 9\r\n\r\nx"},
          {"a broken chunk", ok + "Transfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n"},
          {"a missing last chunk", ok + "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"},
          {"a long line", ok + "A: " + std::string(17000, 'x')},
      },
      ErrorCode::InvalidAnswer, kResponse);
}

}  // namespace
}  // namespace bridge::http::testing
