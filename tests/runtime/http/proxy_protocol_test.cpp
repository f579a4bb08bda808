#include "http/proxy_protocol.h"

#include <gtest/gtest.h>

namespace bridge::http {
namespace {

const std::string kSignature("\r\n\r\n\0\r\nQUIT\n", 12);

std::string binary(int command, int family, const std::string& rest) {
  return kSignature + static_cast<char>(command) + static_cast<char>(family) + static_cast<char>(rest.size() >> 8U) +
         static_cast<char>(rest.size() & 0xFFU) + rest;
}

const std::string kV4("\xCB\x00\x71\x05\x0A\x00\x00\x01\x12\x67\x01\xBB", 12);

TEST(ProxyProtocol, ReadsTheLineOfVersion1) {
  const std::string line = "PROXY TCP4 203.0.113.5 10.0.0.1 4711 443\r\n";
  const auto header = parseProxyHeader(line + "GET / HTTP/1.1\r\n");
  ASSERT_TRUE(header.ok() && *header);
  EXPECT_EQ((*header)->size, line.size());
  ASSERT_TRUE((*header)->ends);
  EXPECT_EQ((*header)->ends->client.address, "203.0.113.5");
  EXPECT_EQ((*header)->ends->client.port, 4711);
  EXPECT_EQ((*header)->ends->server.address, "10.0.0.1");
  EXPECT_EQ((*header)->ends->server.port, 443);
  EXPECT_FALSE((*header)->tls);
  EXPECT_EQ((*parseProxyHeader("PROXY TCP6 2001:DB8::5 ::1 1 0\r\n"))->ends->client.address, "2001:db8::5");
}

TEST(ProxyProtocol, KeepsTheEndsOfTheSocketWhereTheBalancerSaysNothing) {
  for (const auto& text : {std::string("PROXY UNKNOWN\r\n"), std::string("PROXY UNKNOWN ffff:f::1 x 1 2\r\n"),
                           binary(0x20, 0x00, ""), binary(0x20, 0x11, kV4), binary(0x21, 0x00, "abc")}) {
    const auto header = parseProxyHeader(text);
    ASSERT_TRUE(header.ok() && *header) << text;
    EXPECT_EQ((*header)->size, text.size());
    EXPECT_FALSE((*header)->ends) << text;
  }
}

TEST(ProxyProtocol, ReadsTheAddressesOfVersion2) {
  const auto v4 = parseProxyHeader(binary(0x21, 0x11, kV4) + "GET");
  ASSERT_TRUE(v4.ok() && *v4 && (*v4)->ends);
  EXPECT_EQ((*v4)->size, 28U);
  EXPECT_EQ((*v4)->ends->client.address, "203.0.113.5");
  EXPECT_EQ((*v4)->ends->client.port, 0x1267);
  EXPECT_EQ((*v4)->ends->server.address, "10.0.0.1");
  EXPECT_EQ((*v4)->ends->server.port, 443);

  const std::string ends = std::string("\x20\x01\x0D\xB8", 4) + std::string(11, '\0') + "\x05" + std::string(10, '\0') +
                           std::string("\xFF\xFF\x0A\x00\x00\x01\x00\x01\x00\x02", 10);
  const auto v6 = parseProxyHeader(binary(0x21, 0x21, ends));
  ASSERT_TRUE(v6.ok() && *v6 && (*v6)->ends);
  EXPECT_EQ((*v6)->ends->client.address, "2001:db8::5");
  EXPECT_EQ((*v6)->ends->server.address, "10.0.0.1");
  EXPECT_EQ((*v6)->ends->server.port, 2);

  const auto local = parseProxyHeader(binary(0x21, 0x31, std::string(216, 'x')));
  ASSERT_TRUE(local.ok() && *local && (*local)->ends);
  EXPECT_EQ((*local)->ends->client.address, "unix:");
}

TEST(ProxyProtocol, SeesWhetherTheClientCameOverTls) {
  const std::string other(
      "\x04\x00\x03"
      "abc",
      6);
  const std::string tls("\x20\x00\x05\x01\x00\x00\x00\x00", 8);
  const std::string plain("\x20\x00\x05\x00\x00\x00\x00\x01", 8);
  EXPECT_TRUE((*parseProxyHeader(binary(0x21, 0x11, kV4 + other + tls)))->tls);
  EXPECT_FALSE((*parseProxyHeader(binary(0x21, 0x11, kV4 + plain + other)))->tls);
  EXPECT_FALSE((*parseProxyHeader(binary(0x21, 0x11, kV4 + other)))->tls);
}

TEST(ProxyProtocol, WaitsForTheRestAndThenSaysTheSame) {
  for (const auto& text : {std::string("PROXY TCP4 203.0.113.5 10.0.0.1 4711 443\r\n"), binary(0x21, 0x11, kV4)}) {
    for (std::size_t size = 0; size < text.size(); ++size) {
      const auto part = parseProxyHeader(std::string_view(text).substr(0, size));
      ASSERT_TRUE(part.ok()) << size;
      EXPECT_FALSE(*part) << size;
    }
    EXPECT_TRUE(*parseProxyHeader(text));
  }
}

TEST(ProxyProtocol, RefusesEverythingElse) {
  const std::vector<std::string> bad = {
      "GET / HTTP/1.1\r\n",
      "P GET",
      "PROXY TCP4 203.0.113.5 10.0.0.1 4711\r\n",
      "PROXY TCP4 203.0.113.5 10.0.0.1 4711 443 5\r\n",
      "PROXY TCP4  203.0.113.5 10.0.0.1 4711 443\r\n",
      "PROXY TCP4 2001:db8::5 10.0.0.1 4711 443\r\n",
      "PROXY TCP6 203.0.113.5 ::1 4711 443\r\n",
      "PROXY TCP4 203.0.113.5 10.0.0.1 65536 443\r\n",
      "PROXY TCP4 203.0.113.5 10.0.0.1 -1 443\r\n",
      "PROXY TCP4 203.0.113.5 10.0.0.1 0443 443\r\n",
      "PROXY TCP4 host 10.0.0.1 1 2\r\n",
      "PROXY UDP4 203.0.113.5 10.0.0.1 1 2\r\n",
      "PROXY \r\n",
      "PROXY TCP4 " + std::string(200, '1'),
      binary(0x11, 0x11, kV4),
      binary(0x22, 0x11, kV4),
      binary(0x21, 0x12, kV4),
      binary(0x21, 0x41, kV4),
      binary(0x21, 0x11, kV4.substr(1)),
      binary(0x21, 0x21, kV4),
      binary(0x21, 0x11, kV4 + "\x04"),
      binary(0x21, 0x11,
             kV4 + std::string("\x04\x00\x09"
                               "a",
                               4)),
      binary(0x21, 0x11, std::string(5000, '\0')),
  };
  for (const auto& text : bad) {
    const auto header = parseProxyHeader(text);
    ASSERT_FALSE(header.ok()) << text;
    EXPECT_EQ(header.error().code, ErrorCode::BadRequest);
  }
}

}  // namespace
}  // namespace bridge::http
