#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/file_problem.h"
#include "config/json_schema.h"
#include "config/openapi_text.h"

namespace bridge::config {

/// What an OpenAPI document says of one path and verb, ready to check requests and replies. Immutable.
class OpenApiOperation {
 public:
  enum class Place { path, query, header, cookie };
  /// How lists and objects are written (OpenAPI 3.0.3, "Style Values").
  enum class Style { form, simple, spaceDelimited, pipeDelimited, deepObject };

  struct Parameter {
    std::string name;
    Place place = Place::query;
    bool required = false;
    Style style = Style::form;
    /// Each item or property stands for itself (a=1&a=2), else they share one text with separators.
    bool explode = true;
    TextShape shape;
    /// Null: everything goes.
    std::shared_ptr<const JsonSchema> schema;
  };

  struct MediaType {
    /// "application/json", "application/*", "*/*"; lower case.
    std::string range;
    TextShape shape;
    std::shared_ptr<const JsonSchema> schema;
    /// Bodies that are neither JSON nor a form nor text are let through: there is no schema, or it says `string`.
    bool opaque = true;
  };

  /// The values of a parameter as the request has them: one for each item of a list, with its name for each property of
  /// an object; none where it is absent.
  using Values = std::function<TextFields(const Parameter&)>;

  struct Request {
    Values values;
    /// The body as the fields of a form.
    std::function<TextFields()> fields;
    /// Empty: the request has no Content-Type.
    std::string_view contentType;
    std::string_view body;
  };
  struct Verdict {
    /// The body is of a type that the document does not name, or that cannot be checked.
    bool unsupportedMediaType = false;
    std::vector<Violation> violations;

    [[nodiscard]] bool ok() const { return !unsupportedMediaType && violations.empty(); }
  };

  [[nodiscard]] Verdict check(const Request& request) const;
  /// A reply, against the JSON of "200", "2XX" or "default", the first that is there.
  [[nodiscard]] std::vector<Violation> checkReply(std::string_view body) const;

  std::vector<Parameter> parameters;
  bool bodyRequired = false;
  std::vector<MediaType> bodies;
  std::shared_ptr<const JsonSchema> reply;
};

/// An OpenAPI document, version 3.0 (schemas: JSON Schema draft 4 with `nullable`) or 3.1 (what of 2020-12 is in draft
/// 7 too), in JSON or YAML. `$ref` within the document only.
class OpenApi {
 public:
  /// Parses the text. The problems with it; with any the document is empty.
  [[nodiscard]] static OpenApi parse(std::string_view text, std::vector<FileProblem>& problems);
  OpenApi();
  ~OpenApi();
  OpenApi(OpenApi&&) noexcept;
  OpenApi& operator=(OpenApi&&) noexcept;

  /// The operation at `paths[path][verb]`; null where there is none, or where something of it cannot be used, which
  /// then is among the problems. The verb in any case.
  /// `line` is that of the file which asks for it, for the problems.
  [[nodiscard]] std::shared_ptr<const OpenApiOperation> compile(const std::string& path, const std::string& verb,
                                                                std::vector<FileProblem>& problems, int line = 0) const;

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace bridge::config
