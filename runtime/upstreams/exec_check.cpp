#include "upstreams/exec_check.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "http/percent.h"

namespace bridge::upstreams {
namespace {

using Place = config::OpenApiOperation::Place;

std::string decoded(std::string text, bool plusIsSpace) {
  if (plusIsSpace) {
    std::ranges::replace(text, '+', ' ');
  }
  // What is wrongly encoded stands for itself.
  auto plain = http::percentDecode(text);
  return plain ? std::move(*plain) : text;
}

/// The values of `name` in `a=1&b=2` or `a=1; b=2`.
std::vector<std::string> pairsOf(std::string_view list, char separator, const std::string& name, bool form) {
  std::vector<std::string> values;
  while (!list.empty()) {
    const auto end = std::min(list.find(separator), list.size());
    auto pair = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    const auto key = std::string(pair.substr(0, equals));
    if ((form ? decoded(key, true) : key) == name) {
      auto value = std::string(pair.substr(std::min(equals + 1, pair.size())));
      values.push_back(form ? decoded(std::move(value), true) : std::move(value));
    }
  }
  return values;
}

std::vector<std::string> valuesOf(const config::OpenApiOperation::Parameter& parameter, const http::RequestHead& head,
                                  const routes::Params& params) {
  switch (parameter.place) {
    case Place::path: {
      const auto found = params.find(parameter.name);
      return found == params.end() ? std::vector<std::string>() : std::vector{decoded(found->second, false)};
    }
    case Place::query:
      return pairsOf(head.query, '&', parameter.name, true);
    case Place::header: {
      const auto found = head.headers.find(parameter.name);
      return found ? std::vector{std::string(*found)} : std::vector<std::string>();
    }
    case Place::cookie:
      return pairsOf(head.headers.find("Cookie").value_or(""), ';', parameter.name, false);
  }
  return {};
}

std::string report(std::string_view error, const std::vector<config::Violation>& violations) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer json(buffer);
  const auto text = [&json](std::string_view value) {
    json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  };
  json.StartObject();
  json.Key("error");
  text(error);
  json.Key("details");
  json.StartArray();
  for (const auto& violation : violations) {
    json.StartObject();
    json.Key("place");
    text(violation.place);
    json.Key("message");
    text(violation.what);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

}  // namespace

std::optional<ExecRefusal> refusalOf(const config::OpenApiOperation& operation, const http::RequestHead& head,
                                     const routes::Params& params, std::string_view body) {
  const auto verdict =
      operation.check({.values = [&](const auto& parameter) { return valuesOf(parameter, head, params); },
                       .contentType = head.headers.find("Content-Type").value_or(""),
                       .body = body});
  if (verdict.ok()) {
    return std::nullopt;
  }
  if (verdict.unsupportedMediaType) {
    return ExecRefusal{415, report("media type", {{"body", "is of a media type that cannot be checked here"}})};
  }
  return ExecRefusal{400, report("validation", verdict.violations)};
}

}  // namespace bridge::upstreams
