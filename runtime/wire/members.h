#pragma once

// For the other files of this room.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "wire/json.h"

namespace bridge::wire {

/// Takes the members of one message out of its object, and remembers the first one that is missing or wrong: readers
/// ask for all they need and look at `error` once.
class Members {
 public:
  using Value = json::Value;

  Members(std::string_view message, const Value& object) : message_(message), object_(object) {}

  void text(const char* name, std::string& out) {
    if (const Value* value = required(name)) check(name, value->IsString() && take(*value, out));
  }
  void bytes(const char* name, std::string& out) {
    if (const Value* value = required(name)) check(name, isomorphic(*value, out));
  }
  void optionalText(const char* name, std::string& out) {
    if (const Value* value = find(name)) check(name, value->IsString() && take(*value, out));
  }
  void optionalBytes(const char* name, std::string& out) {
    if (const Value* value = find(name)) check(name, isomorphic(*value, out));
  }
  void number(const char* name, std::uint64_t& out) {
    if (const Value* value = required(name)) check(name, natural(*value, out));
  }
  void number(const char* name, int& out) {
    if (const Value* value = required(name)) check(name, smallNatural(*value, out));
  }
  void optionalBoolean(const char* name, bool& out) {
    if (const Value* value = find(name)) check(name, value->IsBool() && ((out = value->GetBool()), true));
  }
  void optionalNumber(const char* name, std::uint64_t& out) {
    if (const Value* value = find(name)) check(name, natural(*value, out));
  }
  void optionalNumber(const char* name, int& out) {
    if (const Value* value = find(name)) check(name, smallNatural(*value, out));
  }
  void seconds(const char* name, double& out) {
    const Value* value = required(name);
    if (value == nullptr) return;
    check(name, value->IsNumber());
    if (value->IsNumber()) out = value->GetDouble();
  }
  void boolean(const char* name, bool& out) {
    const Value* value = required(name);
    if (value == nullptr) return;
    check(name, value->IsBool());
    if (value->IsBool()) out = value->GetBool();
  }
  void optionalBoolean(const char* name, std::optional<bool>& out) {
    if (find(name) != nullptr) boolean(name, out.emplace());
  }
  /// An array; nothing where it is none.
  const Value* array(const char* name) {
    const Value* value = required(name);
    if (value == nullptr) return nullptr;
    check(name, value->IsArray());
    return value->IsArray() ? value : nullptr;
  }
  /// An array that may be left out; nothing where it is none.
  const Value* optionalArray(const char* name) {
    const Value* value = find(name);
    if (value == nullptr) return nullptr;
    check(name, value->IsArray());
    return value->IsArray() ? value : nullptr;
  }
  /// An object that may be left out; nothing where it is none.
  const Value* optionalObject(const char* name) {
    const Value* value = find(name);
    if (value == nullptr) return nullptr;
    check(name, value->IsObject());
    return value->IsObject() ? value : nullptr;
  }

  void check(const char* name, bool right) {
    if (!right && wrong_.empty()) wrong_ = name;
  }
  void checkAll(const char* name, const Members& inner) { check(name, inner.right()); }

  [[nodiscard]] bool right() const { return wrong_.empty(); }
  [[nodiscard]] Error error() const {
    return {ErrorCode::ProtocolViolation,
            "the member \"" + std::string(wrong_) + "\" of \"" + std::string(message_) + "\" is missing or wrong"};
  }

  static bool isomorphic(const Value& value, std::string& out) {
    return value.IsString() && json::utf8ToLatin1({value.GetString(), value.GetStringLength()}, out);
  }
  static bool natural(const Value& value, std::uint64_t& out) {
    // What PHP can hold.
    if (!value.IsUint64() || value.GetUint64() > std::numeric_limits<std::int64_t>::max()) return false;
    out = value.GetUint64();
    return true;
  }
  static bool smallNatural(const Value& value, int& out) {
    if (!value.IsInt() || value.GetInt() < 0) return false;
    out = value.GetInt();
    return true;
  }
  static bool take(const Value& value, std::string& out) {
    out.assign(value.GetString(), value.GetStringLength());
    return true;
  }

 private:
  [[nodiscard]] const Value* find(const char* name) const {
    const auto member = object_.FindMember(name);
    return member == object_.MemberEnd() || member->value.IsNull() ? nullptr : &member->value;
  }
  [[nodiscard]] const Value* required(const char* name) {
    const Value* value = find(name);
    check(name, value != nullptr);
    return value;
  }

  std::string_view message_;
  const Value& object_;
  std::string_view wrong_;
};

}  // namespace bridge::wire
