#include "upstreams/channels.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <utility>

#include "upstreams/channel_path.h"
#include "upstreams/short_answer.h"

namespace bridge::upstreams {
namespace {

constexpr std::string_view kListOfNamespaces = "namespaces";

using Json = rapidjson::Writer<rapidjson::StringBuffer>;

void writeNames(Json& json, const std::vector<std::string>& names) {
  json.StartArray();
  for (const auto& name : names) {
    json.String(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  }
  json.EndArray();
}

std::string namesJson(const std::vector<std::string>& names) {
  rapidjson::StringBuffer buffer;
  Json json(buffer);
  writeNames(json, names);
  return {buffer.GetString(), buffer.GetSize()};
}

std::string stateJson(const ChannelBook& book) {
  rapidjson::StringBuffer buffer;
  Json json(buffer);
  json.StartObject();
  for (const auto& space : book.namespaces()) {
    json.Key(space.data(), static_cast<rapidjson::SizeType>(space.size()));
    writeNames(json, book.channels(space));
  }
  json.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

std::string_view withoutSlash(std::string_view path) {
  return path.size() > 1 && path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
}

/// Builds the short answers to one request.
class Replies {
 public:
  Replies(loop::Loop& loop, Answer& answer) : loop_(loop), answer_(answer) {}

  [[nodiscard]] std::unique_ptr<Call> empty(int status, http::Headers headers = {}) const {
    return std::make_unique<ShortAnswer>(
        loop_, answer_, http::ResponseHead{.status = status, .reason = {}, .headers = std::move(headers)});
  }
  [[nodiscard]] std::unique_ptr<Call> json(std::string text) const {
    return std::make_unique<ShortAnswer>(
        loop_, answer_,
        http::ResponseHead{.status = 200, .reason = {}, .headers = {{"Content-Type", "application/json"}}},
        std::move(text));
  }
  [[nodiscard]] std::unique_ptr<Call> fail(ErrorCode code) const {
    return std::make_unique<ShortAnswer>(loop_, answer_, Error{code, {}});
  }

 private:
  loop::Loop& loop_;
  Answer& answer_;
};

}  // namespace

ChannelsKind::ChannelsKind(const KindContext& context)
    : loop_(context.loop), settings_(context.settings), book_(context.loop) {
  book_.patience = settings_.channelsRequestTimeout;
}

void ChannelsKind::addRoutes(RouteTable& routes) {
  routes.addTree(settings_.channelsMount, *this, "CHANNELS_MOUNT");
  if (!settings_.channelsStatePath.empty()) {
    routes.add(settings_.channelsStatePath, *this, "CHANNELS_STATE_PATH");
    if (settings_.channelsStatePath != "/") {
      routes.add(settings_.channelsStatePath + "/", *this, "CHANNELS_STATE_PATH");
    }
  }
}

void ChannelsKind::reload(std::function<void(Result<void>)> done) {
  book_.patience = settings_.channelsRequestTimeout;
  done({});
}

void ChannelsKind::drain() {
  book_.closing = true;
  book_.dismissAll(503);
}

void ChannelsKind::stop(Duration /*patience*/, std::function<void()> done) { loop_.defer(std::move(done)); }

inspect::Kind ChannelsKind::inspect(bool /*withRows*/) const {
  const auto number = [](auto value) { return static_cast<double>(value); };
  const auto& counts = book_.counts;
  return {.name = std::string(name()),
          .notReady = {},
          .figures = {{"channels", number(book_.channelCount())},
                      {"waiting_producers", number(counts.producers)},
                      {"waiting_consumers", number(counts.consumers)},
                      {"transfers", number(counts.transfers)},
                      {"delivered_total", number(counts.delivered)},
                      {"bytes_total", number(counts.bytes)}},
          .children = {}};
}

std::unique_ptr<Call> ChannelsKind::start(const http::Request& request, const Params& /*params*/, Answer& answer) {
  const Replies reply(loop_, answer);
  const std::string_view method = request.head.method;
  const std::string_view path = request.head.path;
  if (!settings_.channelsStatePath.empty() && withoutSlash(path) == settings_.channelsStatePath) {
    return method == "GET" ? reply.json(stateJson(book_)) : reply.empty(405, {{"Allow", "GET"}});
  }
  auto names = namesBelow(settings_.channelsMount, path);
  if (!names) {
    return reply.fail(ErrorCode::BadRequest);
  }
  if (names->empty() || names->size() > 2 || names->front().empty() || names->back().empty()) {
    return reply.fail(ErrorCode::NotFound);
  }
  auto& space = names->front();
  if (names->size() == 1) {
    if (method == "DELETE") {
      book_.remove(space);
      return reply.empty(200);
    }
    if (method != "GET") {
      return reply.empty(405, {{"Allow", "GET, DELETE"}});
    }
    if (space == kListOfNamespaces) {
      return reply.json(namesJson(book_.namespaces()));
    }
    const auto channels = book_.channels(space);
    return channels.empty() ? reply.empty(404) : reply.json(namesJson(channels));
  }
  auto& name = names->back();
  if (method == "POST") {
    return std::make_unique<ProducerCall>(book_, std::move(space), std::move(name), request, answer);
  }
  if (method == "GET") {
    return std::make_unique<ConsumerCall>(book_, std::move(space), std::move(name), answer);
  }
  if (method == "DELETE") {
    book_.remove(space, name);
    return reply.empty(200);
  }
  return reply.empty(405, {{"Allow", "GET, POST, DELETE"}});
}

}  // namespace bridge::upstreams
