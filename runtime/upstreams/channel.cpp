#include "upstreams/channel.h"

#include <utility>

#include "upstreams/short_answer.h"

namespace bridge::upstreams {
namespace {

constexpr int kDeleted = 410;
constexpr std::string_view kForm = "application/x-www-form-urlencoded";
constexpr std::string_view kAnything = "application/octet-stream";

}  // namespace

ChannelCall::ChannelCall(ChannelBook& book, Side side, std::string space, std::string name, Answer& answer)
    : book_(book), answer_(answer), side_(side), space_(std::move(space)), name_(std::move(name)) {
  book_.loop().defer([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) {
      join();
    }
  });
}

ChannelCall::~ChannelCall() { leaveQueue(); }

void ChannelCall::join() {
  if (book_.closing) {
    fail({ErrorCode::ShuttingDown, {}});
    return;
  }
  channel_ = book_.open(space_, name_);
  auto& queue = channel_->queue(side_);
  place_ = queue.insert(queue.end(), this);
  ++waiting();
  if (book_.patience > Duration::zero()) {
    patience_ = std::make_unique<loop::Timer>(book_.loop());
    patience_->start(book_.patience, [this] { dismiss(408); });
  }
  onWaiting();
  const auto channel = channel_;
  channel->match();
}

void ChannelCall::rejoinFirst() {
  channel_ = book_.open(space_, name_);
  auto& queue = channel_->queue(side_);
  place_ = queue.insert(queue.begin(), this);
  ++waiting();
  channel_->matchLater();
}

std::size_t& ChannelCall::waiting() {
  return side_ == Side::producer ? book_.counts.producers : book_.counts.consumers;
}

void ChannelCall::leaveQueue() {
  patience_.reset();
  if (channel_) {
    channel_->queue(side_).erase(place_);
    --waiting();
    channel_.reset();
  }
}

void ChannelCall::dismiss(int status) {
  leaveQueue();
  if (!std::exchange(over_, true)) {
    answerWhole(answer_, {.status = status, .reason = {}, .headers = {}}, Bytes(), alive_);
  }
}

void ChannelCall::fail(Error error) {
  leaveQueue();
  if (!std::exchange(over_, true)) {
    answer_.fail(std::move(error));
  }
}

void ChannelCall::halfClosed() {
  // Who closes its side while it waits has left: nobody else would give up its place.
  if (channel_) {
    fail({ErrorCode::ClientGone, "it left while it waited at a channel"});
  }
}

void ConsumerCall::halfClosed() {
  if (transfer_) {
    // Who is killed says no more than FIN, and the message would be lost in a socket that nobody reads.
    fail({ErrorCode::ClientGone, "the reader left in the middle of the body"});
  } else {
    ChannelCall::halfClosed();
  }
}

ProducerCall::ProducerCall(ChannelBook& book, std::string space, std::string name, const http::Request& request,
                           Answer& answer)
    : ChannelCall(book, Side::producer, std::move(space), std::move(name), answer), request_(request) {}

ProducerCall::~ProducerCall() {
  if (transfer_) {
    transfer_->producerLeft();
  }
}

void ProducerCall::onWaiting() { answer_.pauseRequest(); }

void ProducerCall::body(Bytes data) {
  if (transfer_ && transfer_->flowing()) {
    const auto transfer = transfer_;
    transfer->send(std::move(data));
  } else if (!over_) {
    held_.push_back(std::move(data));
  }
}

void ProducerCall::end() {
  ended_ = true;
  if (transfer_ && transfer_->flowing()) {
    const auto transfer = transfer_;
    transfer->endOfBody();
  }
}

http::ResponseHead ProducerCall::headForConsumer() const {
  const auto type = request_.head.headers.find("Content-Type").value_or("");
  // What curl -d says of any text is not worth passing on.
  const bool unknown = type.empty() || http::equalsIgnoreCase(type, kForm);
  return {.status = 200, .reason = {}, .headers = {{"Content-Type", std::string(unknown ? kAnything : type)}}};
}

ConsumerCall::ConsumerCall(ChannelBook& book, std::string space, std::string name, Answer& answer)
    : ChannelCall(book, Side::consumer, std::move(space), std::move(name), answer) {}

ConsumerCall::~ConsumerCall() {
  if (transfer_) {
    transfer_->consumerLeft();
  }
}

void ConsumerCall::pause() {
  if (transfer_) {
    transfer_->pauseProducer();
  }
}

void ConsumerCall::resume() {
  if (transfer_) {
    transfer_->resumeProducer();
  }
}

void ConsumerCall::written() {
  if (transfer_) {
    std::exchange(transfer_, nullptr)->delivered();
  }
}

void Transfer::begin() {
  const auto self = shared_from_this();
  ++book_.counts.transfers;
  producer_->leaveQueue();
  consumer_->leaveQueue();
  producer_->transfer_ = self;
  consumer_->transfer_ = self;
  consumer_->answer_.head(producer_->headForConsumer());
  // Behind the flush of that head: a body of any size comes in chunks, and its reader sees at once that it is matched.
  book_.loop().defer([self] { self->flow(); });
}

void Transfer::flow() {
  flowing_ = true;
  // Each of these calls may take one side away.
  if (producer_ == nullptr) {
    return;
  }
  auto held = std::exchange(producer_->held_, {});
  for (auto& data : held) {
    send(std::move(data));
  }
  if (producer_ == nullptr) {
    return;
  }
  if (producer_->ended_) {
    endOfBody();
  } else if (consumer_ != nullptr && !producerPaused_) {
    producer_->answer_.resumeRequest();
  }
}

void Transfer::send(Bytes data) {
  if (consumer_ != nullptr && !data.empty()) {
    anythingSent_ = true;
    book_.counts.bytes += data.size();
    consumer_->answer_.body(std::move(data));
  }
}

void Transfer::endOfBody() {
  if (consumer_ != nullptr) {
    ended_ = true;
    consumer_->over_ = true;
    consumer_->answer_.end();
  }
}

void Transfer::pauseProducer() {
  producerPaused_ = true;
  if (producer_ != nullptr) {
    producer_->answer_.pauseRequest();
  }
}

void Transfer::resumeProducer() {
  producerPaused_ = false;
  if (producer_ != nullptr) {
    producer_->answer_.resumeRequest();
  }
}

void Transfer::delivered() {
  const auto self = shared_from_this();
  consumer_ = nullptr;
  ++book_.counts.delivered;
  if (auto* producer = std::exchange(producer_, nullptr)) {
    producer->transfer_.reset();
    producer->dismiss(200);
  }
  finish();
}

void Transfer::producerLeft() {
  const auto self = shared_from_this();
  producer_ = nullptr;
  if (ended_ || consumer_ == nullptr) {
    return;  // The consumer still gets what it has been promised.
  }
  auto* consumer = std::exchange(consumer_, nullptr);
  consumer->transfer_.reset();
  // Without its end the answer is seen to be cut.
  consumer->fail({ErrorCode::ClientGone, "the sender left in the middle of the body"});
  finish();
}

void Transfer::consumerLeft() {
  const auto self = shared_from_this();
  consumer_ = nullptr;
  auto* producer = std::exchange(producer_, nullptr);
  if (producer != nullptr) {
    producer->transfer_.reset();
    if (anythingSent_ || ended_) {
      producer->fail({ErrorCode::ReceiverGone, {}});
    } else {
      producer->rejoinFirst();
      producer->answer_.pauseRequest();
    }
  }
  finish();
}

void Transfer::finish() {
  --book_.counts.transfers;
  channel_->transferOver();
}

Channel::~Channel() {
  if (!forgotten_) {
    book_.forget(*this);
  }
}

void Channel::match() {
  if (transferring_ || producers_.empty() || consumers_.empty()) {
    return;
  }
  transferring_ = true;
  auto& producer = static_cast<ProducerCall&>(*producers_.front());
  auto& consumer = static_cast<ConsumerCall&>(*consumers_.front());
  std::make_shared<Transfer>(book_, shared_from_this(), producer, consumer)->begin();
}

void Channel::transferOver() {
  transferring_ = false;
  // Later: a line of waiting clients must not become a depth of the stack.
  matchLater();
}

void Channel::matchLater() {
  book_.loop().defer([channel = weak_from_this()] {
    if (const auto alive = channel.lock()) {
      alive->match();
    }
  });
}

void Channel::dismiss(int status) {
  const auto self = shared_from_this();
  for (auto* queue : {&producers_, &consumers_}) {
    while (!queue->empty()) {
      queue->front()->dismiss(status);
    }
  }
}

std::shared_ptr<Channel> ChannelBook::open(const std::string& space, const std::string& name) {
  auto& entry = spaces_[space][name];
  auto channel = entry.lock();
  if (!channel) {
    channel = std::make_shared<Channel>(*this, space, name);
    entry = channel;
  }
  return channel;
}

void ChannelBook::remove(const std::string& space, const std::string& name) {
  const auto found = spaces_.find(space);
  if (found == spaces_.end()) {
    return;
  }
  const auto entry = found->second.find(name);
  if (entry == found->second.end()) {
    return;
  }
  const auto channel = entry->second.lock();
  if (!channel) {
    return;
  }
  forget(*channel);
  channel->forgotten_ = true;
  channel->dismiss(kDeleted);
}

void ChannelBook::remove(const std::string& space) {
  for (const auto& name : channels(space)) {
    remove(space, name);
  }
}

void ChannelBook::dismissAll(int status) {
  for (const auto& space : namespaces()) {
    for (const auto& name : channels(space)) {
      open(space, name)->dismiss(status);
    }
  }
}

std::vector<std::string> ChannelBook::namespaces() const {
  std::vector<std::string> names;
  for (const auto& [name, channels] : spaces_) {
    names.push_back(name);
  }
  return names;
}

std::vector<std::string> ChannelBook::channels(const std::string& space) const {
  std::vector<std::string> names;
  if (const auto found = spaces_.find(space); found != spaces_.end()) {
    for (const auto& [name, channel] : found->second) {
      names.push_back(name);
    }
  }
  return names;
}

std::size_t ChannelBook::channelCount() const {
  std::size_t count = 0;
  for (const auto& [name, channels] : spaces_) {
    count += channels.size();
  }
  return count;
}

void ChannelBook::forget(const Channel& channel) {
  const auto found = spaces_.find(channel.space_);
  if (found == spaces_.end()) {
    return;
  }
  found->second.erase(channel.name_);
  if (found->second.empty()) {
    spaces_.erase(found);
  }
}

}  // namespace bridge::upstreams
