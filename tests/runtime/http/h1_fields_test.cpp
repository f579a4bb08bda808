#include "runtime/http/h1_cases.h"

namespace bridge::http::testing {
namespace {

TEST(Fields, KeepOrderBytesAndRepeats) {
  const auto heard =
      accepted(get("x-b: 2\r\nX-A: 1\r\nX-a:  \t one two \t \r\nEmpty:\r\nBlank:   \r\nL: \xE9\xFF\r\n"));
  EXPECT_EQ(heard.request.headers, (Headers{{"Host", "a"},
                                            {"x-b", "2"},
                                            {"X-A", "1"},
                                            {"X-a", "one two"},
                                            {"Empty", ""},
                                            {"Blank", ""},
                                            {"L", "\xE9\xFF"}}));
}

TEST(Fields, AcceptWhatIsLegal) {
  expectAccepted({
      {"no blank behind the colon", get("A:b\r\n")},
      {"colons in the value", get("A: b:c::d\r\n")},
      {"tabs within the value", get("A: b\tc\r\n")},
      {"every token character in the name", get("!#$%&'*+-.^_`|~09azAZ: b\r\n")},
      {"an underscore in the name", get("A_B: c\r\n")},
      {"quotes and braces in the value", get("A: \"{}[]<>\\|^`\"\r\n")},
      {"UTF-8 in the value", get("A: \xE2\x82\xAC\r\n")},
      {"a name of one byte", get("A: b\r\n")},
      {"Upgrade to HTTP/2", get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n")},
      {"Upgrade with a version", get("Connection: upgrade\r\nUpgrade: HTTP/2.0, SHTTP/1.3\r\n")},
      {"a long value", get("A: " + std::string(9000, 'v') + "\r\n")},
      {"an empty Connection", get("Connection:\r\n")},
      {"a Connection with empty elements", get("Connection: , close,\r\n")},
      {"a body with GET", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"},
      {"a body with DELETE", "DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"},
      {"a body with HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"},
      {"a body with OPTIONS", "OPTIONS / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"},
  });
}

TEST(Fields, RefuseBrokenLines) {
  expectRefused(
      {
          {"no colon", get("A\r\n")},
          {"no colon in the first line", "GET / HTTP/1.1\r\nHost\r\n\r\n"},
          {"an empty name", get(": b\r\n")},
          {"a colon alone", get(":\r\n")},
          {"a blank before the colon", get("A : b\r\n")},
          {"a tab before the colon", get("A\t: b\r\n")},
          {"a blank within the name", get("A B: c\r\n")},
          {"a blank before the first name", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"},
          {"a tab before the first name", "GET / HTTP/1.1\r\n\tHost: a\r\n\r\n"},
          {"obs-fold with a blank", get("A: b\r\n c\r\n")},
          {"obs-fold with a tab", get("A: b\r\n\tc\r\n")},
          {"obs-fold of an empty value", get("A:\r\n b\r\n")},
          {"obs-fold of blanks", get("A: b\r\n \r\n")},
          {"obs-fold before the end of the head", get("A: b\r\n  ")},
          {"obs-fold of Transfer-Encoding", post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n")},
          {"obs-fold of Content-Length", post("Content-Length:\r\n 1\r\n", "x")},
          {"obs-fold of Host", "GET / HTTP/1.1\r\nHost:\r\n a\r\n\r\n"},
          {"a quote in the name", get("\"A\": b\r\n")},
          {"a slash in the name", get("A/B: c\r\n")},
          {"an at sign in the name", get("A@B: c\r\n")},
          {"parentheses in the name", get("A(B): c\r\n")},
          {"brackets in the name", get("[A]: c\r\n")},
          {"braces in the name", get("{A}: c\r\n")},
          {"a comma in the name", get("A,B: c\r\n")},
          {"a semicolon in the name", get("A;B: c\r\n")},
          {"an equals sign in the name", get("A=B: c\r\n")},
          {"a question mark in the name", get("A?: c\r\n")},
          {"a backslash in the name", get("A\\B: c\r\n")},
          {"Latin-1 in the name", get("\xC4: b\r\n")},
          {"the byte 0xFF in the name", get("A\xFF: b\r\n")},
          {"the byte 0xFD in the name", get("\xFD\xFE: b\r\n")},
          {"UTF-8 in the name", get("A\xE2\x82\xAC: b\r\n")},
          {"NUL in the name", get(std::string("A\0B: c\r\n", 8))},
          {"NUL in the value", get(std::string("A: b\0c\r\n", 8))},
          {"NUL alone as the value", get(std::string("A: \0\r\n", 6))},
          {"SOH in the value", get("A: b\x01\r\n")},
          {"backspace in the value", get("A: b\x08"
                                         "c\r\n")},
          {"vertical tab in the value", get("A: b\vc\r\n")},
          {"form feed in the value", get("A: b\fc\r\n")},
          {"escape in the value", get("A: \x1B[31m\r\n")},
          {"DEL in the value", get("A: b\x7F\r\n")},
          {"US in the value", get("A: b\x1F\r\n")},
          {"a bare CR in the value", get("A: b\rc\r\n")},
          {"a bare CR before the value", get("A: \rb\r\n")},
          {"a bare CR in the name", get("A\rB: c\r\n")},
          {"a bare CR behind the name", get("A\r: c\r\n")},
          {"a bare CR that hides a field", get("A: b\rTransfer-Encoding: chunked\r\n")},
          {"CR twice at the end", get("A: b\r\r\n")},
          {"a bare LF at the end", get("A: b\n")},
          {"a bare LF that hides a field", get("A: b\nTransfer-Encoding: chunked\r\n")},
          {"a bare LF before a field", get("\nA: b\r\n")},
          {"LF CR", get("A: b\n\r\n")},
          {"a bare LF as the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n"},
          {"a bare CR as the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\rGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
          {"an empty line of blanks", "GET / HTTP/1.1\r\nHost: a\r\n \r\n\r\n"},
          {"a second request line", get("GET / HTTP/1.1\r\n")},
          {"a Connection that is no list of tokens", get("Connection: close/now\r\n")},
      },
      ErrorCode::BadRequest);
}

TEST(Fields, RefuseEveryControlCharacterInNameAndValue) {
  for (int c = 0; c < 256; ++c) {
    if (c >= 0x20 && c != 0x7F) continue;
    SCOPED_TRACE(c);
    const std::string byte(1, static_cast<char>(c));
    EXPECT_TRUE(parseInOne(get("A" + byte + "B: c\r\n")).error);
    if (c != '\t') {
      EXPECT_TRUE(parseInOne(get("A: b" + byte + "c\r\n")).error);
    }
  }
}

TEST(Host, IsRequiredOnceInHttp11) {
  expectRefused(
      {
          {"missing", "GET / HTTP/1.1\r\n\r\n"},
          {"missing among others", "GET / HTTP/1.1\r\nA: b\r\n\r\n"},
          {"missing with absolute-form", "GET http://a/ HTTP/1.1\r\n\r\n"},
          {"twice", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
          {"twice the same", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
          {"twice in other case", "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n"},
          {"twice with absolute-form", "GET http://a/ HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
          {"twice in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"},
          {"invalid with absolute-form", "GET http://a/ HTTP/1.1\r\nHost: a/b\r\n\r\n"},
          {"missing, with Host as the value", "GET / HTTP/1.1\r\nX-Host: a\r\n\r\n"},
      },
      ErrorCode::BadRequest);
}

TEST(Host, AcceptsNamesAndAddresses) {
  for (const std::string host :
       {"a", "example.com", "EXAMPLE.com", "example.com:80", "example.com:", "example.com:65535", "example.com.",
        "a_b.example", "127.0.0.1", "127.0.0.1:8080", "[::1]", "[::1]:8080", "[2001:db8::1]", "[::ffff:1.2.3.4]:1",
        "xn--nxasmq6b.example", "a%20b", "localhost:00080"}) {
    SCOPED_TRACE(host);
    EXPECT_EQ(accepted("GET / HTTP/1.1\r\nHost:  " + host + "\t\r\n\r\n").request.host, host);
  }
}

TEST(Host, RefusesWhatIsNoHost) {
  for (const std::string host : {"",
                                 " ",
                                 "a b",
                                 "a,b",
                                 "a, b",
                                 "a/b",
                                 "a/",
                                 "/a",
                                 "http://a",
                                 "user@a",
                                 "user:pass@a",
                                 "a?b",
                                 "a#b",
                                 "a:b",
                                 "a:65536",
                                 "a:99999999999999999999",
                                 "a:-1",
                                 "a:+80",
                                 "a:80:80",
                                 ":80",
                                 "[::1",
                                 "::1]",
                                 "::1",
                                 "[::1]x",
                                 "[::1]80",
                                 "[::1]:x",
                                 "[]",
                                 "[a]",
                                 "[127.0.0.1]",
                                 "[::1%25lo]",
                                 "[1:2:3:4:5:6:7:8:9]",
                                 "a\\b",
                                 "a\"b",
                                 "<a>",
                                 "a|b",
                                 "a^b",
                                 "a`b",
                                 "{a}",
                                 "a%2",
                                 "a%zz",
                                 "a%00",
                                 "\xE9",
                                 "a:8 0",
                                 "a:80,b",
                                 "a@",
                                 "@a"}) {
    SCOPED_TRACE(host);
    expectRefused({{"HTTP/1.1", "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"},
                   {"HTTP/1.0", "GET / HTTP/1.0\r\nHost: " + host + "\r\n\r\n"}},
                  ErrorCode::BadRequest);
  }
  expectRefused({{"256 bytes", "GET / HTTP/1.1\r\nHost: " + std::string(256, 'a') + "\r\n\r\n"}},
                ErrorCode::BadRequest);
}

TEST(Connection, DecidesWhetherTheClientKeepsIt) {
  const auto keeps = [](const std::string& version, const std::string& fields) {
    return accepted("GET / HTTP/" + version + "\r\nHost: a\r\n" + fields + "\r\n").request.keepAlive;
  };
  EXPECT_TRUE(keeps("1.1", ""));
  EXPECT_TRUE(keeps("1.1", "Connection: keep-alive\r\n"));
  EXPECT_TRUE(keeps("1.1", "Connection: upgrade\r\n"));
  EXPECT_TRUE(keeps("1.1", "Connection: closed\r\n"));
  EXPECT_FALSE(keeps("1.1", "Connection: close\r\n"));
  EXPECT_FALSE(keeps("1.1", "connection: CLOSE\r\n"));
  EXPECT_FALSE(keeps("1.1", "Connection: x ,\tClose , y\r\n"));
  EXPECT_FALSE(keeps("1.1", "Connection: keep-alive\r\nConnection: close\r\n"));
  EXPECT_FALSE(keeps("1.0", ""));
  EXPECT_TRUE(keeps("1.0", "Connection: Keep-Alive\r\n"));
  EXPECT_FALSE(keeps("1.0", "Connection: keep-alive, close\r\n"));
  EXPECT_FALSE(keeps("1.0", "Proxy-Connection: keep-alive\r\n"));
}

TEST(Expect, KnowsOneExpectation) {
  EXPECT_TRUE(accepted(post("Expect: 100-continue\r\nContent-Length: 1\r\n", "x")).request.expectContinue);
  EXPECT_TRUE(accepted(post("expect: 100-Continue\r\nContent-Length: 1\r\n", "x")).request.expectContinue);
  EXPECT_FALSE(accepted(post("Expect: 100-continue\r\nContent-Length: 0\r\n")).request.expectContinue);
  EXPECT_FALSE(accepted(get("Expect: 100-continue\r\n")).request.expectContinue);
  EXPECT_FALSE(accepted(get("Expect:\r\n")).request.expectContinue);
  EXPECT_FALSE(accepted(post("Content-Length: 1\r\n", "x")).request.expectContinue);
  const std::string old = "POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: ";
  EXPECT_FALSE(accepted(old + "100-continue\r\n\r\nx").request.expectContinue);
  EXPECT_FALSE(accepted(old + "tea\r\n\r\nx").request.expectContinue);
  expectRefused(
      {
          {"unknown", get("Expect: 200-ok\r\n")},
          {"a list", get("Expect: 100-continue, x\r\n")},
          {"a prefix", get("Expect: 100-continued\r\n")},
          {"a second, unknown one", get("Expect: 100-continue\r\nExpect: x\r\n")},
      },
      ErrorCode::ExpectationFailed);
}

}  // namespace
}  // namespace bridge::http::testing
