#pragma once

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/loop/loop_fixture.h"
#include "runtime/upstreams/recorded_answer.h"
#include "support/temp_dir.h"
#include "upstreams/tunnel.h"

namespace bridge::testing {

/// A worker in the language of the shell. It answers most with the line it was told, keeps `slow` until the next
/// `free`, dies of `die`, and closes its stdout for `mute`. `stream` is answered with bytes, `break` breaks off,
/// `flood` goes on for long; `file` reads what `path` says, and `collect` answers with the chunks of its body as they
/// came.
constexpr const char* kTunnelWorker = R"(
echo "hello from $$"
while read -r line; do
  id=${line#*\"id\":}; id=${id%%[,\}]*}
  case "$line" in
    *'"type":"shutdown"'*) exit 0 ;;
    *'"type":"cancel"'*) echo cancelled >> log ;;
    *'"type":"pause"'*) echo pause >> log ;;
    *'"type":"resume"'*) echo resume >> log ;;
    *'"type":"chunk"'*) data=${line#*\"data\":\"}; chunks="$chunks ${data%%\"*}" ;;
    *'"type":"end"'*) echo "{\"id\":$id,\"ok\":true,\"result\":\"$chunks\"}" ;;
    *'"type":"auth"'*'"x-user":"eve"'*) echo "{\"id\":$id,\"ok\":false,\"error\":{\"message\":\"Not you\",\"code\":403,\"codeName\":\"FORBIDDEN\"}}" ;;
    *'"type":"auth"'*'"x-user":"bug"'*) echo "{\"id\":$id,\"ok\":false,\"error\":{\"message\":\"A bug\"}}" ;;
    *'"type":"auth"'*) echo "{\"id\":$id,\"ok\":true}" ;;
    *'"collect"'*) chunks= ;;
    *'"file"'*) path=${line#*\"path\":\"}; echo "{\"id\":$id,\"ok\":true,\"result\":\"$(cat "${path%%\"*}")\"}" ;;
    *'"stream"'*) echo "{\"id\":$id,\"stream\":{\"status\":201,\"contentType\":\"text/plain\",\"headers\":{\"x-a\":\"b\",\"set-cookie\":\"no\",\"Access-Control-Allow-Origin\":\"no\"}}}"
      echo "{\"id\":$id,\"chunk\":\"Zm9v\"}"; echo "{\"id\":$id,\"chunk\":\"YmFy\"}"; echo "{\"id\":$id,\"end\":true}" ;;
    *'"break"'*) echo "{\"id\":$id,\"stream\":{}}"; echo "{\"id\":$id,\"chunk\":\"Zm9v\"}"; echo "{\"id\":$id,\"ok\":false,\"error\":{\"message\":\"gone\"}}" ;;
    *'"hang"'*) echo "{\"id\":$id,\"stream\":{}}" ;;
    *'"flood"'*) echo "{\"id\":$id,\"stream\":{}}"; i=0; long=$(head -c 65536 /dev/zero | tr '\0' A)
      while [ $i -lt 64 ]; do echo "{\"id\":$id,\"chunk\":\"$long\"}"; i=$((i+1)); done; echo "{\"id\":$id,\"end\":true}"; echo written >> log ;;
    *'"die"'*) exit 3 ;;
    *'"mute"'*) exec >&- ;;
    *'"slow"'*) kept=$id ;;
    *'"free"'*) echo "{\"id\":$kept,\"ok\":true,\"result\":\"kept\"}"; echo "{\"id\":$id,\"ok\":true}" ;;
    *'"pid"'*) echo "{\"id\":$id,\"ok\":true,\"result\":$$}" ;;
    *'"missing"'*) echo "{\"id\":$id,\"ok\":false,\"error\":{\"message\":\"No such task\",\"code\":\"NOT_FOUND\"}}" ;;
    *'"fail"'*) echo "{\"id\":$id,\"ok\":false,\"error\":{\"message\":\"SQL said no\",\"code\":\"EXECUTION_ERROR\"}}" ;;
    *) echo "{\"id\":999,\"ok\":true}"; echo "{\"id\":$id,\"ok\":true,\"result\":$line}" ;;
  esac
done
)";

class TunnelFixture : public LoopTest {
 protected:
  TunnelFixture() {
    settings.tunnelMount = "/__runner";
    settings.tunnelWorker = {"sh", folder.write("worker.sh", kTunnelWorker)};
    settings.spoolDir = folder.file("spool");
    settings.laravelPath = folder.path();
  }
  void TearDown() override {
    answers.clear();
    if (kind) {
      bool stopped = false;
      kind->stop(Seconds(10), [&stopped] { stopped = true; });
      EXPECT_TRUE(runUntil([&stopped] { return stopped; }));
      kind.reset();
    }
    LoopTest::TearDown();
  }

  void begin() {
    kind = std::make_unique<upstreams::TunnelKind>(
        upstreams::KindContext{loop_, settings, environment, [] { return nullptr; }, problems});
    kind->begin({});
  }
  RecordedAnswer& send(const std::string& target, const std::string& body = "{}", const std::string& token = "secret",
                       const std::string& method = "POST") {
    if (!kind) {
      begin();
    }
    auto& answer = *answers.emplace_back(std::make_unique<RecordedAnswer>());
    http::Request request;
    request.head.method = method;
    request.head.path = "/__runner/" + target;
    request.head.headers.add("X-Runner-Token", token);
    for (const auto& field : fields) {
      request.head.headers.add(field.name, field.value);
    }
    answer.ask(*kind, std::move(request), body);
    return answer;
  }
  RecordedAnswer& ask(const std::string& target, const std::string& body = "{}", const std::string& token = "secret",
                      const std::string& method = "POST") {
    auto& answer = send(target, body, token, method);
    EXPECT_TRUE(runUntil([&answer] { return answer.done(); })) << target;
    return answer;
  }
  std::string error(const std::string& target, const std::string& body = "{}", const std::string& token = "secret",
                    const std::string& method = "POST") {
    const auto& answer = ask(target, body, token, method);
    return std::to_string(answer.status().value_or(0)) + " " + answer.text;
  }
  /// Files of requests that are on the disk now.
  long spooledFiles() {
    long count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(settings.spoolDir)) {
      count += entry.is_regular_file() && entry.path().filename() != "owner" ? 1 : 0;
    }
    return count;
  }
  std::string logged() {
    std::ifstream in(folder.file("log"));
    return {std::istreambuf_iterator<char>(in), {}};
  }
  double figure(std::string_view name) {
    for (const auto& one : kind->inspect(false).figures) {
      if (one.name == name) {
        return one.value;
      }
    }
    return -1;
  }

  TempDir folder;
  config::Settings settings;
  upstreams::Environment environment{"PATH=/usr/bin:/bin"};
  std::vector<config::Problem> problems;
  http::Headers fields;
  std::unique_ptr<upstreams::TunnelKind> kind;
  std::vector<std::unique_ptr<RecordedAnswer>> answers;
};

}  // namespace bridge::testing
