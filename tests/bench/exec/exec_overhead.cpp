// What a request of the exec kind costs above the bare process: the same program, started with posix_spawn and waited
// for, and started by the server for a request over a kept connection. In turn, in one run.
//
//   exec_overhead SERVER [RUNS]      the program is this one, as `exec_overhead reply`

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

[[noreturn]] void giveUp(const std::string& what) {
  std::perror(what.c_str());
  std::exit(1);
}

/// Sends a request and reads its answer, which has a Content-Length.
std::string ask(int socket, const std::string& request) {
  if (::write(socket, request.data(), request.size()) != static_cast<ssize_t>(request.size())) {
    giveUp("write");
  }
  std::string answer;
  char buffer[4096];
  while (true) {
    const auto got = ::read(socket, buffer, sizeof buffer);
    if (got <= 0) {
      giveUp("read");
    }
    answer.append(buffer, static_cast<std::size_t>(got));
    const auto end = answer.find("\r\n\r\n");
    const auto length = answer.find("Content-Length: ");
    if (end != std::string::npos && length != std::string::npos &&
        answer.size() >= end + 4 + std::stoul(answer.substr(length + 16))) {
      return answer;
    }
  }
}

int reply() {
  char byte = 0;
  while (::read(0, &byte, 1) > 0) {
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, std::getenv("UROCKET_SOCKET"), sizeof address.sun_path - 1);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    giveUp("connect");
  }
  ask(socket, std::string("POST /uri/") + std::getenv("REQUEST_ID") +
                  " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}");
  return 0;
}

pid_t start(const std::vector<std::string>& command, const std::vector<std::string>& environment, int errors = -1) {
  const auto pointers = [](const std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (const auto& text : texts) {
      all.push_back(const_cast<char*>(text.c_str()));
    }
    all.push_back(nullptr);
    return all;
  };
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  if (errors >= 0) {
    posix_spawn_file_actions_adddup2(&actions, errors, 2);
  }
  pid_t pid = 0;
  if (::posix_spawn(&pid, command[0].c_str(), &actions, nullptr, pointers(command).data(),
                    pointers(environment).data()) != 0) {
    giveUp(command[0]);
  }
  posix_spawn_file_actions_destroy(&actions);
  return pid;
}

double median(std::vector<double>& times) {
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

int connectTo(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    giveUp("connect");
  }
  return socket;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && argv[1] == std::string("reply")) {
    return reply();
  }
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s SERVER [RUNS]\n", argv[0]);
    return 2;
  }
  const int runs = argc > 2 ? std::atoi(argv[2]) : 500;
  char folder[] = "/tmp/exec-bench-XXXXXX";
  if (::mkdtemp(folder) == nullptr) {
    giveUp("mkdtemp");
  }
  const std::string path = folder;
  const std::string self = std::string(::realpath("/proc/self/exe", nullptr));
  std::ofstream(path + "/service.yaml") << "socketpath: " << path << "/reply.sock\npaths:\n  /run:\n    post:\n"
                                        << "      inject: { wd: /, env: [], cmd: '" << self
                                        << " reply', channel: stdin, timeout: 10000 }\n"
                                        << "      outtake: usocket://uri/{req_id}\n";
  const int log = ::open((path + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const pid_t server =
      start({argv[1], "urocket", "-c", path + "/service.yaml", "-p", "0"}, {"ADMIN_SOCKET=off", "ACCESS_LOG=off"}, log);
  int port = 0;
  for (int i = 0; i < 5000 && port == 0; ++i) {
    std::ifstream in(path + "/log");
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto at = text.find("listening on http://127.0.0.1:");
    port = at == std::string::npos ? 0 : std::atoi(text.c_str() + at + 30);
    ::usleep(1000);
  }
  const int client = connectTo(port);
  std::vector<double> bare;
  std::vector<double> served;
  const auto time = [](std::vector<double>& times, const auto& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  };
  for (int i = 0; i < runs; ++i) {
    time(bare, [&] {
      // Nobody awaits its reply; the socket answers it all the same.
      ::waitpid(start({self, "reply"}, {"REQUEST_ID=nobody", "UROCKET_SOCKET=" + path + "/reply.sock"}), nullptr, 0);
    });
    time(served, [&] {
      if (!ask(client, "POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}")
               .starts_with("HTTP/1.1 200")) {
        giveUp("the answer");
      }
    });
    ::usleep(500);  // The process of the request ends behind its answer.
  }
  ::kill(server, SIGTERM);
  ::waitpid(server, nullptr, 0);
  for (const auto* name : {"/service.yaml", "/log"}) {
    ::unlink((path + name).c_str());
  }
  ::rmdir(folder);
  const double plain = median(bare);
  const double request = median(served);
  std::printf("exec per request, p50 of %d: bare posix_spawn and wait %.3f ms, request %.3f ms, overhead %+.3f ms\n",
              runs, plain, request, request - plain);
  return 0;
}
