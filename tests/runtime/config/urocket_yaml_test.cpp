#include "config/urocket_yaml.h"

#include <gmock/gmock.h>

namespace bridge::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::string_view kDocumented = R"(paths:
  /get/pets:
    get:
      validatein: false
      inject:
        wd: /src/scripts/php
        env:
          - MYENV=CI
        cmd: /usr/bin/echo
        channel: "cmdline"
        encoding: json
      logstdout: true
      outtake: usocket://uri/{req_id}
      validate-out: false
)";

/// The texts of all problems with one operation, of which `inject` and the rest are given.
std::vector<std::string> complaints(const std::string& text) {
  std::vector<std::string> texts;
  for (const auto& problem : parseUrocketYaml(text).problems) {
    texts.push_back(problem.text());
  }
  return texts;
}

std::string operation(const std::string& inject, const std::string& rest = "outtake: usocket://uri/{req_id}") {
  return "paths:\n  /run:\n    post:\n      inject: " + inject + "\n      " + rest + "\n";
}

TEST(UrocketYaml, TakesTheDocumentedFileAsItStands) {
  const auto parsed = parseUrocketYaml(kDocumented);
  ASSERT_THAT(parsed.problems, IsEmpty());
  ASSERT_THAT(parsed.config.operations, SizeIs(1));
  const auto& operation = parsed.config.operations[0];
  EXPECT_EQ(operation.path, "/get/pets");
  EXPECT_EQ(operation.verb, "GET");
  EXPECT_EQ(operation.line, 3);
  EXPECT_FALSE(operation.validateIn);
  EXPECT_FALSE(operation.validateOut);
  EXPECT_TRUE(operation.logStdout);
  EXPECT_EQ(operation.replyBefore, "/uri/");
  EXPECT_EQ(operation.replyBehind, "");
  ASSERT_TRUE(operation.inject);
  EXPECT_EQ(operation.inject->workingDirectory, "/src/scripts/php");
  EXPECT_THAT(operation.inject->environment, ElementsAre("MYENV=CI"));
  EXPECT_THAT(operation.inject->command, ElementsAre("/usr/bin/echo"));
  EXPECT_EQ(operation.inject->channel, ExecChannel::cmdline);
  EXPECT_EQ(operation.inject->timeout, Millis(1000));
  EXPECT_EQ(parsed.config.socketPath, "/tmp/uselessrock.sock");
}

TEST(UrocketYaml, ReadsTheHeadOfTheFileAndKeysInEverySpelling) {
  const auto parsed = parseUrocketYaml(R"(servicename: pets
port: "9090"
socketpath: /run/pets.sock
openapi: pets-oas.yaml
motto: none
paths:
  get/pets:
    post: { validateIn: true, validate_out: yes, outtake: "usocket://one/the/{req_id}",
            inject: { cmd: [php, -r, "echo 1;"], channel: stdin, timeout: 2500 } }
    get: { outtake: "usocket://{req_id}/reply" }
)");
  ASSERT_THAT(parsed.problems, IsEmpty());
  EXPECT_EQ(parsed.config.serviceName, "pets");
  EXPECT_EQ(parsed.config.port, 9090);
  EXPECT_EQ(parsed.config.socketPath, "/run/pets.sock");
  EXPECT_EQ(parsed.config.openapi, "pets-oas.yaml");
  ASSERT_THAT(parsed.remarks, SizeIs(1));
  EXPECT_EQ(parsed.remarks[0].text(), "line 5: `motto` means nothing here");
  ASSERT_THAT(parsed.config.operations, SizeIs(2));
  const auto& post = parsed.config.operations[0];
  EXPECT_EQ(post.path, "/get/pets");
  EXPECT_TRUE(post.validateIn);
  EXPECT_TRUE(post.validateOut);
  EXPECT_EQ(post.replyBefore, "/one/the/");
  EXPECT_THAT(post.inject->command, ElementsAre("php", "-r", "echo 1;"));
  EXPECT_EQ(post.inject->channel, ExecChannel::stdin_);
  EXPECT_EQ(post.inject->timeout, Millis(2500));
  const auto& get = parsed.config.operations[1];
  EXPECT_FALSE(get.inject);
  EXPECT_EQ(get.replyBefore, "/");
  EXPECT_EQ(get.replyBehind, "/reply");
}

TEST(UrocketYaml, SplitsACommandAtBlanksAndKnowsTheMarkForTheBody) {
  const auto parsed = parseUrocketYaml(operation("{ cmd: ' php\t-n  run.php \"a ', channel: cmdline }"));
  ASSERT_THAT(parsed.problems, IsEmpty());
  EXPECT_THAT(parsed.config.operations[0].inject->command, ElementsAre("php", "-n", "run.php", "\"a"));
  EXPECT_FALSE(parsed.config.operations[0].inject->marksPayload());
  EXPECT_TRUE(parseUrocketYaml(operation("{ cmd: [a, '--in={{jsonpayload}}'], channel: cmdline }"))
                  .config.operations[0]
                  .inject->marksPayload());
}

TEST(UrocketYaml, ReadsTheLimitsOfAProcess) {
  const auto limited = [](const std::string& limits) {
    return parseUrocketYaml(operation("{ cmd: a, channel: stdin, limits: " + limits + " }"));
  };
  const auto all = limited("{ memory: 64M, processes: 16, cpu: 0.5 }");
  ASSERT_THAT(all.problems, IsEmpty());
  const auto& limits = all.config.operations[0].inject->limits;
  EXPECT_EQ(limits.memory, 64U << 20U);
  EXPECT_EQ(limits.processes, 16U);
  EXPECT_EQ(limits.cpus, 0.5);
  EXPECT_FALSE(limited("{}").config.operations[0].inject->limits.any());
  const std::pair<const char*, const char*> wrong[] = {
      {"{ memory: 64 }", "memory is `64`; it must be a size"},
      {"{ memory: 64X }", "memory is `64X`"},
      {"{ memory: 9000000000G }", "memory is `9000000000G`"},
      {"{ processes: 0 }", "processes is `0`"},
      {"{ cpu: 0 }", "cpu is `0`"},
      {"{ cpu: .nan }", "cpu is `.nan`"},
      {"{ disk: 1 }", "`disk` in `limits` is not supported"},
      {"64M", "`limits` must be a mapping"},
  };
  for (const auto& [text, complaint] : wrong) {
    ASSERT_THAT(limited(text).problems, SizeIs(1)) << text;
    EXPECT_THAT(limited(text).problems[0].text(), HasSubstr(complaint));
  }
}

TEST(UrocketYaml, RefusesWhatIsNotSupportedWithPathVerbAndLine) {
  const struct {
    std::string text;
    std::string complaint;
  } cases[] = {
      {operation("{ cmd: a, channel: pipe }"), "line 4: /run POST: channel is `pipe`; cmdline and stdin are supported"},
      {operation("{ cmd: a, channel: stdin, encoding: xml }"), "line 4: /run POST: encoding is `xml`"},
      {operation("{ cmd: a, channel: stdin, shell: true }"), "/run POST: `shell` in `inject` is not supported"},
      {operation("{ channel: stdin }"), "/run POST: `cmd` is missing"},
      {operation("{ cmd: a }"), "/run POST: `channel` is missing"},
      {operation("{ cmd: '  ', channel: stdin }"), "/run POST: cmd is empty"},
      {operation("{ cmd: a, channel: stdin, env: [novalue] }"), "/run POST: env holds `novalue`"},
      {operation("{ cmd: a, channel: stdin, env: A=B }"), "/run POST: env must be a list"},
      {operation("{ cmd: a, channel: stdin, timeout: 0 }"), "/run POST: timeout is `0`"},
      {operation("{ cmd: a, channel: stdin, timeout: 1s }"), "/run POST: timeout is `1s`"},
      {operation("{ cmd: 'a {{jsonpayload}}', channel: stdin }"), "/run POST: {{jsonpayload}} stands for the body"},
      {operation("{ cmd: a, channel: stdin }", "logstdout: true"), "/run POST: `outtake` is missing"},
      {operation("{ cmd: a, channel: stdin }", "outtake: http://uri/{req_id}"),
       "line 5: /run POST: outtake is `http://uri/{req_id}`; only the scheme usocket:// is supported"},
      {operation("{ cmd: a, channel: stdin }", "outtake: usocket://uri/id"), "it must hold {req_id} once"},
      {operation("{ cmd: a, channel: stdin }", "outtake: usocket://uri/x{req_id}"), "must be a segment of its path"},
      {operation("{ cmd: a, channel: stdin }", "retries: 3"), "/run POST: `retries` is not supported"},
      {operation("{ cmd: a, channel: stdin }", "validatein: perhaps"), "/run POST: validatein must be true or false"},
      {"paths: { /run: { fetch: {} } }", "/run: `fetch` is no verb"},
      {"paths: { /run: }", "/run: no verb is given"},
      {"paths: { '/a?b=1': { get: {} } }", "a path has no query"},
      {"paths: { '/a/{b': { get: {} } }", "line 1: /a/{b: pattern '/a/{b'"},
      {"paths: { a: { get: { outtake: 'usocket://{req_id}' } }, /a: { get: { outtake: 'usocket://{req_id}' } } }",
       "/a: the path stands here twice"},
      {"port: 0\npaths: {}", "line 1: port is `0`"},
      {"socketpath: here.sock", "socketpath is `here.sock`; it must be an absolute path"},
      {"servicename: x", "`paths` is missing or empty"},
      {"[1, 2]", "the file is no mapping"},
      {"", "the file is no mapping"},
      {"paths: [", "is no YAML"},
  };
  for (const auto& [text, complaint] : cases) {
    EXPECT_THAT(complaints(text), ::testing::Contains(HasSubstr(complaint))) << text;
  }
}

TEST(UrocketYaml, TellsAllProblemsAtOnce) {
  EXPECT_THAT(complaints("port: x\npaths:\n  /a:\n    get: { outtake: 'ftp://x', inject: { cmd: a, channel: tcp } }\n"),
              ElementsAre(HasSubstr("port is `x`"), HasSubstr("/a GET: outtake is `ftp://x`"),
                          HasSubstr("/a GET: channel is `tcp`")));
}

}  // namespace
}  // namespace bridge::config
