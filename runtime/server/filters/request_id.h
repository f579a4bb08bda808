#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/filters/filter.h"

namespace bridge::server {

/// Gives every request an id: the client's `X-Request-Id` where it is sane, else one of ours. The upstream reads it as
/// the same field, and the answer carries it back.
class RequestId final : public Filter {
 public:
  /// Begins somewhere in the system's randomness, so that the ids of this process differ from those of others.
  RequestId();
  explicit RequestId(std::uint64_t seed) : state_(seed) {}

  std::optional<Reply> onRequest(http::Request& request) override;
  void onResponse(const http::Request& request, http::ResponseHead& head) override;

  /// 16 hexadecimal digits, not repeated within 2^64 calls.
  [[nodiscard]] std::string next();

 private:
  std::uint64_t state_;
};

}  // namespace bridge::server
