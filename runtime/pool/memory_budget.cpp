#include "pool/memory_budget.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "loop/loop.h"

namespace bridge::pool {
namespace {

constexpr Duration kPause = Seconds(1);
/// Of a worker, as long as none was measured.
constexpr std::uint64_t kLeastShare = 4U << 20U;
constexpr std::size_t kText = 4096;

/// From the text of smaps_rollup: "Pss:   5757 kB".
std::uint64_t proportionalBytes(std::string_view text) {
  constexpr std::string_view kName = "\nPss:";
  const auto at = text.find(kName);
  return at == std::string_view::npos
             ? 0
             : std::strtoull(std::string(text.substr(at + kName.size(), 32)).c_str(), nullptr, 10) << 10U;
}

}  // namespace

MemoryBudget::MemoryBudget(loop::Loop& loop, std::function<Processes()> processes)
    : loop_(loop), processes_(std::move(processes)), share_(kLeastShare), timer_(loop) {}

void MemoryBudget::configure(std::uint64_t limit, std::function<void()> onMeasured) {
  limit_ = limit;
  onMeasured_ = std::move(onMeasured);
  if (limit == 0) {
    stop();
    used_ = taken_ = 0;
    refused_ = false;
  } else if (!timer_.active() && reader_ == nullptr) {
    timer_.start(Duration::zero(), [this] { measure(); });
  }
}

void MemoryBudget::stop() {
  timer_.stop();
  reader_.reset();
}

bool MemoryBudget::take() {
  if (limit_ == 0) return true;
  if (used() + share_ > limit_) {
    refused_ = true;
    return false;
  }
  taken_ += share_;
  takenMeanwhile_ += share_;
  return true;
}

void MemoryBudget::measure() {
  round_ = processes_();
  next_ = 0;
  sum_ = ofWorkers_ = takenMeanwhile_ = 0;
  measureNext();
}

void MemoryBudget::measureNext() {
  while (next_ < round_.others.size() + round_.workers.size()) {
    const std::size_t index = next_++;
    const bool isWorker = index >= round_.others.size();
    const pid_t pid = isWorker ? round_.workers[index - round_.others.size()] : round_.others[index];
    const auto file = loop::OpenFile::open("/proc/" + std::to_string(pid) + "/smaps_rollup");
    // It has ended.
    if (!file.ok()) continue;
    reader_ = std::make_unique<loop::FileReader>(loop_, *file);
    reader_->read(0, kText, [this, isWorker](Result<Bytes> text) {
      const std::uint64_t bytes = text.ok() ? proportionalBytes(text->view()) : 0;
      sum_ += bytes;
      ofWorkers_ += isWorker ? bytes : 0;
      measureNext();
    });
    return;
  }
  finish();
}

void MemoryBudget::finish() {
  used_ = sum_;
  taken_ = takenMeanwhile_;
  refused_ = false;
  if (!round_.workers.empty()) share_ = std::max(kLeastShare, ofWorkers_ / round_.workers.size());
  timer_.start(kPause, [this] { measure(); });
  // Not from inside the reader's callback, which ends with this.
  if (onMeasured_) onMeasured_();
}

}  // namespace bridge::pool
