#include "config/openapi_text.h"

#include "config/json_text.h"
#include "config/openapi_document.h"

namespace bridge::config {
namespace {

using rapidjson::Document;
using rapidjson::Value;

constexpr int kMaxNesting = 16;

const Value* member(const Value& value, const char* name) {
  const auto found = value.IsObject() ? value.FindMember(name) : Value::ConstMemberIterator();
  return value.IsObject() && found != value.MemberEnd() ? &found->value : nullptr;
}

/// Of a list of types (a nullable one) the first.
std::string typeOf(const Value& schema) {
  const Value* type = member(schema, "type");
  if (type != nullptr && type->IsArray()) {
    type = type->Empty() ? nullptr : &(*type)[0];
  }
  return type != nullptr && type->IsString() ? std::string(type->GetString(), type->GetStringLength()) : std::string();
}

class ShapeReader {
 public:
  explicit ShapeReader(const Document& document) : document_(document) {}

  Result<void> read(const Value& schema, TextShape& shape, int depth = 0) {
    auto target = follow(document_, schema);
    if (!target.ok()) {
      return std::move(target).error();
    }
    if (auto done = plain(**target, shape.own); !done.ok()) {
      return done;
    }
    if (const Value* properties = member(**target, "properties"); properties != nullptr && properties->IsObject()) {
      for (const auto& property : properties->GetObject()) {
        auto& inner = shape.properties[std::string(property.name.GetString(), property.name.GetStringLength())];
        if (auto done = plain(property.value, inner); !done.ok()) {
          return done;
        }
      }
      if (shape.own.type.empty()) {
        shape.own.type = "object";
      }
    }
    const Value* all = member(**target, "allOf");
    if (all == nullptr || !all->IsArray() || depth == kMaxNesting) {
      return {};
    }
    for (const auto& part : all->GetArray()) {
      if (auto done = read(part, shape, depth + 1); !done.ok()) {
        return done;
      }
    }
    return {};
  }

 private:
  Result<void> plain(const Value& schema, TextShape::Plain& out) {
    auto target = follow(document_, schema);
    if (!target.ok()) {
      return std::move(target).error();
    }
    if (auto type = typeOf(**target); !type.empty()) {
      out.type = std::move(type);
    }
    if (const Value* items = member(**target, "items")) {
      auto item = follow(document_, *items);
      if (!item.ok()) {
        return std::move(item).error();
      }
      out.itemType = typeOf(**item);
    }
    return {};
  }

  const Document& document_;
};

Value plainValue(const std::string& text, std::string_view type, Document& owner) {
  if (type == "integer" || type == "number") {
    Document number;
    if (!text.empty() && (text.front() == '-' || (text.front() >= '0' && text.front() <= '9')) &&
        parseJson(text, number).ok() && number.IsNumber()) {
      return Value(number, owner.GetAllocator());
    }
  } else if (type == "boolean" && (text == "true" || text == "false")) {
    return Value(text == "true");
  }
  return Value(text.data(), static_cast<rapidjson::SizeType>(text.size()), owner.GetAllocator());
}

Value objectOf(const TextShape& shape, const TextFields& fields, Document& owner) {
  std::map<std::string_view, std::vector<std::string_view>> grouped;
  for (const auto& [name, text] : fields) {
    grouped[name].push_back(text);
  }
  auto& allocator = owner.GetAllocator();
  Value object(rapidjson::kObjectType);
  for (const auto& [name, texts] : grouped) {
    const auto found = shape.properties.find(name);
    const auto plain = found == shape.properties.end() ? TextShape::Plain() : found->second;
    // What is said twice, and is to be one thing, fits nothing but a list.
    const bool list = plain.type == "array" || texts.size() > 1;
    Value value(rapidjson::kArrayType);
    for (const auto text : texts) {
      value.PushBack(plainValue(std::string(text), plain.type == "array" ? plain.itemType : plain.type, owner),
                     allocator);
    }
    if (!list) {
      Value only(value[0], allocator);
      value = only;
    }
    object.AddMember(Value(name.data(), static_cast<rapidjson::SizeType>(name.size()), allocator), value, allocator);
  }
  return object;
}

}  // namespace

Result<TextShape> textShapeOf(const Document& document, const Value& schema) {
  TextShape shape;
  if (auto done = ShapeReader(document).read(schema, shape); !done.ok()) {
    return std::move(done).error();
  }
  return shape;
}

Document valueOfTexts(const TextShape& shape, const TextFields& fields) {
  Document document;
  Value value;
  if (shape.own.type == "object") {
    value = objectOf(shape, fields, document);
  } else if (shape.own.type == "array") {
    value.SetArray();
    for (const auto& field : fields) {
      value.PushBack(plainValue(field.second, shape.own.itemType, document), document.GetAllocator());
    }
  } else {
    value = plainValue(fields.empty() ? std::string() : fields.front().second, shape.own.type, document);
  }
  value.Swap(document);
  return document;
}

}  // namespace bridge::config
