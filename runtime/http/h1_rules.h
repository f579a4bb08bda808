#pragma once

#include <string_view>

#include "base/result.h"
#include "http/h1_parser.h"
#include "http/request.h"
#include "http/response.h"

namespace bridge::http {

/// The shape of a request line, as soon as it is complete: method SP target SP version with single blanks (RFC 9112,
/// 3). BadRequest; NotImplemented (a method that is longer than 32 bytes or not in upper case); MethodNotAllowed
/// (CONNECT, TRACE); VersionNotSupported.
[[nodiscard]] Result<void> checkRequestLine(std::string_view line);
/// Method and target of a request line that was refused, or is cut off, as far as they are there.
[[nodiscard]] RequestHead parseStartLine(std::string_view line);
/// The version of a status line; InvalidAnswer.
[[nodiscard]] Result<void> checkStatusLine(std::string_view line);

/// Fills in what the fields of a parsed head mean (path, query, host, framing, keepAlive, expectContinue) and refuses
/// what two servers could read in two ways. For absolute-form the Host field is replaced by the authority of the target
/// (RFC 9112, 3.2.2), so that nobody behind us reads the other one. BadRequest, NotImplemented, ExpectationFailed.
[[nodiscard]] Result<void> applyRequestRules(RequestHead& head);

/// The same for the framing of an answer. InvalidAnswer.
[[nodiscard]] Result<ResponseFraming> responseFraming(const ResponseHead& head, Version version, bool noBody);

}  // namespace bridge::http
