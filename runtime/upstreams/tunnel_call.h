#pragma once

#include <memory>
#include <string>

#include "loop/timer.h"
#include "upstreams/tunnel_backend.h"
#include "upstreams/tunnel_replies.h"

namespace bridge::upstreams {

/// One task or event: takes the JSON body, has it run, answers. Owned by the exchange; destroying it, or the client's
/// FIN, gives the job up.
class TunnelCall final : public Call {
 public:
  /// What it works with; outlives it.
  struct Room {
    loop::Loop& loop;
    const config::Settings& settings;
    TunnelBackend& backend;
  };

  TunnelCall(const Room& room, wire::TunnelJob::Type type, std::string name, const http::Request& request,
             Answer& answer);

  void body(Bytes data) override;
  void end() override;
  void pause() override {}
  void resume() override {}
  void halfClosed() override;

 private:
  [[nodiscard]] Result<wire::TunnelJob> job() const;
  void onOutcome(TunnelOutcome outcome);
  void reply(TunnelReplies::Reply reply);

  Room room_;
  wire::TunnelJob::Type type_;
  std::string name_;
  const http::Request& request_;
  Answer& answer_;
  TunnelReplies replies_;
  std::string body_;
  bool answered_ = false;
  bool wantsPayload_ = false;
  /// The payload of an event, for workers that do not tell one.
  std::string payload_;
  Instant begun_{};
  loop::Timer deadline_;
  std::unique_ptr<TunnelRun> run_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::upstreams
