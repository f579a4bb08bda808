#include "upstreams/static_files.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "runtime/upstreams/told_answer.h"
#include "support/temp_dir.h"

namespace bridge::upstreams {
namespace {

namespace fs = std::filesystem;
using bridge::testing::TempDir;
using bridge::testing::ToldAnswer;
using ::testing::HasSubstr;

constexpr std::int64_t kNow = 1'800'000'000;

/// Stands for the application.
struct CountingUpstream final : Upstream {
  [[nodiscard]] std::string_view kind() const override { return "counting"; }
  std::unique_ptr<Call> start(const http::Request&, const Params&, Answer&) override {
    ++requests;
    return nullptr;
  }
  int requests = 0;
};

class StaticFilesTest : public ::testing::Test {
 protected:
  StaticFilesTest() {
    fs::create_directories(root / "public/build/assets");
    fs::create_directories(root / "public/.well-known");
    fs::create_directories(root / "storage/app/public");
    write("public/app.css", "body{}");
    write("public/empty.txt", "");
    write("public/index.php", "<?php secret();");
    write("public/Old.PHP", "<?php secret();");
    write("public/.env", "SECRET=1");
    write("public/.well-known/security.txt", "Contact: x");
    write("storage/app/public/avatar.png", "png");
    write("storage/app/public/.gitignore", "*");
    write("outside.txt", "outside");
    fs::create_directory_symlink(root / "storage/app/public", root / "public/storage");
    fs::create_symlink(root / "outside.txt", root / "public/leak.txt");
    fs::create_symlink(root / "public/index.php", root / "public/source.txt");
    fs::create_symlink(root / "public/.env", root / "public/env.txt");
    files.emplace(loop,
                  StaticFiles::Options{
                      .publicFolder = root / "public", .linkedFolders = {root / "storage/app/public"}, .cache = {}},
                  application);
  }
  ~StaticFilesTest() override {
    files.reset();
    EXPECT_TRUE(loop.close());
  }

  /// A file that has not changed for a while.
  void write(const std::string& name, const std::string& text, std::int64_t modified = kNow - 1000) {
    std::ofstream(root / name) << text;
    const timespec times[2] = {{modified, 0}, {modified, 0}};
    EXPECT_EQ(::utimensat(AT_FDCWD, (root / name).c_str(), times, 0), 0);
  }

  ToldAnswer get(const std::string& path, http::Headers headers = {}, const std::string& method = "GET") {
    ToldAnswer answer;
    http::Request request;
    request.head.method = method;
    request.head.path = path;
    request.head.headers = std::move(headers);
    request.receivedAt = kNow;
    const auto call = files->start(request, {}, answer);
    EXPECT_FALSE(answer.answered) << "an upstream may not answer before start has returned";
    loop.run();
    return answer;
  }

  loop::Loop loop;
  TempDir folder;
  fs::path root = folder.path();
  CountingUpstream application;
  std::optional<StaticFiles> files;
};

TEST_F(StaticFilesTest, SendsARegularFileWithItsTypeAndValidators) {
  const auto answer = get("/app.css");
  ASSERT_TRUE(answer.ended);
  EXPECT_EQ(answer.status(), 200);
  EXPECT_EQ(answer.content, "body{}");
  EXPECT_EQ(answer.header("Content-Type"), "text/css; charset=utf-8");
  EXPECT_EQ(answer.header("Content-Length"), "6");
  EXPECT_EQ(answer.header("Accept-Ranges"), "bytes");
  EXPECT_EQ(answer.header("ETag").front(), '"');
  EXPECT_EQ(answer.header("Last-Modified"), "Fri, 15 Jan 2027 07:43:20 GMT");
  EXPECT_EQ(answer.header("Cache-Control"), "");
  EXPECT_EQ(answer.header("Vary"), "");
  EXPECT_EQ(application.requests, 0);
}

TEST_F(StaticFilesTest, FollowsTheStorageLink) { EXPECT_EQ(get("/storage/avatar.png").content, "png"); }

TEST_F(StaticFilesTest, DoesNotAskTheApplicationForAFileThatCannotBeOpenedNow) {
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const int next = ::dup(0);
  ::close(next);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(next);
  ::setrlimit(RLIMIT_NOFILE, &none);
  const auto answer = get("/app.css");
  ::setrlimit(RLIMIT_NOFILE, &before);
  ASSERT_TRUE(answer.failed);
  EXPECT_EQ(answer.failed->code, ErrorCode::NoDescriptors);
  EXPECT_EQ(application.requests, 0);
  EXPECT_EQ(get("/app.css").content, "body{}");
}

TEST_F(StaticFilesTest, ServesWellKnownFiles) { EXPECT_TRUE(get("/.well-known/security.txt").ended); }

TEST_F(StaticFilesTest, SendsAnEmptyFileAndTheHeadAlone) {
  const auto empty = get("/empty.txt");
  EXPECT_TRUE(empty.ended);
  EXPECT_EQ(empty.header("Content-Length"), "0");
  const auto head = get("/app.css", {}, "HEAD");
  EXPECT_TRUE(head.ended);
  EXPECT_EQ(head.header("Content-Length"), "6");
}

TEST_F(StaticFilesTest, GivesEverythingElseToTheApplication) {
  const std::vector<std::string> paths = {"/",
                                          "/build",
                                          "/build/",
                                          "/missing.css",
                                          "/index.php",
                                          "/index.php/x",
                                          "/Old.PHP",
                                          "/.env",
                                          "/build/../.env",
                                          "/leak.txt",
                                          "/source.txt",
                                          "/env.txt",
                                          "/storage/.gitignore",
                                          "/..%2foutside.txt",
                                          "/%2e%2e/outside.txt",
                                          "/app.css%00",
                                          "/app.css/",
                                          "/storage/../../outside.txt",
                                          "/%2eenv",
                                          "/app%ZZ.css"};
  for (const auto& path : paths) {
    const int before = application.requests;
    const auto answer = get(path);
    EXPECT_FALSE(answer.answered) << path;
    EXPECT_EQ(application.requests, before + 1) << path;
  }
}

TEST_F(StaticFilesTest, LeavesOtherMethodsToTheApplication) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS"}) {
    EXPECT_FALSE(get("/app.css", {}, method).answered) << method;
  }
  EXPECT_EQ(application.requests, 4);
}

TEST_F(StaticFilesTest, AnswersConditionsWith304And412) {
  const auto etag = get("/app.css").header("ETag");
  const auto modified = get("/app.css").header("Last-Modified");
  const std::string before = "Sun, 06 Nov 1994 08:49:37 GMT";
  struct Case {
    http::Headers headers;
    int status;
  };
  const Case cases[] = {
      {{{"If-None-Match", "\"x\", " + etag}}, 304},
      {{{"If-None-Match", "W/" + etag}}, 304},
      {{{"If-Modified-Since", modified}}, 304},
      {{{"If-None-Match", "\"x\""}, {"If-Modified-Since", modified}}, 200},
      {{{"If-Modified-Since", before}}, 200},
      {{{"If-Match", etag}}, 200},
      {{{"If-Match", "\"x\""}}, 412},
      {{{"If-Unmodified-Since", modified}}, 200},
      {{{"If-Unmodified-Since", before}}, 412},
      {{{"If-None-Match", etag}, {"Range", "bytes=0-0"}}, 304},
      {{{"If-Match", "\"x\""}, {"Range", "bytes=0-0"}}, 412},
  };
  for (const auto& [headers, status] : cases) {
    const auto answer = get("/app.css", headers);
    EXPECT_EQ(answer.status(), status) << headers.begin()->name << ": " << headers.begin()->value;
    EXPECT_TRUE(answer.ended);
    EXPECT_EQ(answer.content.empty(), status != 200);
    EXPECT_EQ(answer.header("ETag"), etag);
  }
}

TEST_F(StaticFilesTest, SendsOneRange) {
  const auto answer = get("/app.css", {{"Range", "bytes=1-3"}});
  EXPECT_EQ(answer.status(), 206);
  EXPECT_EQ(answer.header("Content-Range"), "bytes 1-3/6");
  EXPECT_EQ(answer.header("Content-Length"), "3");
  EXPECT_EQ(answer.content, "ody");
}

TEST_F(StaticFilesTest, SendsSeveralRangesAsParts) {
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text += "line " + std::to_string(1000 + i) + "\n";
  }
  write("public/lines.txt", text);
  write("public/many.txt", text + std::string(100'000, 'x'));
  for (const std::string name : {"/lines.txt", "/many.txt"}) {
    const auto answer = get(name, {{"Range", "bytes=0-3,500-503,990-993"}});
    EXPECT_EQ(answer.status(), 206);
    const auto type = answer.header("Content-Type");
    ASSERT_THAT(type, HasSubstr("multipart/byteranges; boundary="));
    const auto line = type.substr(type.find('=') + 1);
    const auto size = std::to_string(name == "/lines.txt" ? 1000 : 101'000);
    const auto part = [&](std::size_t from) {
      return "--" + line + "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes " +
             std::to_string(from) + "-" + std::to_string(from + 3) + "/" + size + "\r\n\r\n" + text.substr(from, 4) +
             "\r\n";
    };
    EXPECT_EQ(answer.content, part(0) + part(500) + part(990) + "--" + line + "--\r\n") << name;
    EXPECT_EQ(answer.header("Content-Length"), std::to_string(answer.content.size()));
    EXPECT_EQ(answer.header("Content-Range"), "");
    EXPECT_TRUE(answer.ended);
  }
}

TEST_F(StaticFilesTest, AnswersARangeBehindTheEndWith416) {
  const auto answer = get("/app.css", {{"Range", "bytes=6-"}});
  EXPECT_EQ(answer.status(), 416);
  EXPECT_EQ(answer.header("Content-Range"), "bytes */6");
  EXPECT_EQ(answer.content, "");
}

TEST_F(StaticFilesTest, IgnoresARangeWhoseConditionFails) {
  EXPECT_EQ(get("/app.css", {{"Range", "bytes=1-3"}, {"If-Range", "\"old\""}}).status(), 200);
  const auto etag = get("/app.css").header("ETag");
  EXPECT_EQ(get("/app.css", {{"Range", "bytes=1-3"}, {"If-Range", etag}}).status(), 206);
  EXPECT_EQ(get("/app.css", {{"Range", "bytes=1-3"}, {"If-Range", etag}}, "HEAD").status(), 200);
}

TEST_F(StaticFilesTest, PrefersThePrecompressedSiblingThatTheClientTakes) {
  write("public/app.js", "plain plain plain");
  write("public/app.js.gz", "gzipped");
  write("public/app.js.br", "brotli");
  struct Case {
    const char* accept;
    const char* coding;
    const char* content;
  };
  const Case cases[] = {{"gzip, deflate, br, zstd", "br", "brotli"},
                        {"gzip", "gzip", "gzipped"},
                        {"br;q=0, *", "gzip", "gzipped"},
                        {"zstd", "", "plain plain plain"},
                        {"", "", "plain plain plain"}};
  for (const auto& [accept, coding, content] : cases) {
    const auto answer = get("/app.js", {{"Accept-Encoding", accept}});
    EXPECT_EQ(answer.content, content) << accept;
    EXPECT_EQ(answer.header("Content-Encoding"), coding) << accept;
    EXPECT_EQ(answer.header("Content-Length"), std::to_string(answer.content.size())) << accept;
    EXPECT_EQ(answer.header("Content-Type"), "text/javascript; charset=utf-8") << accept;
    EXPECT_EQ(answer.header("Vary"), "Accept-Encoding") << accept;
  }
  const auto plain = get("/app.js");
  const auto gzipped = get("/app.js", {{"Accept-Encoding", "gzip"}});
  EXPECT_NE(plain.header("ETag"), gzipped.header("ETag"));
  EXPECT_EQ(get("/app.js", {{"Accept-Encoding", "gzip"}, {"If-None-Match", gzipped.header("ETag")}}).status(), 304);
  EXPECT_EQ(get("/app.js", {{"Accept-Encoding", "gzip"}, {"If-None-Match", plain.header("ETag")}}).status(), 200);
  EXPECT_EQ(get("/app.js", {{"Accept-Encoding", "gzip"}, {"Range", "bytes=0-2"}}).content, "gzi");
  // Asked for by its own name it is a file like any other.
  const auto itself = get("/app.js.gz", {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(itself.header("Content-Encoding"), "");
  EXPECT_THAT(itself.header("Content-Type"), HasSubstr("application/"));
}

TEST_F(StaticFilesTest, TakesNoSiblingThatIsNotServed) {
  write("public/page.js", "plain");
  fs::create_symlink(root / "outside.txt", root / "public/page.js.gz");
  fs::create_directory(root / "public/page.js.br");
  const auto answer = get("/page.js", {{"Accept-Encoding", "gzip, br"}});
  EXPECT_EQ(answer.content, "plain");
  EXPECT_EQ(answer.header("Content-Encoding"), "");
}

TEST_F(StaticFilesTest, LetsHashedAssetsBeKept) {
  write("public/build/assets/app-BkT1gq1x.css", "body{}");
  write("public/build/manifest.json", "{}");
  EXPECT_EQ(get("/build/assets/app-BkT1gq1x.css").header("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(get("/build/manifest.json").header("Cache-Control"), "");
}

TEST_F(StaticFilesTest, KnowsAHashInAName) {
  for (const auto* hashed :
       {"app-BkT1gq1x.css", "app-4ed993c7.js", "app.4ed993c7.js", "app-BkT1gq1x.js.map", "app-BkT1g-1x.js",
        "app-BkT1gq1-.js", "a/b-D_x9aBcd.woff2", "app-abc123.js", "my-calendar-Cx8_a0Zq.js", "app-BkT1gq1x.css.br"}) {
    EXPECT_TRUE(isHashedAsset(std::string("build/assets/") + hashed)) << hashed;
  }
  for (const auto* plain : {"app.js", "my-calendar.js", "some-component.js", "logo-2x.png", "app-.js", "readme"}) {
    EXPECT_FALSE(isHashedAsset(std::string("build/assets/") + plain)) << plain;
  }
  EXPECT_FALSE(isHashedAsset("build/app-BkT1gq1x.css"));
  EXPECT_FALSE(isHashedAsset("assets/app-BkT1gq1x.css"));
}

TEST_F(StaticFilesTest, SendsASmallFileFromMemoryUntilItChanges) {
  EXPECT_EQ(get("/app.css").content, "body{}");
  EXPECT_EQ(files->cache().contentBytes(), 6U);
  const auto first = get("/app.css");
  EXPECT_EQ(first.spans, 0);
  write("public/app.css", "html{}", kNow - 500);
  const auto second = get("/app.css");
  EXPECT_EQ(second.content, "html{}");
  EXPECT_NE(second.header("ETag"), first.header("ETag"));
  fs::remove(root / "public/app.css");
  EXPECT_FALSE(get("/app.css").answered);
  // Put in its place with the same size and date.
  write("public/new.css", "main{}", kNow - 500);
  fs::rename(root / "public/new.css", root / "public/app.css");
  EXPECT_EQ(get("/app.css").content, "main{}");
}

TEST_F(StaticFilesTest, DoesNotRememberWhatMayStillBeWritten) {
  write("public/fresh.css", "body{}", kNow - 1);
  EXPECT_EQ(get("/fresh.css").content, "body{}");
  EXPECT_EQ(files->cache().contentBytes(), 0U);
}

TEST_F(StaticFilesTest, LeavesBigFilesOnDisk) {
  const std::string big(100'000, 'b');
  write("public/big.bin", big);
  const auto answer = get("/big.bin");
  EXPECT_EQ(answer.spans, 1);
  EXPECT_EQ(answer.content, big);
  EXPECT_EQ(get("/big.bin").header("Content-Length"), "100000");
  EXPECT_EQ(files->cache().contentBytes(), 0U);
}

TEST_F(StaticFilesTest, SeesAFolderBehindALinkMove) {
  fs::create_directories(root / "next");
  write("next/app.css", "next{}");
  EXPECT_EQ(get("/app.css").content, "body{}");
  fs::rename(root / "public", root / "previous");
  fs::create_directory_symlink(root / "next", root / "public");
  EXPECT_EQ(get("/app.css").content, "next{}");
}

TEST_F(StaticFilesTest, AClientThatLeavesWhileTheFileIsReadIsNoTrouble) {
  ToldAnswer answer;
  http::Request request;
  request.head.method = "GET";
  request.head.path = "/app.css";
  request.receivedAt = kNow;
  auto call = files->start(request, {}, answer);
  loop.defer([&] { call.reset(); });
  loop.run();
  EXPECT_FALSE(answer.answered);
}

}  // namespace
}  // namespace bridge::upstreams
