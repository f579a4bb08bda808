#include "runtime/http/h1_cases.h"

namespace bridge::http::testing {
namespace {

constexpr H1Limits kSmall{.requestLine = 40, .headerLine = 30, .headerBytes = 60, .headerCount = 4, .chunkLine = 10};

std::optional<ErrorCode> errorOf(const std::string& bytes) {
  const auto outcome = parse(bytes, H1Parser::Role::request, kSmall);
  return outcome.error ? std::optional(outcome.error->code) : std::nullopt;
}

std::string target(std::size_t lineLength) {
  return "GET /" + std::string(lineLength - 14, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

TEST(Limits, OfTheRequestLine) {
  EXPECT_EQ(errorOf(target(40)), std::nullopt);
  EXPECT_EQ(errorOf(target(41)), ErrorCode::UriTooLong);
  EXPECT_EQ(errorOf(target(400)), ErrorCode::UriTooLong);
  EXPECT_EQ(errorOf(std::string(41, 'G')), ErrorCode::UriTooLong);
}

TEST(Limits, OfOneFieldLine) {
  EXPECT_EQ(errorOf(get("A: " + std::string(27, 'x') + "\r\n")), std::nullopt);
  EXPECT_EQ(errorOf(get("A: " + std::string(28, 'x') + "\r\n")), ErrorCode::HeadersTooLarge);
  EXPECT_EQ(errorOf(get(std::string(31, 'A'))), ErrorCode::HeadersTooLarge);
}

TEST(Limits, OfAllFields) {
  const std::string line = "A: " + std::string(23, 'x') + "\r\n";  // 26 bytes, with Host: a 59
  EXPECT_EQ(errorOf(get(line + line)), std::nullopt);
  EXPECT_EQ(errorOf(get(line + line + "B:\r\n")), ErrorCode::HeadersTooLarge);
}

TEST(Limits, OfTheNumberOfFields) {
  EXPECT_EQ(errorOf(get("A:\r\nB:\r\nC:\r\n")), std::nullopt);
  EXPECT_EQ(errorOf(get("A:\r\nB:\r\nC:\r\nD:\r\n")), ErrorCode::HeadersTooLarge);
}

TEST(Limits, OfAChunkLine) {
  const H1Limits limits{.chunkLine = 10};
  const auto run = [&](const std::string& line) {
    return parse(chunked(line + "\r\nx\r\n0\r\n\r\n"), H1Parser::Role::request, limits).error.has_value();
  };
  EXPECT_FALSE(run("1;34567890"));
  EXPECT_TRUE(run("1;345678901"));
  EXPECT_FALSE(run("0000000001"));
  EXPECT_TRUE(run("00000000001"));
}

TEST(Limits, CountEachMessageAnew) {
  const std::string line = "A: " + std::string(23, 'x') + "\r\n";
  EXPECT_EQ(errorOf(get(line + line) + get(line + line) + target(40)), std::nullopt);
}

TEST(Limits, DoNotReserveWhatIsOnlyAnnounced) {
  Stream stream;
  stream.feed(chunked("7fffffffffffffff\r\nx"));
  EXPECT_FALSE(stream.error);
  EXPECT_EQ(stream.recorder.messages.at(0).body, "x");
}

}  // namespace
}  // namespace bridge::http::testing
