#include "config/openapi.h"

#include <gmock/gmock.h>

#include <map>
#include <ranges>

namespace bridge::config {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::string_view kPets = R"(openapi: 3.0.3
info: { title: Pets, version: "1.0" }
paths:
  /pet:
    post:
      operationId: addPet
      requestBody:
        $ref: '#/components/requestBodies/Pet'
      responses:
        '200':
          description: done
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Pet'
            application/xml:
              schema:
                $ref: '#/components/schemas/Pet'
        '405': { description: no }
  /pets/{petId}:
    parameters:
      - { name: petId, in: path, required: true, schema: { type: integer, format: int32, minimum: 1 } }
    get:
      parameters:
        - { name: limit, in: query, schema: { type: integer, maximum: 100, exclusiveMaximum: true } }
        - { name: tags, in: query, required: true, schema: { type: array, items: { type: string, enum: [a, b] } } }
        - { name: ids, in: query, explode: false, schema: { type: array, maxItems: 2, items: { type: number } } }
        - { name: X-Trace, in: header, schema: { type: string, pattern: '^[0-9a-f]+$' } }
        - { name: brief, in: query, schema: { type: boolean } }
      responses:
        default:
          description: a pet
          content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/Pet' } } } }
components:
  requestBodies:
    Pet:
      required: true
      content:
        application/json:
          schema:
            $ref: '#/components/schemas/Pet'
        application/x-www-form-urlencoded:
          schema:
            $ref: '#/components/schemas/Pet'
  schemas:
    Category:
      type: object
      properties:
        name: { type: string, pattern: '^\w+$' }
        parent: { $ref: '#/components/schemas/Category' }
    Pet:
      type: object
      required: [name, id, secret]
      properties:
        id: { type: integer, format: int64, readOnly: true }
        secret: { type: string, writeOnly: true }
        name: { type: string, minLength: 1 }
        nick: { type: string, nullable: true, enum: [rex, bo] }
        born: { type: string, format: date }
        category: { $ref: '#/components/schemas/Category' }
        status: { type: string, enum: [available, sold] }
)";

std::shared_ptr<const OpenApiOperation> operation(std::string_view text, const std::string& path,
                                                  const std::string& verb) {
  std::vector<FileProblem> problems;
  const auto api = OpenApi::parse(text, problems);
  auto found = api.compile(path, verb, problems);
  for (const auto& problem : problems) {
    ADD_FAILURE() << problem.text();
  }
  return found;
}

std::vector<std::string> complaints(std::string_view text, const std::string& path = "/pet",
                                    const std::string& verb = "POST") {
  std::vector<FileProblem> problems;
  const auto api = OpenApi::parse(text, problems);
  if (problems.empty()) {
    EXPECT_EQ(api.compile(path, verb, problems), nullptr);
  }
  std::vector<std::string> texts;
  for (const auto& problem : problems) {
    texts.push_back(problem.text());
  }
  return texts;
}

/// "a=1&b=2", without any encoding.
TextFields fieldsOf(std::string_view form) {
  TextFields fields;
  for (const auto part : std::views::split(form, '&')) {
    const std::string pair(part.begin(), part.end());
    fields.emplace_back(pair.substr(0, pair.find('=')), pair.substr(pair.find('=') + 1));
  }
  return fields;
}

std::vector<std::string> violations(const OpenApiOperation& operation, std::string_view body,
                                    std::string_view type = "application/json") {
  const auto verdict = operation.check({.values = [](const auto&) { return TextFields(); },
                                        .fields = [body] { return fieldsOf(body); },
                                        .contentType = type,
                                        .body = body});
  std::vector<std::string> texts;
  for (const auto& violation : verdict.violations) {
    texts.push_back(violation.place + " " + violation.what);
  }
  if (verdict.unsupportedMediaType) {
    texts.emplace_back("415");
  }
  return texts;
}

TEST(OpenApi, AcceptsABodyThatFitsItsSchemaThroughReferences) {
  const auto pet = operation(kPets, "/pet", "POST");
  ASSERT_TRUE(pet);
  EXPECT_THAT(violations(*pet, R"({"name":"Rex","secret":"x"})"), IsEmpty());
  EXPECT_THAT(violations(*pet, R"({"name":"Rex","secret":"x","nick":null,"born":"2024-02-29","status":"sold",
                              "category":{"name":"dog","parent":{"name":"animal"}},"more":[1]})"),
              IsEmpty());
  EXPECT_THAT(violations(*pet, R"({"name":"Rex","secret":"x"})", "Application/JSON; charset=utf-8"), IsEmpty());
  EXPECT_THAT(violations(*pet, R"({"name":"Rex","secret":"x"})", ""), IsEmpty()) << "no type is taken for JSON";
}

TEST(OpenApi, TellsWhereABodyDoesNotFit) {
  const auto pet = operation(kPets, "/pet", "POST");
  ASSERT_TRUE(pet);
  const struct {
    std::string body;
    std::string place;
  } cases[] = {
      {R"({"secret":"x"})", "body "},
      {R"({"name":"Rex"})", "body "},
      {R"({"name":"","secret":"x"})", "body[name] "},
      {R"({"name":7,"secret":"x"})", "body[name] "},
      {R"({"name":"a","secret":"x","status":"lost"})", "body[status] "},
      {R"({"name":"a","secret":"x","nick":"max"})", "body[nick] "},
      {R"({"name":"a","secret":"x","status":null})", "body[status] "},
      {R"({"name":"a","secret":"x","born":"29.2.2024"})", "body[born] is not of the format date"},
      {R"({"name":"a","secret":"x","category":{"parent":{"name":"a b"}}})", "body[category][parent][name] is not like"},
      {"[]", "body "},
      {"{\"name\":", "body is no JSON"},
      {"{} {}", "body is no JSON"},
      {"{\"name\":\"\xff\",\"secret\":\"x\"}", "body is no JSON"},
      {std::string(2000, '['), "body is no JSON: nested more than 512 deep"},
      {"", "body is missing"},
  };
  for (const auto& [body, place] : cases) {
    EXPECT_THAT(violations(*pet, body), Contains(HasSubstr(place))) << body;
  }
}

TEST(OpenApi, RefusesMediaTypesThatAreNotNamed) {
  const auto pet = operation(kPets, "/pet", "POST");
  ASSERT_TRUE(pet);
  EXPECT_THAT(violations(*pet, "{}", "text/plain"), ElementsAre("415"));
  EXPECT_THAT(violations(*pet, "<pet/>", "application/xml"), ElementsAre("415"));
}

TEST(OpenApi, ChecksTheFieldsOfAFormAsWhatTheyStandFor) {
  const auto pet = operation(kPets, "/pet", "POST");
  ASSERT_TRUE(pet);
  constexpr auto kForm = "application/x-www-form-urlencoded";
  EXPECT_THAT(violations(*pet, "name=Rex&secret=7&status=sold", kForm), IsEmpty());
  EXPECT_THAT(violations(*pet, "name=Rex", kForm), ElementsAre(HasSubstr("'secret'")));
  EXPECT_THAT(violations(*pet, "name=&secret=7", kForm), ElementsAre(HasSubstr("body[name]")));
  EXPECT_THAT(violations(*pet, "name=a&name=b&secret=7", kForm), ElementsAre(HasSubstr("body[name]")));
  const auto typed = operation(
      R"({"openapi":"3.0.0","paths":{"/a":{"post":{"requestBody":{"content":{"application/x-www-form-urlencoded":
      {"schema":{"allOf":[{"$ref":"#/components/schemas/N"},{"properties":{"on":{"type":"boolean"}}}]}}}}}}},
      "components":{"schemas":{"N":{"type":"object","properties":{"n":{"type":"integer"},
      "l":{"type":"array","items":{"type":"integer"}}}}}}})",
      "/a", "POST");
  ASSERT_TRUE(typed);
  EXPECT_THAT(violations(*typed, "n=7&on=true&l=1", kForm), IsEmpty());
  const auto wrong = violations(*typed, "n=x&on=true&l=1&l=x", kForm);
  EXPECT_THAT(wrong, Contains(HasSubstr("body[n] ")));
  EXPECT_THAT(wrong, Contains(HasSubstr("body[l][1] ")));
  EXPECT_THAT(violations(*typed, "on=yes", kForm), Contains(HasSubstr("body[on] ")));
}

TEST(OpenApi, ChecksTextAndLetsBytesThroughThatHaveNoSchema) {
  const auto note = operation(R"({"openapi":"3.0.0","paths":{"/a":{"post":{"requestBody":{"content":{
      "text/plain":{"schema":{"type":"string","maxLength":3}},"image/*":{},
      "application/octet-stream":{"schema":{"type":"string","format":"binary"}},
      "multipart/form-data":{"schema":{"type":"object","properties":{"a":{"type":"string"}}}}}}}}}})",
                              "/a", "POST");
  ASSERT_TRUE(note);
  EXPECT_THAT(violations(*note, "abc", "text/plain; charset=utf-8"), IsEmpty());
  EXPECT_THAT(violations(*note, "abcd", "text/plain"), ElementsAre(HasSubstr("body String should be")));
  EXPECT_THAT(violations(*note, "\x89PNG", "image/png"), IsEmpty());
  EXPECT_THAT(violations(*note, "\xFF", "application/octet-stream"), IsEmpty());
  EXPECT_THAT(violations(*note, "--x", "multipart/form-data; boundary=x"), ElementsAre("415"))
      << "its schema cannot be checked";
}

TEST(OpenApi, NamesTheInnermostThingThatIsWrongAndNotAllAroundIt) {
  const auto pet = operation(kPets, "/pet", "POST");
  ASSERT_TRUE(pet);
  EXPECT_THAT(violations(*pet, R"({"name":"a","secret":"b","category":{"parent":{"name":7}}})"),
              ElementsAre(HasSubstr("body[category][parent][name] ")));
}

TEST(OpenApi, ComparesTheElementsOfALongListWithoutHoldingUpTheServer) {
  const auto list = operation(R"({"openapi":"3.0.0","paths":{"/a":{"post":{"requestBody":{"content":
      {"application/json":{"schema":{"type":"array","uniqueItems":true}}}}}}}})",
                              "/a", "POST");
  ASSERT_TRUE(list);
  std::string body = "[0";
  for (int i = 1; i < 100000; ++i) {
    body += "," + std::to_string(i);
  }
  EXPECT_THAT(violations(*list, body + "]"), IsEmpty()) << "each against each would take minutes";
  EXPECT_THAT(violations(*list, body + ",70000.0]"), ElementsAre("body holds an element twice"));
  EXPECT_THAT(violations(*list, R"([{"a":1,"b":[null,true]},{"b":[null,true],"a":1}])"), SizeIs(1));
  EXPECT_THAT(violations(*list, R"(["1",1,true,"true",null,"null",{},[],"",[[]],[{}],{"a":1},{"a":"1"},1.5,-1])"),
              IsEmpty());
}

TEST(OpenApi, ChecksParametersOfPathQueryAndHeader) {
  const auto pets = operation(kPets, "/pets/{petId}", "GET");
  ASSERT_TRUE(pets);
  const auto check = [&](const std::multimap<std::string, std::string>& given) {
    const auto verdict = pets->check({.values =
                                          [&](const OpenApiOperation::Parameter& parameter) {
                                            TextFields values;
                                            const auto [first, last] = given.equal_range(parameter.name);
                                            for (auto value = first; value != last; ++value) {
                                              values.emplace_back("", value->second);
                                            }
                                            return values;
                                          },
                                      .fields = {},
                                      .contentType = {},
                                      .body = {}});
    std::string all;
    for (const auto& violation : verdict.violations) {
      all += violation.place + " " + violation.what + "; ";
    }
    return all;
  };
  EXPECT_EQ(check({{"petId", "7"},
                   {"tags", "a"},
                   {"tags", "b"},
                   {"limit", "99"},
                   {"ids", "1"},
                   {"ids", "2.5"},
                   {"X-Trace", "a0"},
                   {"brief", "true"}}),
            "");
  EXPECT_THAT(check({{"petId", "7"}}), HasSubstr("query tags is missing"));
  EXPECT_THAT(check({{"petId", "seven"}, {"tags", "a"}}), HasSubstr("path petId "));
  EXPECT_THAT(check({{"petId", "0"}, {"tags", "a"}}), HasSubstr("path petId "));
  EXPECT_THAT(check({{"petId", "3000000000"}, {"tags", "a"}}), HasSubstr("path petId is not an int32"));
  EXPECT_THAT(check({{"petId", "7"}, {"tags", "c"}}), HasSubstr("query tags[0] "));
  EXPECT_THAT(check({{"petId", "7"}, {"tags", "a"}, {"limit", "100"}}), HasSubstr("query limit "));
  EXPECT_THAT(check({{"petId", "7"}, {"tags", "a"}, {"ids", "1"}, {"ids", "2"}, {"ids", "3"}}),
              HasSubstr("query ids "));
  EXPECT_THAT(check({{"petId", "7"}, {"tags", "a"}, {"X-Trace", "xyz"}}), HasSubstr("header X-Trace is not like"));
  EXPECT_THAT(check({{"petId", "7"}, {"tags", "a"}, {"brief", "1"}}), HasSubstr("query brief "));
}

TEST(OpenApi, ChecksRepliesInTheirOwnDirection) {
  const auto pet = operation(kPets, "/pet", "POST");
  ASSERT_TRUE(pet);
  EXPECT_THAT(pet->checkReply(R"({"id":1,"name":"Rex"})"), IsEmpty()) << "secret is for requests only";
  EXPECT_THAT(pet->checkReply(R"({"name":"Rex"})"), Not(IsEmpty())) << "id is required of replies";
  EXPECT_THAT(pet->checkReply("nope"), Contains(Field(&Violation::what, HasSubstr("is no JSON"))));
  const auto pets = operation(kPets, "/pets/{petId}", "GET");
  ASSERT_TRUE(pets);
  EXPECT_THAT(pets->checkReply(R"([{"id":1,"name":"Rex"}])"), IsEmpty());
  EXPECT_THAT(pets->checkReply(R"([{"id":"1","name":"Rex"}])"), Contains(Field(&Violation::place, "body[0][id]")));
}

TEST(OpenApi, ReadsJsonToo) {
  const auto add = operation(R"({"openapi":"3.1.0","paths":{"/add":{"post":{"requestBody":{"content":
      {"application/*":{"schema":{"type":["object","null"],"properties":{"n":{"exclusiveMinimum":0}}}}}}}}}})",
                             "/add", "post");
  ASSERT_TRUE(add);
  EXPECT_THAT(violations(*add, R"({"n":1})"), IsEmpty());
  EXPECT_THAT(violations(*add, "null"), IsEmpty());
  EXPECT_THAT(violations(*add, R"({"n":0})"), Contains(HasSubstr("body[n]")));
}

TEST(OpenApi, DoesNotLetAPatternOrALongTextHoldUpTheServer) {
  const auto slow = operation(R"({"openapi":"3.0.0","paths":{"/a":{"post":{"requestBody":{"content":
      {"application/json":{"schema":{"type":"string","pattern":"^(a+)+$"}}}}}}}})",
                              "/a", "POST");
  ASSERT_TRUE(slow);
  EXPECT_THAT(violations(*slow, "\"" + std::string(200000, 'a') + "!\""),
              Contains(AllOf(HasSubstr("body"), HasSubstr("^(a+)+$"))));
}

TEST(OpenApi, RefusesWhatCannotBeUsed) {
  const auto with = [](const std::string& schema) {
    return R"({"openapi":"3.0.0","paths":{"/pet":{"post":{"requestBody":{"content":{"application/json":{"schema":)" +
           schema + R"(}}}}}},"components":{"schemas":{"A":{"$ref":"#/components/schemas/B"},
           "B":{"$ref":"#/components/schemas/A"},"C":{"allOf":[{"$ref":"#/components/schemas/C"}]}}}})";
  };
  const auto pure = [](const std::string& schema) {
    return R"({"openapi":"3.0.0","paths":{"/pet":{"post":{"requestBody":{"content":{"application/json":{"schema":)" +
           schema + R"(}}}}}}})";
  };
  EXPECT_THAT(complaints("swagger: '2.0'"), ElementsAre(HasSubstr("is no OpenAPI 3 document: it is of Swagger 2.0")));
  EXPECT_THAT(complaints("openapi: 4.0.0"), ElementsAre(HasSubstr("is of OpenAPI version 4.0.0")));
  EXPECT_THAT(complaints("{\"openapi\":"), ElementsAre(HasSubstr("is no JSON")));
  EXPECT_THAT(complaints("a: [b"), ElementsAre(HasSubstr("is no YAML")));
  EXPECT_THAT(complaints(with("{}")), ElementsAre(HasSubstr("circle")));
  EXPECT_THAT(complaints(pure(R"({"$ref":"#/nowhere"})")), ElementsAre(HasSubstr("points to nothing")));
  EXPECT_THAT(complaints(pure(R"({"$ref":"pet.yaml#/Pet"})")), ElementsAre(HasSubstr("another document")));
  EXPECT_THAT(complaints(pure(R"({"type":"string","pattern":"("})")),
              ElementsAre(HasSubstr("/pet POST: the pattern (")));
  EXPECT_THAT(complaints(pure(R"({"required":"name"})")), ElementsAre(HasSubstr("/pet POST: ")));
  EXPECT_THAT(
      complaints(R"({"openapi":"3.0.0","paths":{"/pet":{"post":{"parameters":[{"name":"a","in":"path","style":"matrix",
      "schema":{}}]}}}})"),
      ElementsAre(HasSubstr("the parameter `a` has the style `matrix`")));
  EXPECT_THAT(complaints(kPets, "/pet", "GET"), ElementsAre(HasSubstr("/pet GET: validation is asked for")));
  EXPECT_THAT(complaints("openapi: 3.0.0\npaths: &a\n  x: *a\n"), ElementsAre(HasSubstr("too deep")));
  EXPECT_THAT(complaints(R"({"openapi":"3.0.0","paths":{},"components":{"schemas":
      {"C":{"allOf":[{"$ref":"#/components/schemas/C"}]}}}})"),
              ElementsAre(HasSubstr("contains itself")));
}

}  // namespace
}  // namespace bridge::config
