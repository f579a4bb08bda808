#include "http/error_page.h"

#include "http/response.h"

namespace bridge::http {
namespace {

/// Request ids are checked where they enter; a page must stay harmless even if one was not.
bool isHarmless(std::string_view id) {
  for (const char c : id) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (!plain && c != '.' && c != '_' && c != ':' && c != '-') return false;
  }
  return !id.empty();
}

std::string_view explanation(int status) {
  switch (status) {
    case 404:
      return "There is nothing at this address.";
    case 408:
      return "The request took too long to arrive.";
    case 413:
      return "The request is larger than the server accepts.";
    case 502:
      return "The application did not answer properly. Please try again.";
    case 503:
      return "The server is busy or being updated. Please try again in a moment.";
    case 504:
      return "The application took too long to answer. Please try again later.";
    default:
      return status < 500 ? "The server cannot work with this request."
                          : "Something went wrong on the server. Please try again later.";
  }
}

std::string htmlPage(int status, std::string_view id) {
  const auto title = std::to_string(status) + " " + std::string(reasonPhrase(status));
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>";
  page += title;
  page +=
      "</title>\n<style>\n:root{color-scheme:light dark}\n"
      "body{font:1.125rem/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem}\n"
      "code{overflow-wrap:anywhere}\n</style>\n</head>\n<body>\n<main>\n<h1>";
  page += title;
  page += "</h1>\n<p>";
  page += explanation(status);
  page += "</p>\n";
  if (!id.empty()) {
    page += "<p>Request id: <code>";
    page += id;
    page += "</code></p>\n";
  }
  page += "</main>\n</body>\n</html>\n";
  return page;
}

std::string jsonPage(int status, std::string_view id) {
  std::string page = "{\"message\":\"" + std::string(reasonPhrase(status)) + "\",\"status\":" + std::to_string(status);
  if (!id.empty()) page += ",\"request_id\":\"" + std::string(id) + "\"";
  return page + "}\n";
}

}  // namespace

ErrorPage errorPage(int status, std::string_view requestId, bool html) {
  const auto id = isHarmless(requestId) ? requestId : std::string_view();
  if (html) return {"text/html; charset=utf-8", htmlPage(status, id)};
  return {"application/json", jsonPage(status, id)};
}

}  // namespace bridge::http
