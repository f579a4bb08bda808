#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/request.h"

namespace bridge::upstreams {

/// Who may use the operators' door. On a Unix socket the file's permissions decide, and nothing here does.
struct AdminAccess {
  /// Over TCP: programs of this machine are let in, others need the token.
  bool overTcp = false;
  /// Where there is one, everybody over TCP needs it: as a Bearer token, or as the password of Basic, which browsers
  /// can ask a person for.
  std::string token;
};

/// The status that refuses the request, or nothing: it is welcome. Over TCP a web page that runs in a browser of this
/// machine is kept from stopping the server, and from reading it through a name of its own that leads here (DNS
/// rebinding).
[[nodiscard]] std::optional<int> refusal(const AdminAccess& access, const http::RequestHead& request);

/// Takes as long for every secret of that length, whatever is wrong with it.
[[nodiscard]] bool sameSecret(std::string_view given, std::string_view secret);

}  // namespace bridge::upstreams
