#include "config/json_schema.h"

#include <array>
#include <limits>
#include <new>
#include <stdexcept>
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

class Matches final : public Custom<Matches> {
 public:
  Matches(std::shared_ptr<const JsonPattern> pattern, std::string wanted)
      : pattern_(std::move(pattern)), wanted_(std::move(wanted)) {}

  bool validate(const valijson::adapters::Adapter& target, const std::vector<std::string>& context,
                valijson::ValidationResults* results) const override {
    std::string text;
    if (!target.isString() || !target.asString(text)) {
      return true;
    }
    switch (pattern_->match(text)) {
      case JsonPattern::Outcome::matches:
        return true;
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
        return new Matches(compiled(format.expression), "of the format " + name);
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

std::vector<Violation> JsonSchema::check(const rapidjson::Value& value, std::string_view place) const {
  std::vector<Violation> violations;
  valijson::Validator validator;
  valijson::ValidationResults results;
  if (validator.validate(core_->schema, valijson::adapters::RapidJsonAdapter(value), &results)) {
    return violations;
  }
  for (const auto& error : results) {
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
