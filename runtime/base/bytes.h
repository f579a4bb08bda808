#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace bridge {

/// A run of bytes with one owner. It moves between rooms and is never copied by accident; `copyOf` says where a copy is
/// meant.
class Bytes {
 public:
  Bytes() = default;
  explicit Bytes(std::string&& data) : data_(std::move(data)) {}
  Bytes(Bytes&&) noexcept = default;
  Bytes& operator=(Bytes&&) noexcept = default;
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;
  ~Bytes() = default;

  [[nodiscard]] static Bytes copyOf(std::string_view data) { return Bytes(std::string(data)); }

  [[nodiscard]] std::string_view view() const { return data_; }
  [[nodiscard]] const char* data() const { return data_.data(); }
  [[nodiscard]] std::size_t size() const { return data_.size(); }
  [[nodiscard]] bool empty() const { return data_.empty(); }
  /// Gives the storage away; the object is empty afterwards.
  [[nodiscard]] std::string release() { return std::exchange(data_, {}); }

 private:
  std::string data_;
};

}  // namespace bridge
