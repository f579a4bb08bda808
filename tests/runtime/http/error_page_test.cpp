#include "http/error_page.h"

#include <gtest/gtest.h>

namespace bridge::http {
namespace {

TEST(ErrorPage, SaysWhatAndNeverWhy) {
  const auto html = errorPage(502, "req-1", true);
  EXPECT_EQ(html.contentType, "text/html; charset=utf-8");
  EXPECT_TRUE(html.body.starts_with("<!DOCTYPE html>\n<html lang=\"en\">"));
  EXPECT_NE(html.body.find("<h1>502 Bad Gateway</h1>"), std::string::npos);
  EXPECT_NE(html.body.find("<code>req-1</code>"), std::string::npos);
  EXPECT_EQ(html.body.find("worker"), std::string::npos);
  const auto json = errorPage(404, "req-1", false);
  EXPECT_EQ(json.contentType, "application/json");
  EXPECT_EQ(json.body, "{\"message\":\"Not Found\",\"status\":404,\"request_id\":\"req-1\"}\n");
}

TEST(ErrorPage, LeavesOutAnIdThatIsMissingOrDangerous) {
  EXPECT_EQ(errorPage(500, "", true).body.find("Request id"), std::string::npos);
  EXPECT_EQ(errorPage(500, "<script>", true).body.find("script"), std::string::npos);
  EXPECT_EQ(errorPage(400, "a\"b", false).body, "{\"message\":\"Bad Request\",\"status\":400}\n");
}

}  // namespace
}  // namespace bridge::http
