#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/inspect.h"
#include "base/state_machine.h"
#include "http/request.h"
#include "loop/stream.h"
#include "loop/timer.h"
#include "process/process.h"
#include "upstreams/exec_parts.h"
#include "upstreams/upstream.h"

namespace bridge::upstreams {

/// The process of one request: its turn, its start, its reply, its end. Owned by the parts of the kind, which it leaves
/// by itself when it is over; it goes on where its request is given up.
class ExecJob {
 public:
  /// Queued: waits for its turn. Running: the process lives, or an answer from elsewhere is awaited where there is
  /// none. Ended: the process is gone, and a reply that it may have sent is awaited for a moment. Over.
  enum class State { Queued, Running, Ended, Over };

  /// Whoever asked. Each of `reply` and `fail` is the last word, and does not come inside a call of the job.
  class Client {
   public:
    virtual void reply(int status, std::string body, const ServedBy& served) = 0;
    virtual void fail(Error error, const ServedBy& served) = 0;
    /// The process has taken what it was fed, or takes no more.
    virtual void wantsMore() = 0;

   protected:
    ~Client() = default;
  };

  /// Joins `parts.jobs`. The body is whole where `complete`, else `feed` brings the rest.
  static ExecJob& begin(ExecParts& parts, std::shared_ptr<const ExecOperationPlan> plan, const http::Request& request,
                        std::string body, bool complete, Client& client);
  ~ExecJob();
  ExecJob(const ExecJob&) = delete;
  ExecJob& operator=(const ExecJob&) = delete;

  /// More of the body, and its end. After each piece, and after `begin`, the next one waits for `wantsMore`.
  void feed(Bytes data);
  void feedEnd();
  /// Nobody listens any more. A job that waits for its turn is over; a process runs to its end or its timeout.
  void abandon();
  /// Whether it waits for its turn.
  [[nodiscard]] bool queued() const { return state_.is(State::Queued); }
  /// Ends the process, with SIGKILL when `patience` is over.
  void stop(Duration patience);
  [[nodiscard]] inspect::Child inspect() const;

 private:
  struct Traits {
    using State = ExecJob::State;
    static const std::initializer_list<std::pair<State, State>> kEdges;
    static std::string_view name(State state);
  };

  ExecJob(ExecParts& parts, std::shared_ptr<const ExecOperationPlan> plan, const http::Request& request,
          std::string body, bool complete, Client& client);
  void onSlot(Result<ExecSlot> slot);
  [[nodiscard]] Result<process::Spec> spec() const;
  [[nodiscard]] Result<std::unique_ptr<process::Process>> launch();
  void start();
  void writeInput();
  void onLine(std::string_view line) const;
  void onReply(std::string body);
  void onTimeout();
  void onExit(const process::ExitCause& cause);
  void account(const process::ExitCause& cause);
  void giveUpWhenSilent();
  void tellReply(int status, std::string body);
  void tellFailure(Error error);
  [[nodiscard]] ServedBy served() const;
  /// Whether it is over now; it then leaves `parts.jobs` in the next turn.
  void endWhenOver();

  ExecParts& parts_;
  std::shared_ptr<const ExecOperationPlan> plan_;
  Client* client_;
  /// Of the request, which may be gone before the process.
  std::string logId_;
  std::string id_;
  std::string path_;
  std::string query_;
  std::string method_;
  std::string body_;
  std::vector<Bytes> input_;
  bool inputComplete_;
  bool answered_ = false;
  bool timedOut_ = false;
  StateMachine<Traits> state_{State::Queued};
  Instant askedAt_;
  Instant startedAt_{};
  std::string endText_;
  ExecSlot slot_;
  pool::Ticket ticket_;
  loop::Timer timer_;
  loop::Timer grace_;
  std::unique_ptr<loop::Stream> stdin_;
  /// Where its process has limits.
  std::unique_ptr<process::Cgroup> cgroup_;
  std::unique_ptr<process::Process> process_;
  pid_t pid_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::upstreams
