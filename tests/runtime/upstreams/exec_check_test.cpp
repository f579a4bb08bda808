#include "upstreams/exec_check.h"

#include <gmock/gmock.h>

namespace bridge::upstreams {
namespace {

using ::testing::HasSubstr;

std::shared_ptr<const config::OpenApiOperation> operation() {
  std::vector<config::FileProblem> problems;
  const auto api = config::OpenApi::parse(R"(openapi: 3.0.0
paths:
  /pets/{name}:
    get:
      parameters:
        - { name: name, in: path, required: true, schema: { type: string, enum: ['a b', 'a+b'] } }
        - { name: 'tag s', in: query, schema: { type: array, maxItems: 2, items: { type: string, maxLength: 3 } } }
        - { name: x-page, in: header, schema: { type: integer } }
        - { name: seen, in: cookie, required: true, schema: { type: boolean } }
)",
                                          problems);
  auto compiled = api.compile("/pets/{name}", "GET", problems);
  EXPECT_TRUE(compiled);
  return compiled;
}

std::optional<ExecRefusal> judge(const std::string& name, const std::string& query, const std::string& cookie,
                                 const std::string& page = "7") {
  http::RequestHead head;
  head.query = query;
  head.headers.add("X-Page", page);
  head.headers.add("Cookie", cookie);
  return refusalOf(*operation(), head, {{"name", name}}, "");
}

TEST(ExecCheck, TakesParametersFromWhereTheyStandAndDecodesThem) {
  EXPECT_FALSE(judge("a%20b", "tag+s=x%26y&tag%20s=z+z&other", "a=b; seen=true"));
  EXPECT_FALSE(judge("a+b", "", "seen=false"));
}

TEST(ExecCheck, SaysAsJsonWhatDoesNotFit) {
  const auto refusal = judge("c", "tag%20s=four", "seen=maybe", "x");
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->status, 400);
  EXPECT_THAT(refusal->body, ::testing::StartsWith(R"({"error":"validation","details":[{"place":"path name",)"));
  for (const auto* place : {"query tag s[0]", "cookie seen", "header x-page"}) {
    EXPECT_THAT(refusal->body, HasSubstr(std::string("\"place\":\"") + place + "\""));
  }
  EXPECT_THAT(judge("a%20b", "", "other=1")->body, HasSubstr(R"({"place":"cookie seen","message":"is missing"})"));
}

std::string says(const std::string& parameter, const std::string& query) {
  std::vector<config::FileProblem> problems;
  const auto api = config::OpenApi::parse(
      "openapi: 3.0.0\npaths:\n  /a:\n    get:\n      parameters:\n        - " + parameter, problems);
  const auto compiled = api.compile("/a", "GET", problems);
  if (!compiled) {
    return problems.empty() ? "nothing" : problems.front().text();
  }
  http::RequestHead head;
  head.query = query;
  const auto refusal = refusalOf(*compiled, head, {}, "");
  return refusal ? refusal->body : "fits";
}

TEST(ExecCheck, ReadsListsAndObjectsInTheStyleOfTheDocument) {
  const std::string numbers = "schema: { type: array, items: { type: integer } } }";
  const std::string age = "schema: { type: object, required: [age], properties: { age: { type: integer }, by: {} } } }";
  EXPECT_EQ(says("{ name: n, in: query, explode: false, " + numbers, "n=1,2%2C3"), "fits");
  EXPECT_THAT(says("{ name: n, in: query, explode: false, " + numbers, "n=1,x"), HasSubstr("query n[1]"));
  EXPECT_EQ(says("{ name: n, in: query, style: pipeDelimited, " + numbers, "n=1%7C2"), "fits");
  EXPECT_THAT(says("{ name: n, in: query, style: pipeDelimited, " + numbers, "n=1%7Cx"), HasSubstr("query n[1]"));
  EXPECT_EQ(says("{ name: n, in: query, style: spaceDelimited, " + numbers, "n=1%202+3"), "fits");
  EXPECT_EQ(says("{ name: f, in: query, required: true, style: deepObject, " + age, "f[age]=7&f%5Bby%5D=x&f=1"),
            "fits");
  EXPECT_THAT(says("{ name: f, in: query, required: true, style: deepObject, " + age, "f=7"),
              HasSubstr("query f\",\"message\":\"is missing"));
  EXPECT_THAT(says("{ name: f, in: query, style: deepObject, " + age, "f[age]=old"), HasSubstr("query f[age]"));
  EXPECT_EQ(says("{ name: f, in: query, required: true, " + age, "other=1&age=7"), "fits");
  EXPECT_THAT(says("{ name: f, in: query, required: true, " + age, "age=old"), HasSubstr("query f[age]"));
  EXPECT_EQ(says("{ name: f, in: query, explode: false, " + age, "f=age,7,by,x"), "fits");
  EXPECT_THAT(says("{ name: f, in: query, explode: false, " + age, "f=by,x"), HasSubstr("'age'"));
}

}  // namespace
}  // namespace bridge::upstreams
