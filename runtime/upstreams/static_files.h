#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/media_types.h"
#include "loop/loop.h"
#include "upstreams/file_cache.h"
#include "upstreams/file_folders.h"
#include "upstreams/upstream.h"

namespace bridge::upstreams {

/// Files of the application's `public/` folder, and everything else to the next upstream: what `try_files $uri` and
/// the usual `location` rules of nginx do for Laravel.
///
/// Served are regular files to GET and HEAD, with validators (RFC 9110, 8.8), conditions (13) and ranges (14), and
/// instead of the file its precompressed sibling (`app.js.br`) where the client takes it. Never: dotfiles (but for
/// `.well-known/`), `.php`, and files whose real path lies outside the folder and outside `storage/app/public`, where
/// Laravel's storage link leads. The hashed files that Vite puts below `build/assets` may be kept for a year.
///
/// A small file is read once and sent from memory as long as it stays the same on disk.
class StaticFiles final : public Upstream {
 public:
  struct Options {
    std::string publicFolder;
    /// Folders besides it into which symlinks may lead.
    std::vector<std::string> linkedFolders;
    FileCache::Limits cache{};
  };

  /// `next` answers what is no file; it outlives this.
  StaticFiles(loop::Loop& loop, Options options, Upstream& next);

  /// That of the next one; a file is told as "static".
  [[nodiscard]] std::string_view kind() const override { return next_.kind(); }
  [[nodiscard]] Terms terms() const override { return next_.terms(); }
  [[nodiscard]] std::unique_ptr<Call> start(const http::Request& request, const Params& params,
                                            Answer& answer) override;

  [[nodiscard]] const FileCache& cache() const { return cache_; }

 private:
  class FileCall;

  /// A file that is there: what is known of it, and either its bytes or the open file.
  struct Found {
    std::string path;
    std::shared_ptr<KnownFile> known;
    loop::OpenFile file;
  };

  /// NotFound: it is for the next upstream. NoDescriptors: it may be there.
  [[nodiscard]] Result<Found> find(std::string path);
  /// The sibling that the client would rather have; the file itself where there is none.
  [[nodiscard]] Found choose(Found plain, const http::Request& request, http::ResponseHead& head);

  loop::Loop& loop_;
  std::string publicFolder_;
  FileFolders folders_;
  Upstream& next_;
  http::MediaTypes types_;
  FileCache cache_;
};

/// Whether a path names a file whose content never changes: one below `build/assets/` with a hash in its name, as Vite
/// writes it ("app-BkT1gq1x.css").
[[nodiscard]] bool isHashedAsset(std::string_view path);

}  // namespace bridge::upstreams
