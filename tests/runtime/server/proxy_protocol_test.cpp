#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/server/server_fixture.h"
#include "server/filters/trusted_proxies.h"

namespace bridge::server {
namespace {

using testing::EndsWith;

constexpr const char* kGet = "GET /app/a HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n";
const std::string kLine = "PROXY TCP4 203.0.113.5 198.51.100.1 4711 443\r\n";
const std::string kTls = std::string("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x14", 16) +
                         std::string("\xCB\0\x71\x05\xC6\x33\x64\x01\x12\x67\x01\xBB\x20\0\x05\x01\0\0\0\0", 20);

class ProxyProtocolTest : public ServerTest {
 protected:
  ProxyProtocolTest() {
    server->front().options.proxyProtocol = true;
    server->front().options.trustedProxies = http::Networks({"127.0.0.1"});
    upstream.script.onEnd = [](const http::Request& request, upstreams::Answer& answer, const std::string&) {
      answer.head({});
      answer.body(Bytes(request.client.address + ":" + std::to_string(request.client.port) + " " + request.scheme +
                        " " + request.server.address + ":" + std::to_string(request.server.port)));
      answer.end();
    };
  }
};

TEST_F(ProxyProtocolTest, TellsWhoTheClientIs) {
  EXPECT_THAT(exchange(kLine + kGet), EndsWith("\r\n\r\n203.0.113.5:4711 http 198.51.100.1:443"));
  EXPECT_THAT(exchange(kTls + kGet), EndsWith("\r\n\r\n203.0.113.5:4711 https 198.51.100.1:443"));
}

TEST_F(ProxyProtocolTest, CountsForEveryRequestOfTheConnection) {
  serve([&] {
    TestClient client(port);
    for (const char c : kTls) {
      client.send(std::string(1, c));
    }
    for (int i = 0; i < 2; ++i) {
      client.send("GET /app/a HTTP/1.1\r\nHost: x\r\n\r\n");
      EXPECT_THAT(client.readUntilContains(":443"), EndsWith("203.0.113.5:4711 https 198.51.100.1:443"));
    }
  });
}

TEST_F(ProxyProtocolTest, LeavesTheEndsOfAHealthCheck) {
  EXPECT_THAT(exchange(std::string("PROXY UNKNOWN\r\n") + kGet), testing::HasSubstr("\r\n\r\n127.0.0.1:"));
}

TEST_F(ProxyProtocolTest, ClosesAConnectionWithoutTheHeader) {
  EXPECT_EQ(exchange(kGet), "");
  EXPECT_EQ(exchange("PROXY TCP4 nonsense\r\n"), "");
  EXPECT_EQ(upstream.started, 0);
}

TEST_F(ProxyProtocolTest, ClosesAConnectionFromElsewhere) {
  server->front().options.trustedProxies = http::Networks({"10.0.0.0/8"});
  EXPECT_EQ(exchange(kLine + kGet), "");
  EXPECT_EQ(upstream.started, 0);
}

TEST_F(ProxyProtocolTest, ClosesAConnectionThatNeverCompletesIt) {
  server->front().options.headerTimeout = Millis(50);
  EXPECT_EQ(exchange("PROXY TCP4 "), "");
}

TEST_F(ProxyProtocolTest, DecidesWhoseForwardingFieldsAreBelieved) {
  server->front().filters.push_back(std::make_unique<TrustedProxies>(http::Networks({"127.0.0.1", "10.0.0.0/8"})));
  const std::string get = "GET /app/a HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.7\r\nConnection: close\r\n\r\n";
  EXPECT_THAT(exchange(kLine + get), testing::HasSubstr("\r\n\r\n203.0.113.5:4711 "));
  EXPECT_THAT(exchange("PROXY TCP4 10.0.0.4 198.51.100.1 4711 443\r\n" + get),
              testing::HasSubstr("\r\n\r\n192.0.2.7:0 "));
}

}  // namespace
}  // namespace bridge::server
