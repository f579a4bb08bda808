#pragma once

#include <string_view>

#include "base/result.h"
#include "wire/messages.h"

namespace bridge::wire {

// The JSON of one frame to a message, one function for each side that speaks. The error is always ProtocolViolation;
// its detail names the message and the member, and quotes nothing of the content. Unknown members are ignored.

[[nodiscard]] Result<WorkerMessage> decodeWorkerMessage(std::string_view json);
[[nodiscard]] Result<ServerMessage> decodeServerMessage(std::string_view json);
[[nodiscard]] Result<HandlerMessage> decodeHandlerMessage(std::string_view json);
[[nodiscard]] Result<RuntimeMessage> decodeRuntimeMessage(std::string_view json);

}  // namespace bridge::wire
