#include "upstreams/topic.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace bridge::upstreams {

std::string eventText(std::string_view epoch, std::uint64_t number, std::string_view name, std::string_view body) {
  std::string text = fmt::format("id: {}-{}\n", epoch, number);
  if (!name.empty()) {
    text.append("event: ").append(name).append("\n");
  }
  while (true) {
    const auto end = std::min(body.find_first_of("\r\n"), body.size());
    text.append("data: ").append(body.substr(0, end)).append("\n");
    if (end == body.size()) {
      break;
    }
    const bool pair = body.substr(end).starts_with("\r\n");
    body.remove_prefix(end + (pair ? 2 : 1));
  }
  return text + "\n";
}

std::size_t Topic::publish(std::string_view epoch, std::string contentType, std::string body, std::string_view name,
                           Instant now) {
  Message message;
  message.number = ++last_;
  message.contentType = std::move(contentType);
  message.event = std::make_shared<const std::string>(eventText(epoch, last_, name, body));
  message.body = std::make_shared<const std::string>(std::move(body));
  lastPublished_ = now;
  if (limits_.messages > 0 && message.event->size() <= limits_.bytes) {
    kept_.push_back(message);
    keptBytes_ += message.event->size();
    while (kept_.size() > limits_.messages || keptBytes_ > limits_.bytes) {
      keptBytes_ -= kept_.front().event->size();
      kept_.pop_front();
    }
  } else {
    // What cannot be kept must leave no hole that nobody sees.
    kept_.clear();
    keptBytes_ = 0;
  }
  const std::size_t count = readers_.size();
  forEach([&](Reader& reader) { reader.onMessage(message); });
  return count;
}

template <class Work>
void Topic::forEach(Work work) {
  for (auto place = readers_.begin(); place != readers_.end(); place = next_) {
    next_ = std::next(place);
    work(**place);
  }
  next_ = readers_.end();
}

std::deque<Topic::Message> Topic::after(std::uint64_t number) const {
  std::deque<Message> messages;
  for (const auto& message : kept_) {
    if (message.number > number) {
      messages.push_back(message);
    }
  }
  return messages;
}

void Topic::tick() {
  forEach([](Reader& reader) { reader.onTick(); });
}

void Topic::end() {
  forEach([](Reader& reader) { reader.onEnd(); });
}

}  // namespace bridge::upstreams
