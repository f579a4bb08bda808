#include "http/h1_parser.h"

#include <gtest/gtest.h>

#include <chrono>

#include "runtime/http/h1_cases.h"

namespace bridge::http::testing {
namespace {

TEST(Parser, TellsItsState) {
  Recorder recorder;
  H1Parser parser(H1Parser::Role::request, {});
  EXPECT_FALSE(parser.started());
  ASSERT_EQ(*parser.feed("\r\n", recorder), 2U);
  EXPECT_FALSE(parser.started());
  ASSERT_EQ(*parser.feed("P", recorder), 1U);
  EXPECT_TRUE(parser.started());
  EXPECT_FALSE(parser.headComplete());
  ASSERT_TRUE(parser.feed("OST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n", recorder));
  EXPECT_TRUE(parser.headComplete());
  EXPECT_FALSE(parser.done());
  ASSERT_EQ(*parser.feed("abcd", recorder), 2U);
  EXPECT_TRUE(parser.done());
  ASSERT_EQ(*parser.feed("cd", recorder), 0U);
  parser.reset();
  EXPECT_FALSE(parser.started());
  EXPECT_FALSE(parser.headComplete());
}

TEST(Parser, StopsBehindTheHeadWhenTheHandlerPauses) {
  Recorder recorder;
  recorder.flow = Flow::pause;
  H1Parser parser(H1Parser::Role::request, {});
  const auto bytes = post("Content-Length: 3\r\n", "abc");
  ASSERT_EQ(*parser.feed(bytes, recorder), bytes.size() - 3);
  EXPECT_EQ(recorder.messages[0].body, "");
  recorder.flow = Flow::more;
  ASSERT_EQ(*parser.feed("abc", recorder), 3U);
  EXPECT_TRUE(recorder.messages[0].ended);
}

TEST(Parser, OwesTheEndAfterAPause) {
  Recorder recorder;
  recorder.flow = Flow::pause;
  H1Parser parser(H1Parser::Role::request, {});
  const auto bytes = get("");
  ASSERT_EQ(*parser.feed(bytes, recorder), bytes.size());
  EXPECT_FALSE(parser.done());
  EXPECT_FALSE(recorder.messages[0].ended);
  ASSERT_EQ(*parser.feed("GET", recorder), 0U);
  EXPECT_TRUE(parser.done());
  EXPECT_TRUE(recorder.messages[0].ended);
}

TEST(Parser, StopsBehindEachPieceOfBodyWhenTheHandlerPauses) {
  Recorder recorder;
  H1Parser parser(H1Parser::Role::request, {});
  ASSERT_TRUE(parser.feed(post("Transfer-Encoding: chunked\r\n"), recorder));
  recorder.flow = Flow::pause;
  const std::string body = "1\r\na\r\n1\r\nb\r\n0\r\n\r\n";
  ASSERT_EQ(*parser.feed(body, recorder), 4U);
  EXPECT_EQ(recorder.messages[0].body, "a");
  ASSERT_EQ(*parser.feed(body.substr(4), recorder), 6U);
  EXPECT_EQ(recorder.messages[0].body, "ab");
}

TEST(Parser, PassesABodyOnWithoutCopyingIt) {
  class Views final : public H1Handler {
   public:
    Flow onRequestHead(RequestHead /*head*/) override { return Flow::more; }
    Flow onResponseHead(ResponseHead /*head*/, const ResponseFraming& /*framing*/) override { return Flow::more; }
    Flow onBody(std::string_view data) override {
      at = data.data();
      return Flow::more;
    }
    void onEnd() override {}
    const char* at = nullptr;
  } views;
  H1Parser parser(H1Parser::Role::request, {});
  const auto bytes = post("Content-Length: 3\r\n", "abc");
  ASSERT_TRUE(parser.feed(bytes, views));
  EXPECT_EQ(views.at, bytes.data() + bytes.size() - 3);
}

TEST(Parser, RepeatsItsErrorUntilReset) {
  Recorder recorder;
  H1Parser parser(H1Parser::Role::request, {});
  ASSERT_FALSE(parser.feed("bad\r\n", recorder));
  EXPECT_TRUE(parser.failed());
  const auto again = parser.feed(get(""), recorder);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::BadRequest);
  EXPECT_FALSE(parser.finish(recorder));
  EXPECT_TRUE(recorder.messages.empty());
  parser.reset();
  EXPECT_TRUE(parser.feed(get(""), recorder));
  EXPECT_TRUE(parser.done());
}

TEST(Parser, FinishesBetweenMessagesOnly) {
  const auto bytes = post("Content-Length: 3\r\n", "abc");
  for (std::size_t length = 1; length < bytes.size(); ++length) {
    EXPECT_TRUE(parseInOne(std::string_view(bytes).substr(0, length)).error) << length;
  }
  EXPECT_FALSE(parseInOne(bytes).error);
  EXPECT_FALSE(parseInOne("").error);
  EXPECT_FALSE(parseInOne("\r\n").error);
  EXPECT_FALSE(parseInOne("\r").error);
  EXPECT_FALSE(parseInOne(bytes + "\r\n").error);
}

TEST(Parser, TakesTimeLinearInTheBytesHoweverSmallThePieces) {
  // A parser that looks again at what it has seen needs hours for this.
  H1Limits limits;
  limits.headerLine = limits.headerBytes = 4U << 20U;
  const auto begin = std::chrono::steady_clock::now();
  Stream head(H1Parser::Role::request, limits);
  const auto bytes = get("A: " + std::string(3U << 20U, 'x') + "\r\n");
  for (const char& c : bytes) head.feed({&c, 1});
  EXPECT_TRUE(head.recorder.messages.at(0).ended);
  Stream body;
  body.feed(post("Transfer-Encoding: chunked\r\n"));
  const std::string chunk = "1;" + std::string(30, 'e') + "\r\nx\r\n";
  for (int i = 0; i < 2000; ++i) {
    for (const char& c : chunk) body.feed({&c, 1});
  }
  EXPECT_FALSE(body.error);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

TEST(Parser, TellsWhatItUnderstoodOfARefusedHead) {
  struct Case {
    std::string bytes;
    std::string method;
    std::string target;
  };
  const std::string host = "Host: a\r\n";
  const std::vector<Case> cases = {
      {"\r\nHEAD /a?b c HTTP/1.1\r\n" + host, "HEAD", "/a?b"},
      {"HEAD /a HTTP/2.0\r\n", "HEAD", "/a"},
      {"HEAD /a HTTP/1.1\r\n" + host + "X A: b\r\n", "HEAD", "/a"},
      {"HEAD /a HTTP/1.1\r\n" + host + "X-A: b\n", "HEAD", "/a"},
      {"HEAD /a HTTP/1.1\r\nX-A: b\r\n\r\n", "HEAD", "/a"},
      {"HEAD /a HTTP/1.1\r\n" + host + "Connection: a b\r\n\r\n", "HEAD", "/a"},
      {"HEAD /" + std::string(20000, 'a'), "HEAD", "/" + std::string(16 * 1024 - 6, 'a')},
      {"HE(D /a HTTP/1.1\r\n", "", "/a"},
      {"HEAD", "HEAD", ""},
      {"HEAD /a HTTP/1.1\r\nHo", "HEAD", "/a"},
      {"\x16\x03\x01", "", ""},
  };
  for (const auto& [bytes, method, target] : cases) {
    for (const std::size_t piece : {bytes.size(), std::size_t{1}}) {
      Recorder recorder;
      H1Parser parser(H1Parser::Role::request, {});
      bool failed = false;
      for (std::size_t at = 0; at < bytes.size() && !failed; at += piece) {
        failed = !parser.feed(std::string_view(bytes).substr(at, piece), recorder);
      }
      const auto head = parser.understood();
      EXPECT_EQ(head.method, method) << bytes.substr(0, 80) << " in pieces of " << piece;
      EXPECT_EQ(head.target, target) << bytes.substr(0, 80) << " in pieces of " << piece;
    }
  }
}

TEST(Parser, TellsTheFieldsOfARefusedHeadWhereTheirMeaningIsAtFault) {
  Recorder recorder;
  H1Parser parser(H1Parser::Role::request, {});
  ASSERT_FALSE(parser.feed("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nAccept: application/json\r\n\r\n", recorder));
  EXPECT_EQ(parser.understood().headers.find("Accept"), "application/json");
  parser.reset();
  EXPECT_EQ(parser.understood().method, "");
}

TEST(Parser, ReadsAThousandPipelinedRequests) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  const auto outcome = parseInOne(bytes);
  ASSERT_EQ(outcome.messages.size(), 1000U);
  EXPECT_EQ(outcome.messages[999].request.path, "/999");
}

}  // namespace
}  // namespace bridge::http::testing
