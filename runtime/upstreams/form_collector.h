#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/multipart.h"
#include "upstreams/collector.h"

namespace bridge::upstreams {

/// PHP's numbers for what became of an upload, as far as they are decided here.
enum class UploadError { none = 0, partial = 3, noFile = 4 };

/// Takes a multipart/form-data body apart as it arrives: the values of fields stay in memory, each upload becomes a
/// spool file, an empty one too, since PHP wants a path.
///
/// Lenient where PHP is: of a malformed or truncated body remains what came before the damage (a file that it hit is
/// `partial`); a missing or bad boundary gives an empty form. Too many parts, or fields over `kMaxFieldBytes`: 413.
class FormCollector final : public Collector, private http::MultipartHandler {
 public:
  /// Values of all fields together; PHP's own post_max_size is as much.
  static constexpr std::uint64_t kMaxFieldBytes = 8U << 20U;

  FormCollector(const CollectorContext& context, std::string_view contentType, std::optional<std::uint64_t> expected,
                CollectorEvents events);

  void add(Bytes data) override;
  void end() override;

 private:
  enum class Part { none, field, upload, skipped };

  void onPart(http::PartHead head) override;
  void onData(std::string_view data) override;
  void onPartEnd() override;

  void writeUpload(std::string_view data);
  void closeUpload();
  void abandonPart();
  void uploadClosed(const Result<void>& closed);
  void finishIfComplete();
  void fail(Error error);

  CollectorContext context_;
  CollectorEvents events_;
  std::optional<http::MultipartParser> parser_;
  std::optional<std::uint64_t> expected_;
  CollectedBody body_;
  wire::Form form_;
  Part part_ = Part::none;
  /// The first failure inside the parser's callbacks, handled when it has returned.
  std::optional<Error> failure_;
  SpoolFlow flow_;
  std::size_t pending_ = 0;
  std::size_t unclosed_ = 0;
  bool started_ = false;
  bool ended_ = false;
  bool done_ = false;
};

}  // namespace bridge::upstreams
