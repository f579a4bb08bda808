#include "base/log.h"

#include <poll.h>
#include <signal.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/sink.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/log_file.h"
#include "base/log_line.h"

namespace bridge::log {
namespace {

constexpr std::size_t kQueuedLines = 4096;
constexpr std::size_t kBatchBytes = 64U << 10U;
constexpr auto kDropNoteEvery = std::chrono::seconds(1);
/// Between two looks at the queue. A writer that waits for each line must be woken for each: on a busy server that is a
/// system call and a change of threads per request, which costs more than the answer.
constexpr auto kGatherFor = std::chrono::milliseconds(5);
constexpr std::array kToSpdlog = {spdlog::level::trace, spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                                  spdlog::level::err};
// spdlog carries one text a line; ours are room, what a terminal shows instead, and text, with a byte between them that
// neither of the first two has.
constexpr char kPartEnd = '\0';

/// https://no-color.org
bool wantsColours() {
  const char* refused = std::getenv("NO_COLOR");
  const char* kind = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && (refused == nullptr || *refused == '\0') &&
         (kind == nullptr || std::string_view(kind) != "dumb");
}

/// Writes to stderr without ever waiting long: a reader that stopped reading must not stop the log file, nor the end
/// of the server.
class Stderr {
 public:
  void write(std::string_view lines) {
    constexpr std::size_t kAtOnce = 4096;  // PIPE_BUF: a pipe that polls writable takes so much without waiting
    while (!lines.empty()) {
      pollfd state{STDERR_FILENO, POLLOUT, 0};
      if (::poll(&state, 1, stuck_ ? 0 : 100) < 1) {
        stuck_ = true;
        return;
      }
      stuck_ = false;
      const auto written = ::write(STDERR_FILENO, lines.data(), std::min(lines.size(), kAtOnce));
      if (written <= 0) {
        return;
      }
      lines.remove_prefix(static_cast<std::size_t>(written));
    }
  }

 private:
  bool stuck_ = false;
};

std::string line(Format format, Time time, Level level, std::string_view room, std::string_view text, bool coloured) {
  return format == Format::json ? jsonLine(time, level, room, text) : textLine(time, level, room, text, coloured);
}

/// The one sink: formats, collects while more lines wait in the queue, and writes. Its spdlog calls come from the
/// writer thread, `reopen` from any.
class Sink final : public spdlog::sinks::sink {
 public:
  Sink(Format format, std::unique_ptr<LogFile> file, bool toStderr)
      : format_(format), file_(std::move(file)), toStderr_(toStderr), coloured_(wantsColours()) {}

  /// `queue` is asked from now on, and must live until `finish`.
  void attach(spdlog::details::thread_pool* queue) {
    const std::lock_guard lock(mutex_);
    queue_ = queue;
  }

  /// Writes what is left. `dropped` is the queue's last count.
  void finish(std::size_t dropped) {
    const std::lock_guard lock(mutex_);
    queue_ = nullptr;
    noteDrops(std::chrono::system_clock::now(), dropped);
    writeBatch();
  }

  void log(const spdlog::details::log_msg& message) override {
    if (take(message)) {
      std::this_thread::sleep_for(kGatherFor);
    }
  }

  void flush() override {
    const std::lock_guard lock(mutex_);
    writeBatch();
  }

  void reopen() {
    const std::lock_guard lock(mutex_);
    writeBatch();
    if (!file_) {
      return;
    }
    if (const auto opened = file_->open(); !opened) {
      append(std::chrono::system_clock::now(), Level::error, "log", opened.error().message());
      writeBatch();
    }
  }

  void set_pattern(const std::string& /*pattern*/) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter> /*formatter*/) override {}

 private:
  /// Whether there is nothing more to write for now.
  bool take(const spdlog::details::log_msg& message) {
    const std::lock_guard lock(mutex_);
    const std::string_view payload(message.payload.data(), message.payload.size());
    const auto roomEnd = payload.find(kPartEnd);
    const auto shownEnd = payload.find(kPartEnd, roomEnd + 1);
    const auto level = std::find(kToSpdlog.begin(), kToSpdlog.end(), message.level) - kToSpdlog.begin();
    if (queue_ != nullptr && message.time - lastNote_ >= kDropNoteEvery) {
      noteDrops(message.time, queue_->overrun_counter());
    }
    append(message.time, static_cast<Level>(level), payload.substr(0, roomEnd), payload.substr(shownEnd + 1),
           payload.substr(roomEnd + 1, shownEnd - roomEnd - 1));
    const bool last = queue_ == nullptr || queue_->queue_size() == 0;
    if (last || fileBatch_.size() + stderrBatch_.size() > kBatchBytes) {
      writeBatch();
    }
    return last && queue_ != nullptr;
  }

  void append(Time time, Level level, std::string_view room, std::string_view text, std::string_view shown = {}) {
    if (!shown.empty()) {
      if (file_) fileBatch_ += line(format_, time, level, room, text, false);
      if (toStderr_) stderrBatch_.append(shown).append(1, '\n');
      return;
    }
    if (!file_ || !toStderr_) {
      (file_ ? fileBatch_ : stderrBatch_) += line(format_, time, level, room, text, coloured_ && !file_);
      return;
    }
    const auto plain = line(format_, time, level, room, text, false);
    fileBatch_ += plain;
    stderrBatch_ += coloured_ ? line(format_, time, level, room, text, true) : plain;
  }

  /// A gap in the log is said in the log.
  void noteDrops(Time now, std::size_t dropped) {
    if (dropped != notedDrops_) {
      append(now, Level::warn, "log", fmt::format("{} lines dropped: the queue was full", dropped - notedDrops_));
      notedDrops_ = dropped;
      lastNote_ = now;
    }
  }

  void writeBatch() {
    if (file_ && !fileBatch_.empty()) {
      file_->write(fileBatch_);
    }
    if (toStderr_ && !stderrBatch_.empty()) {
      stderr_.write(stderrBatch_);
    }
    fileBatch_.clear();
    stderrBatch_.clear();
  }

  std::mutex mutex_;
  const Format format_;
  const std::unique_ptr<LogFile> file_;
  const bool toStderr_;
  const bool coloured_;
  Stderr stderr_;
  spdlog::details::thread_pool* queue_ = nullptr;
  std::string fileBatch_;
  std::string stderrBatch_;
  std::size_t notedDrops_ = 0;
  Time lastNote_{};
};

/// What runs between start and stop.
struct Running {
  Terminal terminal;
  std::shared_ptr<Sink> sink;
  std::shared_ptr<spdlog::details::thread_pool> queue;
  std::shared_ptr<spdlog::async_logger> logger;
};

struct State {
  std::atomic<Level> level{Level::info};
  std::mutex mutex;  // guards all below
  std::optional<Running> running;
  std::uint64_t dropped = 0;  // of the run that has ended
};

/// Never destroyed, so that a destructor at the end of main may still write.
State& state() {
  static auto* const kState = new State;
  return *kState;
}

// Signals belong to the loop's thread, and a broken stderr must not kill the process.
void blockSignals() {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

}  // namespace

Result<void> start(const Options& options) {
  stop();
  std::unique_ptr<LogFile> file;
  if (!options.directory.empty()) {
    file = std::make_unique<LogFile>(options.directory + "/server.log", options.maxBytes, options.maxFiles);
    if (auto opened = file->open(); !opened) {
      return opened;
    }
  }
  Running running;
  running.terminal = {.watched = options.toStderr && options.format == Format::text && ::isatty(STDERR_FILENO) == 1,
                      .coloured = wantsColours()};
  running.sink = std::make_shared<Sink>(options.format, std::move(file), options.toStderr);
  running.queue = std::make_shared<spdlog::details::thread_pool>(kQueuedLines, 1, blockSignals);
  running.sink->attach(running.queue.get());
  running.logger = std::make_shared<spdlog::async_logger>("bridge", running.sink, running.queue,
                                                          spdlog::async_overflow_policy::overrun_oldest);
  running.logger->set_level(spdlog::level::trace);
  setLevel(options.level);
  const std::lock_guard lock(state().mutex);
  state().running = std::move(running);
  state().dropped = 0;
  return {};
}

void stop() {
  std::optional<Running> running;
  {
    const std::lock_guard lock(state().mutex);
    running = std::exchange(state().running, std::nullopt);
    if (!running) {
      return;
    }
    state().dropped = running->queue->overrun_counter();  // lines are all that is dropped, so this was the last
  }
  running->logger.reset();
  running->queue.reset();  // returns when the writer thread has handed over the last line
  running->sink->finish(state().dropped);
}

void reopen() {
  std::shared_ptr<Sink> sink;
  {
    const std::lock_guard lock(state().mutex);
    sink = state().running ? state().running->sink : nullptr;
  }
  if (sink) {
    sink->reopen();
  }
}

Terminal terminal() {
  const std::lock_guard lock(state().mutex);
  return state().running ? state().running->terminal : Terminal{};
}

void setLevel(Level level) { state().level.store(level, std::memory_order_relaxed); }

bool enabled(Level level) { return level >= state().level.load(std::memory_order_relaxed); }

std::uint64_t droppedLines() {
  const std::lock_guard lock(state().mutex);
  return state().running ? state().running->queue->overrun_counter() : state().dropped;
}

void write(Level level, std::string_view room, std::string_view text) { write(level, room, text, {}); }

void write(Level level, std::string_view room, std::string_view text, std::string_view shown) {
  if (!enabled(level)) {
    return;
  }
  const std::lock_guard lock(state().mutex);
  if (!state().running) {
    Stderr().write(textLine(std::chrono::system_clock::now(), level, room, text, wantsColours()));
    return;
  }
  std::string payload;
  payload.reserve(room.size() + 1 + shown.size() + 1 + text.size());
  payload.append(room).append(1, kPartEnd).append(shown).append(1, kPartEnd).append(text);
  state().running->logger->log(kToSpdlog[static_cast<std::size_t>(level)],
                               spdlog::string_view_t(payload.data(), payload.size()));
}

}  // namespace bridge::log
