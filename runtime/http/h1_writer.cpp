#include "http/h1_writer.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "http/syntax.h"

namespace bridge::http {
namespace {

/// A chunk from which on three pieces in one write cost less than a copy.
constexpr std::size_t kUncopied = 8U << 10U;

// Status line, Date, Content-Length, Transfer-Encoding and Connection.
constexpr std::size_t kOwnLines = 192;
constexpr std::size_t kFieldExtra = 4;  // ": " and CRLF

/// What RFC 9110, 7.6.1 calls hop-by-hop, and the framing, which is ours.
constexpr std::array<std::string_view, 7> kDropped = {"Connection", "Keep-Alive", "Proxy-Connection", "TE",
                                                      "Trailer",    "Upgrade",    "Transfer-Encoding"};

Error invalid(std::string_view detail) { return {ErrorCode::InvalidAnswer, std::string(detail)}; }

void appendNumber(std::string& out, std::uint64_t number, int base = 10) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr;
  out.append(digits.data(), end);
}

void appendField(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

bool isDropped(std::string_view name) {
  return std::ranges::any_of(kDropped, [name](std::string_view dropped) { return equalsIgnoreCase(dropped, name); });
}

Result<void> appendStatusLine(std::string& out, const ResponseHead& head) {
  if (!isFieldText(head.reason)) return invalid("a control character in the reason phrase");
  out.append("HTTP/1.1 ");
  appendNumber(out, static_cast<std::uint64_t>(head.status));
  out.append(" ").append(head.reason.empty() ? reasonPhrase(head.status) : head.reason).append("\r\n");
  return {};
}

/// The fields that pass through, without Content-Length, which is checked and handed back.
struct Passed {
  std::optional<std::uint64_t> contentLength;
  bool date = false;
};

/// Takes one of the two fields that must not stand twice (RFC 9110, 8.6 and 6.6.1). True: it is not to be written.
Result<bool> takeSingleton(const HeaderField& field, std::string_view& date, Passed& passed) {
  if (equalsIgnoreCase(field.name, "Content-Length")) {
    const auto length = parseDecimal(trimBlanks(field.value));
    if (!length) return invalid("Content-Length is no number");
    if (passed.contentLength.value_or(*length) != *length)
      return invalid("Content-Length twice, with different values");
    passed.contentLength = length;
    return true;
  }
  if (equalsIgnoreCase(field.name, "Date")) {
    if (passed.date && date != field.value) return invalid("Date twice, with different values");
    date = field.value;
    return std::exchange(passed.date, true);
  }
  return false;
}

Result<Passed> appendFields(std::string& out, const Headers& headers) {
  Passed passed;
  std::string_view date;
  const bool nominates = headers.has("Connection");
  for (const auto& field : headers) {
    if (!isToken(field.name)) return invalid("a field name that is no token");
    if (!isFieldText(field.value)) return invalid("a control character in the value of " + field.name);
    if (isDropped(field.name) || (nominates && headers.lists("Connection", field.name))) continue;
    const auto taken = takeSingleton(field, date, passed);
    if (!taken) return taken.error();
    if (!*taken) appendField(out, field.name, field.value);
  }
  return passed;
}

std::size_t sizeOf(const Headers& headers) {
  std::size_t size = kOwnLines;
  for (const auto& field : headers) size += field.name.size() + field.value.size() + kFieldExtra;
  return size;
}

}  // namespace

Result<Bytes> H1Writer::informational(const ResponseHead& head) {
  if (head.status < 100 || head.status > 199 || head.status == 101)
    return invalid("a status that is not informational");
  if (for_.version == Version::http10) return Bytes();
  std::string out;
  out.reserve(sizeOf(head.headers));
  if (const auto line = appendStatusLine(out, head); !line) return line.error();
  if (const auto fields = appendFields(out, head.headers); !fields) return fields.error();
  out.append("\r\n");
  return Bytes(std::move(out));
}

Result<Bytes> H1Writer::head(const ResponseHead& head, std::string_view date, std::optional<std::uint64_t> bodyLength) {
  std::string out;
  if (const auto written = appendHead(out, head, date, bodyLength, 0); !written) return written.error();
  return Bytes(std::move(out));
}

Result<void> H1Writer::appendHead(std::string& out, const ResponseHead& head, std::string_view date,
                                  std::optional<std::uint64_t> bodyLength, std::size_t room) {
  if (head.status < 200 || head.status > 599) return invalid("a status outside 200 to 599");
  out.reserve(sizeOf(head.headers) + head.reason.size() + room);
  if (const auto line = appendStatusLine(out, head); !line) return line.error();
  const auto passed = appendFields(out, head.headers);
  if (!passed) return passed.error();
  if (!passed->date && !date.empty()) appendField(out, "Date", date);
  appendFraming(out, head.status, passed->contentLength, bodyLength);
  if (!for_.keepAlive) {
    appendField(out, "Connection", "close");
  } else if (for_.version == Version::http10) {
    appendField(out, "Connection", "keep-alive");
  }
  out.append("\r\n");
  return {};
}

/// RFC 9112, 6.3, from the side of the sender.
void H1Writer::appendFraming(std::string& out, int status, std::optional<std::uint64_t> given,
                             std::optional<std::uint64_t> known) {
  framing_ = Framing::none;
  if (status == 204) return;
  if (status == 205) given = 0;
  if (status == 304 || for_.head) {
    // The length that GET would have; that of a body which was left out already says nothing (RFC 9110, 8.6).
    if (!given && status != 304 && known.value_or(0) > 0) given = known;
  } else if (given || known) {
    if (!given) given = known;
    framing_ = Framing::length;
    remaining_ = *given;
  } else if (for_.version == Version::http11) {
    framing_ = Framing::chunked;
    appendField(out, "Transfer-Encoding", "chunked");
  } else {
    framing_ = Framing::close;
    for_.keepAlive = false;
  }
  if (!given) return;
  out.append("Content-Length: ");
  appendNumber(out, *given);
  out.append("\r\n");
}

/// How many of `size` bytes of body may be sent.
std::size_t H1Writer::accept(std::size_t size) {
  auto taken = size;
  if (framing_ == Framing::none) taken = 0;
  if (framing_ == Framing::length) {
    taken = static_cast<std::size_t>(std::min<std::uint64_t>(size, remaining_));
    remaining_ -= taken;
  }
  if (taken < size && !for_.head) excess_ = true;
  sent_ += taken;
  return taken;
}

void H1Writer::body(Bytes data, std::vector<Bytes>& out) {
  const auto taken = accept(data.size());
  if (taken == 0) return;
  if (framing_ == Framing::chunked) {
    std::string chunk;
    appendNumber(chunk, taken, 16);
    chunk.append("\r\n");
    if (taken >= kUncopied) {
      out.push_back(Bytes(std::move(chunk)));
      out.push_back(std::move(data));
      out.push_back(Bytes(std::string("\r\n")));
    } else {
      chunk.reserve(chunk.size() + taken + 2);
      out.push_back(Bytes(std::move(chunk.append(data.view()).append("\r\n"))));
    }
  } else if (taken == data.size()) {
    out.push_back(std::move(data));
  } else {
    auto cut = data.release();
    cut.resize(taken);
    out.push_back(Bytes(std::move(cut)));
  }
}

Result<Bytes> H1Writer::end() {
  if (framing_ == Framing::chunked) return Bytes::copyOf("0\r\n\r\n");
  if (framing_ == Framing::length && remaining_ > 0) {
    for_.keepAlive = false;
    return invalid("the body is " + std::to_string(remaining_) + " bytes shorter than its Content-Length");
  }
  return Bytes();
}

Result<Bytes> H1Writer::whole(const ResponseHead& head, std::string_view date, std::string_view body) {
  std::string out;
  if (const auto written = appendHead(out, head, date, body.size(), for_.head ? 0 : body.size()); !written) {
    return written.error();
  }
  out.append(body.substr(0, accept(body.size())));
  if (const auto ended = end(); !ended) return ended.error();
  return Bytes(std::move(out));
}

Bytes postRequest(std::string_view target, std::string_view host, std::string_view contentType, std::string_view body) {
  auto out = postHead(target, host, contentType, body.size(), body.size());
  out.append(body);
  return Bytes(std::move(out));
}

std::string postHead(std::string_view target, std::string_view host, std::string_view contentType, std::uint64_t length,
                     std::size_t room) {
  std::string out;
  out.reserve(target.size() + host.size() + contentType.size() + kOwnLines + room);
  out.append("POST ").append(target).append(" HTTP/1.1\r\n");
  appendField(out, "Host", host);
  appendField(out, "Content-Type", contentType);
  out.append("Content-Length: ");
  appendNumber(out, length);
  out.append("\r\n\r\n");
  return out;
}

}  // namespace bridge::http
