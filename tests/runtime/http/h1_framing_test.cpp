#include "runtime/http/h1_cases.h"

namespace bridge::http::testing {
namespace {

// A request that a second parser, which reads the framing in another way, would find inside the body.
const std::string kHidden = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";

TEST(Framing, ReadsContentLength) {
  const auto heard = accepted(post("Content-Length: 5\r\n", "hello"));
  EXPECT_EQ(heard.request.contentLength, 5U);
  EXPECT_TRUE(heard.request.hasBody());
  EXPECT_EQ(heard.body, "hello");
  EXPECT_FALSE(accepted(post("Content-Length: 0\r\n")).request.hasBody());
  EXPECT_EQ(accepted(post("")).request.contentLength, std::nullopt);
}

TEST(Framing, AcceptsWhatIsLegal) {
  expectAccepted({
      {"blanks around the length", post("Content-Length: \t 1 \t\r\n", "x")},
      {"leading zeros, which the grammar allows", post("Content-Length: 0001\r\n", "x")},
      {"two zeros", post("Content-Length: 00\r\n")},
      {"another case of the name", post("cONTENT-lENGTH: 1\r\n", "x")},
      {"chunked in another case", post("Transfer-Encoding: ChunkeD\r\n", "0\r\n\r\n")},
      {"blanks around chunked", post("Transfer-Encoding:\t chunked \t\r\n", "0\r\n\r\n")},
      {"HTTP/1.0 with a length", "POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\nx"},
      {"TE, which is no framing", post("TE: trailers, chunked\r\nContent-Length: 1\r\n", "x")},
      {"Content-Encoding, which is none either", post("Content-Encoding: chunked\r\nContent-Length: 1\r\n", "x")},
      {"names that only look like it", post("Content_Length: 9\r\nTransfer_Encoding: chunked\r\n")},
      {"names that only begin like it", post("Content-Length-X: 9\r\nX-Transfer-Encoding: chunked\r\n")},
  });
}

TEST(Framing, RefusesContentLengthThatIsNoNumber) {
  for (const std::string value : {"",
                                  " ",
                                  "+1",
                                  "-1",
                                  "-0",
                                  "1.0",
                                  "1e1",
                                  "0x1",
                                  "0b1",
                                  "0o5",
                                  "1_0",
                                  "1 1",
                                  "1\t1",
                                  "1,",
                                  ",1",
                                  "1,1",
                                  "1, 1",
                                  "1,2",
                                  "a",
                                  "1a",
                                  "a1",
                                  "\"1\"",
                                  "1;",
                                  "(1)",
                                  "1 (comment)",
                                  "18446744073709551615",
                                  "18446744073709551616",
                                  "18446744073709551617",
                                  "9223372036854775808",
                                  "99999999999999999999999999999",
                                  "\xB2",
                                  "\xEF\xBC\x91",
                                  "NaN",
                                  "infinity",
                                  "null",
                                  "one",
                                  "5\xA0",
                                  "1'000",
                                  "#1",
                                  "%31"}) {
    SCOPED_TRACE(value);
    expectRefused({{"Content-Length", post("Content-Length: " + value + "\r\n", kHidden)}}, ErrorCode::BadRequest);
  }
}

TEST(Framing, AcceptsTheLargestLengthAndAsksForItsBytes) {
  Stream stream;
  stream.feed(post("Content-Length: 9223372036854775807\r\n", "x"));
  EXPECT_FALSE(stream.error);
  EXPECT_TRUE(stream.parser.headComplete());
  EXPECT_FALSE(stream.parser.done());
  EXPECT_TRUE(stream.finish().error);
}

TEST(Framing, RefusesTwoLengths) {
  expectRefused(
      {
          {"different", post("Content-Length: 1\r\nContent-Length: 2\r\n", kHidden)},
          {"equal", post("Content-Length: 1\r\nContent-Length: 1\r\n", "x")},
          {"in another case", post("Content-Length: 1\r\ncontent-length: 1\r\n", "x")},
          {"three", post("Content-Length: 1\r\nContent-Length: 1\r\nContent-Length: 1\r\n", "x")},
          {"apart", post("Content-Length: 0\r\nA: b\r\nContent-Length: 34\r\n", kHidden)},
          {"zero and empty", post("Content-Length: 0\r\nContent-Length:\r\n", kHidden)},
          {"equal but for zeros", post("Content-Length: 1\r\nContent-Length: 01\r\n", "x")},
          {"in HTTP/1.0", "POST / HTTP/1.0\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx"},
      },
      ErrorCode::BadRequest);
}

TEST(Framing, RefusesLengthBesideTransferEncoding) {
  const std::string body = "0\r\n\r\n" + kHidden;
  expectRefused(
      {
          {"length first", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", body)},
          {"coding first", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", body)},
          {"a field between", post("Content-Length: 5\r\nA: b\r\nTransfer-Encoding: chunked\r\n", body)},
          {"a length of zero", post("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", body)},
          {"an unknown coding", post("Content-Length: 5\r\nTransfer-Encoding: x\r\n", body)},
          {"an empty coding", post("Content-Length: 5\r\nTransfer-Encoding:\r\n", body)},
          {"identity", post("Content-Length: 5\r\nTransfer-Encoding: identity\r\n", body)},
          {"other cases", post("content-length: 5\r\nTRANSFER-ENCODING: CHUNKED\r\n", body)},
          {"an invalid length", post("Content-Length: x\r\nTransfer-Encoding: chunked\r\n", body)},
          {"two lengths", post("Content-Length: 5\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n", body)},
          {"with GET", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + body},
          {"with Connection naming the length",
           post("Connection: Content-Length\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n", body)},
      },
      ErrorCode::BadRequest);
}

TEST(Framing, RefusesCodingsOtherThanChunkedAlone) {
  for (const std::string value : {"",
                                  "identity",
                                  "gzip",
                                  "deflate",
                                  "compress",
                                  "xchunked",
                                  "chunkedx",
                                  "chunke",
                                  "x",
                                  "gzip, chunked",
                                  "chunked, gzip",
                                  "chunked, chunked",
                                  "chunked,chunked",
                                  "chunked, identity",
                                  "identity, chunked",
                                  "chunked,",
                                  ",chunked",
                                  ", chunked",
                                  "chunked;q=1",
                                  "chunked; x=y",
                                  "chunked;",
                                  "\"chunked\"",
                                  "'chunked'",
                                  "chun ked",
                                  "chunked chunked",
                                  "chunked\tx",
                                  "x\tchunked",
                                  "chunked x",
                                  "[chunked]",
                                  "(chunked)",
                                  "chunked\xA0",
                                  "\xA0"
                                  "chunked",
                                  "chunked\xFF",
                                  "ch\xC3\xBCnked",
                                  "chunKED, x",
                                  "0",
                                  "null",
                                  ":chunked",
                                  "=chunked",
                                  "chunked:"}) {
    SCOPED_TRACE(value);
    expectRefused({{"Transfer-Encoding", post("Transfer-Encoding: " + value + "\r\n", "0\r\n\r\n" + kHidden)}},
                  ErrorCode::NotImplemented);
  }
}

TEST(Framing, RefusesTransferEncodingTwice) {
  const std::string body = "0\r\n\r\n" + kHidden;
  expectRefused(
      {
          {"chunked and chunked", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", body)},
          {"chunked and identity", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", body)},
          {"identity and chunked", post("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", body)},
          {"gzip and chunked", post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", body)},
          {"chunked and nothing", post("Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n", body)},
          {"nothing and chunked", post("Transfer-Encoding:\r\nTransfer-Encoding: chunked\r\n", body)},
          {"in another case", post("Transfer-Encoding: chunked\r\ntransfer-encoding: x\r\n", body)},
      },
      ErrorCode::NotImplemented);
}

TEST(Framing, RefusesDisguisesOfTransferEncoding) {
  const std::string body = "0\r\n\r\n" + kHidden;
  expectRefused(
      {
          {"a blank before the colon", post("Transfer-Encoding : chunked\r\n", body)},
          {"a tab before the colon", post("Transfer-Encoding\t: chunked\r\n", body)},
          {"a blank before the name", post(" Transfer-Encoding: chunked\r\n", body)},
          {"a vertical tab before the value", post("Transfer-Encoding:\vchunked\r\n", body)},
          {"a form feed before the value", post("Transfer-Encoding:\fchunked\r\n", body)},
          {"a vertical tab behind the value", post("Transfer-Encoding: chunked\v\r\n", body)},
          {"a bare CR before the value", post("Transfer-Encoding:\rchunked\r\n", body)},
          {"a bare LF before the value", post("Transfer-Encoding:\nchunked\r\n", body)},
          {"a bare CR behind the value", post("Transfer-Encoding: chunked\r\r\n", body)},
          {"a bare LF behind the field before", post("A: b\nTransfer-Encoding: chunked\r\n", body)},
          {"NUL behind the value", post(std::string("Transfer-Encoding: chunked\0\r\n", 29), body)},
          {"NUL before the value", post(std::string("Transfer-Encoding: \0chunked\r\n", 29), body)},
          {"a backspace in the name", post("Transfer-Encodin\bg: chunked\r\n", body)},
          {"an obs-fold within the value", post("Transfer-Encoding: chun\r\n ked\r\n", body)},
          {"an obs-fold behind the value", post("Transfer-Encoding: chunked\r\n , identity\r\n", body)},
          {"a quoted name", post("\"Transfer-Encoding\": chunked\r\n", body)},
          {"the name with a byte over 0x7F", post("Transfer-Encoding\xA0: chunked\r\n", body)},
          {"DEL behind the value", post("Transfer-Encoding: chunked\x7F\r\n", body)},
          {"a colon behind a blank line of the name", post("Transfer-Encoding\r\n: chunked\r\n", body)},
          {"two colons with a blank", post("Transfer-Encoding :: chunked\r\n", body)},
          {"HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body},
          {"HTTP/1.0 and keep-alive",
           "POST / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" + body},
          {"HTTP/1.0 and identity", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n" + body},
      },
      ErrorCode::BadRequest);
}

TEST(Framing, RefusesDisguisesOfContentLength) {
  expectRefused(
      {
          {"a blank before the colon", post("Content-Length : 34\r\n", kHidden)},
          {"a tab before the colon", post("Content-Length\t: 34\r\n", kHidden)},
          {"a blank before the name", post(" Content-Length: 34\r\n", kHidden)},
          {"a vertical tab before the value", post("Content-Length:\v34\r\n", kHidden)},
          {"a bare CR before the value", post("Content-Length:\r34\r\n", kHidden)},
          {"a bare LF before the value", post("Content-Length:\n34\r\n", kHidden)},
          {"NUL behind the value", post(std::string("Content-Length: 34\0\r\n", 21), kHidden)},
          {"an obs-fold within the value", post("Content-Length: 3\r\n 4\r\n", kHidden)},
          {"hidden behind a bare LF", post("A: b\nContent-Length: 34\r\n", kHidden)},
          {"hidden behind a bare CR", post("A: b\rContent-Length: 34\r\n", kHidden)},
      },
      ErrorCode::BadRequest);
}

TEST(Framing, GivesBytesBehindTheMessageToTheNext) {
  const auto outcome =
      parse(post("Content-Length: 3\r\n", "abc") + get("") + chunked("2\r\nxy\r\n0\r\n\r\n") + get(""));
  ASSERT_EQ(outcome.messages.size(), 4U) << outcome.text();
  EXPECT_EQ(outcome.messages[0].body, "abc");
  EXPECT_EQ(outcome.messages[1].body, "");
  EXPECT_EQ(outcome.messages[2].body, "xy");
  EXPECT_FALSE(outcome.error);
}

TEST(Framing, ReadsABodyOfARequestWithoutFramingAsTheNextRequest) {
  const auto outcome = parse(post("", "x=1"));
  ASSERT_EQ(outcome.messages.size(), 1U);
  EXPECT_TRUE(outcome.messages[0].ended);
  EXPECT_TRUE(outcome.error);
}

TEST(Framing, EndsAnErrorStreamAtTheError) {
  const auto outcome = parse(get("") + post("Content-Length: x\r\n") + get(""));
  ASSERT_EQ(outcome.messages.size(), 1U);
  EXPECT_EQ(outcome.error->code, ErrorCode::BadRequest);
}

}  // namespace
}  // namespace bridge::http::testing
