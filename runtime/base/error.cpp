#include "base/error.h"

#include <array>
#include <cerrno>
#include <cstring>

namespace bridge {
namespace {

constexpr bool retryFlag(std::string_view word) { return word == "yes"; }

constexpr std::array kInfos = {
#define ERROR(name, status, level, retry, meaning) ErrorInfo{#name, status, Level::level, retryFlag(#retry), meaning},
#include "base/error.def"
#undef ERROR
};

}  // namespace

const ErrorInfo& errorInfo(ErrorCode code) { return kInfos[static_cast<std::size_t>(code)]; }

std::string Error::message() const {
  std::string text(info().name);
  text += ": ";
  text += info().meaning;
  if (!detail.empty()) {
    text += " (" + detail + ")";
  }
  return text;
}

Error errnoError(std::string_view what, int errorNumber) {
  const bool none = errorNumber == EMFILE || errorNumber == ENFILE;
  return {none ? ErrorCode::NoDescriptors : ErrorCode::Io, std::string(what) + ": " + std::strerror(errorNumber)};
}

}  // namespace bridge
