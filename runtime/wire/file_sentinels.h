#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bridge::wire {

/// An object in JSON text that stands for a file of the same multipart request:
/// `{"$runnerFile":"File","id":"f1","meta":
/// {"name":"a.txt","type":"text/plain"}}`, or with `"$ejson":"File"`, as older clients write it.
struct FileSentinel {
  std::string id;
  /// What its `meta` says already; it wins over the head of the file's part. Where it is no text, it is empty.
  std::optional<std::string> name;
  std::optional<std::string> type;
  /// Where the text takes further members: before the brackets that close the object and its `meta`. 0: `meta` is no
  /// object that could take any, or missing.
  std::size_t end = 0;
  std::size_t metaEnd = 0;
  bool metaMissing = true;
  bool metaEmpty = false;
};

/// All of them, in their order; `text` is valid (`JsonOutline::of`).
[[nodiscard]] std::vector<FileSentinel> fileSentinels(std::string_view text);

/// An upload that lies in a file.
struct UploadedFile {
  std::string path;
  std::uint64_t size = 0;
  /// As its part says; empty: it does not.
  std::string name;
  std::string type;
};

/// The upload with the name and the type that its sentinel gives it.
[[nodiscard]] UploadedFile asNamed(const FileSentinel& sentinel, UploadedFile file);

/// The text with `path` and `size` in each sentinel, and in its `meta` the name and the type that it lacks. `fileOf`
/// knows every id; nothing else is changed.
[[nodiscard]] std::string withFiles(std::string_view json, const std::vector<FileSentinel>& sentinels,
                                    const std::function<const UploadedFile&(const std::string& id)>& fileOf);

/// `{"path":…,"size":…,"name":…,"type":…}`
[[nodiscard]] std::string fileJson(const UploadedFile& file);

}  // namespace bridge::wire
