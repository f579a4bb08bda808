#include "config/urocket_yaml.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

#include "routes/pattern.h"

namespace bridge::config {
namespace {

constexpr std::array<std::string_view, 8> kVerbs = {"get",   "post", "put",     "delete",
                                                    "patch", "head", "options", "query"};
constexpr std::string_view kReplyScheme = "usocket";
constexpr std::string_view kIdMark = "{req_id}";
constexpr std::size_t kLongestSocketPath = 107;
constexpr std::uint64_t kLeastMemory = 1U << 20U;
constexpr double kLeastCpu = 0.01;
constexpr double kMostCpu = 1024;
constexpr std::int64_t kLongestTimeout = 24 * 60 * 60 * 1000;

/// The file mixes validatein, validate-in and validate_out; all of them are one key.
std::string plainKey(std::string_view key) {
  std::string plain;
  for (const char c : key) {
    if (c != '-' && c != '_') {
      plain += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
  }
  return plain;
}

bool isExtension(std::string_view key) {
  return key.starts_with("x-") || key == "description" || key == "summary" || key == "tags" || key == "operationId";
}

int lineOf(const YAML::Node& node) { return node.Mark().is_null() ? 0 : node.Mark().line + 1; }

std::vector<std::string> wordsOf(std::string_view text) {
  std::vector<std::string> words;
  constexpr std::string_view kBlank = " \t\r\n";
  for (auto begin = text.find_first_not_of(kBlank); begin != std::string_view::npos;) {
    const auto end = text.find_first_of(kBlank, begin);
    words.emplace_back(text.substr(begin, end - begin));
    begin = end == std::string_view::npos ? end : text.find_first_not_of(kBlank, end);
  }
  return words;
}

std::optional<std::int64_t> number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// "64M" in bytes.
std::optional<std::uint64_t> sizeOf(std::string text) {
  constexpr std::string_view kUnits = "KMGT";
  const auto unit = text.empty() ? std::string_view::npos : kUnits.find(text.back());
  if (unit != std::string_view::npos) {
    text.pop_back();
  }
  const auto count = number(text);
  const auto shift = unit == std::string_view::npos ? 0 : 10 * (unit + 1);
  if (!count || *count < 0 || *count > (INT64_MAX >> shift)) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(*count) << shift;
}

class Reader {
 public:
  explicit Reader(UrocketYaml& out) : out_(out) {}

  void file(const YAML::Node& root) {
    if (!root.IsMap()) {
      problem(root, "the file is no mapping with `paths` in it");
      return;
    }
    auto& config = out_.config;
    eachKey(root, [&](const std::string& name, const YAML::Node& key, const YAML::Node& value) {
      const auto plain = plainKey(name);
      if (plain == "servicename") {
        readText(value, name, config.serviceName);
      } else if (plain == "port") {
        port(value);
      } else if (plain == "socketpath") {
        socketPath(value);
      } else if (plain == "openapi") {
        readText(value, name, config.openapi);
      } else if (plain == "paths") {
        paths(value);
      } else if (!isExtension(name)) {
        out_.remarks.push_back({lineOf(key), {}, "`" + name + "` means nothing here"});
      }
    });
    if (config.operations.empty() && out_.problems.empty()) {
      problem(root, "`paths` is missing or empty: there is nothing to serve");
    }
  }

 private:
  template <class Each>
  void eachKey(const YAML::Node& map, Each each) {
    std::set<std::string> seen;
    for (const auto& entry : map) {
      if (!entry.first.IsScalar()) {
        problem(entry.first, "a key must be a word");
        continue;
      }
      const auto& name = entry.first.Scalar();
      if (!seen.insert(plainKey(name)).second) {
        problem(entry.first, "`" + name + "` stands here twice");
        continue;
      }
      each(name, entry.first, entry.second);
    }
  }

  void port(const YAML::Node& value) {
    std::string text;
    if (!readText(value, "port", text)) {
      return;
    }
    const auto port = number(text);
    if (!port || *port < 1 || *port > 65535) {
      problem(value, "port is `" + text + "`; it must be a number from 1 to 65535");
      return;
    }
    out_.config.port = static_cast<int>(*port);
  }

  void socketPath(const YAML::Node& value) {
    std::string text;
    if (!readText(value, "socketpath", text)) {
      return;
    }
    if (!text.starts_with('/') || text.size() > kLongestSocketPath || text.find('\0') != std::string::npos) {
      problem(value, "socketpath is `" + text + "`; it must be an absolute path of at most " +
                         std::to_string(kLongestSocketPath) + " bytes");
      return;
    }
    out_.config.socketPath = text;
  }

  void paths(const YAML::Node& value) {
    if (!value.IsMap()) {
      problem(value, "`paths` must map paths to verbs");
      return;
    }
    std::set<std::string> seen;
    for (const auto& entry : value) {
      if (!entry.first.IsScalar()) {
        problem(entry.first, "a path must be a word");
        continue;
      }
      std::string path = entry.first.Scalar();
      if (!path.starts_with('/')) {
        path.insert(0, 1, '/');
      }
      where_ = path;
      if (path.find_first_of("?# \t\n") != std::string::npos || path.find('\0') != std::string::npos) {
        problem(entry.first, "a path has no query, no fragment and no white space");
      } else if (auto pattern = routes::Pattern::parse(path); !pattern.ok()) {
        problem(entry.first, pattern.error().detail);
      } else if (!seen.insert(path).second) {
        problem(entry.first, "the path stands here twice");
      } else if (!entry.second.IsMap() || entry.second.size() == 0) {
        problem(entry.second, "no verb is given; get, post and so on are supported");
      } else {
        verbs(path, entry.second);
      }
      where_.clear();
    }
  }

  void verbs(const std::string& path, const YAML::Node& map) {
    eachKey(map, [&](const std::string& name, const YAML::Node& key, const YAML::Node& value) {
      const auto verb = plainKey(name);
      if (std::ranges::find(kVerbs, verb) == kVerbs.end()) {
        if (!isExtension(name)) {
          problem(key, "`" + name + "` is no verb; get, post, put, delete, patch, head and options are supported");
        }
        return;
      }
      ExecOperation operation;
      operation.path = path;
      operation.line = lineOf(key);
      std::ranges::transform(verb, std::back_inserter(operation.verb),
                             [](char c) { return static_cast<char>(c - 'a' + 'A'); });
      where_ = path + " " + operation.verb;
      readOperation(operation, value);
      out_.config.operations.push_back(std::move(operation));
      where_ = path;
    });
  }

  void readOperation(ExecOperation& operation, const YAML::Node& map) {
    if (!map.IsMap()) {
      problem(map, "`inject` and `outtake` are missing");
      return;
    }
    bool outtake = false;
    eachKey(map, [&](const std::string& name, const YAML::Node& key, const YAML::Node& value) {
      const auto plain = plainKey(name);
      if (plain == "validatein") {
        readFlag(value, name, operation.validateIn);
      } else if (plain == "validateout") {
        readFlag(value, name, operation.validateOut);
      } else if (plain == "logstdout") {
        readFlag(value, name, operation.logStdout);
      } else if (plain == "inject") {
        inject(operation, value);
      } else if (plain == "outtake") {
        outtake = true;
        readOuttake(operation, value);
      } else if (!isExtension(name)) {
        problem(key, "`" + name + "` is not supported; validate-in, inject, logstdout, outtake and validate-out are");
      }
    });
    if (!outtake) {
      problem(map, "`outtake` is missing; usocket://uri/{req_id} is the usual one");
    }
  }

  void inject(ExecOperation& operation, const YAML::Node& map) {
    if (!map.IsMap()) {
      problem(map, "`inject` must be a mapping with wd, env, cmd, channel and encoding");
      return;
    }
    ExecInject inject;
    bool channel = false;
    eachKey(map, [&](const std::string& name, const YAML::Node& key, const YAML::Node& value) {
      const auto plain = plainKey(name);
      if (plain == "wd") {
        readText(value, name, inject.workingDirectory);
      } else if (plain == "env") {
        environment(inject, value);
      } else if (plain == "cmd") {
        command(inject, value);
      } else if (plain == "channel") {
        channel = true;
        readChannel(inject, value);
      } else if (plain == "encoding") {
        encoding(value);
      } else if (plain == "timeout") {
        timeout(inject, value);
      } else if (plain == "limits") {
        limits(inject.limits, value);
      } else if (!isExtension(name)) {
        problem(key,
                "`" + name + "` in `inject` is not supported; wd, env, cmd, channel, encoding, timeout and limits are");
      }
    });
    if (!map["cmd"]) {
      problem(map, "`cmd` is missing in `inject`");
    }
    if (!channel) {
      problem(map, "`channel` is missing in `inject`; cmdline and stdin are supported");
    }
    if (inject.channel == ExecChannel::stdin_ && inject.marksPayload()) {
      problem(map, std::string(kPayloadMark) + " stands for the body, which goes to stdin here");
    }
    operation.inject = std::move(inject);
  }

  void environment(ExecInject& inject, const YAML::Node& list) {
    if (list.IsNull()) {
      return;
    }
    if (!list.IsSequence()) {
      problem(list, "env must be a list of NAME=value");
      return;
    }
    for (const auto& entry : list) {
      std::string text;
      if (!readText(entry, "env", text)) {
        continue;
      }
      if (text.find('=') == std::string::npos || text.starts_with('=') || text.find('\0') != std::string::npos) {
        problem(entry, "env holds `" + text.substr(0, text.find('\0')) + "`, which is not NAME=value");
        continue;
      }
      inject.environment.push_back(std::move(text));
    }
  }

  void command(ExecInject& inject, const YAML::Node& value) {
    if (value.IsSequence()) {
      for (const auto& entry : value) {
        std::string text;
        if (readText(entry, "cmd", text)) {
          inject.command.push_back(std::move(text));
        }
      }
    } else {
      std::string text;
      if (!readText(value, "cmd", text)) {
        return;
      }
      inject.command = wordsOf(text);
    }
    const auto holdsNul = [](const std::string& word) { return word.find('\0') != std::string::npos; };
    if (inject.command.empty() || inject.command.front().empty()) {
      problem(value, "cmd is empty");
    } else if (std::ranges::any_of(inject.command, holdsNul)) {
      problem(value, "cmd holds a NUL");
    }
  }

  void readChannel(ExecInject& inject, const YAML::Node& value) {
    std::string text;
    if (!readText(value, "channel", text)) {
      return;
    }
    if (text == "stdin") {
      inject.channel = ExecChannel::stdin_;
    } else if (text != "cmdline") {
      problem(value, "channel is `" + text + "`; cmdline and stdin are supported");
    }
  }

  void encoding(const YAML::Node& value) {
    std::string text;
    if (readText(value, "encoding", text) && text != "json") {
      problem(value, "encoding is `" + text + "`; json is supported");
    }
  }

  void timeout(ExecInject& inject, const YAML::Node& value) {
    std::string text;
    if (!readText(value, "timeout", text)) {
      return;
    }
    const auto millis = number(text);
    if (!millis || *millis < 1 || *millis > kLongestTimeout) {
      problem(value, "timeout is `" + text + "`; it must be a number of milliseconds from 1 to " +
                         std::to_string(kLongestTimeout));
      return;
    }
    inject.timeout = Millis(*millis);
  }

  void limits(ExecLimits& limits, const YAML::Node& map) {
    if (!map.IsMap()) {
      problem(map, "`limits` must be a mapping with memory, processes and cpu");
      return;
    }
    eachKey(map, [&](const std::string& name, const YAML::Node& key, const YAML::Node& value) {
      const auto plain = plainKey(name);
      std::string text;
      if (plain == "memory" && readText(value, name, text)) {
        const auto bytes = sizeOf(text);
        limits.memory = bytes.value_or(0);
        if (limits.memory < kLeastMemory) {
          problem(value, "memory is `" + text + "`; it must be a size of at least 1M (bytes, or with K, M, G)");
        }
      } else if (plain == "processes" && readText(value, name, text)) {
        const auto count = number(text);
        limits.processes = static_cast<std::uint64_t>(std::max<std::int64_t>(count.value_or(0), 0));
        if (limits.processes == 0) {
          problem(value, "processes is `" + text + "`; it must be a number from 1 on");
        }
      } else if (plain == "cpu" && readText(value, name, text)) {
        double share = 0;
        if (!YAML::convert<double>::decode(value, share) || !(share >= kLeastCpu && share <= kMostCpu)) {
          problem(value, "cpu is `" + text + "`; it must be CPUs from 0.01 to 1024, such as 0.5");
        } else {
          limits.cpus = share;
        }
      } else if (plain != "memory" && plain != "processes" && plain != "cpu" && !isExtension(name)) {
        problem(key, "`" + name + "` in `limits` is not supported; memory, processes and cpu are");
      }
    });
  }

  void readOuttake(ExecOperation& operation, const YAML::Node& value) {
    std::string text;
    if (!readText(value, "outtake", text)) {
      return;
    }
    const auto colon = text.find("://");
    if (colon == std::string::npos || std::string_view(text).substr(0, colon) != kReplyScheme) {
      problem(value, "outtake is `" + text + "`; only the scheme usocket:// is supported");
      return;
    }
    const auto path = "/" + text.substr(colon + 3);
    const auto mark = path.find(kIdMark);
    if (mark == std::string::npos || path.find(kIdMark, mark + 1) != std::string::npos) {
      problem(value, "outtake is `" + text + "`; it must hold {req_id} once, by which a reply finds its request");
      return;
    }
    operation.replyBefore = path.substr(0, mark);
    operation.replyBehind = path.substr(mark + kIdMark.size());
    if (operation.replyBehind.find_first_of("?#") != std::string::npos ||
        operation.replyBefore.find_first_of("?#") != std::string::npos || !operation.replyBefore.ends_with('/') ||
        !(operation.replyBehind.empty() || operation.replyBehind.starts_with('/'))) {
      problem(value, "outtake is `" + text + "`; {req_id} must be a segment of its path");
    }
  }

  bool readText(const YAML::Node& value, std::string_view name, std::string& out) {
    if (!value.IsScalar()) {
      problem(value, std::string(name) + " must be a word");
      return false;
    }
    out = value.Scalar();
    return true;
  }

  void readFlag(const YAML::Node& value, std::string_view name, bool& out) {
    if (!value.IsScalar() || !YAML::convert<bool>::decode(value, out)) {
      problem(value, std::string(name) + " must be true or false");
    }
  }

  void problem(const YAML::Node& node, std::string what) {
    out_.problems.push_back({lineOf(node), where_, std::move(what)});
  }

  UrocketYaml& out_;
  std::string where_;
};

}  // namespace

bool ExecInject::marksPayload() const {
  const auto holds = [](const std::string& text) { return text.find(kPayloadMark) != std::string::npos; };
  return std::ranges::any_of(command, holds) || std::ranges::any_of(environment, holds);
}

UrocketYaml parseUrocketYaml(std::string_view text) {
  UrocketYaml result;
  try {
    Reader(result).file(YAML::Load(std::string(text)));
  } catch (const YAML::Exception& error) {
    result.problems.push_back({error.mark.is_null() ? 0 : error.mark.line + 1, {}, "is no YAML: " + error.msg});
  }
  return result;
}

}  // namespace bridge::config
