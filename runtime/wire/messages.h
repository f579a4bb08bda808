#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "http/request.h"
#include "http/response.h"

namespace bridge::wire {

/// The version of the protocol that this server speaks.
constexpr int kVersion = 1;

// The messages of PROTOCOL.md, which says what each member means. Strings hold bytes as HTTP or the file system knows
// them in Request, Info and Answer, and UTF-8 everywhere else.

// Worker to server ----------------------------------------------------------------------------------------------------

struct Hello {
  int version = kVersion;
  int pid = 0;
  std::string php;
  std::string laravel;
  std::uint64_t generation = 0;
  bool supervised = false;
  std::string path;
  /// Connections that the handler serves at once; 0: as many as are opened.
  std::uint64_t capacity = 0;
  /// The signal that makes the worker send a Stack; 0: none does.
  int stackSignal = 0;
  /// Somebody may stop it at a breakpoint: no deadline holds.
  bool debugger = false;
};

struct Taken {};

/// Where PHP is inside a request, the innermost frame first.
struct Stack {
  /// Of the request.
  std::string id;
  std::vector<std::string> frames;
};

struct Info {
  http::ResponseHead head;
};

/// A part of a file, in bytes.
struct FileSpan {
  std::string path;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  /// The file is removed once it has been sent, or cannot be sent any more.
  bool remove = false;
};

/// The head of an answer. With `file` no bytes follow.
struct AnswerHead {
  http::ResponseHead head;
  std::optional<FileSpan> file;
};

struct End {
  /// Bytes of memory that the request has taken at most; 0: not told.
  std::uint64_t memory = 0;
};

/// What the handler has booted is out of date: with what is on disk now it would boot another application.
struct Outdated {
  std::string why;
  /// The request has made it so, and none after it is meant to see the old one.
  bool hold = false;
};

/// What a request left behind, in the words of PROTOCOL.md. Texts of the application.
struct Finding {
  std::string kind;
  std::string place;
  std::string what;
  std::string route;
  std::string advice;
};

/// Memory in bytes.
struct Ready {
  std::uint64_t memory = 0;
  std::uint64_t peak = 0;
  std::uint64_t requests = 0;
  bool retire = false;
  /// With `retire`: it takes further requests until its connection is closed.
  bool patient = false;
  std::string why;
  /// Usually none; only with DETECT on.
  std::vector<Finding> findings;
};

struct Pong {
  std::uint64_t memory = 0;
  std::uint64_t requests = 0;
};

using WorkerMessage = std::variant<Hello, Taken, Info, AnswerHead, End, Ready, Pong, Stack, Outdated>;

// Server to worker ----------------------------------------------------------------------------------------------------

/// The server's hello.
struct Welcome {
  int version = kVersion;
};

struct Refuse {
  std::string reason;
};

/// A multipart body that has been taken apart. The values of the fields, one after the other, are the bytes that follow
/// the request.
struct Form {
  struct Field {
    std::string name;
    std::uint64_t bytes = 0;
  };
  struct File {
    std::string field;
    std::string name;
    std::string type;
    /// Empty with an error.
    std::string path;
    std::uint64_t size = 0;
    /// PHP's UPLOAD_ERR_* number.
    int error = 0;
  };

  std::vector<Field> fields;
  std::vector<File> files;
};

/// Where the body of a request is. Lengths in bytes.
struct RequestBody {
  /// What follows in frames: the body itself, or the values of the form's fields.
  std::uint64_t framed = 0;
  /// The whole body, wherever it is; with a form that of the original.
  std::uint64_t length = 0;
  /// The file that holds the body; empty: none.
  std::string spool;
  std::optional<Form> form;
  /// Whether the worker ends after this request, whatever it was started for; nothing: as that says.
  std::optional<bool> isolate;
};

struct RequestMessage {
  http::Request request;
  RequestBody body;
};

struct Cancel {};
struct Ping {};

using ServerMessage = std::variant<Welcome, Refuse, RequestMessage, Cancel, Ping>;

// The control channel -------------------------------------------------------------------------------------------------

struct Booting {
  std::string step;
  /// As in Hello.
  bool debugger = false;
};

struct Listening {
  std::string path;
  int pid = 0;
  std::uint64_t capacity = 0;
  std::string php;
  std::string laravel;
  /// What the start took, in milliseconds.
  double ms = 0;
  std::vector<std::string> notes;
};

struct Failed {
  std::string step;
  std::string className;
  std::string message;
  std::string file;
  std::uint64_t line = 0;
  std::string trace;
};

struct Forked {
  int pid = 0;
  /// What it is where it is no worker: "ticks".
  std::string role = {};
};

/// Times in seconds; peak resident memory in bytes.
struct Exited {
  int pid = 0;
  int code = 0;
  int signal = 0;
  double user = 0;
  double system = 0;
  std::uint64_t peak = 0;
};

using HandlerMessage = std::variant<Booting, Listening, Failed, Forked, Exited>;

struct Drain {};

struct Kill {
  int pid = 0;
  int signal = 9;
};

using RuntimeMessage = std::variant<Drain, Kill>;

}  // namespace bridge::wire
