#include "upstreams/generations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/upstreams/laravel_fixture.h"

namespace bridge::upstreams {
namespace {

using ::testing::HasSubstr;

class GenerationsTest : public testing::LaravelFixture {
 protected:
  ~GenerationsTest() override {
    if (handHandler_ > 0) {
      ::kill(handHandler_, SIGKILL);
      ::waitpid(handHandler_, nullptr, 0);
    }
  }

  /// A handler that a person has started: no control channel, its socket at SOCKET_PATH.
  void startByHand() {
    handHandler_ = ::fork();
    if (handHandler_ == 0) {
      ASSERT_EQ(::chdir(app_.path().c_str()), 0);
      ::setenv("SOCKET_PATH", app_.socket().c_str(), 1);
      ::execlp("php", "php", "artisan", static_cast<char*>(nullptr));
      ::_exit(127);
    }
    ASSERT_TRUE(run([this] { return std::filesystem::exists(app_.socket()); }));
    testing::runFor(loop_, Millis(20));
  }
  void bindSocket(bool listening) {
    socket_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, app_.socket().c_str(), app_.socket().size() + 1);
    ASSERT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    if (listening) {
      ASSERT_EQ(::listen(socket_, 5), 0);
    }
  }
  bool failsFast(testing::RecordedAnswer& answer) {
    const Instant began = Clock::now();
    return run([&answer] { return answer.done(); }) && Clock::now() - began < Seconds(1);
  }

  pid_t handHandler_ = 0;
  int socket_ = -1;
};

TEST_F(GenerationsTest, AKilledHandlerIsReplacedAndNobodySeesIt) {
  startAndWait();
  const pid_t first = laravel_->inspect().handlerPid;
  auto& running = ask("/slow?ms=400");
  ASSERT_TRUE(run([this] { return app_.has("runs"); }));
  ::kill(first, SIGKILL);
  ASSERT_TRUE(run([this] { return !laravel_->ready(); }));
  auto& waiting = ask("/");
  EXPECT_EQ(finish(waiting).status(), 200);
  EXPECT_EQ(waiting.header("X-Generation"), "2");
  // Its worker may finish what it does.
  EXPECT_EQ(finish(running).status(), 200);
  EXPECT_NE(laravel_->inspect().handlerPid, first);
  EXPECT_EQ(laravel_->inspect().restarts, 1U);
  EXPECT_TRUE(std::filesystem::is_socket(app_.socket()));
}

TEST_F(GenerationsTest, AFailedBootIsA503AtOnceAndHealsByItself) {
  app_.touch("fail-boot");
  start();
  EXPECT_EQ(finish(ask("/")).code(), ErrorCode::NoWorkers);
  auto& second = ask("/");
  EXPECT_TRUE(failsFast(second));
  EXPECT_EQ(second.code(), ErrorCode::NoWorkers);
  EXPECT_EQ(laravel_->inspect().state, "unavailable");
  EXPECT_THAT(laravel_->inspect().failure, HasSubstr("RuntimeException: No <key> set"));
  app_.remove("fail-boot");
  ASSERT_TRUE(run([this] { return laravel_->ready(); }));
  EXPECT_EQ(get("/").status(), 200);
  EXPECT_EQ(laravel_->inspect().failure, "");
}

TEST_F(GenerationsTest, ADeveloperSeesWhyTheBootFailed) {
  settings_.appDebug = true;
  app_.touch("fail-boot");
  start();
  auto& answer = finish(ask("/"));
  EXPECT_EQ(answer.status(), 503);
  EXPECT_THAT(answer.text, HasSubstr("No &lt;key&gt; set"));
  auto elsewhere = request("GET", "/");
  elsewhere.client = {"192.0.2.7", 4000};
  EXPECT_EQ(finish(ask(std::move(elsewhere))).code(), ErrorCode::NoWorkers);
}

TEST_F(GenerationsTest, AHandlerThatDiesWhileItBootsOrOpensIsAFailure) {
  for (const char* fault : {"exit-boot", "die-after-listening"}) {
    app_.touch(fault);
    start();
    EXPECT_EQ(finish(ask("/")).code(), ErrorCode::NoWorkers) << fault;
    app_.remove(fault);
    ASSERT_TRUE(run([this] { return laravel_->ready(); })) << fault;
    EXPECT_EQ(get("/").status(), 200);
    laravel_.reset();
  }
}

TEST_F(GenerationsTest, WorkersThatSayNothingAreAFailure) {
  settings_.socketConnectionTimeout = Millis(200);
  app_.touch("mute-workers");
  start();
  EXPECT_EQ(finish(ask("/")).code(), ErrorCode::NoWorkers);
  app_.remove("mute-workers");
  ASSERT_TRUE(run([this] { return laravel_->ready(); }));
}

TEST_F(GenerationsTest, AReloadLosesNothing) {
  startAndWait();
  auto& running = ask("/slow?ms=300");
  ASSERT_TRUE(run([this] { return app_.has("runs"); }));
  std::optional<Result<void>> reloaded;
  laravel_->reload([&reloaded](Result<void> result) { reloaded.emplace(std::move(result)); });
  auto& during = ask("/");
  ASSERT_TRUE(run([&reloaded] { return reloaded.has_value(); }));
  EXPECT_TRUE(reloaded->ok());
  EXPECT_EQ(get("/").header("X-Generation"), "2");
  EXPECT_EQ(finish(during).status(), 200);
  EXPECT_EQ(finish(running).status(), 200);
  EXPECT_EQ(running.header("X-Generation"), "1");
  EXPECT_TRUE(run([this] { return laravel_->inspect().endingGenerations == 0; }));
  EXPECT_TRUE(std::filesystem::is_socket(app_.socket()));
}

TEST_F(GenerationsTest, AHandlerThatIsStuckIsReplacedWhenItsLastWorkerIsGone) {
  settings_.socketConnectionTimeout = Millis(200);
  startAndWait();
  const auto status = laravel_->inspect();
  ::kill(status.handlerPid, SIGSTOP);
  ASSERT_EQ(status.pool.workers.size(), 1U);
  ::kill(status.pool.workers[0].pid, SIGKILL);
  auto& waiting = ask("/");
  EXPECT_EQ(finish(waiting).status(), 200);
  EXPECT_EQ(waiting.header("X-Generation"), "2");
}

TEST_F(GenerationsTest, AReloadWhoseHandlerDiesBeforeItTakesOverIsOver) {
  startAndWait();
  app_.touch("kill-handler", "2");
  std::optional<Result<void>> reloaded;
  laravel_->reload([&reloaded](Result<void> result) { reloaded = std::move(result); });
  // The hello of its worker and its end are there in the same turn of a loop that is late.
  ASSERT_TRUE(run([&reloaded] {
    ::usleep(20'000);
    return reloaded.has_value();
  }));
  EXPECT_FALSE(reloaded->ok());
  EXPECT_EQ(get("/").header("X-Generation"), "1");
  reloaded.reset();
  laravel_->reload([&reloaded](Result<void> result) { reloaded = std::move(result); });
  ASSERT_TRUE(run([&reloaded] { return reloaded.has_value(); }));
  EXPECT_TRUE(reloaded->ok());
}

TEST_F(GenerationsTest, WhoComesAfterARequestThatChangedTheSettingsMeetsTheNewApplication) {
  startAndWait();
  std::function<void()> reloaded;
  laravel_->whenOutdated([&reloaded](std::function<void()> done) { reloaded = std::move(done); });
  EXPECT_EQ(get("/install").status(), 200);
  ASSERT_TRUE(run([&reloaded] { return reloaded != nullptr; }));
  auto& next = ask("/");
  testing::runFor(loop_, Millis(50));
  EXPECT_FALSE(next.done()) << "an idle worker of the old generation served it";
  laravel_->reload([&reloaded](const Result<void>&) { reloaded(); });
  EXPECT_EQ(finish(next).header("X-Generation"), "2");
}

TEST_F(GenerationsTest, TheOldApplicationGoesOnWhereTheChangedOneDoesNotBoot) {
  startAndWait();
  laravel_->whenOutdated([this](std::function<void()> done) {
    laravel_->reload([done = std::move(done)](const Result<void>&) { done(); });
  });
  app_.touch("fail-boot");
  EXPECT_EQ(get("/install").status(), 200);
  auto& next = get("/");
  EXPECT_EQ(next.status(), 200);
  EXPECT_EQ(next.header("X-Generation"), "1");
}

TEST_F(GenerationsTest, ASecondChangeDuringTheReloadMakesAnother) {
  startAndWait();
  int asked = 0;
  std::function<void()> reloaded;
  laravel_->whenOutdated([&](std::function<void()> done) {
    ++asked;
    reloaded = std::move(done);
  });
  auto& slow = ask("/install?ms=100");
  ASSERT_TRUE(run([this] { return app_.has("runs"); }));
  EXPECT_EQ(get("/install").status(), 200);
  EXPECT_EQ(finish(slow).status(), 200);
  EXPECT_EQ(asked, 1);
  reloaded();
  EXPECT_EQ(asked, 2);
}

TEST_F(GenerationsTest, NobodyWaitsForAReloadThatOnlyMakesRoom) {
  startAndWait();
  int asked = 0;
  laravel_->whenOutdated([&asked](const std::function<void()>&) { ++asked; });
  EXPECT_EQ(get("/full-cache").status(), 200);
  EXPECT_EQ(get("/").header("X-Generation"), "1");
  EXPECT_EQ(asked, 1);
}

TEST_F(GenerationsTest, AFailedReloadKeepsTheOldGeneration) {
  startAndWait();
  app_.touch("fail-boot");
  std::optional<Result<void>> reloaded;
  laravel_->reload([&reloaded](Result<void> result) { reloaded.emplace(std::move(result)); });
  ASSERT_TRUE(run([&reloaded] { return reloaded.has_value(); }));
  ASSERT_FALSE(reloaded->ok());
  EXPECT_THAT(reloaded->error().detail, HasSubstr("No <key> set"));
  EXPECT_EQ(get("/").header("X-Generation"), "1");
  EXPECT_EQ(boots(), 2U);
}

TEST_F(GenerationsTest, AStaleSocketIsReplaced) {
  bindSocket(true);
  ::close(socket_);
  startAndWait();
  EXPECT_EQ(get("/").status(), 200);
}

TEST_F(GenerationsTest, AFileThatIsNoSocketIsLeftUntouched) {
  std::ofstream(app_.socket()) << "precious";
  start();
  ASSERT_TRUE(run([this] { return fatal_.has_value(); }));
  EXPECT_EQ(fatal_->code, ErrorCode::InvalidSettings);
  EXPECT_THAT(fatal_->detail, HasSubstr("not a socket"));
  EXPECT_EQ(testing::readAll(app_.socket()), "precious");
  EXPECT_EQ(boots(), 0U);
}

TEST_F(GenerationsTest, AFileThatAppearsWhileItBootsIsLeftUntouchedToo) {
  start();
  std::ofstream(app_.socket()) << "precious";
  ASSERT_TRUE(run([this] { return fatal_.has_value(); }));
  EXPECT_EQ(testing::readAll(app_.socket()), "precious");
}

TEST_F(GenerationsTest, AHandlerStartedByHandIsUsedAndLeftAlone) {
  startByHand();
  startAndWait();
  EXPECT_TRUE(laravel_->inspect().byHand);
  EXPECT_EQ(get("/").header("X-Generation"), "0");
  EXPECT_EQ(boots(), 1U);
  std::optional<Result<void>> reloaded;
  laravel_->reload([&reloaded](Result<void> result) { reloaded.emplace(std::move(result)); });
  ASSERT_TRUE(run([&reloaded] { return reloaded.has_value(); }));
  EXPECT_THAT(reloaded->error().detail, HasSubstr("by hand"));

  bool stopped = false;
  laravel_->stop(Seconds(2), [&stopped] { stopped = true; });
  ASSERT_TRUE(run([&stopped] { return stopped; }));
  laravel_.reset();
  EXPECT_EQ(::kill(handHandler_, 0), 0);
  EXPECT_TRUE(std::filesystem::is_socket(app_.socket()));
}

TEST_F(GenerationsTest, AHandlerStartedByHandIsWaitedForWhenItGoes) {
  startByHand();
  startAndWait();
  ::kill(handHandler_, SIGKILL);
  ::waitpid(handHandler_, nullptr, 0);
  std::filesystem::remove(app_.socket());
  const auto workers = laravel_->inspect().pool.workers;
  for (const auto& worker : workers) {
    ::kill(worker.pid, SIGKILL);
  }
  ASSERT_TRUE(run([this] { return laravel_->inspect().state == "unavailable"; }));
  auto& refused = ask("/");
  EXPECT_TRUE(failsFast(refused));
  EXPECT_EQ(refused.code(), ErrorCode::NoWorkers);
  startByHand();
  ASSERT_TRUE(run([this] { return laravel_->ready(); }));
  EXPECT_EQ(get("/").status(), 200);
}

TEST_F(GenerationsTest, AHandlerOfAnotherApplicationIsRefused) {
  app_.touch("claimed-path", "/somewhere/else");
  startByHand();
  start();
  ASSERT_TRUE(run([this] { return fatal_.has_value(); }));
  EXPECT_THAT(fatal_->detail, HasSubstr("/somewhere/else"));
  EXPECT_EQ(::kill(handHandler_, 0), 0);
}

TEST_F(GenerationsTest, TheHandlerOfAnotherServerIsRefusedByItsPid) {
  startAndWait();
  Laravel second(loop_, settings_, testing::ownEnvironment());
  std::optional<Error> fatal;
  second.start([&fatal](const Error& error) { fatal = error; });
  ASSERT_TRUE(run([&fatal] { return fatal.has_value(); }));
  EXPECT_THAT(fatal->detail, HasSubstr("process " + std::to_string(laravel_->inspect().handlerPid)));
  EXPECT_EQ(get("/").status(), 200);
}

TEST_F(GenerationsTest, AWorkerOfAnotherVersionIsAFailure) {
  app_.touch("version", "2");
  start();
  auto& answer = ask("/");
  EXPECT_TRUE(failsFast(answer));
  EXPECT_EQ(answer.code(), ErrorCode::NoWorkers);
  EXPECT_THAT(laravel_->inspect().failure, HasSubstr("version 2"));
}

TEST_F(GenerationsTest, AStopServesWhoWaitsAndRunsToTheEnd) {
  settings_.socketPoolMax = 1;
  startAndWait();
  auto& running = ask("/slow?ms=200");
  ASSERT_TRUE(run([this] { return app_.has("runs"); }));
  auto& waiting = ask("/");
  const pid_t handler = laravel_->inspect().handlerPid;
  bool stopped = false;
  laravel_->stop(Seconds(5), [&stopped] { stopped = true; });
  EXPECT_EQ(finish(ask("/")).code(), ErrorCode::ShuttingDown);
  ASSERT_TRUE(run([&stopped] { return stopped; }));
  EXPECT_EQ(running.status(), 200);
  EXPECT_EQ(waiting.status(), 200);
  EXPECT_NE(::kill(handler, 0), 0);
  EXPECT_FALSE(std::filesystem::exists(app_.socket()));
}

TEST_F(GenerationsTest, AStopEndsWhatTakesTooLong) {
  startAndWait();
  auto& running = ask("/slow?ms=20000");
  ASSERT_TRUE(run([this] { return app_.has("runs"); }));
  const Instant began = Clock::now();
  bool stopped = false;
  laravel_->stop(Millis(200), [&stopped] { stopped = true; });
  ASSERT_TRUE(run([&stopped] { return stopped; }));
  EXPECT_LT(Clock::now() - began, Seconds(2));
  EXPECT_EQ(running.code(), ErrorCode::WorkerDied);
}

TEST_F(GenerationsTest, AStopWhileItBootsDoesNotWaitForTheBoot) {
  app_.touch("hang-boot");
  start();
  ASSERT_TRUE(run([this] { return boots() == 1; }));
  auto& waiting = ask("/");
  bool stopped = false;
  laravel_->stop(Seconds(5), [&stopped] { stopped = true; });
  ASSERT_TRUE(run([&stopped] { return stopped; }, Seconds(2)));
  EXPECT_EQ(waiting.code(), ErrorCode::ShuttingDown);
}

}  // namespace
}  // namespace bridge::upstreams
