#include "upstreams/file_answer.h"

#include <spdlog/fmt/fmt.h>

#include <chrono>
#include <random>
#include <utility>

#include "http/conditions.h"
#include "http/date.h"
#include "http/range.h"

namespace bridge::upstreams {
namespace {

/// A line that no file can be expected to hold: 128 random bits.
std::string boundary() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

/// The file's own validators where the upstream has not given any.
http::Validators addValidators(http::Headers& headers, const FileFacts& file, std::int64_t now) {
  const bool given = headers.has("ETag") || headers.has("Last-Modified");
  if (!given) {
    headers.add("ETag", file.etag);
    headers.add("Last-Modified", file.lastModified);
    return {.etag = file.etag, .modified = file.modified};
  }
  const auto modified = headers.find("Last-Modified");
  return {.etag = headers.find("ETag").value_or(""),
          .modified = modified ? http::parseDate(*modified, now).value_or(-1) : -1};
}

FileAnswer withoutBody(http::ResponseHead head, int status) {
  head.status = status;
  head.reason.clear();
  // Of the body that is not there; a 304 keeps what a cache needs (RFC 9110, 15.4.5).
  head.headers.remove("Content-Type");
  head.headers.remove("Content-Encoding");
  return {.head = std::move(head), .pieces = {}};
}

FileAnswer oneSpan(http::ResponseHead head, FileRange span) {
  head.headers.set("Content-Length", std::to_string(span.length));
  return {.head = std::move(head), .pieces = {{.text = {}, .span = span}}};
}

FileAnswer severalRanges(http::ResponseHead head, const std::vector<http::ByteRange>& ranges, std::uint64_t size) {
  const auto line = boundary();
  const std::string type(head.headers.find("Content-Type").value_or("application/octet-stream"));
  std::vector<FilePiece> pieces;
  std::uint64_t length = 0;
  std::string_view before = "--";
  for (const auto& range : ranges) {
    auto text = fmt::format("{}{}\r\nContent-Type: {}\r\nContent-Range: {}\r\n\r\n", before, line, type,
                            http::contentRange(range, size));
    before = "\r\n--";
    length += text.size() + range.length;
    pieces.push_back({.text = std::move(text), .span = {.offset = range.offset, .length = range.length}});
  }
  pieces.push_back({.text = fmt::format("\r\n--{}--\r\n", line), .span = {}});
  length += pieces.back().text.size();
  head.status = 206;
  head.headers.set("Content-Type", "multipart/byteranges; boundary=" + line);
  head.headers.set("Content-Length", std::to_string(length));
  return {.head = std::move(head), .pieces = std::move(pieces)};
}

FileAnswer decide(const FileFacts& file, const http::Request& request, http::ResponseHead given) {
  const FileRange whole{.offset = 0, .length = file.size};
  const auto& asked = request.head.headers;
  const auto now = static_cast<std::int64_t>(request.receivedAt);
  given.headers.remove("Content-Length");
  if (given.status != 200) {
    return oneSpan(std::move(given), whole);
  }
  const auto validators = addValidators(given.headers, file, now);
  // The views of the validators are parts of the head, which moves.
  const auto condition = http::checkPreconditions(request.head.method, asked, validators, now);
  const auto field = request.head.method == "GET" ? asked.find("Range") : std::nullopt;
  const bool ranged = field && http::rangeApplies(asked, validators, now);
  if (condition == http::Precondition::failed) {
    return withoutBody(std::move(given), 412);
  }
  if (condition == http::Precondition::notModified) {
    return withoutBody(std::move(given), 304);
  }
  given.headers.set("Accept-Ranges", "bytes");
  const auto range = ranged ? http::parseRange(*field, file.size) : http::RangeRequest{};
  if (range.kind == http::RangeRequest::Kind::unsatisfiable) {
    given.headers.set("Content-Range", fmt::format("bytes */{}", file.size));
    return withoutBody(std::move(given), 416);
  }
  if (range.kind == http::RangeRequest::Kind::whole) {
    return oneSpan(std::move(given), whole);
  }
  given.reason.clear();
  if (range.ranges.size() > 1) {
    return severalRanges(std::move(given), range.ranges, file.size);
  }
  given.status = 206;
  given.headers.set("Content-Range", http::contentRange(range.ranges.front(), file.size));
  return oneSpan(std::move(given), {.offset = range.ranges.front().offset, .length = range.ranges.front().length});
}

}  // namespace

FileFacts factsOf(const loop::OpenFile& file) {
  const auto seconds = std::chrono::floor<Seconds>(file.mtime()).time_since_epoch().count();
  return {.size = file.size(),
          .etag = fmt::format("\"{:x}-{:x}\"", file.mtime().time_since_epoch().count(), file.size()),
          .modified = seconds,
          .lastModified = http::formatDate(seconds)};
}

FileAnswer answerWith(const FileFacts& file, const http::Request& request, http::ResponseHead given) {
  auto answer = decide(file, request, std::move(given));
  if (request.head.method == "HEAD") {
    answer.pieces.clear();
  }
  return answer;
}

bool tell(Answer& answer, FileAnswer what, const loop::OpenFile& file, const std::weak_ptr<bool>& alive) {
  answer.head(std::move(what.head));
  for (auto& [text, span] : what.pieces) {
    if (!alive.expired() && !text.empty()) {
      answer.body(Bytes(std::move(text)));
    }
    if (!alive.expired() && span.length > 0) {
      answer.file(file.share(), span);
    }
  }
  return !alive.expired();
}

bool tell(Answer& answer, FileAnswer what, const std::shared_ptr<const std::string>& content,
          const std::weak_ptr<bool>& alive) {
  answer.head(std::move(what.head));
  for (auto& [text, span] : what.pieces) {
    if (!alive.expired() && !text.empty()) {
      answer.body(Bytes(std::move(text)));
    }
    if (!alive.expired() && span.length > 0) {
      answer.body(Bytes::share(content, span.offset, span.length));
    }
  }
  return !alive.expired();
}

}  // namespace bridge::upstreams
