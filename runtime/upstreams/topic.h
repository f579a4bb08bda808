#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"

namespace bridge::upstreams {

/// What is published at one name. Pure: the readers are an interface, the time is an argument.
///
/// Many readers are told bit by bit: `publish` and `tick` only note what is to be told, and `tell` goes on with it,
/// reader after reader, each of whom gets everything in its order. Whoever calls the former calls the latter until all
/// are told.
class Topic {
 public:
  /// One message, in both forms in which readers take it. Shared by all of them.
  struct Message {
    /// Grows with each message; with the epoch of the server it is the id of the event.
    std::uint64_t number = 0;
    std::string contentType;
    std::shared_ptr<const std::string> body;
    /// The same as an event of an event stream (HTML, 9.2.5).
    std::shared_ptr<const std::string> event;
  };

  class Reader {
   public:
    /// Either of them may make it leave the topic.
    virtual void onMessage(const Message& message) = 0;
    /// Time for a sign of life.
    virtual void onTick() = 0;
    /// There will be no other message.
    virtual void onEnd() = 0;

   protected:
    ~Reader() = default;
  };
  struct Place {
    Reader* reader;
    /// The last message, and the last sign of life, that it has been told or came after.
    std::uint64_t message;
    std::uint64_t tick;
  };
  using Readers = std::list<Place>;

  /// Messages kept for those who were away: at most so many, and so many bytes.
  struct Limits {
    std::size_t messages = 100;
    std::size_t bytes = 1U << 20U;
  };

  /// `last`: the number before its first message, never less than one that a topic of this name has had before.
  Topic(Limits limits, std::uint64_t last) : limits_(limits), last_(last) {}

  /// For all who read now; the result is their number. `name` of the event: empty for none.
  std::size_t publish(std::string_view epoch, std::string contentType, std::string body, std::string_view name,
                      Instant now);
  [[nodiscard]] Readers::iterator add(Reader& reader) {
    return readers_.insert(readers_.end(), {.reader = &reader, .message = last_, .tick = ticks_});
  }
  void remove(Readers::iterator place);
  /// The messages kept that came after that number, the oldest first.
  [[nodiscard]] std::deque<Message> after(std::uint64_t number) const;
  /// A sign of life for all who get no message meanwhile.
  void tick() { ++ticks_; }
  /// Tells so many readers at most; the result: whether there is more to tell.
  bool tell(std::size_t readers);
  /// Tells all readers, at once.
  void end();

  [[nodiscard]] std::size_t readers() const { return readers_.size(); }
  [[nodiscard]] bool empty() const { return kept_.empty(); }
  /// When something was published last.
  [[nodiscard]] Instant lastPublished() const { return lastPublished_; }

 private:
  Limits limits_;
  std::uint64_t last_;
  Instant lastPublished_{};
  std::deque<Message> kept_;
  std::size_t keptBytes_ = 0;
  void tellOne(Readers::iterator place);
  /// Whether some reader may not have been told everything; begins another round then.
  [[nodiscard]] bool begins();

  Readers readers_;
  /// What the readers are told in this round and the next one.
  std::deque<Message> untold_;
  std::size_t untoldBytes_ = 0;
  std::uint64_t ticks_ = 0;
  /// A round goes on here, and all whom it has met know the messages and signs up to these. Readers leave while they
  /// are told.
  Readers::iterator next_ = readers_.end();
  Readers::iterator current_ = readers_.end();
  std::uint64_t roundMessage_ = 0;
  std::uint64_t roundTick_ = 0;
};

/// "id: EPOCH-NUMBER", "event: NAME", and a "data:" for each line.
[[nodiscard]] std::string eventText(std::string_view epoch, std::uint64_t number, std::string_view name,
                                    std::string_view body);

}  // namespace bridge::upstreams
