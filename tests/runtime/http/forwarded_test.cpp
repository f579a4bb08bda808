#include "http/forwarded.h"

#include <gtest/gtest.h>

namespace bridge::http {
namespace {

const Networks kTrusted({"10.0.0.0/8", "fd00::/8", "unix:"});
const Endpoint kPeer{"10.0.0.1", 5000};

Forwarded resolve(const Headers& headers) { return resolveForwarded(headers, kPeer, kTrusted); }

TEST(Forwarded, TheClientIsTheRightMostAddressThatIsNotTrusted) {
  struct Case {
    const char* list;
    const char* client;
  };
  const Case cases[] = {
      {"203.0.113.5", "203.0.113.5"},
      {"203.0.113.5, 10.0.0.7", "203.0.113.5"},
      {"6.6.6.6, 203.0.113.5, 10.0.0.7,10.0.0.8", "203.0.113.5"},
      {"10.0.0.66, 203.0.113.5", "203.0.113.5"},
      {"203.0.113.5:4711", "203.0.113.5"},
      {"[2001:db8::5]:4711, fd00::1", "2001:db8::5"},
      {"::ffff:203.0.113.5, ::ffff:10.0.0.7", "203.0.113.5"},
      {"10.0.0.9, 10.0.0.8", "10.0.0.9"},
      {"", "10.0.0.1"},
      {"unknown", "10.0.0.1"},
      {"203.0.113.5, unknown, 10.0.0.7", "10.0.0.7"},
      {"203.0.113.5, , 10.0.0.7", "10.0.0.7"},
  };
  for (const auto& [list, client] : cases) {
    EXPECT_EQ(resolve({{"X-Forwarded-For", list}}).client.address, client) << list;
  }
  EXPECT_EQ(resolve({{"X-Forwarded-For", "203.0.113.5:4711"}}).client.port, 4711);
}

TEST(Forwarded, SeveralFieldsAreOneList) {
  const Headers headers{
      {"x-forwarded-for", "6.6.6.6, 203.0.113.5"}, {"Accept", "*/*"}, {"X-Forwarded-For", "10.0.0.7"}};
  EXPECT_EQ(resolve(headers).client.address, "203.0.113.5");
}

TEST(Forwarded, SchemeHostAndPortAreThoseOfTheSameHop) {
  const auto two = resolve({{"X-Forwarded-For", "6.6.6.6, 203.0.113.5, 10.0.0.7"},
                            {"X-Forwarded-Proto", "http, https, http"},
                            {"X-Forwarded-Host", "evil.test, shop.test, inner.test"},
                            {"X-Forwarded-Port", "1,8443,80"}});
  EXPECT_EQ(two.scheme, "https");
  EXPECT_EQ(two.host, "shop.test");
  EXPECT_EQ(two.port, 8443);
  // The outer proxy alone wrote it, or the client did and the proxy added its own.
  EXPECT_EQ(resolve({{"X-Forwarded-For", "203.0.113.5, 10.0.0.7"}, {"X-Forwarded-Proto", "https"}}).scheme, "https");
  EXPECT_EQ(resolve({{"X-Forwarded-For", "203.0.113.5"}, {"X-Forwarded-Proto", "https, http"}}).scheme, "http");
}

TEST(Forwarded, SecureIsWhatLaravelCallsSecure) {
  for (const auto* secure : {"https", "HTTPS", "on", "ssl", "1"}) {
    EXPECT_EQ(resolve({{"X-Forwarded-Proto", secure}}).scheme, "https") << secure;
  }
  for (const auto* plain : {"http", "off", "ftp", "https;"}) {
    EXPECT_EQ(resolve({{"X-Forwarded-Proto", plain}}).scheme, "http") << plain;
  }
  EXPECT_FALSE(resolve({{"X-Forwarded-Proto", ""}}).scheme);
  EXPECT_FALSE(resolve({{"X-Forwarded-For", "203.0.113.5"}}).scheme);
}

TEST(Forwarded, HostsAndPortsThatCannotBeAreNotTaken) {
  for (const auto* host : {"", "a b", "user@shop.test", "shop.test/x", "shop.test:99999", "a\"b"}) {
    EXPECT_FALSE(resolve({{"X-Forwarded-Host", host}}).host) << host;
  }
  EXPECT_EQ(resolve({{"X-Forwarded-Host", "shop.test:8443"}}).host, "shop.test:8443");
  for (const auto* port : {"", "0", "65536", "-1", "https", "99999999999999999999"}) {
    EXPECT_FALSE(resolve({{"X-Forwarded-Port", port}}).port) << port;
  }
}

TEST(Forwarded, TheStandardFieldSaysTheSame) {
  const auto found =
      resolve({{"Forwarded", "for=6.6.6.6;proto=http, for=\"[2001:db8::5]:4711\";Proto=https;HOST=shop.test"},
               {"Forwarded", "for=10.0.0.7;by=10.0.0.1;proto=http;host=inner.test"}});
  EXPECT_EQ(found.by, ForwardedBy::forwarded);
  EXPECT_EQ(found.client.address, "2001:db8::5");
  EXPECT_EQ(found.client.port, 4711);
  EXPECT_EQ(found.scheme, "https");
  EXPECT_EQ(found.host, "shop.test");
}

TEST(Forwarded, TheStandardFieldIsNotReadBesideTheOthers) {
  const auto found = resolve({{"Forwarded", "for=6.6.6.6;proto=https"}, {"X-Forwarded-For", "203.0.113.5"}});
  EXPECT_EQ(found.by, ForwardedBy::xForwarded);
  EXPECT_EQ(found.client.address, "203.0.113.5");
  EXPECT_FALSE(found.scheme);
}

TEST(Forwarded, WhatStandsLeftOfAMalformedFieldIsNotBelieved) {
  EXPECT_EQ(resolve({{"Forwarded", "for=6.6.6.6"}, {"Forwarded", "for=\"203.0.113.5"}}).client.address, "10.0.0.1");
  EXPECT_EQ(resolve({{"Forwarded", "for=\"6.6.6.6"}, {"Forwarded", "for=203.0.113.5"}}).client.address, "203.0.113.5");
  EXPECT_EQ(resolve({{"Forwarded", "for=6.6.6.6, for=_hidden"}}).client.address, "10.0.0.1");
}

TEST(Forwarded, WithoutFieldsNobodySaysAnything) {
  EXPECT_EQ(resolve({{"Host", "a"}}).by, ForwardedBy::nobody);
  EXPECT_EQ(resolve({}).client.address, "10.0.0.1");
}

TEST(ParseForwarded, ReadsPairsListsAndQuotes) {
  struct Case {
    const char* field;
    std::vector<ForwardedElement> elements;
  };
  const Case cases[] = {
      {"for=192.0.2.60;proto=http;by=203.0.113.43", {{"192.0.2.60", "http", ""}}},
      {"for=192.0.2.43, for=198.51.100.17", {{"192.0.2.43", "", ""}, {"198.51.100.17", "", ""}}},
      {"For=\"_gazonk\"", {{"_gazonk", "", ""}}},
      {"for=\"a\\\"b,c;d\" ; host=x", {{"a\"b,c;d", "", "x"}}},
      {"host=shop.test:8443", {{"", "", "shop.test:8443"}}},
      {"for=a,,for=b;", {{"a", "", ""}, {}, {"b", "", ""}}},
      {"", {{}}},
  };
  for (const auto& [field, elements] : cases) {
    const auto parsed = parseForwarded(field);
    ASSERT_TRUE(parsed) << field;
    EXPECT_EQ(*parsed, elements) << field;
  }
  for (const auto* bad : {"for", "for=", "=a", "for=\"a", "for=\"a\\", "for=\"a\"b", "for =a", "for=a b", "f or=a"}) {
    EXPECT_FALSE(parseForwarded(bad)) << bad;
  }
}

}  // namespace
}  // namespace bridge::http
