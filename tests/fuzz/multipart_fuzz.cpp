// Form bodies cut anywhere; the first byte is the size of the pieces.
#include <cstdint>
#include <cstdlib>

#include "http/multipart.h"

using bridge::http::MultipartLimits;
using bridge::http::MultipartParser;
using bridge::http::PartHead;

namespace {

class Transcript final : public bridge::http::MultipartHandler {
 public:
  void onPart(PartHead head) override {
    text += '<' + head.name + '|' + head.filename.value_or("-") + '|' + head.contentType + '>';
    begin();
  }
  void onData(std::string_view data) override {
    if (!open_ || data.empty()) std::abort();
    text += data;
    part_ += data;
  }
  void onPartEnd() override {
    // No data may hold the delimiter.
    if (!open_ || part_.find("\r\n--B") != std::string::npos) std::abort();
    open_ = false;
    text += "</>";
  }

  std::string text;

 private:
  void begin() {
    if (open_) std::abort();
    open_ = true;
    part_.clear();
  }

  bool open_ = false;
  std::string part_;
};

std::string drive(std::string_view bytes, std::size_t size) {
  const MultipartLimits limits{.parts = 10, .headerBytes = 300, .headerCount = 5};
  Transcript transcript;
  MultipartParser parser("B", limits);
  while (!bytes.empty()) {
    const auto fed = parser.feed(bytes.substr(0, size), transcript);
    if (!fed) return transcript.text + std::string(fed.error().info().name);
    bytes.remove_prefix(std::min(size, bytes.size()));
  }
  return transcript.text + (parser.finish() ? "fine" : "unfinished");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = drive(bytes, bytes.size() + 1);
  if (drive(bytes, 1) != whole || drive(bytes, std::size_t{data[0]} + 1) != whole) std::abort();
  static_cast<void>(bridge::http::multipartBoundary(bytes));
  return 0;
}
