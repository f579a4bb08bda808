#include "upstreams/lambda_cache.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace bridge::upstreams {
namespace {

/// What makes an answer one for this client or this moment alone.
constexpr std::array<std::string_view, 9> kPersonal = {"Authorization", "Cookie",        "Range",
                                                       "If-Match",      "If-None-Match", "If-Modified-Since",
                                                       "If-Range",      "Cache-Control", "If-Unmodified-Since"};
constexpr std::array<std::string_view, 3> kNotKept = {"no-store", "no-cache", "private"};
/// Of an entry beside its texts.
constexpr std::size_t kOverhead = 256;
constexpr std::int64_t kLongestAge = 365LL * 24 * 60 * 60;

void writeKey(std::string& key, const http::RequestHead& request) {
  key.assign(request.method).append(" ").append(request.host).append(" ");
  key.append(request.path).append("?").append(request.query);
}

/// Seconds that an answer may be kept, as it says itself (RFC 9111, 5.2.2); nothing: it does not say. 0: it may not.
std::optional<std::int64_t> ageOf(const http::Headers& headers) {
  if (headers.has("Set-Cookie") || headers.has("Vary") ||
      std::ranges::any_of(kNotKept, [&](std::string_view word) { return headers.lists("Cache-Control", word); })) {
    return 0;
  }
  std::optional<std::int64_t> age;
  for (const auto& field : headers) {
    if (!http::equalsIgnoreCase(field.name, "Cache-Control")) {
      continue;
    }
    std::string value = field.value;
    std::ranges::transform(value, value.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    // private="field" and its like have a value; they are as strict.
    if (value.find("private") != std::string::npos || value.find("no-cache") != std::string::npos) {
      return 0;
    }
    for (const std::string_view word : {"s-maxage=", "max-age="}) {
      if (const auto at = value.find(word); at != std::string::npos) {
        std::int64_t seconds = 0;
        const auto* digits = value.data() + at + word.size();
        const auto parsed = std::from_chars(digits, value.data() + value.size(), seconds);
        // What is no number is no permission.
        age = parsed.ec == std::errc() ? std::min(seconds, kLongestAge)
                                       : (parsed.ec == std::errc::result_out_of_range ? kLongestAge : 0);
        break;
      }
    }
  }
  return age;
}

std::size_t sizeOf(const http::ResponseHead& head) {
  std::size_t size = 0;
  for (const auto& field : head.headers) {
    size += field.name.size() + field.value.size() + sizeof field;
  }
  return size;
}

}  // namespace

bool LambdaCache::takes(const http::RequestHead& request) {
  return (request.method == "GET" || request.method == "HEAD") && !request.hasBody() &&
         std::ranges::none_of(request.headers, [](const http::HeaderField& field) {
           return std::ranges::any_of(
               kPersonal, [&field](std::string_view name) { return http::equalsIgnoreCase(name, field.name); });
         });
}

void LambdaCache::configure(std::size_t answers, std::size_t bytes) {
  maxAnswers_ = answers;
  maxBytes_ = bytes;
  shrink();
}

const LambdaCache::Answer* LambdaCache::find(const http::RequestHead& request, Instant now) {
  writeKey(key_, request);
  const auto found = index_.find(key_);
  if (found == index_.end()) {
    return nullptr;
  }
  const auto entry = found->second;
  if (entry->until <= now) {
    drop(entry);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return &entry->answer;
}

void LambdaCache::keep(const http::RequestHead& request, http::ResponseHead head, std::string body, Instant now) {
  const auto age = ageOf(head.headers);
  if (head.status != 200 || age.value_or(1) <= 0) {
    return;
  }
  writeKey(key_, request);
  if (const auto found = index_.find(key_); found != index_.end()) {
    drop(found->second);
  }
  const auto bytes = key_.size() + sizeOf(head) + body.size() + kOverhead;
  entries_.push_front({.key = key_,
                       .answer = {std::move(head), std::make_shared<const std::string>(std::move(body))},
                       .until = age ? now + Seconds(*age) : Instant::max(),
                       .bytes = bytes});
  index_.emplace(entries_.front().key, entries_.begin());
  bytes_ += bytes;
  shrink();
}

void LambdaCache::clear() {
  index_.clear();
  entries_.clear();
  bytes_ = 0;
}

void LambdaCache::drop(Entries::iterator entry) {
  bytes_ -= entry->bytes;
  index_.erase(entry->key);
  entries_.erase(entry);
}

void LambdaCache::shrink() {
  while (!entries_.empty() && (entries_.size() > maxAnswers_ || bytes_ > maxBytes_)) {
    drop(std::prev(entries_.end()));
  }
}

}  // namespace bridge::upstreams
