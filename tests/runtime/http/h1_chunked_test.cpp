#include "runtime/http/h1_cases.h"

namespace bridge::http::testing {
namespace {

TEST(Chunked, JoinsTheChunks) {
  const auto heard = accepted(chunked("5\r\nhello\r\n1\r\n \r\nA\r\n0123456789\r\n0\r\n\r\n"));
  EXPECT_TRUE(heard.request.chunked);
  EXPECT_EQ(heard.request.contentLength, std::nullopt);
  EXPECT_EQ(heard.body, "hello 0123456789");
}

TEST(Chunked, AcceptsWhatIsLegal) {
  expectAccepted({
      {"no data", chunked("0\r\n\r\n")},
      {"several zeros", chunked("0000\r\n\r\n")},
      {"leading zeros", chunked("00000000000000000000001\r\nx\r\n0\r\n\r\n")},
      {"lower case hex", chunked("a\r\n0123456789\r\n0\r\n\r\n")},
      {"upper case hex", chunked("A\r\n0123456789\r\n0\r\n\r\n")},
      {"CRLF as data", chunked("2\r\n\r\n\r\n0\r\n\r\n")},
      {"data like a last chunk", chunked("5\r\n0\r\n\r\n\r\n0\r\n\r\n")},
      {"an extension", chunked("1;a\r\nx\r\n0\r\n\r\n")},
      {"an extension with a value", chunked("1;a=b\r\nx\r\n0;c=d\r\n\r\n")},
      {"a quoted value", chunked("1;a=\"b;c \\\" d\"\r\nx\r\n0\r\n\r\n")},
      {"an empty quoted value", chunked("1;a=\"\"\r\nx\r\n0\r\n\r\n")},
      {"several extensions", chunked("1;a;b=c;d=\"e\"\r\nx\r\n0\r\n\r\n")},
      {"blanks around an extension, which RFC 9112 calls bad", chunked("1 ; a = b\t;\tc\r\nx\r\n0\r\n\r\n")},
      {"Latin-1 in a quoted value", chunked("1;a=\"\xE9\"\r\nx\r\n0\r\n\r\n")},
      {"a trailer", chunked("0\r\nA: b\r\n\r\n")},
      {"trailers", chunked("1\r\nx\r\n0\r\nA: b\r\nC:\r\nD: e f\r\n\r\n")},
      {"an extension and a trailer", chunked("0;a\r\nB: c\r\n\r\n")},
  });
}

TEST(Chunked, DropsTrailersEvenDangerousOnes) {
  const auto outcome =
      parse(chunked("0\r\nContent-Length: 9\r\nTransfer-Encoding: x\r\nHost: b\r\nAuthorization: c\r\n\r\n") + get(""));
  ASSERT_EQ(outcome.messages.size(), 2U) << outcome.text();
  EXPECT_EQ(outcome.messages[0].request.headers, (Headers{{"Host", "a"}, {"Transfer-Encoding", "chunked"}}));
  EXPECT_FALSE(outcome.error);
}

TEST(Chunked, RefusesSizesThatAreNoHexNumber) {
  for (const std::string size : {"",
                                 " ",
                                 " 1",
                                 "\t1",
                                 "1 ",
                                 "1\t",
                                 "1 1",
                                 "0x1",
                                 "0X1",
                                 "x1",
                                 "-1",
                                 "+1",
                                 "-0",
                                 "1h",
                                 "g",
                                 "1_0",
                                 "1.0",
                                 "1,1",
                                 "1\v",
                                 "\v1",
                                 "1\f",
                                 "h1",
                                 "\"1\"",
                                 "'1'",
                                 "1\xA0",
                                 "\xEF\xBC\x91",
                                 "#1",
                                 "1-",
                                 "8000000000000000",
                                 "ffffffffffffffff",
                                 "10000000000000000",
                                 "FFFFFFFFFFFFFFFFF",
                                 "f0000000000000001",
                                 "100000000000000000001"}) {
    SCOPED_TRACE(size);
    expectRefused({{"size", chunked(size + "\r\nx\r\n0\r\n\r\n")}}, ErrorCode::BadRequest);
  }
}

TEST(Chunked, RefusesBrokenLineEnds) {
  expectRefused(
      {
          {"a bare LF behind the size", chunked("1\nx\r\n0\r\n\r\n")},
          {"a bare CR behind the size", chunked("1\rx\r\n0\r\n\r\n")},
          {"CR twice behind the size", chunked("1\r\r\nx\r\n0\r\n\r\n")},
          {"a bare LF behind the data", chunked("1\r\nx\n0\r\n\r\n")},
          {"a bare CR behind the data", chunked("1\r\nx\r0\r\n\r\n")},
          {"nothing behind the data", chunked("1\r\nx0\r\n\r\n")},
          {"more data than the size", chunked("1\r\nxy\r\n0\r\n\r\n")},
          {"less data than the size", chunked("3\r\nx\r\n0\r\n\r\n")},
          {"LF CR behind the data", chunked("1\r\nx\n\r0\r\n\r\n")},
          {"a blank behind the data", chunked("1\r\nx \r\n0\r\n\r\n")},
          {"a bare LF behind the last size", chunked("0\n\r\n")},
          {"a bare CR behind the last size", chunked("0\r\r\n\r\n")},
          {"a bare LF as the end", chunked("0\r\n\n")},
          {"a bare CR as the end", chunked("0\r\n\rG")},
          {"a line before the first size", chunked("\r\n1\r\nx\r\n0\r\n\r\n")},
          {"two lines behind the data", chunked("1\r\nx\r\n\r\n0\r\n\r\n")},
          {"NUL behind the size", chunked(std::string("1\0\r\nx\r\n0\r\n\r\n", 13))},
      },
      ErrorCode::BadRequest);
}

TEST(Chunked, RefusesBrokenExtensions) {
  expectRefused(
      {
          {"a bare semicolon", chunked("1;\r\nx\r\n0\r\n\r\n")},
          {"two semicolons", chunked("1;;a\r\nx\r\n0\r\n\r\n")},
          {"a semicolon at the end", chunked("1;a;\r\nx\r\n0\r\n\r\n")},
          {"no name", chunked("1;=b\r\nx\r\n0\r\n\r\n")},
          {"no value", chunked("1;a=\r\nx\r\n0\r\n\r\n")},
          {"two values", chunked("1;a=b=c\r\nx\r\n0\r\n\r\n")},
          {"an open quote", chunked("1;a=\"b\r\nx\r\n0\r\n\r\n")},
          {"an escape of the closing quote", chunked("1;a=\"b\\\"\r\nx\r\n0\r\n\r\n")},
          {"bytes behind the quote", chunked("1;a=\"b\"c\r\nx\r\n0\r\n\r\n")},
          {"a blank within", chunked("1;a b\r\nx\r\n0\r\n\r\n")},
          {"a blank at the end", chunked("1;a \r\nx\r\n0\r\n\r\n")},
          {"a word without semicolon", chunked("1 a\r\nx\r\n0\r\n\r\n")},
          {"a bare LF", chunked("1;a\nb\r\nx\r\n0\r\n\r\n")},
          {"a bare LF at the end", chunked("1;a\nx\r\n0\r\n\r\n")},
          {"a bare CR", chunked("1;a\rb\r\nx\r\n0\r\n\r\n")},
          {"a bare LF in quotes", chunked("1;a=\"\n\"\r\nx\r\n0\r\n\r\n")},
          {"CRLF in quotes", chunked("1;a=\"\r\n\"\r\nx\r\n0\r\n\r\n")},
          {"NUL", chunked(std::string("1;a\0\r\nx\r\n0\r\n\r\n", 15))},
          {"DEL", chunked("1;a\x7F\r\nx\r\n0\r\n\r\n")},
          {"a control character in quotes", chunked("1;a=\"\x01\"\r\nx\r\n0\r\n\r\n")},
          {"a broken one on the last chunk", chunked("0;\r\n\r\n")},
          {"a bare LF on the last chunk", chunked("0;a\n\r\n")},
          {"one line beyond the limit", chunked("1;" + std::string(5000, 'a') + "\r\nx\r\n0\r\n\r\n")},
          {"64 KiB", chunked("1;" + std::string(65536, 'a') + "\r\nx\r\n0\r\n\r\n").substr(0, 6000)},
          {"zeros beyond the limit", chunked(std::string(5000, '0') + "1\r\nx\r\n0\r\n\r\n")},
      },
      ErrorCode::BadRequest);
}

TEST(Chunked, CountsExtensionsOfAllChunksTogether) {
  std::string body;
  for (int i = 0; i < 100; ++i) body += "1;" + std::string(1000, 'a') + "\r\nx\r\n";
  const auto outcome = parseInOne(chunked(body));
  ASSERT_TRUE(outcome.error);
  EXPECT_EQ(outcome.error->code, ErrorCode::BadRequest);
  EXPECT_EQ(outcome.messages.at(0).body.size(), 65U);
}

TEST(Chunked, RefusesBrokenTrailers) {
  expectRefused(
      {
          {"no colon", chunked("0\r\nA\r\n\r\n")},
          {"an empty name", chunked("0\r\n: b\r\n\r\n")},
          {"a blank before the colon", chunked("0\r\nA : b\r\n\r\n")},
          {"a blank in front", chunked("0\r\n A: b\r\n\r\n")},
          {"obs-fold", chunked("0\r\nA: b\r\n c\r\n\r\n")},
          {"a bare LF", chunked("0\r\nA: b\n\r\n")},
          {"a bare CR", chunked("0\r\nA: b\rC: d\r\n\r\n")},
          {"NUL", chunked(std::string("0\r\nA: \0\r\n\r\n", 11))},
          {"a control character", chunked("0\r\nA: \x01\r\n\r\n")},
          {"a bare LF as the end", chunked("0\r\nA: b\r\n\n")},
          {"a request instead of the empty line", chunked("0\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")},
      },
      ErrorCode::BadRequest);
}

TEST(Chunked, RefusesTooManyTrailers) {
  std::string many;
  for (int i = 0; i < 101; ++i) many += "A: b\r\n";
  expectRefused({{"101", chunked("0\r\n" + many + "\r\n")}}, ErrorCode::HeadersTooLarge);
  EXPECT_EQ(parseInOne(chunked("0\r\nA: " + std::string(20000, 'b') + "\r\n\r\n")).error->code,
            ErrorCode::HeadersTooLarge);
}

TEST(Chunked, RefusesATruncatedBody) {
  const auto whole = chunked("5\r\nhello\r\n0\r\nA: b\r\n\r\n");
  for (std::size_t length = 1; length < whole.size(); ++length) {
    EXPECT_TRUE(parseInOne(std::string_view(whole).substr(0, length)).error) << length;
  }
  EXPECT_FALSE(parseInOne(whole).error);
}

TEST(Chunked, HidesNoRequestInADisputedChunk) {
  // What one parser takes for the end of a chunk line and another for its middle (the "funky chunks" family).
  expectRefused(
      {
          {"TERM.EXT", chunked("1;\nx\r\n10\r\n\r\nGET /h HTTP/1.1\r\n\r\n0\r\n\r\n")},
          {"EXT.TERM", chunked("1;a\n10\r\n0\r\n\r\n")},
          {"TERM.SPILL", chunked("5\r\nhelloXX0\r\n\r\n")},
          {"SPILL.TERM", chunked("5\r\nhelloX\r\n0\r\n\r\n")},
          {"one byte instead of CRLF", chunked("5\r\nhello\n0\r\n\r\n")},
      },
      ErrorCode::BadRequest);
}

}  // namespace
}  // namespace bridge::http::testing
