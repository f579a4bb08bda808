#include "upstreams/lambda_cache.h"

#include <gtest/gtest.h>

namespace bridge::upstreams {
namespace {

const Instant kNow = Instant(Seconds(1000));

http::RequestHead get(const std::string& path, const std::string& query = {}) {
  http::RequestHead head;
  head.method = "GET";
  head.host = "localhost";
  head.path = path;
  head.query = query;
  return head;
}

http::RequestHead with(const std::string& name, const std::string& value) {
  auto head = get("/");
  head.headers.add(name, value);
  return head;
}

class LambdaCacheTest : public ::testing::Test {
 protected:
  LambdaCacheTest() { cache.configure(3, 1 << 20); }

  void keep(const http::RequestHead& request, const std::string& body, http::Headers headers = {}, int status = 200) {
    cache.keep(request, {.status = status, .reason = {}, .headers = std::move(headers)}, body, kNow);
  }
  std::string found(const http::RequestHead& request, Instant now = kNow) {
    const auto* answer = cache.find(request, now);
    return answer == nullptr ? "-" : *answer->body;
  }

  LambdaCache cache;
};

TEST_F(LambdaCacheTest, GivesAgainWhatItKeeps) {
  EXPECT_EQ(found(get("/a")), "-");
  keep(get("/a"), "one", {{"Content-Type", "text/plain"}});
  EXPECT_EQ(found(get("/a")), "one");
  EXPECT_EQ(cache.find(get("/a"), kNow)->head.headers.find("content-type"), "text/plain");
  keep(get("/a"), "two");
  EXPECT_EQ(found(get("/a")), "two");
  EXPECT_EQ(cache.size(), 1U);
  cache.clear();
  EXPECT_EQ(found(get("/a")), "-");
  EXPECT_EQ(cache.bytes(), 0U);
}

TEST_F(LambdaCacheTest, TellsApartMethodHostPathAndQuery) {
  keep(get("/a", "b"), "one");
  auto other = get("/a", "b");
  other.method = "HEAD";
  EXPECT_EQ(found(other), "-");
  other = get("/a", "b");
  other.host = "elsewhere";
  EXPECT_EQ(found(other), "-");
  EXPECT_EQ(found(get("/a")), "-");
  EXPECT_EQ(found(get("/a", "c")), "-");
}

TEST_F(LambdaCacheTest, DropsWhatWasNotAskedForLongest) {
  keep(get("/1"), "1");
  keep(get("/2"), "2");
  keep(get("/3"), "3");
  EXPECT_EQ(found(get("/1")), "1");
  keep(get("/4"), "4");
  EXPECT_EQ(found(get("/2")), "-");
  EXPECT_EQ(found(get("/1")), "1");
  cache.configure(1, 1 << 20);
  EXPECT_EQ(found(get("/1")), "1");
  EXPECT_EQ(cache.size(), 1U);
}

TEST_F(LambdaCacheTest, IsBoundedInBytes) {
  cache.configure(1000, 4000);
  for (int i = 0; i < 20; ++i) {
    keep(get("/" + std::to_string(i)), std::string(1000, 'x'));
    EXPECT_LE(cache.bytes(), 4000U);
  }
  EXPECT_GT(cache.size(), 1U);
  keep(get("/large"), std::string(5000, 'x'));
  EXPECT_EQ(found(get("/large")), "-");
  cache.configure(0, 4000);
  EXPECT_EQ(cache.bytes(), 0U);
}

TEST_F(LambdaCacheTest, KeepsOnlyWhatMayBeGivenToAll) {
  for (const auto& [name, value] :
       std::initializer_list<std::pair<const char*, const char*>>{{"Set-Cookie", "a=b"},
                                                                  {"Vary", "Accept"},
                                                                  {"Cache-Control", "no-store"},
                                                                  {"Cache-Control", "max-age=60, Private"},
                                                                  {"cache-control", "private=\"x\""},
                                                                  {"Cache-Control", "max-age=0"},
                                                                  {"Cache-Control", "max-age=x"}}) {
    keep(get("/"), "no", {{name, value}});
    EXPECT_EQ(found(get("/")), "-") << name << ": " << value;
  }
  for (const int status : {201, 204, 206, 301, 404, 500}) {
    keep(get("/"), "no", {}, status);
    EXPECT_EQ(found(get("/")), "-") << status;
  }
}

TEST_F(LambdaCacheTest, ForgetsWhatIsTooOld) {
  keep(get("/"), "young", {{"Cache-Control", "public, max-age=60"}});
  EXPECT_EQ(found(get("/"), kNow + Seconds(59)), "young");
  EXPECT_EQ(found(get("/"), kNow + Seconds(60)), "-");
  keep(get("/"), "shared", {{"Cache-Control", "max-age=600, s-maxage=10"}});
  EXPECT_EQ(found(get("/"), kNow + Seconds(11)), "-") << "s-maxage is for the like of this one";
  keep(get("/"), "ever", {{"Cache-Control", "max-age=99999999999999999999"}});
  EXPECT_EQ(found(get("/"), kNow + Seconds(1000)), "ever");
}

TEST_F(LambdaCacheTest, TakesOnlyRequestsThatAreTheSameForAll) {
  EXPECT_TRUE(LambdaCache::takes(with("Accept", "*/*")));
  for (const auto* name : {"authorization", "Cookie", "Range", "If-None-Match", "Cache-Control"}) {
    EXPECT_FALSE(LambdaCache::takes(with(name, "x"))) << name;
  }
  auto post = get("/");
  post.method = "POST";
  EXPECT_FALSE(LambdaCache::takes(post));
  auto body = get("/");
  body.contentLength = 1;
  EXPECT_FALSE(LambdaCache::takes(body));
}

}  // namespace
}  // namespace bridge::upstreams
