#include "upstreams/static_files.h"

#include <spdlog/fmt/fmt.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "http/date.h"
#include "http/percent.h"
#include "http/range.h"

namespace bridge::upstreams {
namespace {

constexpr const char* kSystemTypes = "/etc/mime.types";

std::string systemTypes() {
  std::ifstream file(kSystemTypes);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Canonical form of a folder with a slash at its end; empty where it does not exist.
std::string realFolder(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  return real ? std::string(real.get()) + "/" : std::string();
}

/// Segments that nginx's usual rules for Laravel hide: dotfiles but `.well-known`, and anything PHP would run.
bool isHidden(std::string_view path) {
  std::size_t begin = 0;
  while (begin < path.size()) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view segment = path.substr(begin, end - begin);
    if (segment.front() == '.' && !(begin == 0 && segment == ".well-known")) {
      return true;
    }
    begin = end + 1;
  }
  return path.ends_with(".php") || path.find(".php/") != std::string_view::npos;
}

/// Where an open file really is, symlinks resolved; empty where the kernel does not say.
std::string realPathOf(const loop::OpenFile& file) {
  std::array<char, PATH_MAX> path{};
  const auto link = fmt::format("/proc/self/fd/{}", file.descriptor());
  const ssize_t length = ::readlink(link.c_str(), path.data(), path.size());
  return length > 0 ? std::string(path.data(), static_cast<std::size_t>(length)) : std::string();
}

std::int64_t modifiedSecond(const loop::OpenFile& file) {
  return std::chrono::floor<Seconds>(file.mtime()).time_since_epoch().count();
}

/// Strong: size and modification time to the nanosecond name one state of the file.
std::string etagOf(const loop::OpenFile& file) {
  return fmt::format("\"{:x}-{:x}\"", file.mtime().time_since_epoch().count(), file.size());
}

/// Whether an If-None-Match list holds the tag; weak comparison (RFC 9110, 13.1.2).
bool listsTag(std::string_view list, std::string_view tag) {
  return list == "*" || list.find(tag) != std::string_view::npos;
}

bool isUnchanged(const http::Headers& headers, std::string_view etag, std::int64_t modified, std::int64_t now) {
  if (const auto match = headers.find("If-None-Match")) {
    return listsTag(*match, etag);
  }
  if (const auto since = headers.find("If-Modified-Since")) {
    const auto date = http::parseDate(*since, now);
    return date && modified <= *date;
  }
  return false;
}

/// Range counts only when If-Range, where sent, still names this file (RFC 9110, 13.1.5).
bool rangeApplies(const http::Headers& headers, std::string_view etag, std::int64_t modified, std::int64_t now) {
  const auto condition = headers.find("If-Range");
  if (!condition) {
    return true;
  }
  if (condition->starts_with('"')) {
    return *condition == etag;
  }
  const auto date = http::parseDate(*condition, now);
  return date && modified == *date;
}

/// The answer of one file; it was found when the request started.
class FileCall final : public Call {
 public:
  FileCall(loop::Loop& loop, const http::Request& request, loop::OpenFile file, std::string type, Answer& answer)
      : request_(request), file_(std::move(file)), type_(std::move(type)), answer_(answer) {
    loop.defer([this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) {
        respond();
      }
    });
  }

  void body(Bytes /*data*/) override {}
  void end() override {}
  void pause() override {}
  void resume() override {}

 private:
  void respond() {
    const auto& headers = request_.head.headers;
    const std::string etag = etagOf(file_);
    const auto now = static_cast<std::int64_t>(request_.receivedAt);
    const std::int64_t modified = modifiedSecond(file_);
    const std::uint64_t size = file_.size();
    http::ResponseHead head{.status = 200, .reason = {}, .headers = {}};
    head.headers.add("ETag", etag);
    head.headers.add("Last-Modified", http::formatDate(modified));
    head.headers.add("Accept-Ranges", "bytes");
    if (isUnchanged(headers, etag, modified, now)) {
      head.status = 304;
      complete(std::move(head));
      return;
    }
    FileRange span{0, size};
    const auto field = headers.find("Range");
    if (field && request_.head.method == "GET" && rangeApplies(headers, etag, modified, now)) {
      const auto range = http::parseRange(*field, size);
      if (range.kind == http::RangeRequest::Kind::unsatisfiable) {
        head.status = 416;
        head.headers.add("Content-Range", fmt::format("bytes */{}", size));
        complete(std::move(head));
        return;
      }
      // Several ranges may be answered with the whole (RFC 9110, 14.2: a server may ignore Range).
      if (range.kind == http::RangeRequest::Kind::partial && range.ranges.size() == 1) {
        head.status = 206;
        head.headers.add("Content-Range", http::contentRange(range.ranges.front(), size));
        span = {range.ranges.front().offset, range.ranges.front().length};
      }
    }
    head.headers.add("Content-Type", type_);
    head.headers.add("Content-Length", std::to_string(span.length));
    answer_.head(std::move(head));
    answer_.file(std::move(file_), span);
    answer_.end();
  }

  void complete(http::ResponseHead head) {
    answer_.head(std::move(head));
    answer_.end();
  }

  const http::Request& request_;
  loop::OpenFile file_;
  std::string type_;
  Answer& answer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

StaticFiles::StaticFiles(loop::Loop& loop, Options options, Upstream& next)
    : loop_(loop), options_(std::move(options)), next_(next), types_(systemTypes()) {}

std::unique_ptr<Call> StaticFiles::start(const http::Request& request, const Params& params, Answer& answer) {
  if (request.head.method == "GET" || request.head.method == "HEAD") {
    std::string name;
    if (auto file = find(request, name); file.ok()) {
      return std::make_unique<FileCall>(loop_, request, std::move(*file), types_.of(name), answer);
    }
  }
  return next_.start(request, params, answer);
}

Result<loop::OpenFile> StaticFiles::find(const http::Request& request, std::string& name) const {
  const Error notFound{ErrorCode::NotFound, {}};
  auto path = http::safeFilePath(request.head.path);
  if (!path || path->empty() || request.head.path.ends_with('/') || isHidden(*path)) {
    return notFound;
  }
  // Opened here and not on libuv's thread pool, as nginx does: a look-up in the kernel's name cache costs about a
  // microsecond, a trip through the pool fifty, and every request of the application pays it.
  auto file = loop::OpenFile::open(options_.publicFolder + "/" + *path);
  if (!file.ok()) {
    return file;
  }
  const std::string real = realPathOf(*file);
  if (real.ends_with(".php") || !isInside(real)) {
    return notFound;
  }
  name = std::move(*path);
  return file;
}

bool StaticFiles::isInside(const std::string& realPath) const {
  // Resolved anew each time: a deploy moves the folder behind the link.
  const auto leadsInto = [&realPath](const std::string& folder) {
    const std::string real = realFolder(folder);
    return !real.empty() && realPath.starts_with(real);
  };
  return leadsInto(options_.publicFolder) ||
         std::any_of(options_.linkedFolders.begin(), options_.linkedFolders.end(), leadsInto);
}

}  // namespace bridge::upstreams
