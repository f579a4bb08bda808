#include "config/tunnel_config.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>

#include "config/json_text.h"
#include "config/kinds.h"
#include "config/setting_rows.h"
#include "config/text.h"

namespace bridge::config {
namespace {

using Value = rapidjson::Value;

constexpr std::string_view kPrefix = "TUNNEL_";
/// The file cannot name itself.
constexpr std::string_view kItself = "TUNNEL_CONFIG";

struct Alias {
  std::string_view key;
  std::string_view setting;
};
constexpr std::array kAliases = {
    Alias{"base_path", "TUNNEL_MOUNT"},          Alias{"auth_token", "TUNNEL_TOKEN"},
    Alias{"auth_header", "TUNNEL_TOKEN_HEADER"}, Alias{"allowed_tasks", "TUNNEL_TASKS"},
    Alias{"allowed_events", "TUNNEL_EVENTS"},    Alias{"allow_anonymous", "TUNNEL_ANONYMOUS"}};

std::string settingOf(std::string_view key) {
  if (const auto alias = std::ranges::find(kAliases, key, &Alias::key); alias != kAliases.end()) {
    return std::string(alias->setting);
  }
  std::string name(kPrefix);
  for (const char c : key) {
    if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_') {
      return {};
    }
    name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name == kItself || findSetting(name) == nullptr ? std::string() : name;
}

std::string_view view(const Value& text) { return {text.GetString(), text.GetStringLength()}; }

/// As it would stand in the environment; nothing for null, lists and objects.
std::optional<std::string> scalar(const Value& value) {
  if (value.IsString()) {
    return std::string(view(value));
  }
  if (value.IsBool()) {
    return value.GetBool() ? "on" : "off";
  }
  if (value.IsNumber()) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    value.Accept(writer);
    return std::string(buffer.GetString(), buffer.GetSize());
  }
  return std::nullopt;
}

class Reader {
 public:
  Reader(TunnelConfig& out, bool command) : out_(out), command_(command) {}

  void read(const Value& object, const std::string& prefix) {
    for (const auto& member : object.GetObject()) {
      const auto key = prefix + std::string(view(member.name));
      if (key == "cors" && member.value.IsObject()) {
        read(member.value, "cors_");
      } else if (key == "port" || key == "host") {
        listening(key, member.value);
      } else if (const auto setting = settingOf(key); setting.empty()) {
        complain(key, "is no setting of the tunnel");
      } else {
        assign(key, setting, member.value);
      }
    }
  }

 private:
  void complain(std::string where, std::string what) {
    out_.problems.push_back({0, std::move(where), std::move(what)});
  }

  void listening(const std::string& key, const Value& value) {
    const auto text = scalar(value);
    if (!text) {
      complain(key, "is neither a text nor a number");
    } else if (!command_) {
      complain(key, "is for `laravel-bridge tunnel`; here HTTP_HOST and HTTP_PORT say it for all kinds together");
    } else {
      out_.settings[key == "port" ? "HTTP_PORT" : "HTTP_HOST"] = *text;
    }
  }

  void assign(const std::string& key, const std::string& setting, const Value& value) {
    std::optional<std::string> text;
    if (value.IsArray()) {
      text = list(key, value);
    } else if (value.IsObject()) {
      text = pairs(key, value);
    } else if (!value.IsNull()) {
      text = scalar(value);
    } else {
      return;  // As if it were not there.
    }
    if (text) {
      out_.settings[setting] = *text;
    }
  }

  std::optional<std::string> list(const std::string& key, const Value& value) {
    std::string joined;
    for (const auto& item : value.GetArray()) {
      const auto text = scalar(item);
      if (!text || text->find(',') != std::string::npos) {
        complain(key, "is a list with something else than texts without commas");
        return std::nullopt;
      }
      joined += (joined.empty() ? "" : ",") + *text;
    }
    return joined;
  }

  std::optional<std::string> pairs(const std::string& key, const Value& value) {
    std::string joined;
    for (const auto& member : value.GetObject()) {
      const auto text = scalar(member.value);
      if (key != "timeouts" || !text) {
        complain(key, "takes no such object");
        return std::nullopt;
      }
      joined += (joined.empty() ? "" : ",") + std::string(view(member.name)) + "=" + *text;
    }
    return joined;
  }

  TunnelConfig& out_;
  bool command_;
};

}  // namespace

TunnelConfig parseTunnelConfig(std::string_view text, bool command) {
  TunnelConfig config;
  rapidjson::Document document;
  if (const auto parsed = parseJson(text, document); !parsed.ok()) {
    config.problems.push_back({0, "", parsed.error().detail});
  } else if (!document.IsObject()) {
    config.problems.push_back({0, "", "is no object of JSON"});
  } else {
    Reader(config, command).read(document, "");
  }
  return config;
}

std::optional<std::pair<std::string, Duration>> parseTaskTimeout(std::string_view text) {
  const auto equals = text.rfind('=');
  if (equals == std::string_view::npos || equals == 0) {
    return std::nullopt;
  }
  const auto time = kind::Time::parse(trimmed(text.substr(equals + 1)), "0..86400");
  return time ? std::optional(std::pair(std::string(trimmed(text.substr(0, equals))), *time)) : std::nullopt;
}

}  // namespace bridge::config
