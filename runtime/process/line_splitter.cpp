#include "process/line_splitter.h"

#include <algorithm>
#include <utility>

namespace bridge::process {

void LineSplitter::feed(std::string_view data, const OnLine& onLine) {
  while (!data.empty()) {
    const auto newline = data.find('\n');
    const auto part = data.substr(0, newline);
    if (!dropping_) {
      line_.append(part.substr(0, maxLine_ - line_.size()));
    }
    if (newline == std::string_view::npos) {
      if (!dropping_ && line_.size() == maxLine_) {
        onLine(std::exchange(line_, {}));
        dropping_ = true;
      }
      return;
    }
    data.remove_prefix(newline + 1);
    if (!std::exchange(dropping_, false)) {
      if (line_.ends_with('\r')) {
        line_.pop_back();
      }
      onLine(std::exchange(line_, {}));
    }
  }
}

void LineSplitter::end(const OnLine& onLine) {
  if (!line_.empty()) {
    onLine(std::exchange(line_, {}));
  }
  dropping_ = false;
}

}  // namespace bridge::process
