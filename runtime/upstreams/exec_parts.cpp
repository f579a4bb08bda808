#include "upstreams/exec_parts.h"

#include "upstreams/exec_job.h"

namespace bridge::upstreams {

ExecParts::ExecParts(loop::Loop& theLoop, const config::Settings& theSettings)
    : loop(theLoop),
      settings(theSettings),
      inbox(theLoop),
      slots(theLoop, static_cast<std::size_t>(theSettings.urocketProcesses), queueOptions()) {}

ExecParts::~ExecParts() = default;

}  // namespace bridge::upstreams
