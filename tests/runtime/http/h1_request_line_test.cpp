#include "runtime/http/h1_cases.h"

namespace bridge::http::testing {
namespace {

std::string line(const std::string& text) { return text + "\r\nHost: a\r\n\r\n"; }

TEST(RequestLine, GivesMethodTargetAndVersion) {
  const auto heard = accepted(line("GET /a/b?c=d&e HTTP/1.1"));
  EXPECT_EQ(heard.request.method, "GET");
  EXPECT_EQ(heard.request.target, "/a/b?c=d&e");
  EXPECT_EQ(heard.request.path, "/a/b");
  EXPECT_EQ(heard.request.query, "c=d&e");
  EXPECT_EQ(heard.request.version, Version::http11);
  EXPECT_EQ(heard.request.host, "a");
}

TEST(RequestLine, AcceptsWhatIsLegal) {
  expectAccepted({
      {"HEAD", line("HEAD / HTTP/1.1")},
      {"PUT", line("PUT / HTTP/1.1")},
      {"PATCH", line("PATCH / HTTP/1.1")},
      {"DELETE", line("DELETE / HTTP/1.1")},
      {"OPTIONS on a path", line("OPTIONS / HTTP/1.1")},
      {"OPTIONS *", line("OPTIONS * HTTP/1.1")},
      {"a WebDAV method", line("PROPFIND / HTTP/1.1")},
      {"a method with a dash", line("M-SEARCH / HTTP/1.1")},
      {"an unknown token", line("BREW! / HTTP/1.1")},
      {"a method of 32 bytes", line(std::string(32, 'M') + " / HTTP/1.1")},
      {"HTTP/1.0", line("GET / HTTP/1.0")},
      {"HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n"},
      {"two slashes", line("GET //a//b HTTP/1.1")},
      {"dots, which are nobody's business here", line("GET /a/../../b HTTP/1.1")},
      {"an empty query", line("GET /? HTTP/1.1")},
      {"a query with marks and slashes", line("GET /?a=/b?c HTTP/1.1")},
      {"brackets, as PHP's queries have", line("GET /?a[]=1&a[b]=2 HTTP/1.1")},
      {"every byte of RFC 3986", line("GET /-._~:@!$&'()*+,;=%20/aZ09?/?-._~:@!$&'()*+,;=%7e HTTP/1.1")},
      {"a lone percent in the query", line("GET /?discount=50% HTTP/1.1")},
      {"percent-encoded UTF-8", line("GET /%E2%82%AC HTTP/1.1")},
      {"overlong UTF-8, encoded", line("GET /%c0%af HTTP/1.1")},
      {"8000 bytes", line("GET /" + std::string(8000 - 14, 'x') + " HTTP/1.1")},
      {"absolute-form", line("GET http://a/ HTTP/1.1")},
      {"one empty line before", "\r\n" + line("GET / HTTP/1.1")},
      {"four empty lines before", "\r\n\r\n\r\n\r\n" + line("GET / HTTP/1.1")},
  });
}

TEST(RequestLine, RefusesWhatIsNoRequestLine) {
  expectRefused(
      {
          {"a bare word", line("GET")},
          {"HTTP/0.9", "GET /\r\n"},
          {"HTTP/0.9 with an empty line", "GET /\r\n\r\n"},
          {"no target", line("GET HTTP/1.1")},
          {"an empty target", line("GET  HTTP/1.1")},
          {"two blanks before the target", line("GET  / HTTP/1.1")},
          {"two blanks before the version", line("GET /  HTTP/1.1")},
          {"a tab before the target", line("GET\t/ HTTP/1.1")},
          {"a tab before the version", line("GET /\tHTTP/1.1")},
          {"a blank at the end", line("GET / HTTP/1.1 ")},
          {"a tab at the end", line("GET / HTTP/1.1\t")},
          {"a word behind the version", line("GET / HTTP/1.1 x")},
          {"a blank before the method", line(" GET / HTTP/1.1")},
          {"a tab before the method", line("\tGET / HTTP/1.1")},
          {"a blank in the target", line("GET /a b HTTP/1.1")},
          {"an empty method", line(" / HTTP/1.1")},
          {"a colon in the method", line("GET: / HTTP/1.1")},
          {"a slash in the method", line("G/T / HTTP/1.1")},
          {"braces in the method", line("{GET} / HTTP/1.1")},
          {"a quote in the method", line("\"GET\" / HTTP/1.1")},
          {"a byte over 0x7F in the method", line("G\xC3\x89T / HTTP/1.1")},
          {"NUL in the method", line(std::string("G\0T / HTTP/1.1", 14))},
          {"NUL in the target", line(std::string("GET /\0 HTTP/1.1", 15))},
          {"DEL in the target", line("GET /\x7F HTTP/1.1")},
          {"an escape character in the target", line("GET /\x1B HTTP/1.1")},
          {"a form feed as a blank", line("GET\f/ HTTP/1.1")},
          {"a vertical tab as a blank", line("GET\v/ HTTP/1.1")},
          {"a version without a number", line("GET / HTTP/")},
          {"a version in lower case", line("GET / http/1.1")},
          {"a version in mixed case", line("GET / HttP/1.1")},
          {"a version without a dot", line("GET / HTTP/11")},
          {"a comma in the version", line("GET / HTTP/1,1")},
          {"a version of one number", line("GET / HTTP/1")},
          {"three digits in the version", line("GET / HTTP/1.10")},
          {"a leading zero in the version", line("GET / HTTP/01.1")},
          {"a letter in the version", line("GET / HTTP/1.x")},
          {"another protocol", line("GET / XTTP/1.1")},
          {"a blank within the version", line("GET / HTTP/ 1.1")},
          {"a bare CR within the line", line("GET /\rx HTTP/1.1")},
          {"a bare CR at the end", "GET / HTTP/1.1\rHost: a\r\n\r\n"},
          {"CR twice", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n"},
          {"a bare LF at the end", "GET / HTTP/1.1\nHost: a\r\n\r\n"},
          {"bare LF everywhere", "GET / HTTP/1.1\nHost: a\n\n"},
          {"a bare LF before the line", "\n" + line("GET / HTTP/1.1")},
          {"a bare CR before the line", "\r" + line("GET / HTTP/1.1")},
          {"a line of blanks before", "  \r\n" + line("GET / HTTP/1.1")},
          {"five empty lines before", "\r\n\r\n\r\n\r\n\r\n" + line("GET / HTTP/1.1")},
          {"the greeting of TLS", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 9)},
          {"an answer", "HTTP/1.1 200 OK\r\n\r\n"},
          {"a chat", "hello world\r\n"},
          {"SSH", "SSH-2.0-OpenSSH_9.2\r\n"},
          {"SOCKS", std::string("\x05\x01\x00", 3)},
          {"redis", "*1\r\n$4\r\nPING\r\n"},
          {"the PROXY protocol", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n"},
      },
      ErrorCode::BadRequest);
}

TEST(RequestLine, RefusesTargetsOutsideTheGrammar) {
  expectRefused(
      {
          {"a fragment", line("GET /a#b HTTP/1.1")},
          {"a fragment in the query", line("GET /?a#b HTTP/1.1")},
          {"a double quote", line("GET /\"a\" HTTP/1.1")},
          {"angle brackets", line("GET /<a> HTTP/1.1")},
          {"a backslash", line("GET /a\\b HTTP/1.1")},
          {"a backslash in front", line("GET \\a HTTP/1.1")},
          {"a caret", line("GET /^ HTTP/1.1")},
          {"a backtick", line("GET /` HTTP/1.1")},
          {"braces", line("GET /?{} HTTP/1.1")},
          {"a bar", line("GET /a|b HTTP/1.1")},
          {"UTF-8", line("GET /\xE2\x82\xAC HTTP/1.1")},
          {"Latin-1", line("GET /?a=\xE9 HTTP/1.1")},
          {"overlong UTF-8", line("GET /\xC0\xAF HTTP/1.1")},
          {"no slash in front", line("GET a/b HTTP/1.1")},
          {"a query alone", line("GET ?a HTTP/1.1")},
          {"the asterisk with GET", line("GET * HTTP/1.1")},
          {"the asterisk with POST", line("POST * HTTP/1.1")},
          {"the asterisk and more", line("OPTIONS *a HTTP/1.1")},
          {"the asterisk as a path, without its slash", line("OPTIONS */a HTTP/1.1")},
          {"authority-form with GET", line("GET a:80 HTTP/1.1")},
          {"authority-form with OPTIONS", line("OPTIONS a:80 HTTP/1.1")},
          {"a percent at the end of the path", line("GET /a% HTTP/1.1")},
          {"one hex digit", line("GET /a%2 HTTP/1.1")},
          {"no hex digits", line("GET /a%zz HTTP/1.1")},
          {"an encoded percent cut short by the query", line("GET /a%2?b HTTP/1.1")},
          {"an encoded NUL in the path", line("GET /a%00b HTTP/1.1")},
          {"another scheme", line("GET ftp://a/ HTTP/1.1")},
          {"file", line("GET file:///etc/passwd HTTP/1.1")},
          {"gopher", line("GET gopher://a/ HTTP/1.1")},
          {"a scheme without slashes", line("GET http:a HTTP/1.1")},
          {"a scheme with one slash", line("GET http:/a HTTP/1.1")},
          {"a scheme alone", line("GET http HTTP/1.1")},
          {"a scheme and a colon", line("OPTIONS https: HTTP/1.1")},
          {"an empty scheme", line("GET ://a/ HTTP/1.1")},
          {"an absolute-form without host", line("GET http:///a HTTP/1.1")},
          {"nothing behind the scheme", line("GET http:// HTTP/1.1")},
          {"userinfo", line("GET http://user@a/ HTTP/1.1")},
          {"userinfo with a password", line("GET http://user:pass@a/ HTTP/1.1")},
          {"a port that is no number", line("GET http://a:b/ HTTP/1.1")},
          {"a port beyond 65535", line("GET http://a:65536/ HTTP/1.1")},
          {"a blank host", line("GET http://a b/ HTTP/1.1")},
          {"an open bracket", line("GET http://[::1/ HTTP/1.1")},
          {"an absolute-form with a backslash", line("GET http://a\\@b/ HTTP/1.1")},
          {"an absolute-form with a fragment", line("GET http://a/#b HTTP/1.1")},
          {"an absolute-form with a bad path", line("GET http://a/%zz HTTP/1.1")},
      },
      ErrorCode::BadRequest);
}

TEST(RequestLine, RefusesOtherVersions) {
  expectRefused(
      {
          {"HTTP/0.9, spelt out", line("GET / HTTP/0.9")},
          {"HTTP/1.2", line("GET / HTTP/1.2")},
          {"HTTP/1.9", line("GET / HTTP/1.9")},
          {"HTTP/2.0", line("GET / HTTP/2.0")},
          {"HTTP/3.0", line("GET / HTTP/3.0")},
          {"HTTP/9.9", line("GET / HTTP/9.9")},
          {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
          {"a version is judged before the target", line("GET {} HTTP/2.0")},
      },
      ErrorCode::VersionNotSupported);
}

TEST(RequestLine, RefusesMethodsThatAreNeverServed) {
  expectRefused(
      {
          {"CONNECT", line("CONNECT a:80 HTTP/1.1")},
          {"CONNECT with an empty port", line("CONNECT a: HTTP/1.1")},
          {"CONNECT on a path", line("CONNECT / HTTP/1.1")},
          {"TRACE", line("TRACE / HTTP/1.1")},
          {"TRACE of HTTP/1.0", line("TRACE / HTTP/1.0")},
      },
      ErrorCode::MethodNotAllowed);
  expectRefused(
      {
          {"lower case", line("get / HTTP/1.1")},
          {"mixed case", line("Get / HTTP/1.1")},
          {"connect in lower case", line("connect a:80 HTTP/1.1")},
          {"33 bytes", line(std::string(33, 'M') + " / HTTP/1.1")},
          {"4000 bytes", line(std::string(4000, 'M') + " / HTTP/1.1")},
      },
      ErrorCode::NotImplemented);
}

TEST(RequestLine, IsRefusedBeforeAnyFieldHasCome) {
  Stream stream;
  stream.feed("GET / HTTP/7.1\r\n");
  ASSERT_TRUE(stream.error);
  EXPECT_EQ(stream.error->code, ErrorCode::VersionNotSupported);
  EXPECT_TRUE(stream.recorder.messages.empty());
}

TEST(RequestLine, TakesTheHostOfAbsoluteFormAndReplacesTheField) {
  const auto heard = accepted("GET HTTP://b.example:8080/x?y HTTP/1.1\r\nX: 1\r\nHost: a\r\nY: 2\r\n\r\n");
  EXPECT_EQ(heard.request.target, "HTTP://b.example:8080/x?y");
  EXPECT_EQ(heard.request.path, "/x");
  EXPECT_EQ(heard.request.query, "y");
  EXPECT_EQ(heard.request.host, "b.example:8080");
  EXPECT_EQ(heard.request.headers, (Headers{{"X", "1"}, {"Host", "b.example:8080"}, {"Y", "2"}}));
}

TEST(RequestLine, GivesAbsoluteFormWithoutPathTheRoot) {
  EXPECT_EQ(accepted(line("GET https://b HTTP/1.1")).request.path, "/");
  const auto query = accepted(line("GET http://b?a=1 HTTP/1.1"));
  EXPECT_EQ(query.request.path, "/");
  EXPECT_EQ(query.request.query, "a=1");
  EXPECT_EQ(accepted("GET http://b HTTP/1.0\r\n\r\n").request.host, "b");
}

TEST(RequestLine, ReadsOptionsForTheServerAsAWhole) {
  EXPECT_EQ(accepted(line("OPTIONS * HTTP/1.1")).request.path, "*");
  EXPECT_EQ(accepted(line("OPTIONS http://b HTTP/1.1")).request.path, "*");
  EXPECT_EQ(accepted(line("OPTIONS http://b/ HTTP/1.1")).request.path, "/");
  EXPECT_EQ(accepted(line("OPTIONS http://b?x HTTP/1.1")).request.path, "/");
}

TEST(RequestLine, DecodesNothing) {
  const auto heard = accepted(line("GET /%2e%2e/%41+b?x=%41+%26 HTTP/1.1"));
  EXPECT_EQ(heard.request.path, "/%2e%2e/%41+b");
  EXPECT_EQ(heard.request.query, "x=%41+%26");
}

}  // namespace
}  // namespace bridge::http::testing
