#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "upstreams/upstream.h"

namespace bridge::loop {
class Loop;
}

namespace bridge::upstreams {

/// Where processes send their replies: an upstream behind a Unix socket, which finds the request of a reply by the id
/// in its path. Each id is answered once; the first complete reply wins. Any method, any content type.
///
/// Owned by the exec kind; outlives the connections of its socket.
class ReplyInbox final : public Upstream {
 public:
  /// Who awaits a reply. Both come at most once per reply, never inside a call of the inbox.
  struct Awaiter {
    /// The id is forgotten by now.
    std::function<void(std::string body)> onReply;
    /// A reply broke off before it was complete; another one may come.
    std::function<void()> onBroken;
  };

  explicit ReplyInbox(loop::Loop& loop) : loop_(loop) {}

  /// A path with an id in it is `before` + id + `behind`. /uri/ID, /urhttp/ID and /ID are always understood.
  void addPlace(const std::string& before, const std::string& behind);

  void await(const std::string& id, Awaiter awaiter);
  /// Harmless where nobody awaits it.
  void forget(const std::string& id);
  /// Whether a reply to it has begun to arrive.
  [[nodiscard]] bool arriving(const std::string& id) const;

  [[nodiscard]] std::string_view kind() const override { return "exec"; }
  [[nodiscard]] std::unique_ptr<Call> start(const http::Request& request, const Params& params,
                                            Answer& answer) override;

 private:
  friend class ReplyCall;
  struct Entry {
    std::shared_ptr<Awaiter> awaiter;
    std::size_t arriving = 0;
  };

  /// The id of the path that somebody awaits; empty: none.
  [[nodiscard]] std::string awaited(std::string_view path) const;

  loop::Loop& loop_;
  std::vector<std::pair<std::string, std::string>> places_;
  std::unordered_map<std::string, Entry> awaited_;
};

}  // namespace bridge::upstreams
