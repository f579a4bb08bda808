#include "upstreams/pubsub.h"

#include <spdlog/fmt/fmt.h>

#include <charconv>
#include <deque>

#include "http/percent.h"
#include "loop/loop.h"
#include "upstreams/admin_access.h"
#include "upstreams/channel_path.h"
#include "upstreams/short_answer.h"
#include "upstreams/subrequest.h"

namespace bridge::upstreams {
namespace {

/// Proxies give up a connection that is silent for half a minute or more.
constexpr Duration kTick = Seconds(15);
constexpr std::string_view kSignOfLife = ":\n\n";
/// Messages held for a reader whose socket takes nothing; with more it is cut, and may come back.
constexpr std::size_t kMaxBehind = 1U << 20U;
/// Readers of a topic that are told in one turn of the loop. Each costs some 15 us: with thousands, everybody else
/// would wait for all of them.
constexpr std::size_t kAtOnce = 200;
/// Until the next of them. A timer of no time at all would run again in the same turn.
constexpr Duration kBetween = Millis(1);
constexpr std::string_view kEventStream = "text/event-stream";

bool wantsEvents(const http::Headers& headers) {
  return headers.find("Accept").value_or("").find(kEventStream) != std::string_view::npos;
}

/// The value of `event` in a query, decoded; empty where there is none, nothing where it cannot be a name.
std::optional<std::string> eventName(std::string_view query) {
  constexpr std::string_view kName = "event=";
  while (!query.empty()) {
    const auto field = query.substr(0, query.find('&'));
    if (field.starts_with(kName)) {
      auto name = http::percentDecode(field.substr(kName.size()));
      return name && name->find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos ? name : std::nullopt;
    }
    query.remove_prefix(std::min(field.size() + 1, query.size()));
  }
  return "";
}

/// What came after that id: its number, or 0 where it is of another run, whose messages are all unknown here.
std::optional<std::uint64_t> numberAfter(std::string_view epoch, const http::Headers& headers) {
  const auto id = headers.find("Last-Event-ID");
  if (!id || id->empty()) {
    return std::nullopt;
  }
  std::uint64_t number = 0;
  const auto hyphen = id->find('-');
  if (hyphen != std::string_view::npos && id->substr(0, hyphen) == epoch) {
    (void)std::from_chars(id->data() + hyphen + 1, id->data() + id->size(), number);
  }
  return number;
}

Bytes shared(const std::shared_ptr<const std::string>& text) { return Bytes::share(text, 0, text->size()); }

}  // namespace

/// Collects a message, which is small by the terms, and gives it away.
class PubsubKind::PublishCall final : public Call {
 public:
  PublishCall(PubsubKind& owner, Name name, const http::Request& request, Answer& answer)
      : owner_(owner), name_(std::move(name)), request_(request), answer_(answer) {}

  void body(Bytes data) override { message_ += data.view(); }
  void end() override {
    owner_.loop_.defer([this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) {
        publish();
      }
    });
  }
  void pause() override {}
  void resume() override {}

 private:
  void publish() {
    const auto event = eventName(request_.head.query);
    if (!event) {
      answer_.fail({ErrorCode::BadRequest, "the name of an event cannot hold a line end"});
      return;
    }
    const auto type = request_.head.headers.find("Content-Type").value_or("application/octet-stream");
    const auto topic = owner_.open(name_);
    const auto readers =
        topic->publish(owner_.epoch_, std::string(type), std::move(message_), *event, owner_.loop_.now());
    ++owner_.published_;
    owner_.delivered_ += readers;
    owner_.spread(topic);
    answer_.head({.status = 200, .reason = {}, .headers = {{"Content-Type", "application/json"}}});
    answer_.body(Bytes(fmt::format("{{\"readers\":{}}}", readers)));
    answer_.end();
  }

  PubsubKind& owner_;
  Name name_;
  const http::Request& request_;
  Answer& answer_;
  std::string message_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// One reader: first let in, then told.
class PubsubKind::ReaderCall final : public Call, private Topic::Reader {
 public:
  ReaderCall(PubsubKind& owner, Name name, const http::Request& request, Answer& answer)
      : owner_(owner), name_(std::move(name)), request_(request), answer_(answer) {
    owner_.loop_.defer([this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) {
        ask();
      }
    });
  }
  ~ReaderCall() override { leave(); }
  ReaderCall(const ReaderCall&) = delete;
  ReaderCall& operator=(const ReaderCall&) = delete;

  void body(Bytes /*data*/) override {}
  void end() override {}
  void pause() override { paused_ = true; }
  void resume() override {
    paused_ = false;
    sendHeld();
  }
  void halfClosed() override {
    if (topic_) {
      fail({ErrorCode::ClientGone, "a reader left"});
    }
  }

 private:
  void ask() {
    auto* application = owner_.settings_.pubsubAuth.empty() ? nullptr : owner_.application_();
    if (application == nullptr) {
      join();
      return;
    }
    auto question = request_;
    question.head.method = "GET";
    question.head.path = owner_.settings_.pubsubAuth;
    question.head.query =
        "namespace=" + http::percentEncode(name_.first) + "&topic=" + http::percentEncode(name_.second);
    question.head.target = question.head.path + "?" + question.head.query;
    // An answer for a program: 401, and no way to a login page.
    question.head.headers.set("Accept", "application/json");
    question.head.headers.remove("Content-Length");
    question.head.headers.remove("Transfer-Encoding");
    question.head.contentLength.reset();
    question.head.chunked = false;
    subrequest_ = std::make_unique<Subrequest>(owner_.loop_, *application, std::move(question),
                                               [this](const Result<int>& status) { onPermission(status); });
  }

  void onPermission(const Result<int>& status) {
    subrequest_.reset();
    if (!status.ok()) {
      fail(status.error());
    } else if (*status >= 200 && *status < 300) {
      join();
    } else {
      // Who is sent elsewhere is not let in here.
      refuse(*status >= 400 ? *status : 403);
    }
  }

  void join() {
    if (owner_.closing_) {
      fail({ErrorCode::ShuttingDown, {}});
      return;
    }
    topic_ = owner_.open(name_);
    place_ = topic_->add(*this);
    ++owner_.readers_;
    events_ = wantsEvents(request_.head.headers);
    if (!events_) {
      return;
    }
    const auto alive = std::weak_ptr(alive_);
    answer_.head(
        {.status = 200,
         .reason = {},
         .headers = {
             {"Content-Type", std::string(kEventStream)}, {"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}}});
    if (alive.expired()) {
      return;
    }
    if (const auto number = numberAfter(owner_.epoch_, request_.head.headers)) {
      for (const auto& message : topic_->after(*number)) {
        hold(message.event);
      }
    }
    sendHeld();
  }

  void onMessage(const Topic::Message& message) override {
    if (events_) {
      hold(message.event);
      sendHeld();
      return;
    }
    leave();
    answerWhole(answer_, {.status = 200, .reason = {}, .headers = {{"Content-Type", message.contentType}}},
                shared(message.body), alive_);
  }

  void onTick() override {
    if (events_ && !paused_) {
      answer_.body(Bytes::copyOf(kSignOfLife));
    }
  }

  void onEnd() override {
    leave();
    if (events_) {
      answer_.end();
    } else {
      answer_.fail({ErrorCode::ShuttingDown, {}});
    }
  }

  void hold(const std::shared_ptr<const std::string>& event) {
    held_.push_back(event);
    heldBytes_ += event->size();
  }

  void sendHeld() {
    const auto alive = std::weak_ptr(alive_);
    while (!alive.expired() && !paused_ && !held_.empty()) {
      const auto event = std::move(held_.front());
      held_.pop_front();
      heldBytes_ -= event->size();
      answer_.body(shared(event));
    }
    if (!alive.expired() && paused_ && heldBytes_ > kMaxBehind) {
      fail({ErrorCode::SlowReader, {}});
    }
  }

  void refuse(int status) { answerWhole(answer_, {.status = status, .reason = {}, .headers = {}}, Bytes(), alive_); }

  void fail(Error error) {
    leave();
    answer_.fail(std::move(error));
  }

  void leave() {
    if (topic_) {
      topic_->remove(place_);
      topic_.reset();
      --owner_.readers_;
    }
  }

  PubsubKind& owner_;
  Name name_;
  const http::Request& request_;
  Answer& answer_;
  bool events_ = false;
  bool paused_ = false;
  std::deque<std::shared_ptr<const std::string>> held_;
  std::size_t heldBytes_ = 0;
  /// While it reads.
  std::shared_ptr<Topic> topic_;
  Topic::Readers::iterator place_;
  std::unique_ptr<Subrequest> subrequest_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

PubsubKind::PubsubKind(const KindContext& context)
    : loop_(context.loop),
      settings_(context.settings),
      application_(context.application),
      epoch_(fmt::format("{:x}", static_cast<std::uint64_t>(context.loop.wallClock() * 1000))) {
  if (!settings_.pubsubAuth.empty() && !settings_.serveLaravel) {
    context.problems.push_back(
        {"PUBSUB_AUTH", settings_.pubsubAuth, "is a route of Laravel, and SERVE_LARAVEL is off"});
  }
}

void PubsubKind::addRoutes(RouteTable& routes) { routes.addTree(settings_.pubsubMount, *this, "PUBSUB_MOUNT"); }

void PubsubKind::begin(std::function<void(const Error&)> /*onFatal*/) {
  ticks_ = std::make_unique<loop::Timer>(loop_);
  ticks_->repeat(kTick, [this] { tick(); });
}

void PubsubKind::tick() {
  for (auto entry = topics_.begin(); entry != topics_.end();) {
    const auto topic = entry->second;
    topic->tick();
    spread(topic);
    const bool stale = topic->empty() || loop_.now() - topic->lastPublished() > settings_.pubsubReplayTime;
    entry = topic->readers() == 0 && stale ? topics_.erase(entry) : std::next(entry);
  }
}

void PubsubKind::spread(const std::shared_ptr<Topic>& topic) {
  if (!topic->tell(kAtOnce)) {
    spreading_.erase(topic);
    return;
  }
  spreading_.insert(topic);
  if (turn_) {
    return;
  }
  turn_ = std::make_unique<loop::Timer>(loop_);
  turn_->start(kBetween, [this] {
    turn_.reset();
    for (const auto& unfinished : std::set(spreading_)) {
      spread(unfinished);
    }
  });
}

void PubsubKind::drain() {
  closing_ = true;
  for (const auto& [name, topic] : topics_) {
    topic->end();
  }
}

void PubsubKind::stop(Duration /*patience*/, std::function<void()> done) {
  ticks_.reset();
  turn_.reset();
  loop_.defer(std::move(done));
}

inspect::Kind PubsubKind::inspect(bool /*withRows*/) const {
  const auto number = [](auto value) { return static_cast<double>(value); };
  return {.name = std::string(name()),
          .notReady = {},
          .figures = {{"topics", number(topics_.size())},
                      {"readers", number(readers_)},
                      {"published_total", number(published_)},
                      {"delivered_total", number(delivered_)}},
          .children = {}};
}

std::shared_ptr<Topic> PubsubKind::open(const Name& name) {
  auto& topic = topics_[name];
  if (!topic) {
    topic = std::make_shared<Topic>(
        Topic::Limits{.messages = static_cast<std::size_t>(settings_.pubsubReplay), .bytes = kMaxBehind}, published_);
  }
  return topic;
}

std::optional<int> PubsubKind::refusePublisher(const http::RequestHead& head) const {
  const auto& token = settings_.pubsubToken;
  if (token.empty()) {
    return settings_.serveLaravel ? std::optional(403) : std::nullopt;
  }
  constexpr std::string_view kBearer = "Bearer ";
  const auto given = head.headers.find("Authorization").value_or("");
  return given.starts_with(kBearer) && sameSecret(given.substr(kBearer.size()), token) ? std::nullopt
                                                                                       : std::optional(401);
}

std::unique_ptr<Call> PubsubKind::start(const http::Request& request, const Params& /*params*/, Answer& answer) {
  const auto& head = request.head;
  const auto reply = [&](int status, http::Headers headers = {}) {
    return std::make_unique<ShortAnswer>(
        loop_, answer, http::ResponseHead{.status = status, .reason = {}, .headers = std::move(headers)});
  };
  auto names = namesBelow(settings_.pubsubMount, head.path);
  if (!names) {
    return std::make_unique<ShortAnswer>(loop_, answer, Error{ErrorCode::BadRequest, "a name is no UTF-8"});
  }
  if (names->size() != 2 || names->front().empty()) {
    return std::make_unique<ShortAnswer>(loop_, answer, Error{ErrorCode::NotFound, "no topic"});
  }
  Name name(std::move(names->front()), std::move(names->back()));
  if (head.method == "GET") {
    return std::make_unique<ReaderCall>(*this, std::move(name), request, answer);
  }
  if (head.method != "POST") {
    return reply(405, {{"Allow", "GET, POST"}});
  }
  if (const auto refused = refusePublisher(head)) {
    return *refused == 401 ? reply(401, {{"WWW-Authenticate", "Bearer"}}) : reply(*refused);
  }
  return std::make_unique<PublishCall>(*this, std::move(name), request, answer);
}

}  // namespace bridge::upstreams
