#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "config/file_problem.h"

namespace bridge::config {

/// How the request's body reaches the process: as one more argument, or on its standard input.
enum class ExecChannel { cmdline, stdin_ };

/// What `inject` says: the process that one request starts.
/// What a process and all its descendants may use together; 0: no limit.
struct ExecLimits {
  std::uint64_t memory = 0;
  std::uint64_t processes = 0;
  /// Of the time of one CPU.
  double cpus = 0;

  [[nodiscard]] bool any() const { return memory > 0 || processes > 0 || cpus > 0; }
};

struct ExecInject {
  /// Empty: ours. Not looked at before a process is started there.
  std::string workingDirectory;
  /// NAME=value, beside ours.
  std::vector<std::string> environment;
  /// The program and its arguments; with `kPayloadMark` in one of them, or in a value of `environment`, the body goes
  /// there and not at the end.
  std::vector<std::string> command;
  ExecChannel channel = ExecChannel::cmdline;
  Millis timeout{1000};
  ExecLimits limits;

  [[nodiscard]] bool marksPayload() const;
};

inline constexpr std::string_view kPayloadMark = "{{jsonpayload}}";

/// One path and verb.
struct ExecOperation {
  /// As the file has it, with a slash at its beginning; `{name}` is one segment.
  std::string path;
  /// Upper case.
  std::string verb;
  /// Where it stands in the file.
  int line = 0;
  bool validateIn = false;
  bool validateOut = false;
  bool logStdout = false;
  /// Nothing: no process; whoever knows the id may answer.
  std::optional<ExecInject> inject;
  /// The path at which the reply is awaited, before and behind the id: "/uri/" and "".
  std::string replyBefore;
  std::string replyBehind;
};

struct UrocketConfig {
  std::string serviceName;
  /// 0: the file names none.
  int port = 0;
  std::string socketPath = "/tmp/uselessrock.sock";
  /// As the file has it; empty: none.
  std::string openapi;
  std::vector<ExecOperation> operations;
};

struct UrocketYaml {
  UrocketConfig config;
  /// With any, the config is not to be used.
  std::vector<FileProblem> problems;
  /// What is there and means nothing to us, at the top of the file.
  std::vector<FileProblem> remarks;
};

/// Reads the text of a urocket-service.yaml. Everything that is not supported is a problem, for a service that does
/// half of what it was told is worse than none. Keys may be written with or without `-` and `_`, in any case.
[[nodiscard]] UrocketYaml parseUrocketYaml(std::string_view text);

}  // namespace bridge::config
