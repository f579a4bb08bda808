// The plainest HTTP server that libuv allows: it answers whatever it reads at once with the same bytes, and parses
// nothing. Prints its port.
#include <netinet/in.h>
#include <uv.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace {

char answer[] =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 22\r\n\r\n{\"ok\":true,\"result\":8}";
char input[65536];

void onRead(uv_stream_t* client, ssize_t count, const uv_buf_t* /*buffer*/) {
  if (count < 0) {
    uv_close(reinterpret_cast<uv_handle_t*>(client),
             [](uv_handle_t* handle) { delete reinterpret_cast<uv_tcp_t*>(handle); });
    return;
  }
  const auto bytes = uv_buf_init(answer, sizeof answer - 1);
  if (uv_try_write(client, &bytes, 1) != static_cast<int>(bytes.len)) {
    std::abort();
  }
}

void onConnection(uv_stream_t* server, int status) {
  auto client = std::make_unique<uv_tcp_t>();
  if (status != 0 || uv_tcp_init(server->loop, client.get()) != 0) {
    std::abort();
  }
  auto* stream = reinterpret_cast<uv_stream_t*>(client.release());
  uv_tcp_nodelay(reinterpret_cast<uv_tcp_t*>(stream), 1);
  if (uv_accept(server, stream) != 0) {
    std::abort();
  }
  uv_read_start(
      stream, [](uv_handle_t*, std::size_t, uv_buf_t* buffer) { *buffer = uv_buf_init(input, sizeof input); }, onRead);
}

}  // namespace

int main() {
  auto* loop = uv_default_loop();
  uv_tcp_t server;
  sockaddr_in address;
  uv_ip4_addr("127.0.0.1", 0, &address);
  if (uv_tcp_init(loop, &server) != 0 || uv_tcp_bind(&server, reinterpret_cast<sockaddr*>(&address), 0) != 0 ||
      uv_listen(reinterpret_cast<uv_stream_t*>(&server), 1024, onConnection) != 0) {
    return 1;
  }
  int length = sizeof address;
  uv_tcp_getsockname(&server, reinterpret_cast<sockaddr*>(&address), &length);
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return uv_run(loop, UV_RUN_DEFAULT);
}
