#include "http/networks.h"

#include <gtest/gtest.h>

namespace bridge::http {
namespace {

TEST(Networks, HoldTheAddressesThatShareTheirBits) {
  struct Case {
    const char* item;
    const char* address;
    bool contained;
  };
  const Case cases[] = {
      {"10.0.0.1", "10.0.0.1", true},
      {"10.0.0.1", "10.0.0.2", false},
      {"10.0.0.0/8", "10.255.255.255", true},
      {"10.0.0.0/8", "11.0.0.0", false},
      {"192.168.128.0/17", "192.168.255.1", true},
      {"192.168.128.0/17", "192.168.127.1", false},
      {"192.168.1.77/24", "192.168.1.1", true},
      {"0.0.0.0/0", "203.0.113.9", true},
      {"0.0.0.0/0", "::1", false},
      {"::/0", "2001:db8::1", true},
      {"::/0", "10.0.0.1", false},
      {"2001:db8::/33", "2001:db8:7fff::1", true},
      {"2001:db8::/33", "2001:db8:8000::1", false},
      {"::1", "0:0:0:0:0:0:0:1", true},
      {"10.0.0.0/8", "::ffff:10.1.2.3", true},
      {"::ffff:10.0.0.0/104", "10.1.2.3", true},
      {"::ffff:10.0.0.1", "10.0.0.1", true},
      {"10.0.0.0/8", "unix:", false},
      {"unix:", "unix:", true},
      {"unix:", "unix:/run/x.sock", true},
      {"unix:", "127.0.0.1", false},
      {"10.0.0.0/8", "", false},
      {"10.0.0.0/8", "10.0.0.1:80", false},
  };
  for (const auto& [item, address, contained] : cases) {
    EXPECT_EQ(Networks({item}).contain(address), contained) << item << " " << address;
    EXPECT_EQ(Networks({"198.51.100.1", item, "fd00::/8"}).contain(address), contained) << item << " " << address;
  }
  EXPECT_FALSE(Networks().contain("127.0.0.1"));
}

TEST(Networks, ItemsAreAddressesNetworksAndUnix) {
  for (const auto* good : {"10.0.0.1", "10.0.0.0/0", "::/128", "unix:", "::ffff:10.0.0.0/96"}) {
    EXPECT_TRUE(Networks::isItem(good)) << good;
  }
  for (const auto* bad : {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/+8", "::/129", "localhost", "10.0.0",
                          "unix:/run/x", "*", "::ffff:10.0.0.0/8", "[::1]", "fe80::1%eth0", "10.0.0.0/8/8"}) {
    EXPECT_FALSE(Networks::isItem(bad)) << bad;
    EXPECT_TRUE(Networks({bad}).empty()) << bad;
  }
}

TEST(ParseEndpoint, ReadsWhatProxiesWrite) {
  struct Case {
    const char* text;
    const char* address;
    int port;
  };
  const Case cases[] = {
      {"192.0.2.1", "192.0.2.1", 0},
      {"192.0.2.1:80", "192.0.2.1", 80},
      {"2001:DB8:0::1", "2001:db8::1", 0},
      {"[2001:db8::1]", "2001:db8::1", 0},
      {"[2001:db8::1]:443", "2001:db8::1", 443},
      {"::ffff:192.0.2.1", "192.0.2.1", 0},
      {"[::ffff:192.0.2.1]:1", "192.0.2.1", 1},
  };
  for (const auto& [text, address, port] : cases) {
    const auto endpoint = parseEndpoint(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(endpoint->address, address) << text;
    EXPECT_EQ(endpoint->port, port) << text;
  }
  for (const auto* bad : {"", "unknown", "_hidden", "192.0.2.1:", "192.0.2.1:x", "192.0.2.1:65536", "192.0.2.1:123456",
                          "[192.0.2.1]:80", "[::1", "[::1]80", "[::1]:", "1.2.3", "::1%lo", "unix:", "192.0.2.1 "}) {
    EXPECT_FALSE(parseEndpoint(bad)) << bad;
  }
}

}  // namespace
}  // namespace bridge::http
