#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "loop/timer.h"
#include "upstreams/kind.h"
#include "upstreams/topic.h"

namespace bridge::upstreams {

/// Messages for many readers. Below PUBSUB_MOUNT:
///
/// - GET /{namespace}/{topic} waits for the next message and is answered with it; with `Accept: text/event-stream` it
///   gets all of them as server-sent events, and after Last-Event-ID those that it missed and that are still kept.
/// - POST /{namespace}/{topic} gives its body to every reader of now; `?event=name` names the event.
///
/// PUBSUB_TOKEN says who may publish, PUBSUB_AUTH who may read.
class PubsubKind final : public Kind, public Upstream {
 public:
  explicit PubsubKind(const KindContext& context);

  // Kind
  [[nodiscard]] std::string_view name() const override { return kind(); }
  void addRoutes(RouteTable& routes) override;
  void begin(std::function<void(const Error&)> onFatal) override;
  void drain() override;
  void stop(Duration patience, std::function<void()> done) override;
  [[nodiscard]] inspect::Kind inspect(bool withRows) const override;

  // Upstream
  [[nodiscard]] std::string_view kind() const override { return "pubsub"; }
  [[nodiscard]] Terms terms() const override { return {.maxBody = settings_.pubsubMaxMessage, .bodyIdleTimeout = {}}; }
  [[nodiscard]] std::unique_ptr<Call> start(const http::Request& request, const Params& params,
                                            Answer& answer) override;

  /// A sign of life to every event stream, and an end to topics that nobody needs.
  void tick();

 private:
  class PublishCall;
  class ReaderCall;
  using Name = std::pair<std::string, std::string>;

  [[nodiscard]] std::shared_ptr<Topic> open(const Name& name);
  /// Tells some of its readers, and the rest of them in the turns of the loop that follow.
  void spread(const std::shared_ptr<Topic>& topic);
  [[nodiscard]] std::optional<int> refusePublisher(const http::RequestHead& head) const;

  loop::Loop& loop_;
  const config::Settings& settings_;
  std::function<Upstream*()> application_;
  /// Tells the ids of this run from those of another one.
  std::string epoch_;
  std::map<Name, std::shared_ptr<Topic>> topics_;
  bool closing_ = false;
  std::uint64_t published_ = 0;
  std::uint64_t delivered_ = 0;
  std::size_t readers_ = 0;
  std::unique_ptr<loop::Timer> ticks_;
  /// Topics with readers that are still to be told, and the next turn.
  std::set<std::shared_ptr<Topic>> spreading_;
  std::unique_ptr<loop::Timer> turn_;
};

}  // namespace bridge::upstreams
