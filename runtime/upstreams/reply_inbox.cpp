#include "upstreams/reply_inbox.h"

#include <algorithm>
#include <array>

#include "loop/loop.h"
#include "upstreams/short_answer.h"

namespace bridge::upstreams {

/// One reply on its way. Owned by its exchange.
class ReplyCall final : public Call {
 public:
  ReplyCall(ReplyInbox& inbox, std::string id, Answer& answer) : inbox_(inbox), id_(std::move(id)), answer_(answer) {
    if (!id_.empty()) {
      awaiter_ = inbox_.awaited_.at(id_).awaiter;
      ++inbox_.awaited_.at(id_).arriving;
    }
  }
  ~ReplyCall() override {
    if (auto* entry = mine()) {
      --entry->arriving;
      inbox_.loop_.defer([awaiter = std::weak_ptr(awaiter_)] {
        if (const auto still = awaiter.lock()) {
          if (still->onBroken) {
            still->onBroken();
          }
        }
      });
    }
  }
  ReplyCall(const ReplyCall&) = delete;
  ReplyCall& operator=(const ReplyCall&) = delete;

  void body(Bytes data) override {
    if (awaiter_ != nullptr) {
      body_.empty() ? body_ = data.release() : body_.append(data.view());
    }
  }

  void end() override {
    if (mine() == nullptr) {
      later(404, "Does not match any response\n");
      return;
    }
    // The inbox lets go of it: from now on the id is unknown.
    inbox_.awaited_.erase(id_);
    inbox_.loop_.defer([awaiter = std::move(awaiter_), body = std::move(body_)]() mutable {
      if (awaiter->onReply) {
        awaiter->onReply(std::move(body));
      }
    });
    awaiter_.reset();
    later(200, "ok\n");
  }

  void pause() override {}
  void resume() override {}

 private:
  /// The entry of the id, while it is the one that this reply is for.
  ReplyInbox::Entry* mine() const {
    if (awaiter_ == nullptr) {
      return nullptr;
    }
    const auto found = inbox_.awaited_.find(id_);
    return found != inbox_.awaited_.end() && found->second.awaiter == awaiter_ ? &found->second : nullptr;
  }

  void later(int status, std::string_view text) {
    inbox_.loop_.defer([this, status, text, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) {
        answerWhole(answer_,
                    {.status = status, .reason = {}, .headers = {{"Content-Type", "text/plain; charset=utf-8"}}},
                    Bytes::copyOf(text), alive_);
      }
    });
  }

  ReplyInbox& inbox_;
  std::string id_;
  Answer& answer_;
  std::shared_ptr<ReplyInbox::Awaiter> awaiter_;
  std::string body_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

void ReplyInbox::addPlace(const std::string& before, const std::string& behind) {
  if (std::ranges::find(places_, std::pair(before, behind)) == places_.end()) {
    places_.emplace_back(before, behind);
  }
}

void ReplyInbox::await(const std::string& id, Awaiter awaiter) {
  awaited_[id] = {.awaiter = std::make_shared<Awaiter>(std::move(awaiter)), .arriving = 0};
}

void ReplyInbox::forget(const std::string& id) { awaited_.erase(id); }

bool ReplyInbox::arriving(const std::string& id) const {
  const auto found = awaited_.find(id);
  return found != awaited_.end() && found->second.arriving > 0;
}

std::string ReplyInbox::awaited(std::string_view path) const {
  const auto between = [&](std::string_view before, std::string_view behind) {
    std::string id;
    if (path.size() > before.size() + behind.size() && path.starts_with(before) && path.ends_with(behind)) {
      id = path.substr(before.size(), path.size() - before.size() - behind.size());
    }
    return awaited_.contains(id) ? id : std::string();
  };
  for (const auto& [before, behind] : places_) {
    if (auto id = between(before, behind); !id.empty()) {
      return id;
    }
  }
  static constexpr std::array<std::string_view, 3> kUsual = {"/uri/", "/urhttp/", "/"};
  for (const auto before : kUsual) {
    if (auto id = between(before, ""); !id.empty()) {
      return id;
    }
  }
  return {};
}

std::unique_ptr<Call> ReplyInbox::start(const http::Request& request, const Params& /*params*/, Answer& answer) {
  return std::make_unique<ReplyCall>(*this, awaited(request.head.path), answer);
}

}  // namespace bridge::upstreams
