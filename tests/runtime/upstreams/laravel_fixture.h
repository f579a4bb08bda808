#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <memory>
#include <optional>
#include <string>

#include "config/settings.h"
#include "loop/loop.h"
#include "runtime/upstreams/fake_app.h"
#include "runtime/upstreams/recorded_answer.h"
#include "upstreams/laravel.h"

namespace bridge::testing {

/// A Laravel kind before the fake handler, and what a test asks it. Ends with an orderly stop and a closed loop.
class LaravelFixture : public ::testing::Test {
 protected:
  LaravelFixture() {
    settings_.laravelPath = app_.path();
    settings_.socketPath = app_.socket();
    settings_.spoolDir = app_.spool();
    settings_.socketPoolMin = 1;
    settings_.socketPoolMax = 2;
    settings_.queueTimeout = Seconds(5);
  }
  void TearDown() override {
    if (laravel_) {
      bool stopped = false;
      laravel_->stop(Seconds(2), [&stopped] { stopped = true; });
      EXPECT_TRUE(run([&stopped] { return stopped; }));
      EXPECT_FALSE(std::filesystem::exists(app_.socket() + ".1"));
    }
    answers_.clear();
    laravel_.reset();
    EXPECT_TRUE(loop_.close());
    EXPECT_EQ(spoolFolders(), 0);
  }

  void start() {
    laravel_ = std::make_unique<upstreams::Laravel>(loop_, settings_, environment_);
    laravel_->start([this](const Error& error) { fatal_ = error; });
  }
  void startAndWait() {
    start();
    ASSERT_TRUE(run([this] { return laravel_->ready() || fatal_; }));
    ASSERT_FALSE(fatal_) << fatal_->detail;
  }
  bool run(const std::function<bool()>& condition, Duration patience = Seconds(10)) {
    return runUntil(loop_, condition, patience);
  }

  static http::Request request(const std::string& method, const std::string& target, http::Headers headers = {}) {
    http::Request made;
    made.head.method = method;
    made.head.target = target;
    made.head.path = target.substr(0, target.find('?'));
    made.head.query = target.find('?') == std::string::npos ? "" : target.substr(target.find('?') + 1);
    made.head.host = "localhost";
    made.head.headers = std::move(headers);
    made.id = "id-" + target.substr(1, 20);
    made.client = {"127.0.0.1", 50000};
    made.server = {"127.0.0.1", 8080};
    return made;
  }
  RecordedAnswer& ask(http::Request asked, const std::string& body = {}) {
    if (!body.empty()) {
      asked.head.contentLength = body.size();
    }
    auto& answer = *answers_.emplace_back(std::make_unique<RecordedAnswer>());
    answer.ask(*laravel_, std::move(asked), body);
    return answer;
  }
  RecordedAnswer& ask(const std::string& target) { return ask(request("GET", target)); }
  /// Asks and waits for the end of the answer.
  RecordedAnswer& get(const std::string& target) {
    auto& answer = ask(target);
    EXPECT_TRUE(run([&answer] { return answer.done(); })) << target;
    return answer;
  }
  RecordedAnswer& finish(RecordedAnswer& answer) {
    EXPECT_TRUE(run([&answer] { return answer.done(); }));
    return answer;
  }

  [[nodiscard]] long spoolFolders() const {
    std::error_code none;
    return std::distance(std::filesystem::directory_iterator(app_.spool(), none), {});
  }
  /// Files beside the owner's in the spool folder.
  [[nodiscard]] long spooledFiles() const {
    std::error_code none;
    const auto folders = std::filesystem::recursive_directory_iterator(app_.spool(), none);
    return std::count_if(begin(folders), end(folders), [](const auto& entry) {
      return entry.is_regular_file() && entry.path().filename() != "owner";
    });
  }
  [[nodiscard]] std::size_t boots() const { return app_.lines("boots").size(); }

  FakeApp app_;
  loop::Loop loop_;
  config::Settings settings_;
  upstreams::Environment environment_ = ownEnvironment();
  std::unique_ptr<upstreams::Laravel> laravel_;
  std::vector<std::unique_ptr<RecordedAnswer>> answers_;
  std::optional<Error> fatal_;
};

}  // namespace bridge::testing
