// The plainest servers that libuv allows; each answers every request with the same bytes, and prints its port.
//
//   tunnel_hello bytes   takes whatever it reads for a request
//   tunnel_hello http    finds the ends of requests with http_parser, as the usual "hello" of libuv does
#include <http_parser.h>
#include <netinet/in.h>
#include <uv.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace {

char answer[] =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 22\r\n\r\n{\"ok\":true,\"result\":8}";
char input[65536];
bool parses = false;

struct Client {
  uv_tcp_t socket{};
  http_parser parser{};
};

int say(Client& client) {
  const auto bytes = uv_buf_init(answer, sizeof answer - 1);
  if (uv_try_write(reinterpret_cast<uv_stream_t*>(&client.socket), &bytes, 1) != static_cast<int>(bytes.len)) {
    std::abort();
  }
  return 0;
}

http_parser_settings callbacks() {
  http_parser_settings settings;
  http_parser_settings_init(&settings);
  settings.on_message_complete = [](http_parser* parser) { return say(*static_cast<Client*>(parser->data)); };
  return settings;
}

void onRead(uv_stream_t* stream, ssize_t count, const uv_buf_t* /*buffer*/) {
  static const auto kCallbacks = callbacks();
  auto* client = static_cast<Client*>(stream->data);
  const auto size = static_cast<std::size_t>(count);
  if (count < 0 || (parses && http_parser_execute(&client->parser, &kCallbacks, input, size) != size)) {
    uv_close(reinterpret_cast<uv_handle_t*>(stream),
             [](uv_handle_t* handle) { delete static_cast<Client*>(handle->data); });
  } else if (!parses) {
    say(*client);
  }
}

void onConnection(uv_stream_t* server, int status) {
  auto* client = std::make_unique<Client>().release();
  auto* stream = reinterpret_cast<uv_stream_t*>(&client->socket);
  if (status != 0 || uv_tcp_init(server->loop, &client->socket) != 0) {
    std::abort();
  }
  stream->data = client;
  http_parser_init(&client->parser, HTTP_REQUEST);
  client->parser.data = client;
  uv_tcp_nodelay(&client->socket, 1);
  if (uv_accept(server, stream) != 0) {
    std::abort();
  }
  uv_read_start(
      stream, [](uv_handle_t*, std::size_t, uv_buf_t* buffer) { *buffer = uv_buf_init(input, sizeof input); }, onRead);
}

}  // namespace

int main(int argc, char** argv) {
  parses = argc == 2 && std::string_view(argv[1]) == "http";
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
