#include "loop/lookup.h"

#include <utility>

#include "loop/handle.h"

namespace bridge::loop {

/// Belongs to libuv until its callback, which comes even after a cancellation.
struct Lookup::Request {
  uv_getaddrinfo_t uv{};
  Lookup* owner = nullptr;
  std::string host;
  OnFound onFound;
};

std::unique_ptr<Lookup> Lookup::start(Loop& loop, const std::string& host, int port, OnFound onFound) {
  auto lookup = std::unique_ptr<Lookup>(new Lookup());
  auto request = std::make_unique<Request>();
  request->owner = lookup.get();
  request->host = host;
  request->onFound = std::move(onFound);
  request->uv.data = request.get();
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  const int error = uv_getaddrinfo(
      uvLoop(loop), &request->uv,
      [](uv_getaddrinfo_t* uv, int status, addrinfo* found) {
        const std::unique_ptr<Request> own(static_cast<Request*>(uv->data));
        const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, uv_freeaddrinfo);
        if (own->owner == nullptr) {
          return;
        }
        own->owner->request_ = nullptr;
        if (status != 0) {
          own->onFound(Error{ErrorCode::Io, "resolve " + own->host + ": " + uv_strerror(status)});
        } else {
          own->onFound(addressesOf(found));
        }
      },
      host.c_str(), std::to_string(port).c_str(), &hints);
  if (error != 0) {
    die("resolve a name", error);
  }
  lookup->request_ = request.release();
  return lookup;
}

Lookup::~Lookup() {
  if (request_ != nullptr) {
    request_->owner = nullptr;
    uv_cancel(reinterpret_cast<uv_req_t*>(&request_->uv));
  }
}

}  // namespace bridge::loop
