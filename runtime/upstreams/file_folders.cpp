#include "upstreams/file_folders.h"

#include <spdlog/fmt/fmt.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>
#include <memory>
#include <utility>

#include "http/headers.h"

namespace bridge::upstreams {
namespace {

/// Canonical form of a folder with a slash at its end; empty where it does not exist. Resolved anew each time: a deploy
/// moves the folder behind the link.
std::string realFolder(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  return real ? std::string(real.get()) + "/" : std::string();
}

/// Where an open file really is, symlinks resolved; empty where the kernel does not say.
std::string realPathOf(const loop::OpenFile& file) {
  std::array<char, PATH_MAX> path{};
  const auto link = fmt::format("/proc/self/fd/{}", file.descriptor());
  const ssize_t length = ::readlink(link.c_str(), path.data(), path.size());
  return length > 0 ? std::string(path.data(), static_cast<std::size_t>(length)) : std::string();
}

/// Calls `look` with each segment and its place until it returns true, which is the result.
template <class Look>
bool anySegment(std::string_view path, Look look) {
  std::size_t begin = 0;
  while (begin < path.size()) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (look(path.substr(begin, end - begin), begin)) {
      return true;
    }
    begin = end + 1;
  }
  return false;
}

bool isScript(std::string_view segment) {
  constexpr std::string_view kEnding = ".php";
  return segment.size() >= kEnding.size() &&
         http::equalsIgnoreCase(segment.substr(segment.size() - kEnding.size()), kEnding);
}

Error notFound(std::string detail) { return {ErrorCode::NotFound, std::move(detail)}; }

}  // namespace

bool isHiddenFile(std::string_view path) {
  return anySegment(path, [](std::string_view segment, std::size_t at) {
    return isScript(segment) || (segment.starts_with('.') && !(at == 0 && segment == ".well-known"));
  });
}

bool FileFolders::show(const loop::OpenFile& file) const {
  const auto place = placeOf(file);
  return !place.empty() && !isHiddenFile(place);
}

Result<loop::OpenFile> FileFolders::openNamed(std::string_view name) const {
  const bool climbs = anySegment(name, [](std::string_view segment, std::size_t) { return segment == ".."; });
  if (climbs || name.empty() || name.find('\0') != std::string_view::npos) {
    return notFound("the name of the file is no plain path");
  }
  const auto openContained = [this](const std::string& path) -> Result<loop::OpenFile> {
    auto file = loop::OpenFile::open(path);
    if (file.ok() && placeOf(*file).empty()) {
      return notFound("it lies outside of the folders");
    }
    return file;
  };
  if (name.starts_with('/')) {
    if (auto file = openContained(std::string(name)); file.ok()) {
      return file;
    }
  }
  for (const auto& folder : folders_) {
    auto file = openContained(folder + "/" + std::string(name));
    if (file.ok() || file.error().code == ErrorCode::NoDescriptors) {
      return file;
    }
  }
  return notFound(std::string(name) + " is no file in one of the folders");
}

std::string FileFolders::placeOf(const loop::OpenFile& file) const {
  const auto real = realPathOf(file);
  for (const auto& folder : folders_) {
    const auto root = realFolder(folder);
    if (!root.empty() && real.starts_with(root)) {
      return real.substr(root.size());
    }
  }
  return {};
}

}  // namespace bridge::upstreams
