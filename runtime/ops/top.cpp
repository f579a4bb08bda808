#include "ops/top.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "ops/admin_commands.h"
#include "ops/status_text.h"
#include "ops/terminal.h"

namespace bridge::ops {
namespace {

constexpr Duration kInterval = Seconds(1);

/// Requests in a second, from what two pictures say in all.
class Rate {
 public:
  double of(std::uint64_t total, Instant now) {
    // A server that was started anew begins at 0.
    const bool known = at_ != Instant() && total >= total_ && now > at_;
    const double rate =
        known ? static_cast<double>(total - total_) / std::chrono::duration<double>(now - at_).count() : 0;
    total_ = total;
    at_ = now;
    return rate;
  }

 private:
  std::uint64_t total_ = 0;
  Instant at_;
};

std::string screenOf(const AdminClient& client, const Result<AdminReply>& reply, Rate& rate, const TextStyle& style) {
  std::string title = "laravel-bridge at " + client.door().name();
  if (!reply.ok()) {
    return title + "\n\nno server answers: " + reply.error().detail + "\n\nq quits\n";
  }
  auto text = statusText(reply->body, style);
  if (reply->status != 200 || !text.ok()) {
    return title + "\n\nthe server refuses, status " + std::to_string(reply->status) + "\n\nq quits\n";
  }
  title = fmt::format("{:.1f} requests/s, q quits, ", rate.of(answeredRequests(reply->body), Clock::now())) + title;
  return title.substr(0, style.width) + "\n\n" + *text;
}

}  // namespace

int top(const AdminClient& client) {
  Terminal terminal;
  Rate rate;
  auto reply = client.ask("GET", "/-/status", kInterval);
  auto next = Clock::now() + kInterval;
  while (true) {
    terminal.show(screenOf(client, reply, rate, {.width = terminal.size().columns, .coloured = true}));
    const auto key = terminal.key(std::max<Duration>(next - Clock::now(), Millis(1)));
    if (key == 'q' || key == 'Q' || key == Terminal::kCtrlC) {
      return reply.ok() ? kExitDone : kExitNoServer;
    }
    // Another key, or another size: drawn anew with what is known, but not asked for more often.
    if (Clock::now() >= next) {
      reply = client.ask("GET", "/-/status", kInterval);
      next = Clock::now() + kInterval;
    }
  }
}

}  // namespace bridge::ops
