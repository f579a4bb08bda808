#include "config/kinds.h"

#include <gtest/gtest.h>

namespace bridge::config::kind {
namespace {

static_assert(Int::parse("65535", "0..65535") == 65535);
static_assert(Size::parse("64K", "0..1T") == 65536U);
static_assert(Time::parse("0.25", "0..10") == Millis(250));

TEST(Kinds, IntIsDigitsWithinTheLimits) {
  for (const auto* bad : {"", "-1", "+1", "1.0", "0x10", " 1", "1 ", "65536", "99999999999999999999", "one"}) {
    EXPECT_FALSE(Int::parse(bad, "0..65535")) << bad;
  }
  EXPECT_EQ(Int::parse("0", "0..65535"), 0);
  EXPECT_EQ(Int::parse("0080", "0..65535"), 80);
  EXPECT_EQ(Int::wanted("0..65535"), "a whole number from 0 to 65535");
}

TEST(Kinds, SizeTakesSuffixesOf1024) {
  EXPECT_EQ(Size::parse("0", "0..1T"), 0U);
  EXPECT_EQ(Size::parse("1023", "0..1T"), 1023U);
  EXPECT_EQ(Size::parse("1m", "0..1T"), 1048576U);
  EXPECT_EQ(Size::parse("2G", "0..1T"), 2147483648U);
  EXPECT_EQ(Size::parse("1T", "0..1T"), 1099511627776U);
  for (const auto* bad : {"", "K", "1KB", "1.5M", "-1", "2T", "1025G", "999999999999T", "M1", "1 M"}) {
    EXPECT_FALSE(Size::parse(bad, "0..1T")) << bad;
  }
}

TEST(Kinds, TimeIsSecondsWithUpToThreeDecimals) {
  EXPECT_EQ(Time::parse("5", "0.1..10"), Millis(5000));
  EXPECT_EQ(Time::parse("0.1", "0.1..10"), Millis(100));
  EXPECT_EQ(Time::parse("1.05", "0.1..10"), Millis(1050));
  EXPECT_EQ(Time::parse("1.005", "0.1..10"), Millis(1005));
  for (const auto* bad : {"", ".5", "5.", "0", "10.001", "1.0005", "1e1", "inf", "-1", "5s", "1.-5"}) {
    EXPECT_FALSE(Time::parse(bad, "0.1..10")) << bad;
  }
}

TEST(Kinds, FlagTakesTheUsualWords) {
  for (const auto* yes : {"on", "ON", "true", "yes", "1"}) {
    EXPECT_EQ(Flag::parse(yes, ""), true) << yes;
  }
  for (const auto* no : {"off", "False", "no", "0"}) {
    EXPECT_EQ(Flag::parse(no, ""), false) << no;
  }
  for (const auto* bad : {"2", "enabled", "t", ""}) {
    EXPECT_FALSE(Flag::parse(bad, "")) << bad;
  }
}

TEST(Kinds, TruthyReadsAsLaravelDoes) {
  for (const auto* no : {"", "0", "false", "(false)", "null", "(null)", "empty", "(empty)", "FALSE"}) {
    EXPECT_EQ(Truthy::parse(no, ""), false) << no;
  }
  for (const auto* yes : {"1", "true", "(true)", "yes", "off"}) {
    EXPECT_EQ(Truthy::parse(yes, ""), true) << yes;
  }
}

TEST(Kinds, LevelTakesTheNamesOfPsr3) {
  const std::pair<const char*, Level> cases[] = {
      {"trace", Level::trace}, {"debug", Level::debug},    {"info", Level::info},   {"notice", Level::info},
      {"warn", Level::warn},   {"WARNING", Level::warn},   {"error", Level::error}, {"critical", Level::error},
      {"alert", Level::error}, {"emergency", Level::error}};
  for (const auto& [name, level] : cases) {
    EXPECT_EQ(LevelName::parse(name, ""), level) << name;
  }
  EXPECT_FALSE(LevelName::parse("verbose", ""));
}

TEST(Kinds, ListsAndWordsAreSplit) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(List::parse(" a, b ,,c", ""), (Texts{"a", "b", "c"}));
  EXPECT_EQ(List::parse("", ""), Texts{});
  EXPECT_EQ(Words::parse("  -d a=b  -d 'c=d e' x\"y z\"", ""), (Texts{"-d", "a=b", "-d", "c=d e", "xy z"}));
  EXPECT_EQ(Words::parse("''", ""), Texts{""});
  EXPECT_EQ(Words::parse("", ""), Texts{});
  EXPECT_FALSE(Words::parse("it's", ""));
}

TEST(Kinds, MountsArePathsWithoutASlashAtTheEnd) {
  EXPECT_EQ(Mount::parse("", ""), "");
  EXPECT_EQ(Mount::parse("off", ""), "");
  EXPECT_EQ(Mount::parse("/", ""), "/");
  EXPECT_EQ(Mount::parse("/a/b/", ""), "/a/b");
  for (const auto* bad : {"a", "//", "/a//b", "/a*", "/{a}", "/a?b", "/a b"}) {
    EXPECT_FALSE(Mount::parse(bad, "")) << bad;
  }
}

TEST(Kinds, HostPortsAreAHostAndAPort) {
  EXPECT_EQ(HostPort::parse("", "")->host, "");
  EXPECT_EQ(*HostPort::parse("0.0.0.0:9090", ""), (Endpoint{"0.0.0.0", 9090}));
  EXPECT_EQ(*HostPort::parse("[fd00::1]:1", ""), (Endpoint{"fd00::1", 1}));
  for (const auto* bad : {"9090", ":9090", "localhost", "localhost:", "a:70000", "::1:80", "[]:80", "a:b:1"}) {
    EXPECT_FALSE(HostPort::parse(bad, "")) << bad;
  }
}

TEST(Kinds, NetworksAreAddressesWithOrWithoutBits) {
  EXPECT_TRUE(Networks::parse("127.0.0.1, 10.0.0.0/8, ::1, fd00::/8, unix:", ""));
  EXPECT_TRUE(Networks::parse("", ""));
  for (const auto* bad :
       {"10.0.0.0/33", "::/129", "localhost", "10.0.0", "10.0.0.0/", "10.0.0.0/-1", "*", "unix:/run/x"}) {
    EXPECT_FALSE(Networks::parse(bad, "")) << bad;
  }
}

TEST(Kinds, ModeIsOctal) {
  EXPECT_EQ(Mode::parse("0600", ""), 0600U);
  EXPECT_EQ(Mode::parse("770", ""), 0770U);
  for (const auto* bad : {"", "0800", "1777", "7", "00600", "rw-------"}) {
    EXPECT_FALSE(Mode::parse(bad, "")) << bad;
  }
}

TEST(Kinds, PhpSizeIsWhatPhpIniTakes) {
  for (const auto* good : {"", "-1", "128M", "1g", "134217728"}) {
    EXPECT_TRUE(PhpSize::parse(good, "")) << good;
  }
  for (const auto* bad : {"-2", "128MB", "M", "1T", "much"}) {
    EXPECT_FALSE(PhpSize::parse(bad, "")) << bad;
  }
}

}  // namespace
}  // namespace bridge::config::kind
