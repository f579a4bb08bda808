#include "server/filters/request_id.h"

#include <random>

#include "http/syntax.h"

namespace bridge::server {
namespace {

constexpr std::string_view kField = "X-Request-Id";

}  // namespace

RequestId::RequestId() {
  std::random_device random;
  state_ = std::uint64_t{random()} << 32U | random();
}

std::string RequestId::next() {
  // SplitMix64 (Steele, Lea, Flood 2014): a bijection of a counter, so no id comes twice.
  state_ += 0x9E3779B97F4A7C15U;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  z ^= z >> 31U;
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string id(2 * sizeof z, '0');
  for (auto digit = id.rbegin(); digit != id.rend(); ++digit, z >>= 4U) {
    *digit = kHex[z & 0x0FU];
  }
  return id;
}

std::optional<Reply> RequestId::onRequest(http::Request& request) {
  const auto sent = request.head.headers.find(kField);
  request.id = sent && http::isRequestId(*sent) ? std::string(*sent) : next();
  request.head.headers.set(kField, request.id);
  return std::nullopt;
}

void RequestId::onResponse(const http::Request& request, http::ResponseHead& head) {
  if (!head.headers.has(kField)) {
    head.headers.add(std::string(kField), request.id);
  }
}

}  // namespace bridge::server
