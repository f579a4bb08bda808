#include "upstreams/reply_inbox.h"

#include <gmock/gmock.h>

#include <deque>

#include "runtime/loop/loop_fixture.h"
#include "runtime/upstreams/told_answer.h"

namespace bridge::upstreams {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ReplyInboxTest : public testing::LoopTest {
 protected:
  void await(const std::string& id) {
    inbox_.await(id, {.onReply = [this](std::string body) { replies_.push_back(std::move(body)); },
                      .onBroken = [this] { ++broken_; }});
  }
  std::unique_ptr<Call> begin(const std::string& path, testing::ToldAnswer& answer) {
    auto& request = requests_.emplace_back();
    request.head.path = path;
    return inbox_.start(request, {}, answer);
  }
  /// A whole reply, and what the process is told.
  std::pair<int, std::string> reply(const std::string& path, const std::string& body) {
    testing::ToldAnswer answer;
    const auto call = begin(path, answer);
    call->body(Bytes::copyOf(body));
    call->end();
    EXPECT_FALSE(answer.answered) << "not inside the call";
    EXPECT_TRUE(runUntil([&answer] { return answer.ended; }));
    return {answer.status(), answer.content};
  }

  ReplyInbox inbox_{loop_};
  std::deque<http::Request> requests_;
  std::vector<std::string> replies_;
  int broken_ = 0;
};

TEST_F(ReplyInboxTest, TakesAReplyAtTheUsualPathsAndAtThoseOfTheFile) {
  inbox_.addPlace("/one/the/", "/reply");
  for (const auto* path : {"/uri/id", "/urhttp/id", "/id", "/one/the/id/reply"}) {
    await("id");
    EXPECT_EQ(reply(path, "1"), std::pair(200, std::string("ok\n"))) << path;
  }
  EXPECT_THAT(replies_, ElementsAre("1", "1", "1", "1"));
}

TEST_F(ReplyInboxTest, RefusesARepliesThatNobodyAwaits) {
  await("id");
  const std::pair nobody(404, std::string("Does not match any response\n"));
  for (const auto* path : {"/uri/other", "/other/id", "/uri/id/more", "/uri/", "/", "/uri/ID"}) {
    EXPECT_EQ(reply(path, "1"), nobody) << path;
  }
  inbox_.forget("id");
  EXPECT_EQ(reply("/uri/id", "1"), nobody);
  EXPECT_THAT(replies_, IsEmpty());
}

TEST_F(ReplyInboxTest, TakesTheFirstCompleteReplyOnly) {
  await("id");
  testing::ToldAnswer slowAnswer;
  const auto slow = begin("/uri/id", slowAnswer);
  slow->body(Bytes::copyOf("sl"));
  EXPECT_TRUE(inbox_.arriving("id"));
  EXPECT_EQ(reply("/uri/id", "quick").first, 200);
  slow->body(Bytes::copyOf("ow"));
  slow->end();
  EXPECT_TRUE(runUntil([&slowAnswer] { return slowAnswer.ended; }));
  EXPECT_EQ(slowAnswer.status(), 404);
  EXPECT_THAT(replies_, ElementsAre("quick"));
}

TEST_F(ReplyInboxTest, TellsOfAReplyThatBreaksOffAndAwaitsAnother) {
  await("id");
  testing::ToldAnswer answer;
  auto call = begin("/uri/id", answer);
  call->body(Bytes::copyOf("half"));
  call.reset();
  EXPECT_TRUE(runUntil([this] { return broken_ == 1; }));
  EXPECT_FALSE(inbox_.arriving("id"));
  EXPECT_EQ(reply("/uri/id", "whole").first, 200);
  EXPECT_THAT(replies_, ElementsAre("whole"));
}

TEST_F(ReplyInboxTest, ALateReplyDoesNotReachWhoAwaitsTheSameIdAnew) {
  await("id");
  testing::ToldAnswer answer;
  const auto old = begin("/uri/id", answer);
  inbox_.forget("id");
  await("id");
  old->end();
  EXPECT_TRUE(runUntil([&answer] { return answer.ended; }));
  EXPECT_EQ(answer.status(), 404);
  EXPECT_EQ(reply("/uri/id", "new").first, 200);
  EXPECT_THAT(replies_, ElementsAre("new"));
}

}  // namespace
}  // namespace bridge::upstreams
