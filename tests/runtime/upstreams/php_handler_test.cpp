#include "upstreams/php_handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "loop/loop.h"
#include "runtime/upstreams/fake_app.h"

namespace bridge::upstreams {
namespace {

using ::testing::HasSubstr;

class PhpHandlerTest : public ::testing::Test {
 protected:
  void TearDown() override {
    handler_.reset();
    EXPECT_TRUE(loop_.close());
  }

  void start(Duration bootTimeout = Seconds(10)) {
    config::Settings settings;
    settings.laravelPath = app_.path();
    settings.socketPath = app_.socket();
    auto started = PhpHandler::start(
        loop_,
        {.command = phpCommand(settings, testing::ownEnvironment(), 3, PhpHandler::kControlDescriptor, ""),
         .generation = 3,
         .bootTimeout = bootTimeout},
        {.onListening = [this](const wire::Listening& message) { listening_ = message; },
         .onBootFailed = [this](const BootFailure& failure) { failure_ = failure; },
         .onEnded = [this](const process::ExitCause& cause) { ended_ = cause; }});
    ASSERT_TRUE(started.ok());
    handler_ = std::move(*started);
  }
  bool run(const std::function<bool()>& condition) { return testing::runUntil(loop_, condition); }

  testing::FakeApp app_;
  loop::Loop loop_;
  std::unique_ptr<PhpHandler> handler_;
  std::optional<wire::Listening> listening_;
  std::optional<BootFailure> failure_;
  std::optional<process::ExitCause> ended_;
};

TEST_F(PhpHandlerTest, BootsAndListens) {
  start();
  ASSERT_TRUE(run([this] { return listening_.has_value(); }));
  EXPECT_EQ(listening_->path, app_.socket() + ".3");
  EXPECT_EQ(listening_->pid, handler_->pid());
  EXPECT_EQ(handler_->step(), "bootstrap");
  EXPECT_EQ(app_.lines("boots").at(0), "3 " + std::to_string(handler_->pid()) + " laravel-rust:serve");
}

TEST_F(PhpHandlerTest, AnEndedHandlerIsNoticed) {
  start();
  ASSERT_TRUE(run([this] { return listening_.has_value(); }));
  ::kill(handler_->pid(), SIGKILL);
  ASSERT_TRUE(run([this] { return ended_.has_value(); }));
  EXPECT_EQ(ended_->status.signal, SIGKILL);
  EXPECT_FALSE(failure_);
}

TEST_F(PhpHandlerTest, TellsOfTheProcessThatTicks) {
  app_.touch("ticks");
  start();
  ASSERT_TRUE(run([this] { return handler_->ticks().has_value(); }));
  const auto ticks = *handler_->ticks();
  EXPECT_EQ(ticks.id, "ticks");
  EXPECT_EQ(ticks.state, "running");
  EXPECT_EQ(ticks.starts, 1U);
  EXPECT_TRUE(ticks.lastEnd.empty());
  ::kill(ticks.pid, SIGKILL);
  ASSERT_TRUE(run([this] { return handler_->ticks()->pid == 0; }));
  EXPECT_EQ(handler_->ticks()->state, "pausing");
  EXPECT_THAT(handler_->ticks()->lastEnd, HasSubstr("SIGKILL"));
  EXPECT_FALSE(ended_);
}

TEST_F(PhpHandlerTest, WhereNobodyTicksThereIsNoSuchProcess) {
  start();
  ASSERT_TRUE(run([this] { return listening_.has_value(); }));
  EXPECT_FALSE(handler_->ticks());
}

TEST_F(PhpHandlerTest, AFailedBootSaysWhy) {
  app_.touch("fail-boot");
  start();
  ASSERT_TRUE(run([this] { return failure_.has_value(); }));
  ASSERT_TRUE(failure_->exception);
  EXPECT_EQ(failure_->exception->className, "RuntimeException");
  EXPECT_EQ(failure_->step, "bootstrap");
  EXPECT_FALSE(listening_ || ended_);
}

TEST_F(PhpHandlerTest, AnExitDuringTheBootLeavesLastWords) {
  app_.touch("exit-boot");
  start();
  ASSERT_TRUE(run([this] { return failure_.has_value(); }));
  EXPECT_THAT(failure_->cause, HasSubstr("exit code 255"));
  EXPECT_THAT(failure_->lastWords, ::testing::ElementsAre(HasSubstr("PHP Parse error: unexpected thing")));
}

TEST_F(PhpHandlerTest, AHangingBootEndsAtItsDeadline) {
  app_.touch("hang-boot");
  start(Millis(300));
  ASSERT_TRUE(run([this] { return failure_.has_value(); }));
  EXPECT_THAT(failure_->cause, HasSubstr("BOOT_TIMEOUT"));
}

TEST_F(PhpHandlerTest, AMissingArtisanIsAFailedBoot) {
  app_.remove("artisan");
  start();
  ASSERT_TRUE(run([this] { return failure_.has_value(); }));
  EXPECT_THAT(failure_->cause, HasSubstr("exit code 1"));
}

TEST_F(PhpHandlerTest, EndsAfterItsLastWorkerWhenDrained) {
  start();
  ASSERT_TRUE(run([this] { return listening_.has_value(); }));
  handler_->drain();
  ASSERT_TRUE(run([this] { return ended_.has_value(); }));
  EXPECT_EQ(ended_->text(), "exit code 0");
}

TEST_F(PhpHandlerTest, StopsWhenAsked) {
  start();
  ASSERT_TRUE(run([this] { return listening_.has_value(); }));
  handler_->stop(Seconds(5));
  ASSERT_TRUE(run([this] { return ended_.has_value(); }));
  EXPECT_TRUE(ended_->requested);
}

TEST_F(PhpHandlerTest, GoesWithItsOwner) {
  start();
  ASSERT_TRUE(run([this] { return listening_.has_value(); }));
  const pid_t pid = handler_->pid();
  handler_.reset();
  EXPECT_TRUE(run([pid] { return ::kill(pid, 0) != 0; }));
}

}  // namespace
}  // namespace bridge::upstreams
