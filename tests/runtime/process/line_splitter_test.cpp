#include "process/line_splitter.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace bridge::process {
namespace {

using ::testing::ElementsAre;

class LineSplitterTest : public ::testing::Test {
 protected:
  void feed(std::string_view data) {
    splitter_.feed(data, [this](std::string_view line) { lines_.emplace_back(line); });
  }
  void end() {
    splitter_.end([this](std::string_view line) { lines_.emplace_back(line); });
  }

  LineSplitter splitter_;
  std::vector<std::string> lines_;
};

TEST_F(LineSplitterTest, TellsLinesHoweverTheyAreCut) {
  feed("one\ntw");
  feed("o\r\n\nthr");
  EXPECT_THAT(lines_, ElementsAre("one", "two", ""));
  end();
  EXPECT_THAT(lines_, ElementsAre("one", "two", "", "thr"));
  end();
  EXPECT_EQ(lines_.size(), 4U);
}

TEST_F(LineSplitterTest, TellsTheBeginningOfALongLineOnce) {
  const std::string half(LineSplitter::kMaxLine / 2, 'x');
  for (int i = 0; i < 10; ++i) {
    feed(half);
  }
  feed("tail\nnext\n");
  EXPECT_THAT(lines_, ElementsAre(half + half, "next"));
}

TEST_F(LineSplitterTest, CutsALongLineThatComesAtOnce) {
  const std::string most(LineSplitter::kMaxLine, 'x');
  feed(most + "yz\nnext\n" + most + "\n");
  EXPECT_THAT(lines_, ElementsAre(most, "next", most));
}

TEST_F(LineSplitterTest, TakesTheLimitItIsGiven) {
  LineSplitter short_(3);
  short_.feed("abcdef\nxy\n", [this](std::string_view line) { lines_.emplace_back(line); });
  EXPECT_THAT(lines_, ElementsAre("abc", "xy"));
}

TEST_F(LineSplitterTest, DropsTheRestOfALongLineAtTheEnd) {
  const std::string most(LineSplitter::kMaxLine, 'x');
  feed(most);
  feed("yz");
  end();
  EXPECT_THAT(lines_, ElementsAre(most));
}

}  // namespace
}  // namespace bridge::process
