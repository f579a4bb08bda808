#include "config/openapi_document.h"

#include <rapidjson/pointer.h>
#include <yaml-cpp/yaml.h>

#include <array>
#include <charconv>
#include <set>
#include <utility>

#include "config/json_schema.h"
#include "config/json_text.h"

namespace bridge::config {
namespace {

using rapidjson::Value;
using Allocator = rapidjson::Document::AllocatorType;

constexpr int kMaxDepth = 200;
/// Of a document of YAML, whose aliases may stand for more than there is room for.
constexpr int kMaxNodes = 1'000'000;
constexpr int kMaxReferences = 64;

Error invalid(std::string detail) { return {ErrorCode::InvalidSettings, std::move(detail)}; }

Value stringValue(std::string_view text, Allocator& allocator) {
  return Value(text.data(), static_cast<rapidjson::SizeType>(text.size()), allocator);
}

/// YAML as JSON, with the types of YAML's core schema.
class FromYaml {
 public:
  explicit FromYaml(Allocator& allocator) : allocator_(allocator) {}

  Result<void> convert(const YAML::Node& node, Value& out, int depth = 0) {
    if (depth > kMaxDepth || ++nodes_ > kMaxNodes) {
      return invalid(depth > kMaxDepth ? "nested too deep" : "too large");
    }
    if (node.IsMap()) {
      out.SetObject();
      for (const auto& entry : node) {
        if (!entry.first.IsScalar()) {
          return invalid("a key is no word");
        }
        Value value;
        if (auto done = convert(entry.second, value, depth + 1); !done.ok()) {
          return done;
        }
        out.AddMember(stringValue(entry.first.Scalar(), allocator_), value, allocator_);
      }
    } else if (node.IsSequence()) {
      out.SetArray();
      for (const auto& entry : node) {
        Value value;
        if (auto done = convert(entry, value, depth + 1); !done.ok()) {
          return done;
        }
        out.PushBack(value, allocator_);
      }
    } else if (node.IsScalar()) {
      scalar(node, out);
    } else {
      out.SetNull();
    }
    return {};
  }

 private:
  void scalar(const YAML::Node& node, Value& out) {
    const std::string& text = node.Scalar();
    std::int64_t integer = 0;
    double number = 0;
    const char* end = text.data() + text.size();
    // "!" is the tag of what stands in quotes.
    if (node.Tag() == "!" || text.empty()) {
      out = stringValue(text, allocator_);
    } else if (text == "true" || text == "True" || text == "TRUE") {
      out.SetBool(true);
    } else if (text == "false" || text == "False" || text == "FALSE") {
      out.SetBool(false);
    } else if (const auto whole = std::from_chars(text.data(), end, integer);
               whole.ec == std::errc() && whole.ptr == end) {
      out.SetInt64(integer);
    } else if (const auto real = std::from_chars(text.data(), end, number);
               real.ec == std::errc() && real.ptr == end && text.find_first_of("0123456789") != std::string::npos) {
      out.SetDouble(number);
    } else {
      out = stringValue(text, allocator_);
    }
  }

  Allocator& allocator_;
  int nodes_ = 0;
};

/// Finds schemas that apply themselves to the same value over and over.
class Cycles {
 public:
  explicit Cycles(const rapidjson::Document& document) : document_(document) {}

  Result<void> walk(const Value& value) {
    if (value.IsObject()) {
      if (auto done = visit(value, 0); !done.ok()) {
        return done;
      }
      for (const auto& member : value.GetObject()) {
        if (auto done = walk(member.value); !done.ok()) {
          return done;
        }
      }
    } else if (value.IsArray()) {
      for (const auto& element : value.GetArray()) {
        if (auto done = walk(element); !done.ok()) {
          return done;
        }
      }
    }
    return {};
  }

 private:
  Result<void> visit(const Value& value, int depth) {
    if (!value.IsObject() || clean_.contains(&value)) {
      return {};
    }
    if (depth > kMaxReferences || !open_.insert(&value).second) {
      return invalid("a schema contains itself with no object or array between");
    }
    auto done = visitParts(value, depth);
    open_.erase(&value);
    if (done.ok()) {
      clean_.insert(&value);
    }
    return done;
  }

  Result<void> visitParts(const Value& value, int depth) {
    if (const auto reference = value.FindMember("$ref");
        reference != value.MemberEnd() && reference->value.IsString()) {
      const auto target = follow(document_, value);
      return target.ok() ? visit(**target, depth + 1) : target.error();
    }
    for (const auto* key : {"allOf", "anyOf", "oneOf", "not", "if", "then", "else"}) {
      const auto part = value.FindMember(key);
      if (part == value.MemberEnd()) {
        continue;
      }
      if (!part->value.IsArray()) {
        if (auto done = visit(part->value, depth + 1); !done.ok()) {
          return done;
        }
        continue;
      }
      for (const auto& element : part->value.GetArray()) {
        if (auto done = visit(element, depth + 1); !done.ok()) {
          return done;
        }
      }
    }
    return {};
  }

  const rapidjson::Document& document_;
  std::set<const Value*> open_;
  std::set<const Value*> clean_;
};

class Rewriter {
 public:
  Rewriter(Allocator& allocator, bool forRequest) : allocator_(allocator), forRequest_(forRequest) {}

  void schema(Value& value) {
    if (value.IsArray()) {
      for (auto& element : value.GetArray()) {
        schema(element);
      }
      return;
    }
    if (!value.IsObject()) {
      return;
    }
    nullable(value);
    rename(value, "pattern", JsonSchema::kPatternKey);
    rename(value, "format", JsonSchema::kFormatKey);
    if (const auto unique = value.FindMember("uniqueItems"); unique != value.MemberEnd() && unique->value.IsBool()) {
      unique->name.SetString(rapidjson::StringRef(JsonSchema::kUniqueKey));
    }
    required(value);
    for (auto& member : value.GetObject()) {
      const std::string_view name(member.name.GetString(), member.name.GetStringLength());
      if (name == "properties" || name == "patternProperties") {
        // Here the names are those of the application.
        for (auto& property : object(member.value)) {
          schema(property.value);
        }
      } else if (name != "enum" && name != "const" && name != "default" && name != "example" && name != "examples") {
        schema(member.value);
      }
    }
  }

 private:
  static Value::Object object(Value& value) {
    static Value none(rapidjson::kObjectType);
    return value.IsObject() ? value.GetObject() : none.GetObject();
  }

  void nullable(Value& value) {
    const auto flag = value.FindMember("nullable");
    const auto type = value.FindMember("type");
    if (flag == value.MemberEnd() || !flag->value.IsTrue() || type == value.MemberEnd() || !type->value.IsString()) {
      return;
    }
    Value types(rapidjson::kArrayType);
    types.PushBack(Value(type->value, allocator_), allocator_);
    types.PushBack("null", allocator_);
    type->value = types;
    if (const auto values = value.FindMember("enum"); values != value.MemberEnd() && values->value.IsArray()) {
      values->value.PushBack(Value(), allocator_);
    }
  }

  void rename(Value& value, const char* from, const char* to) {
    if (const auto member = value.FindMember(from); member != value.MemberEnd() && member->value.IsString()) {
      member->name.SetString(to, allocator_);
    }
  }

  void required(Value& value) {
    const auto names = value.FindMember("required");
    const auto properties = value.FindMember("properties");
    if (names == value.MemberEnd() || !names->value.IsArray() || properties == value.MemberEnd() ||
        !properties->value.IsObject()) {
      return;
    }
    Value kept(rapidjson::kArrayType);
    for (const auto& name : names->value.GetArray()) {
      if (!name.IsString() || !onlyInOther(properties->value, name)) {
        kept.PushBack(Value(name, allocator_), allocator_);
      }
    }
    if (kept.Empty()) {
      value.RemoveMember(names);  // Draft 4 wants at least one.
    } else {
      names->value = kept;
    }
  }

  [[nodiscard]] bool onlyInOther(const Value& properties, const Value& name) const {
    const auto property = properties.FindMember(name);
    if (property == properties.MemberEnd() || !property->value.IsObject()) {
      return false;
    }
    const auto flag = property->value.FindMember(forRequest_ ? "readOnly" : "writeOnly");
    return flag != property->value.MemberEnd() && flag->value.IsTrue();
  }

  Allocator& allocator_;
  bool forRequest_;
};

}  // namespace

Result<void> readOpenApiText(std::string_view text, rapidjson::Document& document) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{') {
    auto parsed = parseJson(text, document);
    return parsed.ok() ? Result<void>() : invalid("is no JSON: " + parsed.error().detail);
  }
  try {
    return FromYaml(document.GetAllocator()).convert(YAML::Load(std::string(text)), document);
  } catch (const YAML::Exception& error) {
    return invalid("is no YAML: line " + std::to_string(error.mark.line + 1) + ": " + error.msg);
  }
}

Result<const Value*> follow(const rapidjson::Document& document, const Value& value) {
  const Value* current = &value;
  for (int i = 0; i < kMaxReferences; ++i) {
    if (!current->IsObject()) {
      return current;
    }
    const auto reference = current->FindMember("$ref");
    if (reference == current->MemberEnd() || !reference->value.IsString()) {
      return current;
    }
    const std::string target(reference->value.GetString(), reference->value.GetStringLength());
    if (!target.starts_with('#')) {
      return invalid("$ref `" + target + "` points to another document; only `#/...` is supported");
    }
    const rapidjson::Pointer pointer(target.c_str(), target.size());
    current = pointer.IsValid() ? pointer.Get(document) : nullptr;
    if (current == nullptr) {
      return invalid("$ref `" + target + "` points to nothing");
    }
  }
  return invalid("$ref points in a circle");
}

Result<void> checkReferences(const rapidjson::Document& document) { return Cycles(document).walk(document); }

void toJsonSchema(rapidjson::Document& document, bool forRequest) {
  Rewriter(document.GetAllocator(), forRequest).schema(document);
}

}  // namespace bridge::config
