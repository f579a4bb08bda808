#include "config/watch_list.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>

namespace bridge::config {
namespace {

constexpr std::string_view kWildcards = "*?[";
constexpr std::array<std::string_view, 3> kLeftOut{"vendor", "storage", "bootstrap/cache"};
constexpr std::array<std::string_view, 5> kEditors{"~", ".swp", ".swx", ".tmp", "___jb_tmp___"};

/// Whether `path` is this folder or below it; everything is below "".
bool isIn(std::string_view path, std::string_view folder) {
  return folder.empty() || path == folder ||
         (path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/');
}

std::string_view lastPart(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool isLeftOut(std::string_view folder) {
  return lastPart(folder) == "node_modules" || lastPart(folder).starts_with('.') ||
         std::find(kLeftOut.begin(), kLeftOut.end(), folder) != kLeftOut.end();
}

/// What an editor writes beside a file; 4913 is Vim's trial of whether it may.
bool isEditors(std::string_view name) {
  return name.starts_with('.') || name == "4913" ||
         std::any_of(kEditors.begin(), kEditors.end(), [&](const auto end) { return name.ends_with(end); });
}

bool matches(const std::string& pattern, const std::string& path, int flags) {
  return ::fnmatch(pattern.c_str(), path.c_str(), flags) == 0;
}

}  // namespace

WatchList::WatchList(const std::vector<std::string>& patterns) {
  for (auto text : patterns) {
    while (text.starts_with("./")) {
      text.erase(0, 2);
    }
    while (text.ends_with('/')) {
      text.pop_back();
    }
    if (text == ".") {
      text.clear();
    }
    Pattern pattern{.text = text, .fixed = text, .wild = false, .deep = true};
    if (const auto wildcard = text.find_first_of(kWildcards); wildcard != std::string::npos) {
      const auto slash = text.rfind('/', wildcard);
      pattern.wild = true;
      pattern.fixed = slash == std::string::npos ? "" : text.substr(0, slash);
      pattern.deep = text.find("**") != std::string::npos || text.find('/', wildcard) != std::string::npos;
    }
    patterns_.push_back(std::move(pattern));
  }
}

bool WatchList::wants(std::string_view path) const {
  const std::string whole(path);
  return std::any_of(patterns_.begin(), patterns_.end(), [&](const Pattern& pattern) {
    const bool named = !pattern.wild && path == pattern.fixed;
    if (named || isEditors(lastPart(path))) {
      return named ||
             (pattern.wild && lastPart(pattern.text).starts_with('.') && matches(pattern.text, whole, FNM_PATHNAME));
    }
    if (!pattern.wild) {
      return isIn(path, pattern.fixed);
    }
    const auto deep = pattern.text.find("**/");
    if (deep == std::string::npos) {
      return matches(pattern.text, whole, FNM_PATHNAME);
    }
    // Any number of folders, or none.
    auto flat = pattern.text;
    flat.erase(deep, 3);
    return matches(pattern.text, whole, 0) || matches(flat, whole, FNM_PATHNAME);
  });
}

bool WatchList::enters(std::string_view folder) const {
  return std::any_of(patterns_.begin(), patterns_.end(), [&](const Pattern& pattern) {
    if (pattern.fixed.size() > folder.size() && isIn(pattern.fixed, folder)) {
      return true;  // On the way to it.
    }
    if (!isIn(folder, pattern.fixed) || (!pattern.deep && folder != pattern.fixed)) {
      return false;
    }
    for (auto part = folder; part.size() > pattern.fixed.size();) {
      if (isLeftOut(part)) {
        return false;
      }
      const auto slash = part.rfind('/');
      part = slash == std::string_view::npos ? std::string_view() : part.substr(0, slash);
    }
    return true;
  });
}

}  // namespace bridge::config
