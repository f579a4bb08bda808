#include "http/h1_head.h"

// g++ 12 with sanitizers takes the unset boost::optional inside Beast for a read of it.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>
#include <string>

namespace bridge::http {
namespace {

namespace beast = boost::beast;
using BeastCode = beast::error_code;
using BeastView = beast::string_view;

std::string copy(BeastView text) { return {text.data(), text.size()}; }

Version versionOf(int number) { return number >= 11 ? Version::http11 : Version::http10; }

/// Beast's parser reduced to a head: everything about bodies is off and unreachable, since it never sees a byte behind
/// the empty line.
template <bool isRequest>
class HeadParser final : public beast::http::basic_parser<isRequest> {
 public:
  explicit HeadParser(Headers& headers) : headers_(headers) {
    // HeadReader has counted already.
    this->header_limit((std::numeric_limits<std::uint32_t>::max)());
    this->body_limit(boost::none);
  }

  std::string method;
  std::string target;
  std::string reason;
  int status = 0;
  int version = 11;

 private:
  void on_request_impl(beast::http::verb /*verb*/, BeastView name, BeastView uri, int number,
                       BeastCode& /*ec*/) override {
    method = copy(name);
    target = copy(uri);
    version = number;
  }
  void on_response_impl(int code, BeastView phrase, int number, BeastCode& /*ec*/) override {
    status = code;
    reason = copy(phrase);
    version = number;
  }
  void on_field_impl(beast::http::field /*field*/, BeastView name, BeastView value, BeastCode& /*ec*/) override {
    headers_.add(copy(name), copy(value));
  }
  void on_header_impl(BeastCode& /*ec*/) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/, BeastCode& /*ec*/) override {}
  std::size_t on_body_impl(BeastView body, BeastCode& /*ec*/) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t /*size*/, BeastView /*extensions*/, BeastCode& /*ec*/) override {}
  std::size_t on_chunk_body_impl(std::uint64_t /*remain*/, BeastView body, BeastCode& /*ec*/) override {
    return body.size();
  }
  void on_finish_impl(BeastCode& /*ec*/) override {}

  Headers& headers_;
};

template <bool isRequest>
Result<void> run(HeadParser<isRequest>& parser, const Headers& headers, std::string_view lines) {
  BeastCode ec;
  parser.put(boost::asio::const_buffer(lines.data(), lines.size()), ec);
  // Beast reports a framing fault at the field that completes it, before the rules could.
  if (ec == beast::http::error::bad_transfer_encoding && !headers.has("Content-Length")) {
    return Error{ErrorCode::NotImplemented, "Transfer-Encoding twice"};
  }
  if (ec) return Error{ErrorCode::BadRequest, "malformed head: " + ec.message()};
  if (!parser.is_header_done()) return Error{ErrorCode::BadRequest, "malformed head"};
  return {};
}

}  // namespace

Result<RequestHead> parseRequestHead(std::string_view lines, std::size_t fields) {
  RequestHead head;
  head.headers.reserve(fields);
  HeadParser<true> parser(head.headers);
  if (const auto parsed = run(parser, head.headers, lines); !parsed) return parsed.error();
  head.method = std::move(parser.method);
  head.target = std::move(parser.target);
  head.version = versionOf(parser.version);
  return head;
}

Result<ParsedResponse> parseResponseHead(std::string_view lines, std::size_t fields) {
  ParsedResponse response;
  response.head.headers.reserve(fields);
  HeadParser<false> parser(response.head.headers);
  if (const auto parsed = run(parser, response.head.headers, lines); !parsed) return parsed.error();
  response.head.status = parser.status;
  response.head.reason = std::move(parser.reason);
  response.version = versionOf(parser.version);
  return response;
}

}  // namespace bridge::http
