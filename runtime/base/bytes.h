#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace bridge {

/// A run of bytes with one owner. It moves between rooms and is never copied by accident; `copyOf` says where a copy is
/// meant, `share` where many read the same.
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
  /// A part of bytes that nobody changes and others read, too; they live at least as long as this.
  [[nodiscard]] static Bytes share(std::shared_ptr<const std::string> whole, std::size_t offset, std::size_t length) {
    Bytes bytes;
    bytes.part_ = std::string_view(*whole).substr(offset, length);
    bytes.whole_ = std::move(whole);
    return bytes;
  }

  [[nodiscard]] std::string_view view() const { return whole_ ? part_ : std::string_view(data_); }
  [[nodiscard]] const char* data() const { return view().data(); }
  [[nodiscard]] std::size_t size() const { return view().size(); }
  [[nodiscard]] bool empty() const { return view().empty(); }
  /// Gives the storage away, shared bytes as a copy; the object is empty afterwards.
  [[nodiscard]] std::string release() {
    if (whole_) {
      data_ = part_;
      whole_.reset();
    }
    return std::exchange(data_, {});
  }

 private:
  std::string data_;
  std::shared_ptr<const std::string> whole_;
  std::string_view part_;
};

}  // namespace bridge
