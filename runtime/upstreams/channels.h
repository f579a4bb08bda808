#pragma once

#include <memory>
#include <string>
#include <vector>

#include "upstreams/channel.h"
#include "upstreams/kind.h"

namespace bridge::upstreams {

/// Rendezvous of HTTP clients by name. Below CHANNELS_MOUNT:
///
/// - POST /{namespace}/{channel} waits for a consumer, GET for a producer; the body goes from one to the other.
/// - DELETE /{namespace}/{channel} and /{namespace} answer who waits there with 410.
/// - GET /namespaces and /{namespace} list names as JSON; GET of CHANNELS_STATE_PATH lists all.
///
/// Names are percent-decoded segments, any UTF-8.
class ChannelsKind final : public Kind, public Upstream {
 public:
  explicit ChannelsKind(const KindContext& context);

  // Kind
  [[nodiscard]] std::string_view name() const override { return kind(); }
  void addRoutes(RouteTable& routes) override;
  void reload(std::function<void(Result<void>)> done) override;
  void drain() override;
  void stop(Duration patience, std::function<void()> done) override;
  [[nodiscard]] inspect::Kind inspect(bool withRows) const override;

  // Upstream
  [[nodiscard]] std::string_view kind() const override { return "channels"; }
  [[nodiscard]] Terms terms() const override {
    return {.maxBody = Terms::kNoLimit, .bodyIdleTimeout = Duration::zero()};
  }
  [[nodiscard]] std::unique_ptr<Call> start(const http::Request& request, const Params& params,
                                            Answer& answer) override;

 private:
  loop::Loop& loop_;
  const config::Settings& settings_;
  ChannelBook book_;
};

}  // namespace bridge::upstreams
