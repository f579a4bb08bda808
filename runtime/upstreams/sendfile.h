#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "upstreams/file_folders.h"
#include "upstreams/upstream.h"

namespace bridge::upstreams {

/// Stands before another upstream and does what its answers ask for with X-Sendfile or X-Accel-Redirect: sends the file
/// that they name, with ranges and conditions, in place of their body. Only files that really lie below the given
/// folders; the fields never reach a client, whatever becomes of them.
///
/// X-Sendfile holds a path, X-Accel-Redirect a percent-encoded one, as nginx reads them. Both may be absolute, or begin
/// in one of the folders, which then stand for the `location` and `alias` of nginx.
///
/// From requests the fields are taken that tell an application to answer so (X-Sendfile-Type, X-Accel-Mapping): in a
/// client's hands they would choose the file.
class Sendfile final : public Upstream {
 public:
  /// `inner` outlives this.
  Sendfile(std::vector<std::string> folders, Upstream& inner) : folders_(std::move(folders)), inner_(inner) {}

  [[nodiscard]] std::string_view kind() const override { return inner_.kind(); }
  [[nodiscard]] Terms terms() const override { return inner_.terms(); }
  [[nodiscard]] std::unique_ptr<Call> start(const http::Request& request, const Params& params,
                                            Answer& answer) override;

 private:
  class SendfileAnswer;
  class SendfileCall;

  FileFolders folders_;
  Upstream& inner_;
};

}  // namespace bridge::upstreams
