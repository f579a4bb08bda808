#include "base/error.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "base/result.h"

namespace bridge {
namespace {

TEST(Error, SaysWhatItsRowSays) {
  const Error died{ErrorCode::WorkerDied, "signal 9"};
  EXPECT_EQ(died.message(), "WorkerDied: the worker ended before it answered (signal 9)");
  EXPECT_EQ(died.info().status, 502);
  EXPECT_EQ(died.info().level, Level::error);
  EXPECT_FALSE(died.info().retryable);
  EXPECT_TRUE(errorInfo(ErrorCode::WorkerUnreachable).retryable);
}

TEST(Error, NamesTheSystemCallThatFailed) {
  EXPECT_EQ(errnoError("open /x", ENOENT).detail, "open /x: No such file or directory");
}

TEST(Error, KnowsWhenThereAreNoDescriptorsLeft) {
  EXPECT_EQ(errnoError("open", EMFILE).code, ErrorCode::NoDescriptors);
  EXPECT_EQ(errnoError("open", ENFILE).code, ErrorCode::NoDescriptors);
  EXPECT_EQ(errnoError("open", ENOENT).code, ErrorCode::Io);
  EXPECT_EQ(errorInfo(ErrorCode::NoDescriptors).status, 503);
}

TEST(Result, HoldsAValueOrAnError) {
  const Result<int> good = 7;
  ASSERT_TRUE(good.ok());
  EXPECT_EQ(good.value(), 7);
  const Result<int> bad = Error{ErrorCode::Io, "x"};
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().detail, "x");
  EXPECT_TRUE(Result<void>());
  EXPECT_FALSE(Result<void>(Error{}));
}

}  // namespace
}  // namespace bridge
