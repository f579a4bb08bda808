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

}  // namespace
}  // namespace bridge::upstreams
