#pragma once

#include <memory>
#include <optional>
#include <string>

#include "upstreams/exec_job.h"
#include "upstreams/exec_parts.h"
#include "upstreams/upstream.h"

namespace bridge::upstreams {

/// One request of the exec kind: collects and checks its body, begins the job, and gives the answer. Owned by the
/// exchange. A body that goes to stdin and need not be checked is collected up to 64 KiB, so that a slow client holds
/// no process; a larger one is streamed.
class ExecCall final : public Call, private ExecJob::Client {
 public:
  ExecCall(ExecParts& parts, std::shared_ptr<const ExecOperationPlan> plan, const http::Request& request, Params params,
           Answer& answer);
  ~ExecCall() override;
  ExecCall(const ExecCall&) = delete;
  ExecCall& operator=(const ExecCall&) = delete;

  void body(Bytes data) override;
  void end() override;
  void pause() override {}
  void resume() override {}
  void halfClosed() override;

 private:
  void reply(int status, std::string body, const ServedBy& served) override;
  void fail(Error error, const ServedBy& served) override;
  void wantsMore() override { answer_.resumeRequest(); }

  /// What of a body is taken before the job begins; a longer one is refused, or streamed where it may be.
  [[nodiscard]] std::size_t collected() const;
  [[nodiscard]] bool streams() const;
  void beginJob(bool complete);
  void give(int status, std::string body);
  void failLater(Error error);

  ExecParts& parts_;
  std::shared_ptr<const ExecOperationPlan> plan_;
  const http::Request& request_;
  Params params_;
  Answer& answer_;
  std::string body_;
  ExecJob* job_ = nullptr;
  bool refused_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::upstreams
