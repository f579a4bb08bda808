#include "server/filters/trusted_proxies.h"

#include <gtest/gtest.h>

namespace bridge::server {
namespace {

http::Request requestFrom(const std::string& address, const std::string& host, http::Headers forwarded) {
  http::Request request;
  request.client = {address, 5000};
  request.server = {"10.0.0.2", 8080};
  request.head.host = host;
  request.head.headers = std::move(forwarded);
  request.head.headers.add("Host", host);
  return request;
}

void filter(http::Request& request) {
  TrustedProxies proxies(http::Networks({"10.0.0.0/8", "unix:"}));
  EXPECT_FALSE(proxies.onRequest(request));
}

TEST(TrustedProxies, MakeTheRequestThatOfTheClient) {
  auto request = requestFrom("10.0.0.1", "inner:8080",
                             {{"X-Forwarded-For", "6.6.6.6, 203.0.113.5, 10.0.0.9"},
                              {"X-Forwarded-Proto", "https"},
                              {"X-Forwarded-Host", "shop.test"},
                              {"X-Forwarded-Port", "443"},
                              {"Forwarded", "for=6.6.6.6"}});
  filter(request);
  EXPECT_EQ(request.client.address, "203.0.113.5");
  EXPECT_EQ(request.client.port, 0);
  EXPECT_EQ(request.scheme, "https");
  EXPECT_EQ(request.head.host, "shop.test");
  EXPECT_EQ(request.server.port, 443);
  // An application that trusts everybody reads the left-most address: it is the right one.
  EXPECT_EQ(request.head.headers, (http::Headers{{"X-Forwarded-For", "203.0.113.5"},
                                                 {"X-Forwarded-Proto", "https"},
                                                 {"X-Forwarded-Host", "shop.test"},
                                                 {"X-Forwarded-Port", "443"},
                                                 {"Host", "shop.test"}}));
}

TEST(TrustedProxies, BelieveNobodyElse) {
  const http::Headers headers{{"X-Forwarded-For", "6.6.6.6"}, {"X-Forwarded-Proto", "https"}, {"Forwarded", "for=7"}};
  auto request = requestFrom("203.0.113.5", "shop.test", headers);
  const auto before = request.head.headers;
  filter(request);
  EXPECT_EQ(request.client.address, "203.0.113.5");
  EXPECT_EQ(request.client.port, 5000);
  EXPECT_EQ(request.scheme, "http");
  EXPECT_EQ(request.server.port, 8080);
  EXPECT_EQ(request.head.headers, before);
}

TEST(TrustedProxies, WorkOutThePlaceAsLaravelDoes) {
  struct Case {
    std::string host;
    http::Headers forwarded;
    std::string authority;
    int port;
  };
  const Case cases[] = {
      {"shop.test", {{"X-Forwarded-Proto", "https"}}, "shop.test", 443},
      {"shop.test:8000", {{"X-Forwarded-Proto", "https"}}, "shop.test:8000", 8000},
      {"shop.test", {{"X-Forwarded-Proto", "https"}, {"X-Forwarded-Port", "8443"}}, "shop.test:8443", 8443},
      {"shop.test:80", {{"X-Forwarded-Proto", "https"}, {"X-Forwarded-Port", "443"}}, "shop.test", 443},
      {"inner:8000", {{"X-Forwarded-Host", "shop.test"}}, "shop.test", 80},
      {"inner:8000", {{"X-Forwarded-Host", "shop.test:8443"}}, "shop.test:8443", 8443},
      {"inner", {{"X-Forwarded-Host", "shop.test:1"}, {"X-Forwarded-Port", "2"}}, "shop.test:2", 2},
      {"inner", {{"X-Forwarded-Host", "[::1]:8443"}, {"X-Forwarded-Proto", "https"}}, "[::1]:8443", 8443},
      {"inner", {{"X-Forwarded-Host", "[::1]"}}, "[::1]", 80},
      {"shop.test", {{"X-Forwarded-Port", "443"}}, "shop.test:443", 443},
      {"inner:8000", {{"X-Forwarded-For", "203.0.113.5"}}, "inner:8000", 8080},
      {"inner:8000", {{"X-Forwarded-Host", "no host"}, {"X-Forwarded-Proto", "http"}}, "inner:8000", 8000},
      {"inner", {{"Forwarded", "for=203.0.113.5;proto=https;host=\"shop.test:8443\""}}, "shop.test:8443", 8443},
      {"", {{"X-Forwarded-Proto", "https"}}, "", 443},
  };
  for (const auto& [host, forwarded, authority, port] : cases) {
    auto request = requestFrom("10.0.0.1", host, forwarded);
    const auto text = forwarded.begin()->name + ": " + forwarded.begin()->value;
    filter(request);
    EXPECT_EQ(request.head.host, authority) << text;
    EXPECT_EQ(request.head.headers.find("Host"), authority) << text;
    EXPECT_EQ(request.server.port, port) << text;
  }
}

TEST(TrustedProxies, WriteTheFieldsThatWereThereAnew) {
  auto standard = requestFrom("10.0.0.1", "inner", {{"Forwarded", "for=6.6.6.6, for=\"[2001:db8::5]:1\";proto=https"}});
  filter(standard);
  EXPECT_EQ(standard.head.headers,
            (http::Headers{{"Forwarded", "for=\"[2001:db8::5]\";proto=https"}, {"Host", "inner"}}));

  auto several =
      requestFrom("10.0.0.1", "inner", {{"x-forwarded-for", "6.6.6.6"}, {"X-Forwarded-For", "203.0.113.5:9"}});
  filter(several);
  EXPECT_EQ(several.head.headers, (http::Headers{{"X-Forwarded-For", "203.0.113.5"}, {"Host", "inner"}}));
  EXPECT_EQ(several.client.port, 9);

  auto useless = requestFrom("10.0.0.1", "inner", {{"X-Forwarded-Host", "a b"}, {"X-Forwarded-Port", "x"}});
  filter(useless);
  EXPECT_EQ(useless.head.headers, (http::Headers{{"Host", "inner"}}));
}

TEST(TrustedProxies, MayBeThePeersOfAUnixSocket) {
  auto request = requestFrom("unix:", "inner", {{"X-Forwarded-For", "203.0.113.5"}});
  filter(request);
  EXPECT_EQ(request.client.address, "203.0.113.5");
  auto unknown = requestFrom("unix:", "inner", {{"X-Forwarded-For", "unknown"}, {"X-Forwarded-Proto", "https"}});
  filter(unknown);
  EXPECT_EQ(unknown.client.address, "unix:");
  EXPECT_EQ(unknown.scheme, "https");
  EXPECT_FALSE(unknown.head.headers.has("X-Forwarded-For"));
}

}  // namespace
}  // namespace bridge::server
