#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "base/inspect.h"
#include "config/manifest_xml.h"
#include "config/settings.h"
#include "loop/connector.h"
#include "loop/listener.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "process/supervisor.h"
#include "upstreams/lambda_link.h"
#include "upstreams/socket_file.h"

namespace bridge::upstreams {

/// One process of a manifest, kept alive, and the connections with it.
///
/// In pipe mode it finds our socket at PIPE_ADDRESS and connects, once or several times: each connection takes one
/// request at a time. Or it puts a socket of its own there (which is seen by the file) and is connected to for each
/// request. In HTTP mode it listens on HTTP_ADDRESS, and has several connections, which are kept.
///
/// Owned by its LambdaProcess. Destroying it kills the process.
class LambdaInstance {
 public:
  struct Options {
    /// Without the address.
    process::Spec spec;
    config::LambdaMode mode = config::LambdaMode::pipe;
    bool childListens = false;
    /// PIPE_ADDRESS.
    std::string path;
    /// The port to try first.
    int port = 0;
    /// Whether another instance has that port.
    std::function<bool(int)> taken;
  };

  /// `onRoom`: it may be able to take a request that it could not take before, or never will. `settings` and `loop`
  /// outlive it.
  LambdaInstance(loop::Loop& loop, const config::Settings& settings, Options options, std::function<void()> onRoom);
  ~LambdaInstance();
  LambdaInstance(const LambdaInstance&) = delete;
  LambdaInstance& operator=(const LambdaInstance&) = delete;

  void start() { supervisor_.start(); }
  /// Takes no more requests, finishes those it has, and ends. `done` comes once, in a later turn.
  void leave(std::function<void()> done);
  /// Ends now with those it has; SIGKILL after `patience`.
  void end(Duration patience);

  /// Takes a connection that can have a request now; null: there is none.
  [[nodiscard]] LambdaLink* take();
  [[nodiscard]] std::size_t idle() const { return leaving_ ? 0 : idle_.size(); }
  /// Requests wait: sees to it that there are connections for so many, if it can.
  void want(std::size_t count);
  /// Requests that it has.
  [[nodiscard]] std::size_t load() const { return links_.size() - idle_.size(); }
  /// It ends before it serves, again and again: to wait for it makes no sense.
  [[nodiscard]] bool hopeless() const;
  [[nodiscard]] const std::string& lastEnd() const { return lastEnd_; }
  [[nodiscard]] bool hasPort(int port) const { return chosen_ == port; }

  [[nodiscard]] inspect::Child inspect() const;

 private:
  [[nodiscard]] Result<process::Supervisor::Launch> prepare();
  [[nodiscard]] Result<std::string> openPipe();
  [[nodiscard]] Result<std::string> choosePort();
  void onStarted();
  void onExited(const process::ExitCause& cause);
  void look();
  void lookSoon();
  void setReady();
  void connect();
  void add(std::unique_ptr<loop::Stream> stream);
  void onFree(LambdaLink& link);
  void onGone(LambdaLink& link);
  void endIfDone();
  [[nodiscard]] pid_t pid() const;
  /// It comes to us, by pipe.
  [[nodiscard]] bool connects() const { return options_.mode == config::LambdaMode::pipe && !childListens_; }

  loop::Loop& loop_;
  const config::Settings& settings_;
  Options options_;
  std::function<void()> onRoom_;
  bool childListens_;
  /// The one that it has been given, 0 for none yet.
  int chosen_ = 0;
  bool ready_ = false;
  bool leaving_ = false;
  bool ending_ = false;
  std::uint64_t replies_ = 0;
  std::string lastEnd_;
  std::function<void()> onLeft_;
  FileId ours_;
  std::unique_ptr<loop::Listener> listener_;
  std::list<std::unique_ptr<LambdaLink>> links_;
  std::deque<LambdaLink*> idle_;
  std::list<std::unique_ptr<loop::Connector>> connectors_;
  loop::Timer look_;
  /// From a refused connection to the next attempt.
  loop::Timer retry_;
  /// Until a process that let its last connection go at a deadline is taken for one that hangs.
  loop::Timer hang_;
  process::Supervisor supervisor_;
};

}  // namespace bridge::upstreams
