#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace bridge::process {

/// Cuts a stream of bytes into lines, without their ends ("\n" or "\r\n"). Of a line longer than the limit only the
/// beginning is told, once, and the memory is bounded by it.
class LineSplitter {
 public:
  static constexpr std::size_t kMaxLine = 8U << 10U;
  using OnLine = std::function<void(std::string_view)>;

  explicit LineSplitter(std::size_t maxLine = kMaxLine) : maxLine_(maxLine) {}

  void feed(std::string_view data, const OnLine& onLine);
  /// Tells what came after the last line end, if anything.
  void end(const OnLine& onLine);

 private:
  std::size_t maxLine_;
  std::string line_;
  /// The beginning of this line has been told; the rest is dropped.
  bool dropping_ = false;
};

}  // namespace bridge::process
