#include "upstreams/exec_check.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "http/percent.h"

namespace bridge::upstreams {
namespace {

using config::TextFields;
using Parameter = config::OpenApiOperation::Parameter;
using Place = config::OpenApiOperation::Place;
using Style = config::OpenApiOperation::Style;

std::string decoded(std::string text, bool plusIsSpace) {
  if (plusIsSpace) {
    std::ranges::replace(text, '+', ' ');
  }
  // What is wrongly encoded stands for itself.
  auto plain = http::percentDecode(text);
  return plain ? std::move(*plain) : text;
}

/// The pairs of `a=1&b=2` or `a=1; b=2`, their names decoded where it is a form, their values as they stand.
TextFields pairsOf(std::string_view list, char separator, bool form) {
  TextFields pairs;
  while (!list.empty()) {
    const auto end = std::min(list.find(separator), list.size());
    auto pair = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
    if (pair.empty()) {
      continue;
    }
    const auto equals = std::min(pair.find('='), pair.size());
    const auto key = std::string(pair.substr(0, equals));
    pairs.emplace_back(form ? decoded(key, true) : key, pair.substr(std::min(equals + 1, pair.size())));
  }
  return pairs;
}

/// What separates the items of a list in one text, in all its spellings. A client may encode any of them, and many do.
std::span<const std::string_view> separatorsOf(Style style) {
  static constexpr std::array<std::string_view, 3> kCommas = {",", "%2C", "%2c"};
  static constexpr std::array<std::string_view, 3> kSpaces = {"%20", "+", " "};
  static constexpr std::array<std::string_view, 3> kPipes = {"%7C", "%7c", "|"};
  return style == Style::spaceDelimited ? kSpaces : style == Style::pipeDelimited ? kPipes : kCommas;
}

std::vector<std::string> split(std::string_view text, Style style) {
  std::vector<std::string> parts(1);
  while (!text.empty()) {
    const auto separators = separatorsOf(style);
    const auto found =
        std::ranges::find_if(separators, [text](std::string_view separator) { return text.starts_with(separator); });
    if (found != separators.end()) {
      parts.emplace_back();
      text.remove_prefix(found->size());
    } else {
      parts.back() += text.front();
      text.remove_prefix(1);
    }
  }
  return parts;
}

/// What one text says, still encoded: of a list its items, of an object `name,value,name,value`, or `name=value`.
TextFields fieldsOf(const Parameter& parameter, const std::string& text) {
  const auto& type = parameter.shape.own.type;
  if (type != "array" && type != "object") {
    return {{"", text}};
  }
  TextFields fields;
  for (auto& part : split(text, parameter.style)) {
    const auto equals = part.find('=');
    if (type == "array") {
      fields.emplace_back("", std::move(part));
    } else if (parameter.explode) {
      fields.emplace_back(part.substr(0, equals), equals == std::string::npos ? "" : part.substr(equals + 1));
    } else if (fields.empty() || !fields.back().second.empty()) {
      fields.emplace_back(std::move(part), "");
    } else {
      fields.back().second = std::move(part);
    }
  }
  return fields;
}

/// Of `filter[age]`, where it is a property of `filter`.
std::optional<std::string> propertyOf(const std::string& key, const std::string& name) {
  if (key.size() < name.size() + 3 || !key.starts_with(name) || key[name.size()] != '[' || key.back() != ']') {
    return std::nullopt;
  }
  return key.substr(name.size() + 1, key.size() - name.size() - 2);
}

TextFields fieldsOfPairs(const Parameter& parameter, TextFields pairs) {
  TextFields fields;
  const bool object = parameter.shape.own.type == "object";
  for (auto& [key, value] : pairs) {
    if (parameter.style == Style::deepObject) {
      if (auto property = propertyOf(key, parameter.name)) {
        fields.emplace_back(std::move(*property), std::move(value));
      }
    } else if (object && parameter.explode) {
      if (parameter.shape.properties.contains(key)) {
        fields.emplace_back(std::move(key), std::move(value));
      }
    } else if (key == parameter.name && parameter.explode) {
      fields.emplace_back("", std::move(value));
    } else if (key == parameter.name) {
      return fieldsOf(parameter, value);
    }
  }
  return fields;
}

TextFields decodedFields(TextFields fields, bool plusIsSpace) {
  for (auto& field : fields) {
    field.second = decoded(std::move(field.second), plusIsSpace);
  }
  return fields;
}

TextFields valuesOf(const Parameter& parameter, const http::RequestHead& head, const routes::Params& params) {
  switch (parameter.place) {
    case Place::path: {
      const auto found = params.find(parameter.name);
      return found == params.end() ? TextFields() : decodedFields(fieldsOf(parameter, found->second), false);
    }
    case Place::query:
      return decodedFields(fieldsOfPairs(parameter, pairsOf(head.query, '&', true)), true);
    case Place::header: {
      const auto found = head.headers.find(parameter.name);
      auto fields = found ? fieldsOf(parameter, std::string(*found)) : TextFields();
      for (auto& field : fields) {
        field.second.erase(0, std::min(field.second.find_first_not_of(" \t"), field.second.size()));
      }
      return fields;
    }
    case Place::cookie:
      return fieldsOfPairs(parameter, pairsOf(head.headers.find("Cookie").value_or(""), ';', false));
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
                       .fields = [body] { return decodedFields(pairsOf(body, '&', true), true); },
                       .contentType = head.headers.find("Content-Type").value_or(""),
                       .body = body});
  if (verdict.ok()) {
    return std::nullopt;
  }
  if (verdict.unsupportedMediaType) {
    return ExecRefusal{
        415, report("media type",
                    {{"body", "is of a media type that the document does not name, or that cannot be checked"}})};
  }
  return ExecRefusal{400, report("validation", verdict.violations)};
}

}  // namespace bridge::upstreams
