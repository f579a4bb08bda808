#include "server/filters/request_id.h"

#include <gtest/gtest.h>

#include <set>

#include "http/syntax.h"

namespace bridge::server {
namespace {

http::Request requestWith(const std::string& id) {
  http::Request request;
  if (!id.empty()) {
    request.head.headers.add("x-request-id", id);
  }
  return request;
}

TEST(RequestId, TakesOverASaneIdOfTheClient) {
  RequestId filter(1);
  auto request = requestWith("Abc-1.2_3:4");
  EXPECT_FALSE(filter.onRequest(request).has_value());
  EXPECT_EQ(request.id, "Abc-1.2_3:4");
}

TEST(RequestId, MakesItsOwnForAnythingElseAndTheUpstreamReadsThatOne) {
  RequestId filter(1);
  for (const auto& id : {std::string(), std::string("a b"), std::string("x\"y"), std::string(129, 'a'),
                         std::string("é"), std::string("a\nb")}) {
    auto request = requestWith(id);
    EXPECT_FALSE(filter.onRequest(request).has_value());
    EXPECT_TRUE(http::isRequestId(request.id)) << id;
    EXPECT_NE(request.id, id);
    EXPECT_EQ(request.head.headers.find("X-Request-Id"), request.id);
    EXPECT_EQ(request.head.headers.count("X-Request-Id"), 1U);
  }
}

TEST(RequestId, NeverRepeatsAnId) {
  RequestId filter(42);
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) {
    EXPECT_TRUE(seen.insert(filter.next()).second);
  }
}

TEST(RequestId, AddsTheIdToTheAnswerUnlessTheApplicationDid) {
  RequestId filter(1);
  auto request = requestWith("id-1");
  filter.onRequest(request);
  http::ResponseHead plain;
  filter.onResponse(request, plain);
  EXPECT_EQ(plain.headers.find("X-Request-Id"), "id-1");
  http::ResponseHead own{.status = 200, .reason = {}, .headers = {{"X-Request-Id", "app"}}};
  filter.onResponse(request, own);
  EXPECT_EQ(own.headers.count("X-Request-Id"), 1U);
  EXPECT_EQ(own.headers.find("X-Request-Id"), "app");
}

}  // namespace
}  // namespace bridge::server
