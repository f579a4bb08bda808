#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/file_problem.h"

namespace bridge::config {

/// How requests reach a process: over the Unix socket PIPE_ADDRESS, or by HTTP at HTTP_ADDRESS.
enum class LambdaMode { pipe, http };

/// Which paths a route means: `/a` that path, `/a/*` it and all below it, `/a/` all below it; `/` and `/*` every path.
struct LambdaRoute {
  enum class Kind { exact, tree, below };

  /// As the file has it.
  std::string text;
  Kind kind = Kind::exact;
  /// Without the slash or wildcard at its end; of `/` and `/*` empty.
  std::string path;

  /// `asked` without its query, not decoded.
  [[nodiscard]] bool matches(std::string_view asked) const;
  /// As routes/pattern.h writes it. It takes the path itself where `below` does not.
  [[nodiscard]] std::string pattern() const;

  bool operator==(const LambdaRoute&) const = default;
};

/// One `<process>`.
struct LambdaEntry {
  std::string id;
  /// As the file has it.
  std::string executable;
  std::vector<std::string> args;
  std::string pipeName;
  /// As the file has it; empty: ours.
  std::string workingDirectory;
  LambdaMode mode = LambdaMode::pipe;
  int instances = 1;
  /// It listens on PIPE_ADDRESS and does not connect; otherwise that is found out.
  bool childListens = false;

  bool operator==(const LambdaEntry&) const = default;
};

/// A path and the id of the process that answers it.
struct LambdaPlace {
  LambdaRoute route;
  std::string id;
};

struct Manifest {
  /// Each id once; of several with the same id the last.
  std::vector<LambdaEntry> entries;
  /// In the order of the file, which decides: the first that matches.
  std::vector<LambdaPlace> places;
};

struct ManifestXml {
  Manifest manifest;
  /// With any, the manifest is not to be used.
  std::vector<FileProblem> problems;
  /// What is there and means nothing to us.
  std::vector<FileProblem> remarks;
};

inline constexpr int kMaxLambdaInstances = 99;

/// Reads the text of a manifest.xml. A manifest without a process is one.
[[nodiscard]] ManifestXml parseManifestXml(std::string_view text);

/// The port of an HTTP process, from 9000 to 9999: always the same for a name.
[[nodiscard]] int lambdaPort(std::string_view pipeName);

}  // namespace bridge::config
