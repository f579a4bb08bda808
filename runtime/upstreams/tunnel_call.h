#pragma once

#include <memory>
#include <string>
#include <vector>

#include "loop/timer.h"
#include "upstreams/body_collector.h"
#include "upstreams/tunnel_backend.h"
#include "upstreams/tunnel_form.h"
#include "upstreams/tunnel_replies.h"
#include "upstreams/tunnel_request.h"

namespace bridge::upstreams {

/// One task or event: asks whether it is allowed, takes the body, has it run, answers. Owned by the exchange;
/// destroying it, or the client's FIN, gives the job up, and removes its files.
class TunnelCall final : public Call, private TunnelListener {
 public:
  /// What it works with; outlives it.
  struct Room {
    loop::Loop& loop;
    const config::Settings& settings;
    TunnelBackend& backend;
    Spool& spool;
  };

  TunnelCall(const Room& room, wire::TunnelJob::Type type, std::string name, const http::Request& request,
             Answer& answer, TunnelReplies replies, TunnelBody mode);

  void body(Bytes data) override;
  void end() override;
  void pause() override;
  void resume() override;
  void halfClosed() override;

 private:
  /// Asking: the worker is asked whether it is allowed. Taking: the body. Running. Streaming: the answer has begun.
  enum class Stage { asking, taking, running, streaming, answered };

  // TunnelListener
  void onOutcome(TunnelOutcome outcome) override;
  void onStream(wire::TunnelStreamHead head, pid_t pid) override;
  void onChunk(Bytes data) override;
  void onBodyFlow(bool paused) override;

  void ask();
  void allowed();
  void open();
  void take(Bytes data);
  void takeEnd();
  void onForm(TunnelForm::Outcome outcome);
  void onBytes(Result<CollectedBody> collected);
  void run(wire::TunnelJob job);
  Instant startDeadline();
  void watchSilence();
  void breakOff(std::string why);
  void servedBy(pid_t pid, Duration waited);
  void reply(TunnelReplies::Reply reply);
  [[nodiscard]] wire::TunnelJob job() const { return {.type = type_, .name = name_}; }

  Room room_;
  wire::TunnelJob::Type type_;
  std::string name_;
  const http::Request& request_;
  Answer& answer_;
  TunnelReplies replies_;
  Stage stage_ = Stage::taking;
  TunnelBody mode_;
  std::string text_;
  std::unique_ptr<TunnelForm> form_;
  std::unique_ptr<BodyCollector> bytes_;
  /// What the worker reads, for as long as the request lives.
  std::vector<std::unique_ptr<SpoolFile>> files_;
  /// Came before it was known whether the request is allowed, or before a worker took it.
  std::vector<Bytes> early_;
  bool earlyEnd_ = false;
  /// The body goes to the worker piece by piece; whether it takes them now.
  bool duplex_ = false;
  bool bodyPaused_ = true;
  bool wantsPayload_ = false;
  /// The payload of an event, for workers that do not tell one.
  std::string payload_;
  Instant begun_{};
  /// Until the answer begins; then the silence of the stream.
  loop::Timer deadline_;
  std::unique_ptr<TunnelRun> run_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::upstreams
