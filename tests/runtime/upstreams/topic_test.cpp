#include "upstreams/topic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace bridge::upstreams {
namespace {

using ::testing::ElementsAre;

struct Reader final : Topic::Reader {
  explicit Reader(Topic& of, int most = 100) : topic(of), place(of.add(*this)), left(most) {}
  void onMessage(const Topic::Message& message) override { note(*message.body); }
  void onTick() override { note("tick"); }
  void onEnd() override { note("end"); }
  void note(const std::string& what) {
    heard.push_back(what);
    if (--left == 0) {
      topic.remove(place);
    }
  }
  Topic& topic;
  Topic::Readers::iterator place;
  /// It leaves when it has heard so much.
  int left;
  std::vector<std::string> heard;
};

class TopicTest : public ::testing::Test {
 protected:
  std::size_t publish(const std::string& body) { return topic.publish("e", "text/plain", body, "", Instant{}); }
  std::vector<std::unique_ptr<Reader>> some(int count) {
    std::vector<std::unique_ptr<Reader>> readers;
    for (int i = 0; i < count; ++i) {
      readers.push_back(std::make_unique<Reader>(topic));
    }
    return readers;
  }

  Topic topic{{.messages = 100, .bytes = 1000}, 0};
};

TEST_F(TopicTest, TellsAsManyAsItIsAskedToAndThenTheOthers) {
  const auto readers = some(5);
  EXPECT_EQ(publish("a"), 5U);
  EXPECT_TRUE(topic.tell(2));
  EXPECT_THAT(readers[1]->heard, ElementsAre("a"));
  EXPECT_TRUE(readers[2]->heard.empty());
  EXPECT_TRUE(topic.tell(2));
  EXPECT_FALSE(topic.tell(2));
  for (const auto& reader : readers) {
    EXPECT_THAT(reader->heard, ElementsAre("a"));
  }
  EXPECT_FALSE(topic.tell(100));
  EXPECT_THAT(readers[0]->heard, ElementsAre("a"));
}

TEST_F(TopicTest, WhatIsPublishedMeanwhileReachesEachOneOnceAndInOrder) {
  const auto readers = some(3);
  publish("a");
  (void)topic.tell(1);
  publish("b");
  (void)topic.tell(1);
  publish("c");
  while (topic.tell(1)) {
  }
  for (const auto& reader : readers) {
    EXPECT_THAT(reader->heard, ElementsAre("a", "b", "c"));
  }
}

TEST_F(TopicTest, WhoComesMeanwhileGetsOnlyWhatIsPublishedAfterwards) {
  const auto before = some(2);
  publish("a");
  (void)topic.tell(1);
  Reader late(topic);
  while (topic.tell(1)) {
  }
  EXPECT_TRUE(late.heard.empty());
  EXPECT_EQ(publish("b"), 3U);
  (void)topic.tell(10);
  EXPECT_THAT(late.heard, ElementsAre("b"));
  EXPECT_THAT(before[1]->heard, ElementsAre("a", "b"));
}

TEST_F(TopicTest, ReadersMayLeaveWhileTheyAreToldAndWhileTheyWait) {
  Reader once(topic, 1);
  const auto others = some(3);
  publish("a");
  publish("b");
  (void)topic.tell(1);
  EXPECT_THAT(once.heard, ElementsAre("a"));
  topic.remove(others[0]->place);
  (void)topic.tell(1);
  topic.remove(others[1]->place);
  while (topic.tell(1)) {
  }
  EXPECT_TRUE(others[0]->heard.empty());
  EXPECT_THAT(others[1]->heard, ElementsAre("a", "b"));
  EXPECT_THAT(others[2]->heard, ElementsAre("a", "b"));
  topic.remove(others[2]->place);
  publish("c");
  EXPECT_FALSE(topic.tell(1));
}

TEST_F(TopicTest, ASignOfLifeIsForThoseWhoGetNoMessage) {
  const auto readers = some(3);
  topic.tick();
  (void)topic.tell(1);
  publish("a");
  while (topic.tell(1)) {
  }
  EXPECT_THAT(readers[0]->heard, ElementsAre("tick", "a"));
  EXPECT_THAT(readers[1]->heard, ElementsAre("a"));
  EXPECT_THAT(readers[2]->heard, ElementsAre("a"));
  topic.tick();
  EXPECT_FALSE(topic.tell(3));
  EXPECT_THAT(readers[2]->heard, ElementsAre("a", "tick"));
}

TEST_F(TopicTest, WhatWaitsForReadersIsBounded) {
  const auto readers = some(2);
  publish(std::string(600, 'a'));
  EXPECT_TRUE(readers[0]->heard.empty());
  publish(std::string(600, 'b'));
  EXPECT_EQ(readers[1]->heard.size(), 2U);
}

TEST_F(TopicTest, TheEndComesAfterTheLastMessage) {
  const auto readers = some(3);
  publish("a");
  (void)topic.tell(1);
  topic.end();
  for (const auto& reader : readers) {
    EXPECT_THAT(reader->heard, ElementsAre("a", "end"));
  }
}

}  // namespace
}  // namespace bridge::upstreams
