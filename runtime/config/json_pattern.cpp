#define PCRE2_CODE_UNIT_WIDTH 8

#include "config/json_pattern.h"

#include <pcre2.h>

#include <array>
#include <utility>

namespace bridge::config {
namespace {

/// Steps of the matcher: some milliseconds at most.
constexpr std::uint32_t kMatchLimit = 200'000;
constexpr std::uint32_t kHeapLimitKib = 4096;

}  // namespace

struct JsonPattern::Core {
  ~Core() {
    pcre2_match_context_free(limits);
    pcre2_code_free(code);
  }

  pcre2_code* code = nullptr;
  pcre2_match_context* limits = nullptr;
};

JsonPattern::JsonPattern(std::unique_ptr<Core> core) : core_(std::move(core)) {}

JsonPattern::~JsonPattern() = default;

Result<std::shared_ptr<const JsonPattern>> JsonPattern::compile(const std::string& expression) {
  int error = 0;
  PCRE2_SIZE at = 0;
  auto core = std::make_unique<Core>();
  // Of an expression in a document nobody expects \C, or $ before a line end.
  core->code = pcre2_compile(
      reinterpret_cast<PCRE2_SPTR>(expression.data()), expression.size(),
      PCRE2_UTF | PCRE2_ALT_BSUX | PCRE2_DOLLAR_ENDONLY | PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C, &error,
      &at, nullptr);
  if (core->code == nullptr) {
    std::array<PCRE2_UCHAR, 256> text{};
    pcre2_get_error_message(error, text.data(), text.size());
    return Error{ErrorCode::InvalidSettings, "the pattern " + expression +
                                                 " cannot be used: " + reinterpret_cast<const char*>(text.data()) +
                                                 " at offset " + std::to_string(at)};
  }
  core->limits = pcre2_match_context_create(nullptr);
  pcre2_set_match_limit(core->limits, kMatchLimit);
  pcre2_set_heap_limit(core->limits, kHeapLimitKib);
  return std::shared_ptr<const JsonPattern>(new JsonPattern(std::move(core)));
}

JsonPattern::Outcome JsonPattern::match(std::string_view text) const {
  auto* data = pcre2_match_data_create(1, nullptr);
  const int outcome =
      pcre2_match(core_->code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, 0, data, core_->limits);
  pcre2_match_data_free(data);
  if (outcome >= 0) {
    return Outcome::matches;
  }
  return outcome == PCRE2_ERROR_NOMATCH ? Outcome::differs : Outcome::gaveUp;
}

}  // namespace bridge::config
