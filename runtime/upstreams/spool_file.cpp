#include "upstreams/spool_file.h"

#include <utility>

namespace bridge::upstreams {
namespace {

/// What a client is told of a failing disk: a full one has a status of its own, and so has a want of descriptors;
/// anything else is ours.
Error asAnswer(Error error) {
  if (error.code == ErrorCode::DiskFull || error.code == ErrorCode::NoDescriptors) {
    return error;
  }
  return {ErrorCode::Internal, "spool: " + std::move(error.detail)};
}

SpoolFile::Done translated(SpoolFile::Done done) {
  if (!done) {
    return {};
  }
  return [done = std::move(done)](Result<void> result) {
    done(result.ok() ? Result<void>() : Result<void>(asAnswer(result.error())));
  };
}

}  // namespace

Result<std::unique_ptr<SpoolFile>> SpoolFile::create(loop::Loop& loop, Spool& spool, std::uint64_t expected) {
  if (auto room = spool.reserve(expected); !room.ok()) {
    return room.error();
  }
  std::string path = spool.nextPath();
  auto writer = loop::FileWriter::create(loop, path, 0600);
  if (!writer.ok()) {
    spool.release(expected);
    return asAnswer(std::move(writer).error());
  }
  return std::unique_ptr<SpoolFile>(new SpoolFile(loop, spool, std::move(path), std::move(writer).value(), expected));
}

SpoolFile::SpoolFile(loop::Loop& loop, Spool& spool, std::string path, std::unique_ptr<loop::FileWriter> writer,
                     std::uint64_t reserved)
    : loop_(loop), spool_(spool), path_(std::move(path)), writer_(std::move(writer)), reserved_(reserved) {}

SpoolFile::~SpoolFile() {
  writer_.reset();
  loop::removeFile(loop_, path_);
  spool_.release(reserved_);
}

Result<void> SpoolFile::write(Bytes data, Done done) {
  const std::uint64_t after = size_ + data.size();
  if (after > reserved_) {
    if (auto room = spool_.reserve(after - reserved_); !room.ok()) {
      return room;
    }
    reserved_ = after;
  }
  size_ = after;
  writer_->write(std::move(data), translated(std::move(done)));
  return {};
}

void SpoolFile::close(Done done) { writer_->close(translated(std::move(done))); }

}  // namespace bridge::upstreams
