#include "config/manifest_xml.h"

#include <gmock/gmock.h>

namespace bridge::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::string_view kDocumented = R"(<?xml version="1.0" encoding="UTF-8"?>
<manifest>
    <!-- Process using named pipes (default) -->
    <process>
        <id>api-service</id>
        <executable>./bin/api-service.exe</executable>
        <arg>--port</arg>
        <arg>8080</arg>
        <route>/api/*</route>
        <pipe_name>api_service_pipe</pipe_name>
        <working_dir>./services/api</working_dir>
        <communication_mode>pipe</communication_mode>
    </process>

    <!-- Process using HTTP communication -->
    <process>
        <id>auth-service</id>
        <executable>./bin/auth-service.exe</executable>
        <route>/auth/*</route>
        <pipe_name>auth_service_http</pipe_name>
        <communication_mode>http</communication_mode>
    </process>
</manifest>
)";

std::string process(const std::string& change = {}) {
  return "<process><id>a</id><executable>sh</executable><route>/a</route><pipe_name>a</pipe_name>" + change +
         "</process>";
}

std::vector<std::string> complaints(const std::string& inside) {
  std::vector<std::string> texts;
  for (const auto& problem : parseManifestXml("<manifest>\n" + inside + "</manifest>").problems) {
    texts.push_back(problem.text());
  }
  return texts;
}

LambdaRoute route(const std::string& text) {
  const auto parsed =
      parseManifestXml("<manifest><process><id>a</id><executable>sh</executable><pipe_name>a</pipe_name><route>" +
                       text + "</route></process></manifest>");
  EXPECT_THAT(parsed.problems, IsEmpty()) << text;
  return parsed.manifest.places.empty() ? LambdaRoute() : parsed.manifest.places[0].route;
}

TEST(ManifestXml, TakesTheDocumentedFileAsItStands) {
  const auto parsed = parseManifestXml(kDocumented);
  ASSERT_THAT(parsed.problems, IsEmpty());
  EXPECT_THAT(parsed.remarks, IsEmpty());
  ASSERT_THAT(parsed.manifest.entries, SizeIs(2));
  const auto& api = parsed.manifest.entries[0];
  EXPECT_EQ(api.id, "api-service");
  EXPECT_EQ(api.executable, "./bin/api-service.exe");
  EXPECT_THAT(api.args, ElementsAre("--port", "8080"));
  EXPECT_EQ(api.pipeName, "api_service_pipe");
  EXPECT_EQ(api.workingDirectory, "./services/api");
  EXPECT_EQ(api.mode, LambdaMode::pipe);
  EXPECT_EQ(api.instances, 1);
  EXPECT_FALSE(api.childListens);
  EXPECT_EQ(parsed.manifest.entries[1].mode, LambdaMode::http);
  EXPECT_EQ(parsed.manifest.entries[1].workingDirectory, "");
  ASSERT_THAT(parsed.manifest.places, SizeIs(2));
  EXPECT_EQ(parsed.manifest.places[0].route.text, "/api/*");
  EXPECT_EQ(parsed.manifest.places[1].id, "auth-service");
}

TEST(ManifestXml, WithoutAProcessIsOne) {
  EXPECT_THAT(parseManifestXml("<manifest/>").problems, IsEmpty());
  EXPECT_THAT(parseManifestXml("<manifest><!-- none --></manifest>").manifest.entries, IsEmpty());
}

TEST(ManifestXml, TakesElementsInAnyOrderWithCommentsAndBlanks) {
  const auto parsed = parseManifestXml(R"(<manifest><process>
    <arg>one</arg><route>
      /x
    </route><arg> two </arg><pipe_name>p<!-- not this -->q</pipe_name>
    <instances>3</instances><pipe_listener>child</pipe_listener>
    <executable><![CDATA[a & b]]></executable><arg/><id>&lt;x&gt;</id></process></manifest>)");
  ASSERT_THAT(parsed.problems, IsEmpty());
  const auto& entry = parsed.manifest.entries.at(0);
  EXPECT_EQ(entry.id, "<x>");
  EXPECT_EQ(entry.executable, "a & b");
  EXPECT_THAT(entry.args, ElementsAre("one", " two ", ""));
  EXPECT_EQ(entry.pipeName, "pq");
  EXPECT_EQ(entry.instances, 3);
  EXPECT_TRUE(entry.childListens);
  EXPECT_EQ(parsed.manifest.places.at(0).route.text, "/x");
}

TEST(ManifestXml, TellsAllProblemsAtOnceWithTheirLines) {
  EXPECT_THAT(
      complaints("<process>\n<id>one</id>\n<route>api</route>\n<communication_mode>tcp</communication_mode>\n"
                 "<pipe_name>a/b</pipe_name>\n<instances>0</instances>\n</process>\n<process><id/></process>"),
      ElementsAre("line 2: process `one`: <executable> is missing",
                  "line 4: process `one`: route is `api`; it must begin with `/`",
                  "line 5: process `one`: Invalid communication mode: tcp. Must be 'pipe' or 'http'",
                  "line 6: process `one`: pipe_name is `a/b`; it may hold letters, digits, `.`, `_` and `-`",
                  "line 7: process `one`: instances is `0`; it must be a number from 1 to 99",
                  "line 9: process at line 9: <id> is empty", "line 9: process at line 9: <executable> is missing",
                  "line 9: process at line 9: <pipe_name> is missing",
                  "line 9: process at line 9: <route> is missing"));
}

TEST(ManifestXml, RefusesWhatWouldBeAmbiguous) {
  EXPECT_THAT(complaints(process("<id>b</id>")), ElementsAre("line 2: process `a`: <id> stands here twice"));
  EXPECT_THAT(complaints(process() + "<process><id>b</id><executable>sh</executable><route>/b</route>"
                                     "<pipe_name>a</pipe_name></process>"),
              ElementsAre("line 2: process `b`: pipe_name `a` is that of process `a`"));
  EXPECT_THAT(complaints(process("<pipe_listener>me</pipe_listener>")),
              ElementsAre(HasSubstr("pipe_listener is `me`; it must be `child` or `server`")));
  EXPECT_THAT(complaints(process("<instances>2x</instances>")), ElementsAre(HasSubstr("instances is `2x`")));
}

TEST(ManifestXml, RefusesWhatIsNoXmlAndWhatIsNoManifest) {
  EXPECT_THAT(parseManifestXml("<manifest>\n<process>\n</manifest>").problems,
              ElementsAre(::testing::Field(&FileProblem::what, HasSubstr("is no XML: Start-end tags mismatch"))));
  EXPECT_EQ(parseManifestXml("<manifest>\n<process>\n</manifest>").problems[0].line, 3);
  EXPECT_THAT(parseManifestXml("").problems, SizeIs(1));
  EXPECT_EQ(parseManifestXml("<other/>").problems.at(0).text(),
            "line 1: the root element is <other>; it must be <manifest>");
  EXPECT_EQ(parseManifestXml("<manifest/>\n<manifest/>").problems.at(0).text(),
            "line 2: is no XML: a second root element");
  EXPECT_TRUE(parseManifestXml("<!-- a --><manifest/><!-- b -->").problems.empty());
}

TEST(ManifestXml, PassesOverWhatMeansNothingAndSaysSo) {
  const auto parsed = parseManifestXml("<manifest>\n<note/>" + process("<timeout>5</timeout>") + "</manifest>");
  EXPECT_THAT(parsed.problems, IsEmpty());
  ASSERT_THAT(parsed.remarks, SizeIs(2));
  EXPECT_EQ(parsed.remarks[0].text(), "line 2: <note> means nothing here");
  EXPECT_EQ(parsed.remarks[1].text(), "line 2: process `a`: <timeout> means nothing here");
}

TEST(ManifestXml, LetsTheLastOfTwoWithOneIdServeTheRoutesOfBoth) {
  const auto parsed = parseManifestXml("<manifest>" + process() +
                                       "<process><id>a</id><executable>new</executable><route>/b</route>"
                                       "<pipe_name>a</pipe_name></process></manifest>");
  EXPECT_THAT(parsed.problems, IsEmpty());
  ASSERT_THAT(parsed.manifest.entries, SizeIs(1));
  EXPECT_EQ(parsed.manifest.entries[0].executable, "new");
  EXPECT_THAT(parsed.manifest.places, SizeIs(2));
  EXPECT_THAT(parsed.remarks, SizeIs(1));
}

TEST(ManifestXml, ARouteIsOnePathOrATree) {
  EXPECT_TRUE(route("/a").matches("/a"));
  EXPECT_FALSE(route("/a").matches("/a/"));
  for (const auto* path : {"/api", "/api/", "/api/x/y"}) {
    EXPECT_TRUE(route("/api/*").matches(path)) << path;
  }
  EXPECT_FALSE(route("/api/*").matches("/apix"));
  EXPECT_FALSE(route("/api/").matches("/api"));
  EXPECT_TRUE(route("/api/").matches("/api/"));
  EXPECT_TRUE(route("/api/").matches("/api/x"));
  EXPECT_TRUE(route("/*").matches("/"));
  EXPECT_TRUE(route("/").matches("/anything/at/all"));
  EXPECT_EQ(route("/api/*").pattern(), "/api/*");
  EXPECT_EQ(route("/api/").pattern(), "/api/*");
  EXPECT_EQ(route("/").pattern(), "/*");
  EXPECT_EQ(route("/a").pattern(), "/a");
}

TEST(ManifestXml, RefusesRoutesThatNoPathIs) {
  for (const auto* text : {"/a*", "/*/b", "/{id}", "/a?b", "/a b", "/a#b", "/\xC3\xA4"}) {
    EXPECT_THAT(complaints("<process><id>a</id><executable>sh</executable><pipe_name>a</pipe_name><route>" +
                           std::string(text) + "</route></process>"),
                ElementsAre(HasSubstr("it is a path as it stands in a URL")))
        << text;
  }
}

TEST(ManifestXml, APortFollowsFromTheName) {
  EXPECT_EQ(lambdaPort("test_pipe"), 9787);
  EXPECT_EQ(lambdaPort("auth_service_http"), 9721);
  EXPECT_EQ(lambdaPort("api_service_pipe"), 9997);
  EXPECT_EQ(lambdaPort("a"), 9097);
}

}  // namespace
}  // namespace bridge::config
