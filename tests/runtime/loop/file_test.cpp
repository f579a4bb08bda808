#include "loop/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/loop/loop_fixture.h"
#include "support/temp_dir.h"

namespace bridge::loop {
namespace {

class FileTest : public testing::LoopTest {
 protected:
  Result<Bytes> readNow(FileReader& reader, std::uint64_t offset, std::size_t length) {
    std::optional<Result<Bytes>> got;
    reader.read(offset, length, [&got](Result<Bytes> piece) { got.emplace(std::move(piece)); });
    EXPECT_FALSE(got);
    EXPECT_TRUE(runUntil([&got] { return got.has_value(); }));
    return std::move(*got);
  }

  testing::TempDir folder_;
};

TEST_F(FileTest, OpensRegularFilesOnly) {
  const auto path = folder_.write("a", "hello");
  const auto file = OpenFile::open(path);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->size(), 5U);
  struct stat info {};
  ::stat(path.c_str(), &info);
  EXPECT_EQ(file->inode(), info.st_ino);
  EXPECT_EQ(file->device(), info.st_dev);
  EXPECT_EQ(std::chrono::system_clock::to_time_t(file->mtime()), info.st_mtim.tv_sec);

  EXPECT_EQ(OpenFile::open(folder_.file("none")).error().code, ErrorCode::NotFound);
  EXPECT_EQ(OpenFile::open(path + "/below").error().code, ErrorCode::NotFound);
  EXPECT_EQ(OpenFile::open(folder_.path()).error().code, ErrorCode::NotFound);
  ASSERT_EQ(::mkfifo(folder_.file("fifo").c_str(), 0600), 0);
  EXPECT_EQ(OpenFile::open(folder_.file("fifo")).error().code, ErrorCode::NotFound);
}

TEST_F(FileTest, ReadsPiecesUpToTheEnd) {
  std::string text(600000, 'x');
  text[400000] = 'y';
  const auto file = OpenFile::open(folder_.write("a", text));
  FileReader reader(loop_, *file);
  EXPECT_EQ(readNow(reader, 400000, 3)->view(), "yxx");
  EXPECT_EQ(readNow(reader, 0, 600000)->size(), FileReader::kMaxPiece);
  EXPECT_EQ(readNow(reader, 599990, 100)->size(), 10U);
  EXPECT_TRUE(readNow(reader, 600000, 100)->empty());
}

TEST_F(FileTest, ReaderOutlivesItsFileAndIsDestroyedWhileItReads) {
  auto file = OpenFile::open(folder_.write("a", std::string(100000, 'x')));
  auto reader = std::make_unique<FileReader>(loop_, *file);
  *file = OpenFile();
  EXPECT_EQ(readNow(*reader, 0, 10)->size(), 10U);
  bool called = false;
  reader->read(0, 100000, [&called](Result<Bytes>) { called = true; });
  EXPECT_TRUE(reader->reading());
  reader.reset();
  runFor(Millis(10));
  EXPECT_FALSE(called);

  reader = std::make_unique<FileReader>(loop_, testing::must(OpenFile::open(folder_.file("a"))));
  reader->read(0, 10, [&](Result<Bytes>) { reader.reset(); });
  EXPECT_TRUE(runUntil([&] { return !reader; }));
}

TEST_F(FileTest, WritesInOrderAndCloses) {
  const auto path = folder_.file("new");
  auto writer = FileWriter::create(loop_, path);
  ASSERT_TRUE(writer.ok());
  std::string expected;
  int told = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string text(static_cast<std::size_t>(i) * 100, static_cast<char>('a' + i % 26));
    expected += text;
    (*writer)->write(Bytes::copyOf(text), [&told, i](Result<void> result) {
      EXPECT_TRUE(result.ok());
      EXPECT_EQ(told++, i);
    });
  }
  EXPECT_EQ((*writer)->pendingBytes(), expected.size());
  bool closed = false;
  (*writer)->close([&closed](Result<void> result) { closed = result.ok(); });
  EXPECT_TRUE(runUntil([&closed] { return closed; }));
  EXPECT_EQ(told, 100);
  EXPECT_EQ((*writer)->pendingBytes(), 0U);
  EXPECT_EQ((*writer)->written(), expected.size());
  EXPECT_TRUE(testing::readAll(path) == expected);
  struct stat info {};
  ::stat(path.c_str(), &info);
  EXPECT_EQ(info.st_mode & 07777U, 0600U);
  EXPECT_FALSE(FileWriter::create(loop_, path).ok()) << "it exists";
}

TEST_F(FileTest, WritesAgainFromInsideTheCallback) {
  auto writer = testing::must(FileWriter::create(loop_, folder_.file("new")));
  bool closed = false;
  writer->write(Bytes::copyOf("a"), [&](Result<void>) {
    writer->write(Bytes::copyOf("b"), [&](Result<void>) { writer->close([&](Result<void>) { closed = true; }); });
  });
  EXPECT_TRUE(runUntil([&] { return closed; }));
  EXPECT_EQ(testing::readAll(folder_.file("new")), "ab");
}

TEST_F(FileTest, SaysThatTheDiskIsFullToEveryWriteAndTheClose) {
  const int full = ::open("/dev/full", O_WRONLY);
  ASSERT_GE(full, 0);
  auto writer = FileWriter::adopt(loop_, full);
  std::string order;
  const auto note = [&order](const char* what) {
    return [&order, what](Result<void> result) {
      order += !result.ok() && result.error().code == ErrorCode::DiskFull ? what : "?";
    };
  };
  writer->write(Bytes::copyOf("one"), note("1"));
  writer->write(Bytes::copyOf("two"), note("2"));
  EXPECT_TRUE(runUntil([&] { return order == "12"; }));
  writer->write(Bytes::copyOf("three"), note("3"));
  writer->close(note("4"));
  EXPECT_TRUE(runUntil([&] { return order.size() == 4; }));
  EXPECT_EQ(order, "1234");
  EXPECT_EQ(writer->pendingBytes(), 0U);
}

TEST_F(FileTest, WriterIsDestroyedWhileItWritesAndInItsOwnCallback) {
  auto writer = testing::must(FileWriter::create(loop_, folder_.file("a")));
  bool called = false;
  writer->write(Bytes(std::string(1U << 20U, 'x')), [&called](Result<void>) { called = true; });
  writer->write(Bytes(std::string(1U << 20U, 'x')), [&called](Result<void>) { called = true; });
  writer.reset();
  runFor(Millis(20));
  EXPECT_FALSE(called);

  writer = testing::must(FileWriter::create(loop_, folder_.file("b")));
  writer->write(Bytes::copyOf("x"), [&](Result<void>) { writer.reset(); });
  writer->write(Bytes::copyOf("y"), [&called](Result<void>) { called = true; });
  EXPECT_TRUE(runUntil([&] { return !writer; }));
  runFor(Millis(5));
}

TEST_F(FileTest, RemovesAFileInTheBackground) {
  const auto path = folder_.write("a", "x");
  removeFile(loop_, path);
  removeFile(loop_, folder_.file("none"));
  loop_.run();
  EXPECT_NE(::access(path.c_str(), F_OK), 0);
}

}  // namespace
}  // namespace bridge::loop
