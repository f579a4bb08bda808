#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "http/multipart.h"
#include "upstreams/collector.h"
#include "upstreams/tunnel_replies.h"
#include "wire/file_sentinels.h"

namespace bridge::upstreams {

/// The multipart body of a task: `__manifest`, JSON whose sentinels stand for files, and the files in parts named
/// `file:<id>`, before or behind it. Each goes to a spool file as it arrives. Other parts are counted and dropped.
///
/// Owned by the request's Call.
class TunnelForm final : private http::MultipartHandler {
 public:
  struct Limits {
    std::uint64_t fileBytes = 0;
    std::size_t files = 0;
    std::uint64_t fieldBytes = 0;
    std::size_t fields = 0;
  };
  /// A body that is whole. The files are removed with it.
  struct Taken {
    /// The manifest's `input` with the paths of its files, and these by id; JSON text, empty: there is none.
    std::string input;
    std::string files;
    std::vector<std::unique_ptr<SpoolFile>> uploads;
  };
  /// `subject` is for the message.
  struct Refusal {
    TunnelError error;
    std::string subject{};
  };
  /// An Error: the spool has failed.
  using Outcome = std::variant<Taken, Refusal, Error>;
  /// All may come inside `add` and `end`. `onDone` comes once, last, and may destroy the form.
  struct Events {
    std::function<void()> onPause;
    std::function<void()> onResume;
    std::function<void(Outcome)> onDone;
  };

  /// `context.memoryLimit` means nothing here.
  TunnelForm(const CollectorContext& context, std::string_view contentType, const Limits& limits, Events events);

  /// After `onDone` further pieces are ignored.
  void add(Bytes data);
  void end();

 private:
  enum class Part { dropped, field, manifest, upload };
  struct Upload {
    wire::UploadedFile file;
    std::unique_ptr<SpoolFile> spooled;
  };

  void onPart(http::PartHead head) override;
  void onData(std::string_view data) override;
  void onPartEnd() override;

  void openUpload(http::PartHead head);
  void writeUpload(std::string_view data);
  void checkManifest();
  void finishIfComplete();
  [[nodiscard]] Outcome assemble();
  void refuse(TunnelError error);
  void finish(Outcome outcome);

  CollectorContext context_;
  Limits limits_;
  Events events_;
  std::optional<http::MultipartParser> parser_;
  Part part_ = Part::dropped;
  std::uint64_t partBytes_ = 0;
  std::size_t files_ = 0;
  std::size_t fields_ = 0;
  std::optional<std::string> manifest_;
  std::map<std::string, Upload, std::less<>> uploads_;
  /// The one whose part arrives.
  Upload* upload_ = nullptr;
  /// The first failure inside the parser's callbacks, handled when it has returned.
  std::optional<Outcome> failure_;
  SpoolFlow flow_;
  CollectorEvents flowEvents_;
  std::size_t pending_ = 0;
  std::size_t unclosed_ = 0;
  bool ended_ = false;
  bool done_ = false;
};

}  // namespace bridge::upstreams
