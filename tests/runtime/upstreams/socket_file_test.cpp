#include "upstreams/socket_file.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "support/temp_dir.h"

namespace bridge::upstreams {
namespace {

using Kind = SocketFile::Kind;

int bindSocket(const std::string& path, int type, bool listening) {
  const int fd = ::socket(AF_UNIX, type, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  EXPECT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  if (listening) {
    EXPECT_EQ(::listen(fd, 1), 0);
  }
  return fd;
}

TEST(SocketFileTest, NothingIsAbsent) {
  const testing::TempDir dir;
  const auto found = examineSocket(dir.file("x.sock"));
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->kind, Kind::absent);
}

TEST(SocketFileTest, AFileThatIsNoSocketIsForeign) {
  const testing::TempDir dir;
  const auto found = examineSocket(dir.write("x.sock", "keep me"));
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->kind, Kind::foreign);
  EXPECT_EQ(testing::readAll(dir.file("x.sock")), "keep me");
}

TEST(SocketFileTest, ALinkIsForeignWhereverItPoints) {
  const testing::TempDir dir;
  const int fd = bindSocket(dir.file("real.sock"), SOCK_STREAM, true);
  ASSERT_EQ(::symlink(dir.file("real.sock").c_str(), dir.file("x.sock").c_str()), 0);
  EXPECT_EQ(examineSocket(dir.file("x.sock"))->kind, Kind::foreign);
  ::close(fd);
}

TEST(SocketFileTest, ASocketWithoutListenerIsStale) {
  const testing::TempDir dir;
  ::close(bindSocket(dir.file("x.sock"), SOCK_STREAM, true));
  EXPECT_EQ(examineSocket(dir.file("x.sock"))->kind, Kind::stale);
}

TEST(SocketFileTest, AListenerIsLiveEvenWithAFullBacklog) {
  const testing::TempDir dir;
  const int fd = bindSocket(dir.file("x.sock"), SOCK_STREAM, true);
  for (int i = 0; i < 4; ++i) {
    const auto found = examineSocket(dir.file("x.sock"));
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(found->kind, Kind::live);
  }
  EXPECT_EQ(examineSocket(dir.file("x.sock"))->id, fileIdOf(dir.file("x.sock")));
  ::close(fd);
}

TEST(SocketFileTest, NamesTheListener) {
  const testing::TempDir dir;
  const int fd = bindSocket(dir.file("x.sock"), SOCK_STREAM, true);
  EXPECT_EQ(examineSocket(dir.file("x.sock"))->listener, ::getpid());
  ::close(fd);
}

TEST(SocketFileTest, ADatagramSocketIsForeign) {
  const testing::TempDir dir;
  const int fd = bindSocket(dir.file("x.sock"), SOCK_DGRAM, false);
  EXPECT_EQ(examineSocket(dir.file("x.sock"))->kind, Kind::foreign);
  ::close(fd);
}

TEST(SocketFileTest, RemovesOnlyTheFileThatIsMeant) {
  const testing::TempDir dir;
  const auto path = dir.write("a", "1");
  const auto id = fileIdOf(path);
  ASSERT_TRUE(id.has_value());
  ASSERT_EQ(std::rename(dir.write("b", "2").c_str(), path.c_str()), 0);
  EXPECT_FALSE(removeIfSame(path, *id));
  EXPECT_EQ(testing::readAll(path), "2");
  EXPECT_TRUE(removeIfSame(path, fileIdOf(path).value()));
  EXPECT_FALSE(fileIdOf(path).has_value());
}

}  // namespace
}  // namespace bridge::upstreams
