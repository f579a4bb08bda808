#include "config/json_schema.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <limits>
#include <new>
#include <stdexcept>
#include <unordered_set>
#include <utility>

#include "config/json_pattern.h"

// Without exceptions the library ends the program where a schema cannot be used. With them its adapter would have
// another RAPIDJSON_ASSERT than the rest of the program, which may have only one.
#define VALIJSON_USE_EXCEPTIONS 1
#include <valijson/exceptions.hpp>
#undef VALIJSON_USE_EXCEPTIONS
#include <valijson/adapters/rapidjson_adapter.hpp>
#define VALIJSON_USE_EXCEPTIONS 1
#include <valijson/constraint_builder.hpp>
#include <valijson/constraints/concrete_constraints.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace bridge::config {
namespace {

constexpr std::size_t kMaxViolations = 20;

/// A constraint of ours in the library's terms.
template <class Own>
class Custom : public valijson::constraints::PolyConstraint {
 private:
  valijson::constraints::Constraint* cloneInto(void* place) const override {
    return new (place) Own(static_cast<const Own&>(*this));
  }
  [[nodiscard]] std::size_t sizeOf() const override { return sizeof(Own); }
};

bool report(valijson::ValidationResults* results, const std::vector<std::string>& context, const std::string& what) {
  if (results != nullptr) {
    results->pushError(context, what);
  }
  return false;
}

/// Of a text that begins with YYYY-MM-DD.
bool isDay(std::string_view text) {
  const auto number = [text](std::size_t at, std::size_t length) {
    unsigned value = 0;
    std::from_chars(text.data() + at, text.data() + at + length, value);
    return value;
  };
  using namespace std::chrono;
  return year_month_day(year(static_cast<int>(number(0, 4))), month(number(5, 2)), day(number(8, 2))).ok();
}

class Matches final : public Custom<Matches> {
 public:
  Matches(std::shared_ptr<const JsonPattern> pattern, std::string wanted, bool day = false)
      : pattern_(std::move(pattern)), wanted_(std::move(wanted)), day_(day) {}

  bool validate(const valijson::adapters::Adapter& target, const std::vector<std::string>& context,
                valijson::ValidationResults* results) const override {
    std::string text;
    if (!target.isString() || !target.asString(text)) {
      return true;
    }
    switch (pattern_->match(text)) {
      case JsonPattern::Outcome::matches:
        return !day_ || isDay(text) || report(results, context, "is not " + wanted_);
      case JsonPattern::Outcome::differs:
        return report(results, context, "is not " + wanted_);
      case JsonPattern::Outcome::gaveUp:
        break;
    }
    return report(results, context, "takes too long to compare with " + wanted_);
  }

 private:
  std::shared_ptr<const JsonPattern> pattern_;
  std::string wanted_;
  /// A date of the calendar, too.
  bool day_;
};

/// A text that two values share if, and only if, they are equal: 1 and 1.0 are, whatever the order of members.
void writeCanonical(const valijson::adapters::Adapter& value, std::string& out) {
  constexpr double kExact = 9007199254740992;  // 2^53
  const auto text = [&out](const std::string& string) { out += std::to_string(string.size()) + '"' + string; };
  if (value.isArray()) {
    out += '[';
    value.applyToArray([&out](const auto& element) {
      writeCanonical(element, out);
      out += ',';
      return true;
    });
    out += ']';
  } else if (value.isObject()) {
    std::vector<std::pair<std::string, std::string>> members;
    value.applyToObject([&members](const std::string& name, const auto& member) {
      writeCanonical(member, members.emplace_back(name, std::string()).second);
      return true;
    });
    std::ranges::sort(members);
    out += '{';
    for (const auto& [name, member] : members) {
      text(name);
      out += member + ',';
    }
    out += '}';
  } else if (value.isString()) {
    text(value.asString());
  } else if (value.isNumber()) {
    std::array<char, 32> digits{};
    const double number = value.asDouble();
    const bool whole = value.isInteger() || (number >= -kExact && number <= kExact &&
                                             number == static_cast<double>(static_cast<std::int64_t>(number)));
    const std::int64_t integer = value.isInteger() ? value.asInteger() : whole ? static_cast<std::int64_t>(number) : 0;
    const auto end = whole ? std::to_chars(digits.data(), digits.data() + digits.size(), integer)
                           : std::to_chars(digits.data(), digits.data() + digits.size(), number);
    out.append(digits.data(), end.ptr);
  } else {
    out += value.isBool() ? (value.asBool() ? "true" : "false") : "null";
  }
}

/// The library compares each element with each other one: a megabyte of numbers would hold the server for minutes.
class Unique final : public Custom<Unique> {
 public:
  bool validate(const valijson::adapters::Adapter& target, const std::vector<std::string>& context,
                valijson::ValidationResults* results) const override {
    if (!target.isArray()) {
      return true;
    }
    std::unordered_set<std::string> seen;
    const bool unique = target.applyToArray([&seen](const auto& element) {
      std::string canonical;
      writeCanonical(element, canonical);
      return seen.insert(std::move(canonical)).second;
    });
    return unique || report(results, context, "holds an element twice");
  }
};

class FitsInt32 final : public Custom<FitsInt32> {
 public:
  bool validate(const valijson::adapters::Adapter& target, const std::vector<std::string>& context,
                valijson::ValidationResults* results) const override {
    double number = 0;
    if (!target.isNumber() || !target.asDouble(number) ||
        (number >= std::numeric_limits<std::int32_t>::min() && number <= std::numeric_limits<std::int32_t>::max())) {
      return true;
    }
    return report(results, context, "is not an int32");
  }
};

class Anything final : public Custom<Anything> {
 public:
  bool validate(const valijson::adapters::Adapter& /*target*/, const std::vector<std::string>& /*context*/,
                valijson::ValidationResults* /*results*/) const override {
    return true;
  }
};

std::shared_ptr<const JsonPattern> compiled(const std::string& expression) {
  auto pattern = JsonPattern::compile(expression);
  if (!pattern.ok()) {
    throw std::runtime_error(pattern.error().detail);
  }
  return std::move(*pattern);
}

struct PatternBuilder final : valijson::ConstraintBuilder {
  [[nodiscard]] valijson::constraints::Constraint* make(const valijson::adapters::Adapter& value) const override {
    const auto expression = value.asString();
    return new Matches(compiled(expression), "like " + expression);
  }
};

struct UniqueBuilder final : valijson::ConstraintBuilder {
  [[nodiscard]] valijson::constraints::Constraint* make(const valijson::adapters::Adapter& value) const override {
    if (value.isBool() && value.asBool()) {
      return new Unique;
    }
    return new Anything;
  }
};

/// Formats that are checked; any other is a remark of the author, as the specification has it.
struct FormatBuilder final : valijson::ConstraintBuilder {
  [[nodiscard]] valijson::constraints::Constraint* make(const valijson::adapters::Adapter& value) const override {
    struct Format {
      std::string_view name;
      const char* expression;
    };
    static constexpr std::array<Format, 7> kFormats = {{
        {"date", R"(^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$)"},
        {"time", R"(^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$)"},
        {"date-time", R"(^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?)"
                      R"(([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$)"},
        {"uuid", "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$"},
        {"email", R"(^[^@\s]+@[^@\s]+$)"},
        {"ipv4", R"(^((25[0-5]|2[0-4]\d|1?\d?\d)(\.(?!$)|$)){4}$)"},
        {"byte", "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"},
    }};
    const auto name = value.asString();
    for (const auto& format : kFormats) {
      if (format.name == name) {
        return new Matches(compiled(format.expression), "of the format " + name, name.starts_with("date"));
      }
    }
    if (name == "int32") {
      return new FitsInt32;
    }
    return new Anything;
  }
};

}  // namespace

struct JsonSchema::Core {
  valijson::Schema schema;
};

JsonSchema::JsonSchema(std::unique_ptr<Core> core) : core_(std::move(core)) {}

JsonSchema::~JsonSchema() = default;

Result<std::shared_ptr<const JsonSchema>> JsonSchema::compile(rapidjson::Document& document, Draft draft) {
  // The library resolves references in the document it is given, which it takes for the schema: it is pointed to ours.
  const std::string target = std::string("#/") + kRootKey;
  auto& allocator = document.GetAllocator();
  document.RemoveMember("$ref");
  document.AddMember("$ref", rapidjson::Value(target.c_str(), allocator), allocator);
  auto core = std::make_unique<Core>();
  std::string problem;
  try {
    valijson::SchemaParser parser(draft == Draft::four ? valijson::SchemaParser::kDraft4
                                                       : valijson::SchemaParser::kDraft7);
    parser.addConstraintBuilder(kPatternKey, new PatternBuilder);
    parser.addConstraintBuilder(kFormatKey, new FormatBuilder);
    parser.addConstraintBuilder(kUniqueKey, new UniqueBuilder);
    parser.populateSchema(valijson::adapters::RapidJsonAdapter(document), core->schema);
  } catch (const std::exception& error) {
    problem = error.what();
  }
  document.RemoveMember("$ref");
  if (!problem.empty()) {
    return Error{ErrorCode::InvalidSettings, std::move(problem)};
  }
  return std::shared_ptr<const JsonSchema>(new JsonSchema(std::move(core)));
}

namespace {

/// That something inside does not fit, which is said for the inner thing, too.
bool isEcho(const valijson::ValidationResults::Error& error) {
  constexpr std::array<std::string_view, 3> kEchoes = {"Failed to validate against schema associated with property",
                                                       "Failed to validate item #",
                                                       "Failed to validate against additional properties schema"};
  return std::ranges::any_of(kEchoes, [&](std::string_view echo) { return error.description.starts_with(echo); });
}

}  // namespace

std::vector<Violation> JsonSchema::check(const rapidjson::Value& value, std::string_view place) const {
  std::vector<Violation> violations;
  valijson::Validator validator;
  valijson::ValidationResults results;
  if (validator.validate(core_->schema, valijson::adapters::RapidJsonAdapter(value), &results)) {
    return violations;
  }
  for (const auto& error : results) {
    if (isEcho(error)) {
      continue;
    }
    Violation violation{std::string(place), error.description};
    for (std::size_t i = 1; i < error.context.size(); ++i) {
      violation.place += error.context[i];
    }
    violations.push_back(std::move(violation));
    if (violations.size() == kMaxViolations) {
      break;
    }
  }
  if (violations.empty()) {
    violations.push_back({std::string(place), "does not match its schema"});
  }
  return violations;
}

}  // namespace bridge::config
