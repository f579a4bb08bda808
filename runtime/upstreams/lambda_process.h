#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/manifest_xml.h"
#include "pool/queue.h"
#include "upstreams/lambda_instance.h"
#include "upstreams/php_command.h"

namespace bridge::upstreams {

/// What the parts of the lambdas kind share. Owned by the kind.
struct LambdaParts {
  loop::Loop& loop;
  const config::Settings& settings;
  const Environment& environment;
  /// Whether an HTTP process has that port.
  std::function<bool(int)> portTaken;
};

class LambdaProcess;

/// Which process answers a path now. Implemented by the kind.
class LambdaRoutes {
 public:
  /// Null: none.
  [[nodiscard]] virtual LambdaProcess* find(std::string_view path) const = 0;

 protected:
  ~LambdaRoutes() = default;
};

/// One entry of a manifest: its instances, and the requests that wait for one of them, first come, first served. Owned
/// by the kind. It outlives the requests that have asked it, and no others.
class LambdaProcess final : private pool::QueueServer {
 public:
  /// `folder`: the manifest's.
  LambdaProcess(const LambdaParts& parts, config::LambdaEntry entry, std::string folder);
  ~LambdaProcess();
  LambdaProcess(const LambdaProcess&) = delete;
  LambdaProcess& operator=(const LambdaProcess&) = delete;

  void begin();
  /// Finishes the requests that it has and that wait, and ends. `done` comes once, in a later turn.
  void leave(std::function<void()> done);
  /// Ends now, with SIGKILL after `patience`; `leave` comes first.
  void end(Duration patience);

  using OnLink = std::function<void(Result<LambdaLink*>)>;
  /// Asks for a connection with one of the instances. `onLink` is called once, never inside this call.
  [[nodiscard]] pool::Ticket ask(std::string label, OnLink onLink, pool::Queue::Place place = pool::Queue::Place::back);
  /// It takes no further request.
  [[nodiscard]] bool leaving() const { return leaving_; }

  [[nodiscard]] const config::LambdaEntry& entry() const { return entry_; }
  [[nodiscard]] std::size_t waiting() const { return queue_.waiting(); }
  [[nodiscard]] bool hasPort(int port) const;
  void configure() { queue_.configure(queueOptions()); }
  void inspect(std::vector<inspect::Child>& rows) const;

 private:
  void serve() override;
  [[nodiscard]] std::size_t free() const override;
  void serveSoon();
  void leaveWhenServed();
  [[nodiscard]] process::Spec spec(int number, const std::string& folder) const;
  [[nodiscard]] pool::Queue::Options queueOptions() const;

  const LambdaParts& parts_;
  config::LambdaEntry entry_;
  pool::Queue queue_;
  std::vector<std::unique_ptr<LambdaInstance>> instances_;
  /// On its way to who is served.
  LambdaLink* granted_ = nullptr;
  bool serving_ = false;
  bool leaving_ = false;
  std::size_t left_ = 0;
  std::function<void()> onLeft_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge::upstreams
