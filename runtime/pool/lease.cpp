#include "pool/lease.h"

#include <utility>

#include "pool/connection.h"

namespace bridge::pool {

Lease::Lease(Connection& connection, std::string label, Seat seat) : connection_(&connection) {
  connection.lend(*this, std::move(label), std::move(seat));
}

Lease::Lease(Lease&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {
  if (connection_ != nullptr) connection_->lease_ = this;
}

Lease& Lease::operator=(Lease&& other) noexcept {
  if (this == &other) return *this;
  Connection* given = std::exchange(other.connection_, nullptr);
  if (connection_ != nullptr) connection_->release();
  connection_ = given;
  if (connection_ != nullptr) connection_->lease_ = this;
  return *this;
}

Lease::~Lease() {
  if (connection_ != nullptr) connection_->release();
}

}  // namespace bridge::pool
