#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/error.h"
#include "http/request.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "upstreams/upstream.h"

namespace bridge::upstreams {

class Channel;
class ChannelBook;
class Transfer;

/// What one client does at a channel. Owned by its exchange. It joins the queue of its side in the turn of the loop in
/// which it came, and leaves it when it is matched, or when its client leaves, its patience ends, or it is dismissed.
class ChannelCall : public Call {
 public:
  enum class Side { producer, consumer };

  ChannelCall(ChannelBook& book, Side side, std::string space, std::string name, Answer& answer);
  ~ChannelCall() override;
  ChannelCall(const ChannelCall&) = delete;
  ChannelCall& operator=(const ChannelCall&) = delete;

  void halfClosed() override;

 protected:
  friend class Channel;
  friend class Transfer;

  /// It is in the queue of its side now.
  virtual void onWaiting() {}
  /// Answers without a body, once; this may be destroyed then.
  void dismiss(int status);
  /// The same for an error.
  void fail(Error error);
  /// Before all others of its side.
  void rejoinFirst();

  ChannelBook& book_;
  Answer& answer_;
  /// While it takes part in one.
  std::shared_ptr<Transfer> transfer_;
  bool over_ = false;

 private:
  void join();
  [[nodiscard]] std::size_t& waiting();
  void leaveQueue();

  Side side_;
  std::string space_;
  std::string name_;
  /// While it waits.
  std::shared_ptr<Channel> channel_;
  std::list<ChannelCall*>::iterator place_;
  std::unique_ptr<loop::Timer> patience_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// POST: waits for a consumer, then its body goes there as it comes, and no faster than the consumer reads. Answered
/// when the consumer's socket has all of it.
class ProducerCall final : public ChannelCall {
 public:
  ProducerCall(ChannelBook& book, std::string space, std::string name, const http::Request& request, Answer& answer);
  ~ProducerCall() override;

  void body(Bytes data) override;
  void end() override;
  void pause() override {}
  void resume() override {}

 private:
  friend class Transfer;
  void onWaiting() override;
  /// What the consumer gets: the content type.
  [[nodiscard]] http::ResponseHead headForConsumer() const;

  const http::Request& request_;
  /// What had come before there was somebody to give it to.
  std::vector<Bytes> held_;
  bool ended_ = false;
};

/// GET: waits for a producer.
class ConsumerCall final : public ChannelCall {
 public:
  ConsumerCall(ChannelBook& book, std::string space, std::string name, Answer& answer);
  ~ConsumerCall() override;

  void body(Bytes /*data*/) override {}
  void end() override {}
  void pause() override;
  void resume() override;
  void written() override;
  void halfClosed() override;

 private:
  friend class Transfer;
};

/// One message on its way between two clients, each of which may leave at any moment. Shared by both; whoever leaves
/// says so.
class Transfer : public std::enable_shared_from_this<Transfer> {
 public:
  Transfer(ChannelBook& book, std::shared_ptr<Channel> channel, ProducerCall& producer, ConsumerCall& consumer)
      : book_(book), channel_(std::move(channel)), producer_(&producer), consumer_(&consumer) {}

  void begin();
  /// What the producer says goes to the consumer at once.
  [[nodiscard]] bool flowing() const { return flowing_; }

 private:
  friend class ProducerCall;
  friend class ConsumerCall;

  void flow();
  void send(Bytes data);
  void endOfBody();
  void pauseProducer();
  void resumeProducer();
  void delivered();
  void producerLeft();
  void consumerLeft();
  /// The channel may begin the next one.
  void finish();

  ChannelBook& book_;
  std::shared_ptr<Channel> channel_;
  bool producerPaused_ = false;
  /// Null: it has left, or needs no more of this.
  ProducerCall* producer_;
  ConsumerCall* consumer_;
  bool flowing_ = false;
  bool anythingSent_ = false;
  bool ended_ = false;
};

/// Two queues, of which one is empty unless a transfer runs: there is one at a time. Lives while somebody waits or
/// sends; the book names it until it is deleted.
class Channel : public std::enable_shared_from_this<Channel> {
 public:
  Channel(ChannelBook& book, std::string space, std::string name)
      : book_(book), space_(std::move(space)), name_(std::move(name)) {}
  ~Channel();

  [[nodiscard]] std::list<ChannelCall*>& queue(ChannelCall::Side side) {
    return side == ChannelCall::Side::producer ? producers_ : consumers_;
  }
  /// Begins a transfer where both sides are there and none runs.
  void match();
  void transferOver();
  /// In this turn of the loop, but not inside the call.
  void matchLater();
  /// Answers all that wait.
  void dismiss(int status);

 private:
  friend class ChannelBook;

  ChannelBook& book_;
  std::string space_;
  std::string name_;
  std::list<ChannelCall*> producers_;
  std::list<ChannelCall*> consumers_;
  bool transferring_ = false;
  bool forgotten_ = false;
};

/// All channels by namespace and name. A channel appears with its first request and vanishes with its last one.
/// Owned by the kind; outlives every call.
class ChannelBook {
 public:
  struct Counts {
    /// Those who wait.
    std::size_t producers = 0;
    std::size_t consumers = 0;
    std::size_t transfers = 0;
    std::uint64_t delivered = 0;
    std::uint64_t bytes = 0;
  };

  explicit ChannelBook(loop::Loop& loop) : loop_(loop) {}

  [[nodiscard]] loop::Loop& loop() { return loop_; }
  /// Zero: for ever.
  Duration patience{};
  /// The server stops: nobody is let in.
  bool closing = false;
  Counts counts;

  /// The channel of that name, a new one where there is none.
  [[nodiscard]] std::shared_ptr<Channel> open(const std::string& space, const std::string& name);
  /// Those who wait at it are answered with 410; a transfer under way goes on, and the next request makes a new
  /// channel.
  void remove(const std::string& space, const std::string& name);
  void remove(const std::string& space);
  /// Answers all that wait.
  void dismissAll(int status);

  /// Names, sorted.
  [[nodiscard]] std::vector<std::string> namespaces() const;
  [[nodiscard]] std::vector<std::string> channels(const std::string& space) const;
  [[nodiscard]] std::size_t channelCount() const;

 private:
  friend class Channel;
  void forget(const Channel& channel);

  loop::Loop& loop_;
  std::map<std::string, std::map<std::string, std::weak_ptr<Channel>>> spaces_;
};

}  // namespace bridge::upstreams
