#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "http/request.h"
#include "http/response.h"

namespace bridge::upstreams {

/// Answers of local processes that are given again, bounded in number and bytes; who was not asked for longest goes
/// first. Owned by the lambdas kind. Pure: the time is an argument.
class LambdaCache {
 public:
  struct Answer {
    http::ResponseHead head;
    std::shared_ptr<const std::string> body;
  };

  /// Whether an answer to this request may come from here, and be kept here: GET and HEAD without a body, and without
  /// anything that says who asks (Authorization, Cookie) or that asks for a part or for news (Range, conditions,
  /// Cache-Control).
  [[nodiscard]] static bool takes(const http::RequestHead& request);

  /// How many answers, and bytes of them together; 0 answers: it keeps none.
  void configure(std::size_t answers, std::size_t bytes);
  [[nodiscard]] bool on() const { return maxAnswers_ > 0; }
  /// Null: there is none. It lives until the next call that is not const.
  [[nodiscard]] const Answer* find(const http::RequestHead& request, Instant now);
  /// Keeps a 200 that does not say otherwise: with Set-Cookie, Vary, or no-store, no-cache, private or max-age=0 in
  /// Cache-Control it does. One with a max-age (or s-maxage) is forgotten after it.
  void keep(const http::RequestHead& request, http::ResponseHead head, std::string body, Instant now);
  void clear();

  [[nodiscard]] std::size_t size() const { return index_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    std::string key;
    Answer answer;
    Instant until;
    std::size_t bytes;
  };
  using Entries = std::list<Entry>;

  void drop(Entries::iterator entry);
  void shrink();

  std::size_t maxAnswers_ = 0;
  std::size_t maxBytes_ = 0;
  std::size_t bytes_ = 0;
  /// The last asked for first.
  Entries entries_;
  /// The keys are those of the entries.
  std::unordered_map<std::string_view, Entries::iterator> index_;
  std::string key_;
};

}  // namespace bridge::upstreams
