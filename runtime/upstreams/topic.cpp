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
  if (readers_.empty()) {
    return 0;
  }
  untoldBytes_ += message.event->size();
  untold_.push_back(std::move(message));
  const std::size_t count = readers_.size();
  while (untoldBytes_ > limits_.bytes && tell(count)) {
    // Faster than they can be told: what waits for them is bounded.
  }
  return count;
}

void Topic::remove(Readers::iterator place) {
  if (next_ == place) {
    ++next_;
  }
  if (current_ == place) {
    current_ = readers_.end();
  }
  readers_.erase(place);
}

bool Topic::tell(std::size_t readers) {
  for (; readers > 0 && (next_ != readers_.end() || begins()); --readers) {
    const auto place = next_++;
    tellOne(place);
  }
  return next_ != readers_.end() || begins();
}

bool Topic::begins() {
  while (!untold_.empty() && (readers_.empty() || untold_.front().number <= roundMessage_)) {
    untoldBytes_ -= untold_.front().event->size();
    untold_.pop_front();
  }
  if (readers_.empty() || (untold_.empty() && roundTick_ == ticks_)) {
    roundTick_ = ticks_;
    return false;
  }
  next_ = readers_.begin();
  roundMessage_ = last_;
  roundTick_ = ticks_;
  return true;
}

void Topic::tellOne(Readers::iterator place) {
  current_ = place;
  bool told = false;
  // A copy of each: the reader may leave, and with the last one the rest is forgotten.
  for (std::size_t i = 0; i < untold_.size() && current_ == place; ++i) {
    if (const Message message = untold_[i]; message.number > place->message) {
      place->message = message.number;
      told = true;
      place->reader->onMessage(message);
    }
  }
  if (current_ == place && !told && place->tick < ticks_) {
    place->reader->onTick();
  }
  if (current_ == place) {
    place->tick = ticks_;
  }
  current_ = readers_.end();
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

void Topic::end() {
  while (tell(readers_.size())) {
    // First what was published before.
  }
  for (next_ = readers_.begin(); next_ != readers_.end();) {
    const auto place = next_++;
    place->reader->onEnd();
  }
}

}  // namespace bridge::upstreams
