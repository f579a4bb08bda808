#include "server/filters/filter.h"

namespace bridge::server {

void Filter::onResponse(const http::Request& /*request*/, http::ResponseHead& /*head*/) {}

}  // namespace bridge::server
