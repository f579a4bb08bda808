#pragma once

#include <functional>
#include <string>
#include <vector>

#include "http/media_types.h"
#include "loop/loop.h"
#include "upstreams/upstream.h"

namespace bridge::upstreams {

/// Files of the application's `public/` folder, and everything else to the next upstream: what `try_files $uri` and
/// the usual `location` rules of nginx do for Laravel.
///
/// Served are regular files to GET and HEAD, with validators (RFC 9110, 8.8) and ranges (14). Never: dotfiles (but for
/// `.well-known/`), `.php`, and files whose real path lies outside the folder and outside `storage/app/public`, where
/// Laravel's storage link leads.
class StaticFiles final : public Upstream {
 public:
  struct Options {
    std::string publicFolder;
    /// Folders besides it into which symlinks may lead.
    std::vector<std::string> linkedFolders;
  };

  /// `next` answers what is no file; it outlives this.
  StaticFiles(loop::Loop& loop, Options options, Upstream& next);

  [[nodiscard]] std::unique_ptr<Call> start(const http::Request& request, const Params& params,
                                            Answer& answer) override;

 private:
  [[nodiscard]] Result<loop::OpenFile> find(const http::Request& request, std::string& name) const;
  [[nodiscard]] bool isInside(const std::string& realPath) const;

  loop::Loop& loop_;
  Options options_;
  Upstream& next_;
  http::MediaTypes types_;
};

}  // namespace bridge::upstreams
