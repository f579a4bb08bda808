#include "wire/lambda_messages.h"

#include <algorithm>
#include <array>

#include "base/base64.h"
#include "wire/json.h"
#include "wire/json_outline.h"

namespace bridge::wire {
namespace {

constexpr int kLeastStatus = 200;
constexpr int kLastStatus = 599;
constexpr std::array<std::string_view, 3> kFraming = {"content-length", "transfer-encoding", "connection"};

void appendQuoted(std::string& out, std::string_view text) {
  if (json::isClean(text)) {
    out.append("\"").append(text).append("\"");
  } else {
    out.append(jsonQuoted(json::latin1ToUtf8(text)));
  }
}

std::string_view textOf(const json::Value& value) { return {value.GetString(), value.GetStringLength()}; }

Result<void> addField(http::Headers& headers, const json::Value& name, const json::Value& value) {
  if (!name.IsString()) {
    return {};
  }
  if (value.IsArray()) {
    for (const auto& one : value.GetArray()) {
      if (auto added = one.IsArray() ? Result<void>() : addField(headers, name, one); !added.ok()) {
        return added;
      }
    }
    return {};
  }
  const auto key = textOf(name);
  const bool framing =
      std::ranges::any_of(kFraming, [key](std::string_view one) { return http::equalsIgnoreCase(one, key); });
  if (!value.IsString() || framing) {
    return {};
  }
  std::string bytes;
  if (!json::utf8ToLatin1(textOf(value), bytes)) {
    return Error{ErrorCode::InvalidAnswer, "the header " + std::string(key) + " has a character above U+00FF"};
  }
  headers.add(std::string(key), std::move(bytes));
  return {};
}

Result<void> readHeaders(http::Headers& headers, const json::Value& value) {
  Result<void> added;
  if (value.IsObject()) {
    for (auto member = value.MemberBegin(); member != value.MemberEnd() && added.ok(); ++member) {
      added = addField(headers, member->name, member->value);
    }
  } else if (value.IsArray()) {
    for (const auto& pair : value.GetArray()) {
      if (pair.IsArray() && pair.Size() == 2 && added.ok()) {
        added = addField(headers, pair[0], pair[1]);
      }
    }
  }
  return added;
}

}  // namespace

std::string lambdaRequest(const http::RequestHead& head, std::string_view body) {
  auto out = lambdaRequestBefore(head, body.size() / 3 * 4 + 4);
  out.append(base64Encode(body));
  out.append(kLambdaRequestBehind);
  return out;
}

std::string lambdaRequestBefore(const http::RequestHead& head, std::size_t room) {
  constexpr std::size_t kOverhead = 64;
  constexpr std::size_t kFieldOverhead = 8;
  std::size_t size = kOverhead + head.method.size() + head.path.size() + head.query.size() + room;
  for (const auto& field : head.headers) {
    size += field.name.size() + field.value.size() + kFieldOverhead;
  }
  std::string out;
  out.reserve(size);
  out.append(R"({"method":)");
  appendQuoted(out, head.method);
  out.append(R"(,"uri":)");
  if (head.query.empty()) {
    appendQuoted(out, head.path);
  } else {
    appendQuoted(out, head.path + "?" + head.query);
  }
  out.append(R"(,"headers":[)");
  bool first = true;
  for (const auto& field : head.headers) {
    out.append(first ? "[" : ",[");
    first = false;
    const auto at = out.size();
    appendQuoted(out, field.name);
    std::transform(out.begin() + static_cast<std::ptrdiff_t>(at), out.end(),
                   out.begin() + static_cast<std::ptrdiff_t>(at),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    out.append(",");
    appendQuoted(out, field.value);
    out.append("]");
  }
  out.append(R"(],"body":")");
  return out;
}

Result<LambdaReply> parseLambdaReply(std::string_view text) {
  json::Document document;
  if (auto parsed = document.parseObject(text); !parsed.ok()) {
    return std::move(parsed).error();
  }
  LambdaReply reply;
  const auto& root = document.root();
  const auto status = root.FindMember("status");
  if (status != root.MemberEnd() && status->value.IsInt() && status->value.GetInt() >= kLeastStatus &&
      status->value.GetInt() <= kLastStatus) {
    reply.head.status = status->value.GetInt();
  }
  const auto headers = root.FindMember("headers");
  if (headers != root.MemberEnd()) {
    if (auto read = readHeaders(reply.head.headers, headers->value); !read.ok()) {
      return std::move(read).error();
    }
  }
  const auto body = root.FindMember("body");
  if (body != root.MemberEnd() && body->value.IsString()) {
    auto bytes = base64Decode(textOf(body->value));
    if (!bytes) {
      return Error{ErrorCode::ProtocolViolation, "the body of the reply is no base64"};
    }
    reply.body = std::move(*bytes);
  }
  return reply;
}

/// A body of megabytes is one string: this is what looks at it. Where it goes on behind the string, or behind the data.
std::size_t ReplyEnd::skipString(std::string_view data, std::size_t at) {
  at += escaped_ ? 1 : 0;
  auto quote = std::min(data.find('"', at), data.size());
  for (;;) {
    const auto slash = data.substr(at, quote - at).find('\\');
    if (slash == std::string_view::npos) {
      escaped_ = false;
      inString_ = quote == data.size();
      return quote + 1;
    }
    at += slash + 2;
    if (at > data.size()) {
      escaped_ = true;
      return at;
    }
    if (at > quote) {
      quote = std::min(data.find('"', at), data.size());
    }
  }
}

ReplyEnd::State ReplyEnd::feed(std::string_view data) {
  std::size_t at = 0;
  if (depth_ == 0) {
    at = data.find_first_not_of(" \t\r\n");
    if (at == std::string_view::npos) {
      end_ = 0;
      return State::more;
    }
    if (data[at] != '{') {
      return State::noObject;
    }
  }
  while (at < data.size()) {
    if (inString_) {
      at = skipString(data, at);
      continue;
    }
    const char c = data[at++];
    if (c == '"') {
      inString_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if ((c == '}' || c == ']') && --depth_ == 0) {
      end_ = at;
      return State::complete;
    }
  }
  end_ = data.size();
  return State::more;
}

}  // namespace bridge::wire
