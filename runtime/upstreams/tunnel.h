#pragma once

#include <cstdint>
#include <memory>

#include "upstreams/kind.h"
#include "upstreams/spool.h"
#include "upstreams/tunnel_backend.h"
#include "upstreams/tunnel_cors.h"

namespace bridge::upstreams {

/// The Runner Tunnel HTTP Protocol, version 1.0. Below TUNNEL_MOUNT:
///
/// - POST task/{id} with `{"input":…}` runs a task: `{"ok":true,"result":…}`.
/// - POST event/{id} with `{"payload":…}` emits an event: `{"ok":true}`.
/// - GET or POST discovery tells the allow-lists.
/// - OPTIONS answers a browser's question before it asks from another origin.
///
/// A request is refused in this order: path (404), method (405), token (401), allow-list (403), unknown (404), body
/// (400, 413). Inputs and results are passed on as the text they came in. A task's request may also be a multipart form
/// with files, or bytes; its answer may be a stream of bytes.
class TunnelKind final : public Kind, public Upstream {
 public:
  explicit TunnelKind(const KindContext& context);

  // Kind
  [[nodiscard]] std::string_view name() const override { return kind(); }
  void addRoutes(RouteTable& routes) override;
  void begin(std::function<void(const Error&)> onFatal) override;
  void reload(std::function<void(Result<void>)> done) override;
  void stop(Duration patience, std::function<void()> done) override;
  [[nodiscard]] inspect::Kind inspect(bool withRows) const override;

  // Upstream
  [[nodiscard]] std::string_view kind() const override { return "tunnel"; }
  /// Limits are kept here: too large a body is answered with an envelope.
  [[nodiscard]] Terms terms() const override { return {.maxBody = Terms::kNoLimit, .bodyIdleTimeout = {}}; }
  [[nodiscard]] std::unique_ptr<Call> start(const http::Request& request, const Params& params,
                                            Answer& answer) override;

 private:
  [[nodiscard]] bool authorized(const http::Headers& headers) const;
  [[nodiscard]] std::string discovery() const;

  loop::Loop& loop_;
  const config::Settings& settings_;
  TunnelCors cors_;
  /// From `begin` on; the requests' files lie in it.
  std::unique_ptr<Spool> spool_;
  std::unique_ptr<TunnelBackend> backend_;
  std::uint64_t tasks_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace bridge::upstreams
