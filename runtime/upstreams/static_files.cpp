#include "upstreams/static_files.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "http/accept.h"
#include "http/percent.h"
#include "upstreams/short_answer.h"

namespace bridge::upstreams {
namespace {

constexpr const char* kSystemTypes = "/etc/mime.types";
/// A file up to this size is held in memory.
constexpr std::uint64_t kSmall = 64U << 10U;
/// The clock of a file system is coarse: what was written just now may be written again without a sign of it.
constexpr double kSettled = 2;
/// Siblings come and go with a build; looking for three of them for every request would cost more than the answer.
constexpr Duration kSiblingsStay = Seconds(1);

struct Coding {
  std::string_view name;
  std::string_view ending;
};
/// The better first.
constexpr std::array<Coding, 3> kCodings = {{{"br", ".br"}, {"zstd", ".zst"}, {"gzip", ".gz"}}};

std::string systemTypes() {
  std::ifstream file(kSystemTypes);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> foldersOf(const StaticFiles::Options& options) {
  std::vector<std::string> folders = {options.publicFolder};
  folders.insert(folders.end(), options.linkedFolders.begin(), options.linkedFolders.end());
  return folders;
}

/// Letters, digits, `-` and `_`, and not all of them small letters, which would be a word.
bool looksHashed(std::string_view text) {
  const auto isPart = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  const auto isSmall = [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; };
  return std::ranges::all_of(text, isPart) && !std::ranges::all_of(text, isSmall);
}

}  // namespace

bool isHashedAsset(std::string_view path) {
  constexpr std::string_view kFolder = "build/assets/";
  // Vite's hash has eight characters, which may be hyphens; older and other settings have six to twenty.
  constexpr std::size_t kUsual = 8;
  constexpr std::size_t kShortest = 6;
  constexpr std::size_t kLongest = 20;
  if (!path.starts_with(kFolder)) {
    return false;
  }
  std::string_view name = path.substr(path.rfind('/') + 1);
  bool first = true;
  while (true) {
    const auto dot = name.find('.');
    const auto part = name.substr(0, dot);
    const auto hyphen = part.rfind('-');
    const auto tail = hyphen == std::string_view::npos ? std::string_view() : part.substr(hyphen + 1);
    // "app-BkT1gq-x.js", "app-4ed993c7.js", "app.4ed993c7.js".
    if ((part.size() > kUsual && part[part.size() - kUsual - 1] == '-' &&
         looksHashed(part.substr(part.size() - kUsual))) ||
        (tail.size() >= kShortest && tail.size() <= kLongest && looksHashed(tail)) ||
        (!first && dot != std::string_view::npos && part.size() >= kShortest && part.size() <= kLongest &&
         looksHashed(part))) {
      return true;
    }
    if (dot == std::string_view::npos) {
      return false;
    }
    name.remove_prefix(dot + 1);
    first = false;
  }
}

/// The answer of one file, which was found when the request started.
class StaticFiles::FileCall final : public Call {
 public:
  FileCall(StaticFiles& owner, const http::Request& request, Found found, http::ResponseHead head, Answer& answer)
      : owner_(owner), request_(request), found_(std::move(found)), head_(std::move(head)), answer_(answer) {
    owner.loop_.defer([this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) {
        respond();
      }
    });
  }

  void body(Bytes /*data*/) override {}
  void end() override {}
  void pause() override {}
  void resume() override {}

 private:
  void respond() {
    answer_.servedBy({.kind = "static"});
    auto answer = answerWith(found_.known->facts, request_, std::move(head_));
    const auto size = found_.known->facts.size;
    if (const auto content = found_.known->content) {
      complete(tell(answer_, std::move(answer), content, alive_));
    } else if (!answer.pieces.empty() && size > 0 && size <= kSmall) {
      read(std::move(answer));
    } else {
      complete(tell(answer_, std::move(answer), found_.file, alive_));
    }
  }

  void complete(bool alive) {
    if (alive) {
      answer_.end();
    }
  }

  /// Into memory, and from there to this client and the next ones.
  void read(FileAnswer answer) {
    reader_.emplace(owner_.loop_, found_.file);
    reader_->read(0, static_cast<std::size_t>(found_.known->facts.size),
                  [this, answer = std::make_shared<FileAnswer>(std::move(answer))](Result<Bytes> bytes) {
                    if (!bytes.ok() || bytes->size() != found_.known->facts.size) {
                      answer_.fail({ErrorCode::Internal, "the file changed while it was read: " + found_.path});
                      return;
                    }
                    const auto content = std::make_shared<const std::string>(bytes->release());
                    remember(content);
                    complete(tell(answer_, std::move(*answer), content, alive_));
                  });
  }

  void remember(const std::shared_ptr<const std::string>& content) {
    const auto& identity = found_.known->identity;
    const bool settled = request_.receivedAt - static_cast<double>(identity.modified) / 1e9 > kSettled;
    if (settled && FileIdentity::of(found_.file.descriptor()) == identity) {
      owner_.cache_.hold(found_.path, *found_.known, content);
    }
  }

  StaticFiles& owner_;
  const http::Request& request_;
  Found found_;
  http::ResponseHead head_;
  Answer& answer_;
  std::optional<loop::FileReader> reader_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

StaticFiles::StaticFiles(loop::Loop& loop, Options options, Upstream& next)
    : loop_(loop),
      publicFolder_(options.publicFolder),
      folders_(foldersOf(options)),
      next_(next),
      types_(systemTypes()),
      cache_(options.cache) {}

std::unique_ptr<Call> StaticFiles::start(const http::Request& request, const Params& params, Answer& answer) {
  if ((request.head.method == "GET" || request.head.method == "HEAD") && !request.head.path.ends_with('/')) {
    const auto name = http::safeFilePath(request.head.path);
    if (name && !name->empty() && !isHiddenFile(*name)) {
      auto plain = find(publicFolder_ + "/" + *name);
      if (!plain.ok() && plain.error().code == ErrorCode::NoDescriptors) {
        // The application does not know the file: its 404 would be believed, and cached.
        return std::make_unique<ShortAnswer>(loop_, answer, std::move(plain).error());
      }
      if (plain.ok()) {
        http::ResponseHead head{.status = 200, .reason = {}, .headers = {}};
        head.headers.reserve(10);
        head.headers.add("Content-Type", plain->known->type);
        if (isHashedAsset(*name)) {
          head.headers.add("Cache-Control", "public, max-age=31536000, immutable");
        }
        auto chosen = choose(std::move(*plain), request, head);
        return std::make_unique<FileCall>(*this, request, std::move(chosen), std::move(head), answer);
      }
    }
  }
  return next_.start(request, params, answer);
}

Result<StaticFiles::Found> StaticFiles::find(std::string path) {
  const auto notOurs = [] { return Error{ErrorCode::NotFound, {}}; };
  const auto identity = FileIdentity::of(path);
  if (!identity) {
    return notOurs();
  }
  if (auto known = cache_.find(path, *identity); known && known->content) {
    return Found{.path = std::move(path), .known = std::move(known), .file = {}};
  }
  // Here and not on libuv's pool, as nginx does: a look-up in the kernel's name cache costs about a microsecond, a trip
  // through the pool fifty.
  auto file = loop::OpenFile::open(path);
  if (!file.ok()) {
    return std::move(file).error();
  }
  const auto opened = FileIdentity::of(file->descriptor());
  if (!opened) {
    return notOurs();
  }
  auto known = cache_.find(path, *opened);
  if (!known) {
    if (!folders_.show(*file)) {
      return notOurs();
    }
    known = std::make_shared<KnownFile>();
    known->identity = *opened;
    known->facts = factsOf(*file);
    known->type = types_.of(path);
    cache_.put(path, known);
  }
  return Found{.path = std::move(path), .known = std::move(known), .file = std::move(*file)};
}

StaticFiles::Found StaticFiles::choose(Found plain, const http::Request& request, http::ResponseHead& head) {
  auto& known = *plain.known;
  if (loop_.now() - kSiblingsStay > known.siblingsSeen) {
    known.siblings = 0;
    for (std::size_t i = 0; i < kCodings.size(); ++i) {
      if (FileIdentity::of(plain.path + std::string(kCodings[i].ending))) {
        known.siblings |= 1U << i;
      }
    }
    known.siblingsSeen = loop_.now();
  }
  if (known.siblings == 0) {
    return plain;
  }
  head.headers.add("Vary", "Accept-Encoding");
  std::vector<std::string_view> names;
  std::vector<Coding> codings;
  for (std::size_t i = 0; i < kCodings.size(); ++i) {
    if ((known.siblings & 1U << i) != 0) {
      names.push_back(kCodings[i].name);
      codings.push_back(kCodings[i]);
    }
  }
  const auto preferred = http::preferredCoding(request.head.headers, names);
  if (!preferred) {
    return plain;
  }
  const auto& coding = codings[*preferred];
  auto sibling = find(plain.path + std::string(coding.ending));
  if (!sibling.ok()) {
    return plain;
  }
  head.headers.add("Content-Encoding", std::string(coding.name));
  return std::move(*sibling);
}

}  // namespace bridge::upstreams
