#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "http/h1_parser.h"

/// Tables of byte streams and what the parser must make of them, however they are cut.
namespace bridge::http::testing {

/// Everything the parser told of one message.
struct Heard {
  RequestHead request;
  ResponseHead response;
  ResponseFraming framing;
  std::string body;
  bool ended = false;
};

class Recorder final : public H1Handler {
 public:
  Flow onRequestHead(RequestHead head) override {
    messages.emplace_back().request = std::move(head);
    return onPiece();
  }
  Flow onResponseHead(ResponseHead head, const ResponseFraming& framing) override {
    messages.emplace_back().response = std::move(head);
    messages.back().framing = framing;
    return onPiece();
  }
  Flow onBody(std::string_view data) override {
    EXPECT_FALSE(data.empty());
    messages.back().body += data;
    return onPiece();
  }
  void onEnd() override {
    EXPECT_FALSE(messages.back().ended);
    messages.back().ended = true;
  }

  std::vector<Heard> messages;
  /// What every callback but `onEnd` answers.
  Flow flow = Flow::more;
  std::size_t pieces = 0;

 private:
  Flow onPiece() {
    ++pieces;
    return flow;
  }
};

/// A stream parsed to its end: messages, and the error that stopped it.
struct Outcome {
  std::vector<Heard> messages;
  std::optional<Error> error;

  /// One text for comparing outcomes.
  [[nodiscard]] std::string text() const {
    std::string out;
    for (const auto& m : messages) {
      out += m.request.method + " " + m.request.target + " host=" + m.request.host +
             " status=" + std::to_string(m.response.status) + " " + m.response.reason + "\n";
      for (const auto& field : m.request.headers) out += "  " + field.name + "=" + field.value + "\n";
      for (const auto& field : m.response.headers) out += "  " + field.name + "=" + field.value + "\n";
      out += "  body[" + m.body + "]" + (m.ended ? " ended" : "") + "\n";
    }
    return out + (error ? error->message() : "fine");
  }
};

/// Feeds pieces as a connection does: a new message begins with the bytes that the last one left.
class Stream {
 public:
  explicit Stream(H1Parser::Role role = H1Parser::Role::request, const H1Limits& limits = {}) : parser(role, limits) {}

  void feed(std::string_view data) {
    while (!error) {
      const auto taken = parser.feed(data, recorder);
      if (!taken) {
        error = taken.error();
        return;
      }
      ASSERT_LE(*taken, data.size());
      data.remove_prefix(*taken);
      if (parser.done()) {
        parser.reset();
      } else if (data.empty() && recorder.flow == Flow::more) {
        return;
      } else if (recorder.flow == Flow::pause && *taken == 0 && data.empty()) {
        return;
      }
    }
  }
  Outcome finish() {
    if (!error) {
      if (const auto finished = parser.finish(recorder); !finished) error = finished.error();
    }
    return {recorder.messages, error};
  }

  H1Parser parser;
  Recorder recorder;
  std::optional<Error> error;
};

inline Outcome parseInOne(std::string_view bytes, H1Parser::Role role = H1Parser::Role::request,
                          const H1Limits& limits = {}) {
  Stream stream(role, limits);
  stream.feed(bytes);
  return stream.finish();
}

/// Parses the bytes in one piece, byte by byte, cut in two at every place, and with a handler that always pauses;
/// expects the same outcome each time and returns it.
inline Outcome parse(std::string_view bytes, H1Parser::Role role = H1Parser::Role::request,
                     const H1Limits& limits = {}) {
  const auto whole = parseInOne(bytes, role, limits);
  Stream single(role, limits);
  for (const char& c : bytes) single.feed({&c, 1});
  EXPECT_EQ(single.finish().text(), whole.text()) << "byte by byte";
  Stream pausing(role, limits);
  pausing.recorder.flow = Flow::pause;
  pausing.feed(bytes);
  EXPECT_EQ(pausing.finish().text(), whole.text()) << "pausing";
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    Stream two(role, limits);
    two.feed(bytes.substr(0, cut));
    two.feed(bytes.substr(cut));
    const auto outcome = two.finish().text();
    EXPECT_EQ(outcome, whole.text()) << "cut at " << cut;
    if (outcome != whole.text()) break;
  }
  return whole;
}

struct Case {
  const char* what;
  std::string bytes;
};

inline void expectRefused(const std::vector<Case>& cases, ErrorCode code,
                          H1Parser::Role role = H1Parser::Role::request) {
  for (const auto& [what, bytes] : cases) {
    SCOPED_TRACE(what);
    const auto outcome = parse(bytes, role);
    ASSERT_TRUE(outcome.error.has_value()) << "accepted:\n" << outcome.text();
    EXPECT_EQ(outcome.error->info().name, errorInfo(code).name) << outcome.text();
    EXPECT_FALSE(outcome.error->detail.empty());
  }
}

inline void expectAccepted(const std::vector<Case>& cases, H1Parser::Role role = H1Parser::Role::request) {
  for (const auto& [what, bytes] : cases) {
    SCOPED_TRACE(what);
    const auto outcome = parse(bytes, role);
    EXPECT_FALSE(outcome.error.has_value()) << outcome.text();
    EXPECT_FALSE(outcome.messages.empty());
    for (const auto& message : outcome.messages) EXPECT_TRUE(message.ended);
  }
}

/// The one request of a stream.
inline Heard accepted(std::string_view bytes) {
  const auto outcome = parse(bytes);
  EXPECT_FALSE(outcome.error.has_value()) << outcome.text();
  EXPECT_EQ(outcome.messages.size(), 1U);
  return outcome.messages.empty() ? Heard{} : outcome.messages.front();
}

/// A request whose fields are given, Host included where the text has none.
inline std::string get(const std::string& fields) { return "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"; }
inline std::string post(const std::string& fields, const std::string& body = "") {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}
inline std::string chunked(const std::string& body) { return post("Transfer-Encoding: chunked\r\n", body); }

}  // namespace bridge::http::testing
