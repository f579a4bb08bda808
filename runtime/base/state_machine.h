#pragma once

#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace bridge {

/// The state of one object, moved only along the legal edges given by `Traits`:
///
///   struct Traits {
///     using State = ...;                                       // an enum class
///     static constexpr std::initializer_list<std::pair<State, State>> kEdges = {...};
///     static std::string_view name(State);
///   };
///
/// An illegal edge is a broken invariant: the process aborts with both names, and the unit restarts it.
template <class Traits>
class StateMachine {
 public:
  using State = typename Traits::State;

  explicit StateMachine(State initial) : state_(initial) {}

  [[nodiscard]] State get() const { return state_; }
  [[nodiscard]] bool is(State state) const { return state_ == state; }
  [[nodiscard]] std::string_view name() const { return Traits::name(state_); }

  [[nodiscard]] bool canMove(State to) const {
    for (const auto& [a, b] : Traits::kEdges) {
      if (a == state_ && b == to) {
        return true;
      }
    }
    return false;
  }

  void move(State to) {
    if (!canMove(to)) {
      const auto from = Traits::name(state_);
      const auto target = Traits::name(to);
      std::fprintf(stderr, "illegal state change %.*s -> %.*s\n", static_cast<int>(from.size()), from.data(),
                   static_cast<int>(target.size()), target.data());
      std::abort();
    }
    state_ = to;
  }

 private:
  State state_;
};

}  // namespace bridge
