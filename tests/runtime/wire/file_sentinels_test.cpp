#include "wire/file_sentinels.h"

#include <gtest/gtest.h>

#include "wire/json_outline.h"

namespace bridge::wire {
namespace {

const UploadedFile kFile{.path = "/spool/1", .size = 3, .name = "part.txt", .type = "text/plain"};

std::string filled(std::string_view json) {
  EXPECT_TRUE(JsonOutline::of(json).ok()) << json;
  auto text = withFiles(json, fileSentinels(json), [](const std::string&) -> const UploadedFile& { return kFile; });
  EXPECT_TRUE(JsonOutline::of(text).ok()) << text;
  return text;
}

TEST(FileSentinelsTest, TheyAreFoundAtAnyDepthInBothDialects) {
  const auto found = fileSentinels(
      R"({"a":[{"$runnerFile":"File","id":"f1","meta":{"name":"x"}},1],"b":{"c":{"id":"f2","$ejson":"File"}}})");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].id, "f1");
  EXPECT_EQ(found[0].name, "x");
  EXPECT_FALSE(found[0].type);
  EXPECT_EQ(found[1].id, "f2");
  EXPECT_TRUE(found[1].metaMissing);
}

TEST(FileSentinelsTest, OtherObjectsAreNone) {
  for (const auto* json : {R"({"$runnerFile":"Blob","id":"f1"})", R"({"$runnerFile":"File","id":1})",
                           R"({"$runnerFile":"File"})", R"({"id":"f1","meta":{"$ejson":"File"}})",
                           R"(["$runnerFile","File","id","f1"])", R"({"$date":1})", "\"File\"", "1"}) {
    EXPECT_TRUE(fileSentinels(json).empty()) << json;
  }
}

TEST(FileSentinelsTest, PathAndSizeAreAddedAndTheRestOfTheTextStays) {
  EXPECT_EQ(
      filled(R"({ "n": 1.0, "f" :{"$runnerFile":"File","id":"f1","meta":{"name":"a","type":"b"} } })"),
      R"({ "n": 1.0, "f" :{"$runnerFile":"File","id":"f1","meta":{"name":"a","type":"b"} ,"path":"/spool/1","size":3} })");
}

TEST(FileSentinelsTest, ThePartSaysWhatTheManifestDoesNot) {
  EXPECT_EQ(filled(R"({"$ejson":"File","id":"f1"})"),
            R"({"$ejson":"File","id":"f1","meta":{"name":"part.txt","type":"text/plain"},"path":"/spool/1","size":3})");
  EXPECT_EQ(filled(R"({"$ejson":"File","meta":{},"id":"f1"})"),
            R"({"$ejson":"File","meta":{"name":"part.txt","type":"text/plain"},"id":"f1","path":"/spool/1","size":3})");
  EXPECT_EQ(
      filled(R"({"$ejson":"File","meta":{"type":"x/y","extra":{"name":1}},"id":"f1"})"),
      R"({"$ejson":"File","meta":{"type":"x/y","extra":{"name":1},"name":"part.txt"},"id":"f1","path":"/spool/1","size":3})");
  EXPECT_EQ(filled(R"({"$ejson":"File","meta":null,"id":"f1"})"),
            R"({"$ejson":"File","meta":null,"id":"f1","path":"/spool/1","size":3})");
}

TEST(FileSentinelsTest, ASentinelInsideAnotherOneIsFilledToo) {
  const auto text =
      filled(R"({"$ejson":"File","id":"a","meta":{"name":"","type":"","extra":{"$ejson":"File","id":"b"}}})");
  EXPECT_EQ(fileSentinels(text).size(), 2U);
}

TEST(FileSentinelsTest, WhatTheManifestSaysOfAFileWinsOverItsPart) {
  const auto named = asNamed(fileSentinels(R"({"$ejson":"File","id":"a","meta":{"name":"n","type":"t/u"}})")[0], kFile);
  EXPECT_EQ(named.name, "n");
  EXPECT_EQ(named.type, "t/u");
  const auto silent = asNamed(fileSentinels(R"({"$ejson":"File","id":"a","meta":{"name":1,"type":""}})")[0], kFile);
  EXPECT_EQ(silent.name, "part.txt");
  EXPECT_EQ(silent.type, "text/plain");
}

TEST(FileSentinelsTest, NumbersOfAnySizeHideNone) {
  EXPECT_EQ(fileSentinels(R"({"n":1e999,"f":{"$ejson":"File","id":"a"}})").size(), 1U);
}

TEST(FileSentinelsTest, AFileIsAnObjectOfItsOwn) {
  EXPECT_EQ(fileJson(kFile), R"({"path":"/spool/1","size":3,"name":"part.txt","type":"text/plain"})");
  EXPECT_EQ(fileJson({.path = "/a\"b", .size = 0, .name = {}, .type = {}}),
            R"({"path":"/a\"b","size":0,"name":"upload"})");
}

}  // namespace
}  // namespace bridge::wire
