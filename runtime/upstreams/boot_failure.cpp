#include "upstreams/boot_failure.h"

#include <array>
#include <string_view>

#include "base/html.h"
#include "base/log.h"

namespace bridge::upstreams {
namespace {

void paragraph(std::string& page, std::string_view text) { page += "<p>" + escapeHtml(text) + "</p>\n"; }

void block(std::string& page, std::string_view title, std::string_view text) {
  if (!text.empty()) {
    page += "<h2>" + escapeHtml(title) + "</h2>\n<pre>" + escapeHtml(text) + "</pre>\n";
  }
}

bool isLoopback(std::string_view address) {
  return address == "::1" || address.starts_with("127.") || address.starts_with("::ffff:127.");
}

}  // namespace

std::string BootFailure::summary() const {
  std::string text = cause;
  if (!step.empty()) {
    text += "; step " + log::escape(step);
  }
  if (exception) {
    text += "; " + log::escapeCode(exception->className) + ": " + log::escape(exception->message) + " at " +
            log::escape(exception->file) + ":" + std::to_string(exception->line);
  }
  if (!lastWords.empty()) {
    text += "; its last words:";
  }
  for (const auto& line : lastWords) {
    text += " \"" + line + "\"";
  }
  return text;
}

std::string bootFailurePage(const BootFailure& failure, const std::string& requestId) {
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>The application does not start</title>\n<style>\n:root{color-scheme:light dark}\n"
      "body{font:1.0625rem/1.5 system-ui,sans-serif;max-width:60rem;margin:8vh auto;padding:0 1rem}\n"
      "pre{overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.875rem;line-height:1.4}\n"
      "</style>\n</head>\n<body>\n<main>\n<h1>The application does not start</h1>\n";
  if (failure.exception) {
    page += "<p><strong>" + escapeHtml(failure.exception->className) + "</strong></p>\n";
    paragraph(page, failure.exception->message);
    paragraph(page, failure.exception->file + ":" + std::to_string(failure.exception->line));
  } else {
    paragraph(page, failure.cause);
  }
  if (!failure.step.empty()) {
    paragraph(page, "Step: " + failure.step);
  }
  if (failure.exception) {
    block(page, "Trace", failure.exception->trace);
  }
  std::string output;
  for (const auto& line : failure.lastWords) {
    output += line + "\n";
  }
  block(page, "Last output", output);
  paragraph(page,
            "It is tried again in a moment. This page is shown because APP_DEBUG is on and you are on the same "
            "machine.");
  page += "<p>Request id: <code>" + escapeHtml(requestId) + "</code></p>\n</main>\n</body>\n</html>\n";
  return page;
}

bool mayShowReason(bool debug, const http::Request& request) {
  static constexpr std::array<std::string_view, 4> kProxyFields = {"Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"};
  if (!debug || !isLoopback(request.client.address)) {
    return false;
  }
  for (const auto name : kProxyFields) {
    if (request.head.headers.has(name)) {
      return false;
    }
  }
  return true;
}

}  // namespace bridge::upstreams
