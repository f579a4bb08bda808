#pragma once

#include <optional>
#include <string>

#include "http/request.h"
#include "http/response.h"

namespace bridge::server {

/// An answer that needs no upstream.
struct Reply {
  http::ResponseHead head;
  std::string body;
};

/// A look at every request before it is routed and at every answer before it is written. One object serves all
/// requests until a reload makes another one, and keeps nothing of them.
class Filter {
 public:
  virtual ~Filter() = default;
  /// May complete the request; a reply ends it here.
  virtual std::optional<Reply> onRequest(http::Request& request) = 0;
  /// May complete the head of the final answer, error pages included.
  virtual void onResponse(const http::Request& request, http::ResponseHead& head);
};

}  // namespace bridge::server
