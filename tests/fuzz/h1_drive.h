#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/h1_parser.h"
#include "http/syntax.h"

namespace bridge::http::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

/// Writes down what it hears and checks what every listener may rely on.
class Transcript final : public H1Handler {
 public:
  Flow onRequestHead(RequestHead head) override {
    require(!open_);
    open_ = true;
    require(isToken(head.method) && !head.path.empty() && isFieldText(head.target));
    require(head.path.front() == '/' || head.path == "*");
    require(!(head.chunked && head.contentLength));
    require(head.version == Version::http10 || !head.host.empty());
    checkFields(head.headers);
    text += head.method + ' ' + head.target + ' ' + head.host + (head.keepAlive ? " keep" : " close") + '\n';
    return Flow::more;
  }
  Flow onResponseHead(ResponseHead head, const ResponseFraming& framing) override {
    require(!open_);
    open_ = true;
    require(head.status >= 100 && head.status <= 999 && isFieldText(head.reason));
    require(!(framing.chunked && framing.contentLength));
    checkFields(head.headers);
    text += std::to_string(head.status) + head.reason + (framing.untilClose ? " until close\n" : "\n");
    return Flow::more;
  }
  Flow onBody(std::string_view data) override {
    require(open_ && !data.empty());
    text += data;
    return Flow::more;
  }
  void onEnd() override {
    require(open_);
    open_ = false;
    text += "\nend\n";
  }

  std::string text;

 private:
  void checkFields(const Headers& headers) {
    for (const auto& field : headers) {
      require(isToken(field.name) && isFieldText(field.value) && trimBlanks(field.value) == field.value);
      text += field.name + '=' + field.value + '\n';
    }
  }

  bool open_ = false;
};

/// Parses a stream in pieces of the sizes that `sizes` gives in turn; 0 means everything at once.
inline std::string drive(H1Parser::Role role, std::string_view bytes, std::string_view sizes) {
  const H1Limits limits{.requestLine = 400, .headerLine = 300, .headerBytes = 1000, .headerCount = 20, .chunkLine = 60};
  H1Parser parser(role, limits);
  Transcript transcript;
  std::size_t turn = 0;
  while (!bytes.empty()) {
    const auto size =
        sizes.empty() ? bytes.size() : std::size_t{static_cast<unsigned char>(sizes[turn++ % sizes.size()])} + 1;
    auto piece = bytes.substr(0, size);
    bytes.remove_prefix(piece.size());
    while (true) {
      const auto taken = parser.feed(piece, transcript);
      if (!taken) return transcript.text + std::string(taken.error().info().name);
      require(*taken <= piece.size());
      piece.remove_prefix(*taken);
      if (!parser.done()) {
        require(piece.empty());
        break;
      }
      parser.reset();
      if (piece.empty()) break;
    }
  }
  const auto finished = parser.finish(transcript);
  return transcript.text + (finished ? "fine" : std::string(finished.error().info().name));
}

/// The first bytes choose the cuts, the rest is the stream: cut or not, it must say the same.
inline void check(H1Parser::Role role, const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  constexpr std::size_t kCuts = 4;
  if (all.size() < kCuts) return;
  const auto stream = all.substr(kCuts);
  const auto whole = drive(role, stream, {});
  require(drive(role, stream, all.substr(0, kCuts)) == whole);
  require(drive(role, stream, std::string_view("\0", 1)) == whole);
}

}  // namespace bridge::http::fuzz
