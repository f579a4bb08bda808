#include "wire/frame.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "runtime/wire/golden.h"

namespace bridge::wire {
namespace {

struct Seen {
  /// "M" and the message, or "B" and the bytes of one run of body frames.
  std::vector<std::string> frames;
  std::string then;
};

/// What a reader makes of `stream` when it comes in pieces of `pieceSize()` bytes.
template <class PieceSize>
Seen readAll(const std::string& stream, PieceSize pieceSize) {
  Seen seen;
  FrameReader reader;
  const auto drain = [&]() -> bool {
    while (true) {
      auto frame = reader.next();
      if (!frame) {
        EXPECT_EQ(frame.error().code, ErrorCode::ProtocolViolation);
        seen.then = "violation";
        return false;
      }
      if (!*frame) return true;
      if ((*frame)->kind == Frame::Kind::message) {
        seen.frames.push_back("M" + std::string((*frame)->message));
      } else if (!(*frame)->bytes.empty()) {
        if (seen.frames.empty() || seen.frames.back()[0] != 'B') seen.frames.emplace_back("B");
        seen.frames.back() += (*frame)->bytes.view();
      }
    }
  };
  for (std::size_t at = 0; at < stream.size();) {
    const std::size_t size = std::min<std::size_t>(pieceSize(), stream.size() - at);
    reader.feed(Bytes(stream.substr(at, size)));
    at += size;
    if (!drain()) return seen;
  }
  if (!drain()) return seen;
  seen.then = reader.atBoundary() ? "boundary" : "inside";
  return seen;
}

TEST(FrameReader, ReadsTheGoldenStreamsHoweverTheyAreCut) {
  std::mt19937 random(1);
  const auto table = readGolden("frames.json");
  for (const auto& golden : table.GetArray()) {
    SCOPED_TRACE(goldenText(golden["name"]));
    const std::string stream = goldenBytes(golden["stream"]);
    std::vector<std::string> frames;
    for (const auto& frame : golden["frames"].GetArray()) {
      frames.push_back(frame.HasMember("message") ? "M" + goldenBytes(frame["message"])
                                                  : "B" + goldenBytes(frame["bytes"]));
    }
    std::vector<Seen> readings;
    readings.push_back(readAll(stream, [] { return std::size_t{64} << 20U; }));
    readings.push_back(readAll(stream, [] { return std::size_t{65536}; }));
    readings.push_back(readAll(stream, [&] { return std::size_t{random() % 9 + 1}; }));
    if (stream.size() < 10000) readings.push_back(readAll(stream, [] { return std::size_t{1}; }));
    for (const auto& seen : readings) {
      EXPECT_EQ(seen.then, goldenText(golden["then"]));
      EXPECT_TRUE(seen.frames == frames);
    }
  }
}

TEST(FrameReader, HandsOutBodyBytesBeforeTheirFrameIsWhole) {
  FrameReader reader;
  reader.feed(Bytes(std::string("\0\0\0\6\0abc", 8)));
  EXPECT_EQ(reader.next().value()->bytes.view(), "abc");
  EXPECT_FALSE(reader.next().value().has_value());
  EXPECT_FALSE(reader.atBoundary());
  reader.feed(Bytes::copyOf("de"));
  EXPECT_EQ(reader.next().value()->bytes.view(), "de");
  EXPECT_TRUE(reader.atBoundary());
}

TEST(FrameReader, MovesAChunkThatIsAllBody) {
  FrameReader reader;
  reader.feed(Bytes(std::string("\0\1\0\1\0", 5)));
  EXPECT_FALSE(reader.next().value().has_value());
  std::string chunk(65536, 'x');
  const char* storage = chunk.data();
  reader.feed(Bytes(std::move(chunk)));
  EXPECT_EQ(reader.next().value()->bytes.data(), storage);
  EXPECT_TRUE(reader.atBoundary());
}

TEST(FrameReader, HoldsNoMoreThanHasArrived) {
  FrameReader reader;
  reader.feed(Bytes(std::string("\0\x0f\xff\xff{", 5)));
  EXPECT_FALSE(reader.next().value().has_value());
  EXPECT_EQ(reader.buffered(), 5U);
}

TEST(FrameReader, StaysBrokenAfterAViolation) {
  FrameReader reader;
  reader.feed(Bytes(std::string("\0\0\0\0", 4)));
  EXPECT_FALSE(reader.next().ok());
  reader.feed(messageFrame("{}"));
  EXPECT_FALSE(reader.next().ok());
}

std::string joined(const std::vector<Bytes>& pieces) {
  std::string out;
  for (const auto& piece : pieces) out += piece.view();
  return out;
}

TEST(AppendBodyFrames, MovesWhatFitsIntoOneFrame) {
  std::string data = "hello, this is more than a short string holds";
  const char* storage = data.data();
  std::vector<Bytes> out;
  appendBodyFrames(out, Bytes(std::move(data)));
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(out[0].view(), std::string_view("\0\0\0\x2e\0", 5));
  EXPECT_EQ(out[1].data(), storage);
}

TEST(AppendBodyFrames, SplitsWhatIsLongerAndWritesNothingForNothing) {
  std::vector<Bytes> out;
  appendBodyFrames(out, Bytes());
  EXPECT_TRUE(out.empty());
  const std::string data(2 * kMaxBodyBytes + 7, 'y');
  appendBodyFrames(out, Bytes::copyOf(data));
  EXPECT_EQ(out.size(), 6U);
  const Seen seen = readAll(joined(out), [] { return std::size_t{100000}; });
  EXPECT_EQ(seen.then, "boundary");
  ASSERT_EQ(seen.frames.size(), 1U);
  EXPECT_TRUE(seen.frames[0] == "B" + data);
}

}  // namespace
}  // namespace bridge::wire
