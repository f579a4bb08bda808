#pragma once

namespace bridge::loop {

/// Lets this process open as many descriptors as its hard limit allows. Every client and worker is one; the soft limit
/// of 1024 that shells hand down would be the true MAX_CONNECTIONS.
void raiseDescriptorLimit();

}  // namespace bridge::loop
