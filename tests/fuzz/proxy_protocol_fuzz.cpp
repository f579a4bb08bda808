// The first bytes of a connection: a header is the same however it arrives, and never reaches beyond what came.
#include <cstdint>
#include <cstdlib>

#include "http/forwarded.h"
#include "http/proxy_protocol.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = bridge::http::parseProxyHeader(bytes);
  if (whole.ok() && *whole) {
    const auto& header = **whole;
    if (header.size > size || header.size > bridge::http::kMaxProxyHeader) std::abort();
    if (header.ends && header.ends->client.address != "unix:" && !bridge::http::parseIp(header.ends->client.address)) {
      std::abort();
    }
    // One byte less is not enough, and nothing behind it matters.
    const auto less = bridge::http::parseProxyHeader(bytes.substr(0, header.size - 1));
    const auto exact = bridge::http::parseProxyHeader(bytes.substr(0, header.size));
    if (!less.ok() || *less || !exact.ok() || !*exact || (*exact)->size != header.size) std::abort();
  }
  // The other texts in which proxies name clients.
  static const bridge::http::Networks kTrusted({"10.0.0.0/8", "::1", "unix:"});
  for (const auto* field : {"Forwarded", "X-Forwarded-For"}) {
    const auto found = bridge::http::resolveForwarded({{field, std::string(bytes)}}, {"10.0.0.1", 1}, kTrusted);
    if (!bridge::http::parseIp(found.client.address)) std::abort();
  }
  return 0;
}
