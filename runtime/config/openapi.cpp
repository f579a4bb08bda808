#include "config/openapi.h"

#include <rapidjson/document.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "config/json_text.h"
#include "config/openapi_document.h"

namespace bridge::config {
namespace {

using rapidjson::Document;
using rapidjson::Value;

constexpr std::string_view kJson = "application/json";

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
  return lowered;
}

/// Without its parameters.
std::string essence(std::string_view mediaType) {
  mediaType = mediaType.substr(0, mediaType.find(';'));
  const auto end = mediaType.find_last_not_of(" \t");
  return lower(mediaType.substr(0, end == std::string_view::npos ? 0 : end + 1));
}

bool isJson(std::string_view type) { return type == kJson || type.ends_with("+json"); }

bool covers(std::string_view range, std::string_view type) {
  if (range == "*/*" || range == type) {
    return true;
  }
  return range.ends_with("/*") && type.starts_with(range.substr(0, range.size() - 1));
}

const Value* member(const Value& value, const char* name) {
  if (!value.IsObject()) {
    return nullptr;
  }
  const auto found = value.FindMember(name);
  return found == value.MemberEnd() ? nullptr : &found->value;
}

std::string text(const Value* value) {
  return value != nullptr && value->IsString() ? std::string(value->GetString(), value->GetStringLength())
                                               : std::string();
}

bool isTrue(const Value* value) { return value != nullptr && value->IsTrue(); }

/// How a body is held against a schema.
enum class Form { json, fields, text, opaque };

Form formOf(std::string_view type) {
  if (isJson(type)) {
    return Form::json;
  }
  if (type == "application/x-www-form-urlencoded") {
    return Form::fields;
  }
  return type == "text/plain" ? Form::text : Form::opaque;
}

constexpr std::array<std::string_view, 5> kStyles = {"form", "simple", "spaceDelimited", "pipeDelimited", "deepObject"};
constexpr std::array<std::string_view, 4> kPlaces = {"path", "query", "header", "cookie"};

void checkParameter(const OpenApiOperation::Parameter& parameter, const OpenApiOperation::Values& values,
                    std::vector<Violation>& violations) {
  const auto place = std::string(kPlaces[static_cast<std::size_t>(parameter.place)]) + " " + parameter.name;
  const auto given = values(parameter);
  if (given.empty()) {
    if (parameter.required) {
      violations.push_back({place, "is missing"});
    }
    return;
  }
  if (!parameter.schema) {
    return;
  }
  const auto document = valueOfTexts(parameter.shape, given);
  for (auto& violation : parameter.schema->check(document, place)) {
    violations.push_back(std::move(violation));
  }
}

std::vector<Violation> checkJson(const JsonSchema* schema, std::string_view body) {
  Document document;
  if (auto parsed = parseJson(body, document); !parsed.ok()) {
    return {{"body", "is no JSON: " + parsed.error().detail}};
  }
  return schema != nullptr ? schema->check(document, "body") : std::vector<Violation>();
}

}  // namespace

OpenApiOperation::Verdict OpenApiOperation::check(const Request& request) const {
  Verdict verdict;
  for (const auto& parameter : parameters) {
    checkParameter(parameter, request.values, verdict.violations);
  }
  if (request.body.empty()) {
    if (bodyRequired) {
      verdict.violations.push_back({"body", "is missing"});
    }
    return verdict;
  }
  if (bodies.empty()) {
    return verdict;
  }
  const auto type = request.contentType.empty() ? std::string(kJson) : essence(request.contentType);
  const auto found = std::ranges::find_if(bodies, [&](const MediaType& one) { return covers(one.range, type); });
  if (found == bodies.end()) {
    verdict.unsupportedMediaType = true;
    return verdict;
  }
  const auto take = [&verdict](std::vector<Violation> violations) {
    std::ranges::move(violations, std::back_inserter(verdict.violations));
  };
  const auto form = formOf(type);
  if (form == Form::json) {
    take(checkJson(found->schema.get(), request.body));
  } else if (form == Form::opaque) {
    verdict.unsupportedMediaType = !found->opaque;
  } else if (found->schema) {
    const auto fields = form == Form::fields ? request.fields() : TextFields{{"", std::string(request.body)}};
    take(found->schema->check(valueOfTexts(found->shape, fields), "body"));
  }
  return verdict;
}

std::vector<Violation> OpenApiOperation::checkReply(std::string_view body) const {
  return checkJson(reply.get(), body);
}

struct OpenApi::Core {
  JsonSchema::Draft draft = JsonSchema::Draft::four;
  /// The same document in the words of requests and of replies.
  Document requests;
  Document replies;
};

OpenApi::OpenApi() : core_(std::make_unique<Core>()) {}
OpenApi::~OpenApi() = default;
OpenApi::OpenApi(OpenApi&&) noexcept = default;
OpenApi& OpenApi::operator=(OpenApi&&) noexcept = default;

OpenApi OpenApi::parse(std::string_view source, std::vector<FileProblem>& problems) {
  OpenApi api;
  const auto refuse = [&](const std::string& what) {
    problems.push_back({0, {}, what});
    return OpenApi();
  };
  auto& document = api.core_->requests;
  if (auto read = readOpenApiText(source, document); !read.ok()) {
    return refuse(read.error().detail);
  }
  const auto version = text(member(document, "openapi"));
  if (!version.starts_with("3.0") && !version.starts_with("3.1")) {
    const auto old = text(member(document, "swagger"));
    return refuse(version.empty() ? "is no OpenAPI 3 document: " +
                                        (old.empty() ? "`openapi: 3.0.x` is missing" : "it is of Swagger " + old)
                                  : "is of OpenAPI version " + version + "; 3.0 and 3.1 are supported");
  }
  api.core_->draft = version.starts_with("3.0") ? JsonSchema::Draft::four : JsonSchema::Draft::seven;
  if (auto sound = checkReferences(document); !sound.ok()) {
    return refuse(sound.error().detail);
  }
  api.core_->replies.CopyFrom(document, api.core_->replies.GetAllocator());
  toJsonSchema(document, true);
  toJsonSchema(api.core_->replies, false);
  return api;
}

namespace {

/// Makes one operation; the first thing that cannot be used ends it.
class Compiler {
 public:
  Compiler(Document& requests, Document& replies, JsonSchema::Draft draft)
      : requests_(requests), replies_(replies), draft_(draft) {}

  Result<std::shared_ptr<const OpenApiOperation>> compile(const std::string& path, const std::string& verb) {
    const Value* item = at(requests_, path);
    const Value* source = item == nullptr ? nullptr : member(*item, verb.c_str());
    if (source == nullptr) {
      return Error{ErrorCode::InvalidSettings,
                   "validation is asked for, and the OpenAPI document has no such operation"};
    }
    for (const auto* list : {member(*item, "parameters"), member(*source, "parameters")}) {
      if (auto done = addParameters(list); !done.ok()) {
        return std::move(done).error();
      }
    }
    if (auto done = addBodies(member(*source, "requestBody")); !done.ok()) {
      return std::move(done).error();
    }
    const Value* replied = member(*at(replies_, path), verb.c_str());
    if (auto done = addReply(replied == nullptr ? nullptr : member(*replied, "responses")); !done.ok()) {
      return std::move(done).error();
    }
    return std::make_shared<const OpenApiOperation>(std::move(operation_));
  }

 private:
  static const Value* at(const Document& document, const std::string& path) {
    const Value* paths = member(document, "paths");
    const Value* item = paths == nullptr ? nullptr : member(*paths, path.c_str());
    if (item == nullptr && paths != nullptr) {
      item = member(*paths, path.substr(1).c_str());
    }
    if (item == nullptr) {
      return nullptr;
    }
    const auto target = follow(document, *item);
    return target.ok() ? *target : nullptr;
  }

  Result<std::shared_ptr<const JsonSchema>> schemaOf(Document& document, const Value* schema) {
    if (schema == nullptr) {
      return std::shared_ptr<const JsonSchema>();
    }
    auto& allocator = document.GetAllocator();
    document.AddMember(rapidjson::StringRef(JsonSchema::kRootKey), Value(*schema, allocator), allocator);
    auto compiled = JsonSchema::compile(document, draft_);
    document.RemoveMember(JsonSchema::kRootKey);
    return compiled;
  }

  Result<void> addParameters(const Value* list) {
    if (list == nullptr || !list->IsArray()) {
      return {};
    }
    for (rapidjson::SizeType i = 0; i < list->Size(); ++i) {
      const auto target = follow(requests_, (*list)[i]);
      if (!target.ok()) {
        return target.error();
      }
      OpenApiOperation::Parameter parameter;
      parameter.name = text(member(**target, "name"));
      const auto place = std::ranges::find(kPlaces, text(member(**target, "in")));
      if (parameter.name.empty() || place == kPlaces.end()) {
        return Error{ErrorCode::InvalidSettings, "a parameter of the OpenAPI document has no name, or is in no place"};
      }
      parameter.place = static_cast<OpenApiOperation::Place>(place - kPlaces.begin());
      parameter.required = isTrue(member(**target, "required"));
      if (auto done = addStyle(parameter, **target); !done.ok()) {
        return done;
      }
      if (auto done = addType(parameter, member(**target, "schema")); !done.ok()) {
        return done;
      }
      // An operation's own parameter takes the place of the path's.
      std::erase_if(operation_.parameters,
                    [&](const auto& other) { return other.name == parameter.name && other.place == parameter.place; });
      operation_.parameters.push_back(std::move(parameter));
    }
    return {};
  }

  static Result<void> addStyle(OpenApiOperation::Parameter& parameter, const Value& source) {
    using Place = OpenApiOperation::Place;
    using Style = OpenApiOperation::Style;
    const bool list = parameter.place == Place::query || parameter.place == Place::cookie;
    parameter.style = list ? Style::form : Style::simple;
    if (const auto named = text(member(source, "style")); !named.empty()) {
      const auto style = std::ranges::find(kStyles, named);
      if (style == kStyles.end()) {
        return Error{ErrorCode::InvalidSettings, "the parameter `" + parameter.name + "` has the style `" + named +
                                                     "`; form, simple, spaceDelimited, pipeDelimited and deepObject "
                                                     "are supported"};
      }
      parameter.style = static_cast<Style>(style - kStyles.begin());
    }
    const Value* explode = member(source, "explode");
    parameter.explode = explode != nullptr ? explode->IsTrue() : parameter.style == Style::form;
    return {};
  }

  Result<void> addType(OpenApiOperation::Parameter& parameter, const Value* schema) {
    if (schema == nullptr) {
      return {};
    }
    auto shape = textShapeOf(requests_, *schema);
    if (!shape.ok()) {
      return shape.error();
    }
    parameter.shape = std::move(*shape);
    auto compiled = schemaOf(requests_, schema);
    if (!compiled.ok()) {
      return compiled.error();
    }
    parameter.schema = std::move(*compiled);
    return {};
  }

  Result<void> addBodies(const Value* body) {
    if (body == nullptr) {
      return {};
    }
    const auto target = follow(requests_, *body);
    if (!target.ok()) {
      return target.error();
    }
    operation_.bodyRequired = isTrue(member(**target, "required"));
    const Value* content = member(**target, "content");
    if (content == nullptr || !content->IsObject()) {
      return {};
    }
    // Compiling a schema moves the members of the document, and what we hold of it with them.
    std::vector<std::pair<std::string, Value>> types;
    for (const auto& entry : content->GetObject()) {
      const Value* schema = member(entry.value, "schema");
      types.emplace_back(essence(text(&entry.name)),
                         schema == nullptr ? Value() : Value(*schema, requests_.GetAllocator()));
    }
    for (auto& [range, schema] : types) {
      OpenApiOperation::MediaType type;
      if (schema.IsObject()) {
        auto shape = textShapeOf(requests_, schema);
        if (!shape.ok()) {
          return shape.error();
        }
        type.shape = std::move(*shape);
        type.opaque = schema.ObjectEmpty() || type.shape.own.type == "string";
        auto compiled = schemaOf(requests_, &schema);
        if (!compiled.ok()) {
          return compiled.error();
        }
        type.schema = std::move(*compiled);
      }
      type.range = std::move(range);
      operation_.bodies.push_back(std::move(type));
    }
    // The one that says most is looked at first.
    std::ranges::stable_sort(operation_.bodies, {}, [](const auto& one) { return std::ranges::count(one.range, '*'); });
    return {};
  }

  Result<void> addReply(const Value* responses) {
    if (responses == nullptr) {
      return {};
    }
    for (const auto* status : {"200", "2XX", "2xx", "default"}) {
      const Value* response = member(*responses, status);
      if (response == nullptr) {
        continue;
      }
      const auto target = follow(replies_, *response);
      if (!target.ok()) {
        return target.error();
      }
      const Value* content = member(**target, "content");
      if (content == nullptr || !content->IsObject()) {
        return {};
      }
      for (const auto& entry : content->GetObject()) {
        if (isJson(essence(text(&entry.name))) || text(&entry.name) == "*/*") {
          const Value* schema = member(entry.value, "schema");
          auto compiled = schemaOf(replies_, schema);
          if (!compiled.ok()) {
            return compiled.error();
          }
          operation_.reply = std::move(*compiled);
          return {};
        }
      }
      return {};
    }
    return {};
  }

  Document& requests_;
  Document& replies_;
  JsonSchema::Draft draft_;
  OpenApiOperation operation_;
};

}  // namespace

std::shared_ptr<const OpenApiOperation> OpenApi::compile(const std::string& path, const std::string& verb,
                                                         std::vector<FileProblem>& problems, int line) const {
  auto operation = Compiler(core_->requests, core_->replies, core_->draft).compile(path, lower(verb));
  if (!operation.ok()) {
    problems.push_back({line, path + " " + verb, operation.error().detail});
    return nullptr;
  }
  return std::move(*operation);
}

}  // namespace bridge::config
