// Answers of HTTP children; what the writer makes of a head that was read must be readable again.
#include <vector>

#include "fuzz/h1_drive.h"
#include "http/h1_writer.h"

using bridge::Bytes;
using bridge::http::Flow;
using bridge::http::H1Parser;
using bridge::http::H1Writer;
using bridge::http::ResponseFraming;
using bridge::http::ResponseHead;
using bridge::http::fuzz::require;
using bridge::http::fuzz::Transcript;

namespace {

class Forward final : public bridge::http::H1Handler {
 public:
  Flow onRequestHead(bridge::http::RequestHead /*head*/) override { std::abort(); }
  Flow onResponseHead(ResponseHead head, const ResponseFraming& /*framing*/) override {
    auto bytes = head.status < 200 ? writer_.informational(head) : writer_.head(head, "Sun, 06 Nov 1994 08:49:37 GMT");
    ok = bytes.ok();
    informational_ = head.status < 200;
    if (ok) out += bytes->view();
    return Flow::more;
  }
  Flow onBody(std::string_view data) override {
    std::vector<Bytes> framed;
    if (ok) writer_.body(Bytes::copyOf(data), framed);
    for (const Bytes& piece : framed) out += piece.view();
    return Flow::more;
  }
  void onEnd() override {
    if (!ok || informational_) return;
    auto bytes = writer_.end();
    require(bytes.ok());
    out += bytes->view();
    ended = true;
  }

  std::string out;
  bool ok = true;
  bool ended = false;

 private:
  H1Writer writer_{{}};
  bool informational_ = false;
};

void roundTrip(std::string_view bytes) {
  Forward forward;
  H1Parser parser(H1Parser::Role::response, {});
  if (!parser.feed(bytes, forward) || !parser.finish(forward) || !forward.ended) return;
  Transcript again;
  H1Parser second(H1Parser::Role::response, {});
  const auto taken = second.feed(forward.out, again);
  require(taken.ok() && *taken == forward.out.size() && second.done());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bridge::http::fuzz::check(H1Parser::Role::response, data, size);
  roundTrip({reinterpret_cast<const char*>(data), size});
  return 0;
}
