#include "base/state_machine.h"

#include <gtest/gtest.h>

namespace bridge {
namespace {

struct Door {
  enum class State { open, shut, locked };
  static constexpr std::initializer_list<std::pair<State, State>> kEdges = {
      {State::open, State::shut}, {State::shut, State::open}, {State::shut, State::locked}};
  static std::string_view name(State state) {
    return state == State::open ? "open" : state == State::shut ? "shut" : "locked";
  }
};

TEST(StateMachine, MovesAlongItsEdges) {
  StateMachine<Door> door(Door::State::open);
  EXPECT_FALSE(door.canMove(Door::State::locked));
  door.move(Door::State::shut);
  door.move(Door::State::locked);
  EXPECT_EQ(door.name(), "locked");
  EXPECT_TRUE(door.is(Door::State::locked));
}

TEST(StateMachineDeathTest, AbortsOnAnyOther) {
  StateMachine<Door> door(Door::State::open);
  EXPECT_DEATH(door.move(Door::State::locked), "illegal state change open -> locked");
}

}  // namespace
}  // namespace bridge
