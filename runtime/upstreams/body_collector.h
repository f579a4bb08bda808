#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "upstreams/collector.h"

namespace bridge::upstreams {

/// Keeps a body as it is: in memory up to a limit, else in a spool file.
class BodyCollector final : public Collector {
 public:
  /// `expected` is the Content-Length, where there is one; room for it is claimed with the first byte.
  BodyCollector(const CollectorContext& context, std::optional<std::uint64_t> expected, CollectorEvents events);

  void add(Bytes data) override;
  void end() override;

 private:
  Result<void> spill();
  void finish(Result<CollectedBody> result);

  CollectorContext context_;
  CollectorEvents events_;
  std::optional<std::uint64_t> expected_;
  std::string memory_;
  std::unique_ptr<SpoolFile> file_;
  SpoolFlow flow_;
  bool done_ = false;
};

}  // namespace bridge::upstreams
