#pragma once

#include <functional>

namespace bridge::loop {

class Loop;

/// Calls back for each arrival of a signal (several that arrive together may count as one), on the loop. Destroying it
/// gives the signal back, to the default action where nobody else watches it. Does not keep `Loop::run` from returning.
class Signal {
 public:
  Signal(Loop& loop, int number, std::function<void()> callback);
  ~Signal();
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

 private:
  struct Core;
  Core* core_;
};

}  // namespace bridge::loop
