#include "http/h1_writer.h"

#include <gtest/gtest.h>

#include <tuple>
#include <vector>

#include "runtime/http/h1_cases.h"

namespace bridge::http::testing {
namespace {

constexpr std::string_view kDate = "Sun, 06 Nov 1994 08:49:37 GMT";

std::string headOf(const ResponseHead& head, H1Writer::For request = {},
                   std::optional<std::uint64_t> length = std::nullopt) {
  H1Writer writer(request);
  auto bytes = writer.head(head, kDate, length);
  EXPECT_TRUE(bytes) << bytes.error().message();
  return bytes ? std::string(bytes->view()) : "";
}

std::string written(H1Writer& writer, const std::string& body) {
  std::vector<Bytes> out;
  writer.body(Bytes::copyOf(body), out);
  std::string text;
  for (const auto& piece : out) {
    EXPECT_FALSE(piece.empty());
    text += piece.view();
  }
  return text;
}

/// Head, one body buffer and end, as sent.
std::string answerOf(H1Writer& writer, const ResponseHead& head, const std::string& body) {
  auto out = writer.head(head, kDate);
  EXPECT_TRUE(out) << out.error().message();
  std::string text(out->view());
  text += written(writer, body);
  auto end = writer.end();
  return text + (end ? std::string(end->view()) : "CUT");
}

TEST(Writer, ChunksWhatHasNoLength) {
  H1Writer writer({});
  EXPECT_EQ(answerOf(writer, {.status = 200, .reason = "", .headers = {{"A", "b"}}}, "0123456789abcdef"),
            "HTTP/1.1 200 OK\r\nA: b\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nTransfer-Encoding: chunked\r\n\r\n"
            "10\r\n0123456789abcdef\r\n0\r\n\r\n");
  EXPECT_TRUE(writer.keepAlive());
  EXPECT_EQ(writer.bodyBytes(), 16U);
}

TEST(Writer, DoesNotCopyALargeChunk) {
  H1Writer writer({});
  ASSERT_TRUE(writer.head({}, kDate));
  Bytes large(std::string(65536, 'x'));
  const auto* where = large.data();
  std::vector<Bytes> out;
  writer.body(std::move(large), out);
  ASSERT_EQ(out.size(), 3U);
  EXPECT_EQ(out[0].view(), "10000\r\n");
  EXPECT_EQ(out[1].data(), where);
  EXPECT_EQ(out[2].view(), "\r\n");
}

TEST(Writer, NeverWritesAnEmptyChunkBeforeTheEnd) {
  H1Writer writer({});
  ASSERT_TRUE(writer.head({}, kDate));
  EXPECT_TRUE(written(writer, "").empty());
  EXPECT_EQ(writer.end()->view(), "0\r\n\r\n");
}

TEST(Writer, KeepsAGivenLength) {
  H1Writer writer({});
  EXPECT_EQ(answerOf(writer, {.status = 200, .reason = "Fine", .headers = {{"content-length", " 3 "}}}, "abc"),
            "HTTP/1.1 200 Fine\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_FALSE(writer.excess());
}

TEST(Writer, AddsAKnownLength) {
  EXPECT_EQ(headOf({}, {}, 7), "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 7\r\n\r\n");
  EXPECT_EQ(headOf({}, {}, 0), "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n");
}

TEST(Writer, EndsTheBodyForHttp10WithTheConnection) {
  H1Writer writer({.version = Version::http10});
  EXPECT_EQ(answerOf(writer, {}, "abc"),
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nConnection: close\r\n\r\nabc");
  EXPECT_FALSE(writer.keepAlive());
}

TEST(Writer, SaysWhatBecomesOfTheConnection) {
  const ResponseHead sized{.status = 200, .reason = "", .headers = {{"Content-Length", "0"}}};
  EXPECT_EQ(headOf(sized).find("Connection"), std::string::npos);
  EXPECT_NE(headOf(sized, {.keepAlive = false}).find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_NE(headOf(sized, {.version = Version::http10}).find("\r\nConnection: keep-alive\r\n"), std::string::npos);
  EXPECT_NE(headOf(sized, {.version = Version::http10, .keepAlive = false}).find("\r\nConnection: close\r\n"),
            std::string::npos);
}

TEST(Writer, DiscardsABodyBeyondItsLength) {
  H1Writer writer({});
  ASSERT_TRUE(writer.head({.status = 200, .reason = "", .headers = {{"Content-Length", "3"}}}, kDate));
  EXPECT_EQ(written(writer, "ab"), "ab");
  EXPECT_EQ(written(writer, "cdef"), "c");
  EXPECT_TRUE(writer.excess());
  EXPECT_TRUE(written(writer, "g").empty());
  EXPECT_TRUE(writer.end());
  EXPECT_TRUE(writer.keepAlive());
  EXPECT_EQ(writer.bodyBytes(), 3U);
}

TEST(Writer, RefusesToEndAShortBody) {
  H1Writer writer({});
  ASSERT_TRUE(writer.head({.status = 200, .reason = "", .headers = {{"Content-Length", "3"}}}, kDate));
  EXPECT_EQ(written(writer, "ab"), "ab");
  const auto end = writer.end();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, ErrorCode::InvalidAnswer);
  EXPECT_FALSE(writer.keepAlive());
}

TEST(Writer, SendsNoBodyToHead) {
  H1Writer writer({.head = true});
  EXPECT_EQ(answerOf(writer, {.status = 200, .reason = "", .headers = {{"Content-Length", "9"}}}, "abc"),
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 9\r\n\r\n");
  EXPECT_FALSE(writer.excess());
  EXPECT_TRUE(writer.keepAlive());
  const std::string bare = "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n";
  EXPECT_EQ(headOf({}, {.head = true}), bare);
  EXPECT_EQ(headOf({}, {.head = true}, 0), bare) << "0 is not the length that GET would have";
  EXPECT_NE(headOf({}, {.head = true}, 5).find("Content-Length: 5\r\n"), std::string::npos);
}

TEST(Writer, SendsNoBodyWhereTheStatusForbidsIt) {
  for (const auto& [status, given, expected] : {std::tuple{204, "5", ""},
                                                {304, "5", "Content-Length: 5\r\n"},
                                                {304, "", ""},
                                                {205, "5", "Content-Length: 0\r\n"}}) {
    SCOPED_TRACE(status);
    ResponseHead head{.status = status, .reason = "x", .headers = {}};
    if (*given != '\0') head.headers.add("Content-Length", given);
    H1Writer writer({});
    EXPECT_EQ(answerOf(writer, head, "abcde"), "HTTP/1.1 " + std::to_string(status) +
                                                   " x\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n" + expected + "\r\n");
    EXPECT_TRUE(writer.excess());
  }
  EXPECT_EQ(headOf({.status = 304, .reason = "x", .headers = {}}, {}, 5),
            "HTTP/1.1 304 x\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n");
}

TEST(Writer, DropsWhatBelongsToTheConnection) {
  const auto text = headOf({.status = 200,
                            .reason = "",
                            .headers = {{"Connection", "keep-alive, X-Hop"},
                                        {"Keep-Alive", "timeout=5"},
                                        {"Transfer-Encoding", "gzip, chunked"},
                                        {"transfer-encoding", "identity"},
                                        {"Trailer", "X"},
                                        {"Upgrade", "h2c"},
                                        {"Proxy-Connection", "close"},
                                        {"TE", "x"},
                                        {"X-Hop", "1"},
                                        {"X-End", "2"},
                                        {"Content-Length", "1"}}});
  EXPECT_EQ(text, "HTTP/1.1 200 OK\r\nX-End: 2\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 1\r\n\r\n");
}

TEST(Writer, KeepsRepeatsOrderAndBytes) {
  const auto text = headOf({.status = 200,
                            .reason = "",
                            .headers = {{"Set-Cookie", "a=1"}, {"X", "\xE9\t\xFF"}, {"set-cookie", "b=2"}, {"E", ""}}},
                           {}, 0);
  EXPECT_TRUE(
      text.starts_with("HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nX: \xE9\t\xFF\r\nset-cookie: b=2\r\nE: \r\nDate: "));
}

TEST(Writer, WritesASingletonOnce) {
  const auto text =
      headOf({.status = 200,
              .reason = "",
              .headers = {{"Content-Length", "1"}, {"Date", "x"}, {"content-length", "01"}, {"date", "x"}}});
  EXPECT_EQ(text, "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 1\r\n\r\n");
}

TEST(Writer, RefusesWhatCannotBeWritten) {
  const auto refused = [](int status, const std::string& reason, const Headers& headers) {
    H1Writer writer({});
    const auto bytes = writer.head({.status = status, .reason = reason, .headers = headers}, kDate);
    return !bytes && bytes.error().code == ErrorCode::InvalidAnswer;
  };
  EXPECT_FALSE(refused(200, "OK", {}));
  EXPECT_TRUE(refused(200, "", {{"A", "b\r\nC: d"}}));
  EXPECT_TRUE(refused(200, "", {{"A", "b\nc"}}));
  EXPECT_TRUE(refused(200, "", {{"A", "b\r"}}));
  EXPECT_TRUE(refused(200, "", {{"A", std::string("b\0", 2)}}));
  EXPECT_TRUE(refused(200, "", {{"A", "\x01"}}));
  EXPECT_TRUE(refused(200, "", {{"A", "\x7F"}}));
  EXPECT_TRUE(refused(200, "", {{"", "b"}}));
  EXPECT_TRUE(refused(200, "", {{"A B", "c"}}));
  EXPECT_TRUE(refused(200, "", {{"A:", "c"}}));
  EXPECT_TRUE(refused(200, "", {{"A\r\nB", "c"}}));
  EXPECT_TRUE(refused(200, "", {{"\xE9", "c"}}));
  EXPECT_TRUE(refused(200, "", {{"Connection", "x\r\ny"}})) << "dropped, but broken all the same";
  EXPECT_TRUE(refused(200, "O\r\nK", {}));
  EXPECT_TRUE(refused(200, "", {{"Content-Length", "-1"}}));
  EXPECT_TRUE(refused(200, "", {{"Content-Length", ""}}));
  EXPECT_TRUE(refused(200, "", {{"Content-Length", "1, 1"}}));
  EXPECT_TRUE(refused(200, "", {{"Content-Length", "1"}, {"Content-Length", "2"}}));
  EXPECT_TRUE(refused(200, "", {{"Date", "a"}, {"Date", "b"}}));
  for (const int status : {-1, 0, 99, 100, 101, 199, 600, 1000}) EXPECT_TRUE(refused(status, "", {})) << status;
}

TEST(Writer, SendsInformationalHeadsToHttp11Only) {
  H1Writer writer({});
  const ResponseHead hints{.status = 103, .reason = "", .headers = {{"Link", "</a>"}, {"Content-Length", "3"}}};
  EXPECT_EQ(writer.informational(hints)->view(), "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
  EXPECT_EQ(writer.informational({.status = 100, .reason = "", .headers = {}})->view(),
            "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_FALSE(writer.informational({.status = 101, .reason = "", .headers = {}}));
  EXPECT_FALSE(writer.informational({.status = 200, .reason = "", .headers = {}}));
  H1Writer old({.version = Version::http10});
  EXPECT_TRUE(old.informational(hints)->empty());
}

TEST(Writer, WritesASmallAnswerInOneBuffer) {
  H1Writer writer({});
  auto bytes = writer.whole({.status = 200, .reason = "", .headers = {{"Content-Type", "text/plain"}}}, kDate, "hello");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(bytes->view(),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Length: 5\r\n\r\nhello");
  H1Writer head({.head = true});
  EXPECT_TRUE(head.whole({}, kDate, "hello")->view().ends_with("Content-Length: 5\r\n\r\n"));
  H1Writer none({});
  EXPECT_TRUE(
      none.whole({.status = 204, .reason = "", .headers = {}}, kDate, "").value().view().ends_with("GMT\r\n\r\n"));
  H1Writer cut({});
  EXPECT_FALSE(cut.whole({.status = 200, .reason = "", .headers = {{"Content-Length", "9"}}}, kDate, "hello"));
}

TEST(Writer, WritesWhatTheParserReads) {
  H1Writer writer({});
  const ResponseHead head{.status = 201, .reason = "", .headers = {{"A", "b"}}};
  const auto outcome = parse(answerOf(writer, head, "some body"), H1Parser::Role::response);
  ASSERT_EQ(outcome.messages.size(), 1U) << outcome.text();
  EXPECT_EQ(outcome.messages[0].response.status, 201);
  EXPECT_EQ(outcome.messages[0].body, "some body");
}

TEST(PostRequest, IsOneBufferThatTheParserTakes) {
  EXPECT_EQ(postRequest("/", "127.0.0.1:9123", "application/json", "{}").view(),
            "POST / HTTP/1.1\r\nHost: 127.0.0.1:9123\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
}

}  // namespace
}  // namespace bridge::http::testing
