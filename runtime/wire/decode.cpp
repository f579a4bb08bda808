#include "wire/decode.h"

#include <string>
#include <utility>

#include "wire/json.h"
#include "wire/members.h"

namespace bridge::wire {
namespace {

using json::Value;

void readHeaders(Members& in, http::Headers& out) {
  const Value* list = in.array("headers");
  if (list == nullptr) return;
  out.reserve(list->Size());
  for (const Value& pair : list->GetArray()) {
    std::string name;
    std::string value;
    const bool right =
        pair.IsArray() && pair.Size() == 2 && Members::isomorphic(pair[0], name) && Members::isomorphic(pair[1], value);
    in.check("headers", right);
    if (!right) return;
    out.add(std::move(name), std::move(value));
  }
}

void readHead(Members& in, http::ResponseHead& out, int least, int most) {
  in.number("status", out.status);
  in.check("status", out.status >= least && out.status <= most);
  in.optionalBytes("reason", out.reason);
  readHeaders(in, out.headers);
}

void readEndpoint(Members& in, const char* name, http::Endpoint& out) {
  const Value* pair = in.array(name);
  if (pair == nullptr) return;
  in.check(name, pair->Size() == 2 && Members::isomorphic((*pair)[0], out.address) &&
                     Members::smallNatural((*pair)[1], out.port));
}

bool readFormField(const Value& pair, Form& form) {
  Form::Field field;
  if (!pair.IsArray() || pair.Size() != 2 || !Members::isomorphic(pair[0], field.name) ||
      !Members::natural(pair[1], field.bytes)) {
    return false;
  }
  form.fields.push_back(std::move(field));
  return true;
}

void readForm(Members& in, std::optional<Form>& out) {
  const Value* object = in.optionalObject("form");
  if (object == nullptr) return;
  out.emplace();
  Members form("form", *object);
  if (const Value* fields = form.array("fields")) {
    for (const Value& field : fields->GetArray()) form.check("fields", readFormField(field, *out));
  }
  if (const Value* files = form.array("files")) {
    for (const Value& entry : files->GetArray()) {
      form.check("files", entry.IsObject());
      if (!entry.IsObject()) break;
      Members members("file", entry);
      Form::File& file = out->files.emplace_back();
      members.bytes("field", file.field);
      members.bytes("name", file.name);
      members.bytes("type", file.type);
      members.bytes("path", file.path);
      members.number("size", file.size);
      members.number("error", file.error);
      form.checkAll("files", members);
    }
  }
  in.checkAll("form", form);
}

void readHello(Members& in, WorkerMessage& out) {
  auto& hello = out.emplace<Hello>();
  in.number("v", hello.version);
  in.number("pid", hello.pid);
  in.text("php", hello.php);
  in.text("laravel", hello.laravel);
  in.number("generation", hello.generation);
  in.boolean("supervised", hello.supervised);
  in.text("path", hello.path);
  in.number("capacity", hello.capacity);
  in.optionalNumber("stack", hello.stackSignal);
  in.optionalBoolean("debugger", hello.debugger);
}

void readTexts(Members& in, const char* name, std::vector<std::string>& out) {
  if (const Value* list = in.array(name)) {
    for (const Value& text : list->GetArray()) {
      in.check(name, text.IsString() && Members::take(text, out.emplace_back()));
    }
  }
}

void readStack(Members& in, WorkerMessage& out) {
  auto& stack = out.emplace<Stack>();
  in.bytes("id", stack.id);
  readTexts(in, "frames", stack.frames);
}

void readOutdated(Members& in, WorkerMessage& out) {
  auto& outdated = out.emplace<Outdated>();
  in.text("why", outdated.why);
  std::optional<bool> hold;
  in.optionalBoolean("hold", hold);
  outdated.hold = hold.value_or(false);
}

void readInfo(Members& in, WorkerMessage& out) {
  auto& info = out.emplace<Info>();
  readHead(in, info.head, 100, 199);
}

void readAnswer(Members& in, WorkerMessage& out) {
  auto& answer = out.emplace<AnswerHead>();
  readHead(in, answer.head, 200, 599);
  if (const Value* object = in.optionalObject("file")) {
    Members members("file", *object);
    FileSpan& file = answer.file.emplace();
    members.bytes("path", file.path);
    members.number("offset", file.offset);
    members.number("length", file.length);
    members.boolean("delete", file.remove);
    in.checkAll("file", members);
  }
}

void readEnd(Members& in, WorkerMessage& out) { in.optionalNumber("memory", out.emplace<End>().memory); }

void readReady(Members& in, WorkerMessage& out) {
  auto& ready = out.emplace<Ready>();
  in.number("memory", ready.memory);
  in.number("peak", ready.peak);
  in.number("requests", ready.requests);
  in.boolean("retire", ready.retire);
  in.optionalBoolean("patient", ready.patient);
  in.optionalText("why", ready.why);
  const Value* findings = in.optionalArray("findings");
  if (findings == nullptr) return;
  for (const Value& entry : findings->GetArray()) {
    in.check("findings", entry.IsObject());
    if (!entry.IsObject()) break;
    Members members("finding", entry);
    Finding& finding = ready.findings.emplace_back();
    members.text("kind", finding.kind);
    members.text("place", finding.place);
    members.text("what", finding.what);
    members.text("route", finding.route);
    members.text("advice", finding.advice);
    in.checkAll("findings", members);
  }
}

void readPong(Members& in, WorkerMessage& out) {
  auto& pong = out.emplace<Pong>();
  in.number("memory", pong.memory);
  in.number("requests", pong.requests);
}

void readWelcome(Members& in, ServerMessage& out) {
  auto& welcome = out.emplace<Welcome>();
  in.number("v", welcome.version);
}

void readRefuse(Members& in, ServerMessage& out) {
  auto& refuse = out.emplace<Refuse>();
  in.text("reason", refuse.reason);
}

void readRequest(Members& in, ServerMessage& out) {
  auto& message = out.emplace<RequestMessage>();
  http::Request& request = message.request;
  http::RequestHead& head = request.head;
  in.bytes("id", request.id);
  in.bytes("method", head.method);
  in.bytes("target", head.target);
  const auto query = head.target.find('?');
  head.path = head.target.substr(0, query);
  if (query != std::string::npos) head.query = head.target.substr(query + 1);
  std::string version;
  in.bytes("version", version);
  in.check("version", version == "1.0" || version == "1.1");
  head.version = version == "1.0" ? http::Version::http10 : http::Version::http11;
  in.bytes("scheme", request.scheme);
  in.bytes("host", head.host);
  readEndpoint(in, "client", request.client);
  readEndpoint(in, "server", request.server);
  in.seconds("time", request.receivedAt);
  readHeaders(in, head.headers);
  in.number("body", message.body.framed);
  in.optionalBytes("spool", message.body.spool);
  in.number("length", message.body.length);
  in.optionalBoolean("isolate", message.body.isolate);
  readForm(in, message.body.form);
}

void readBooting(Members& in, HandlerMessage& out) {
  auto& booting = out.emplace<Booting>();
  in.text("step", booting.step);
  in.optionalBoolean("debugger", booting.debugger);
}

void readListening(Members& in, HandlerMessage& out) {
  auto& listening = out.emplace<Listening>();
  in.text("path", listening.path);
  in.number("pid", listening.pid);
  in.number("capacity", listening.capacity);
  in.text("php", listening.php);
  in.text("laravel", listening.laravel);
  in.seconds("ms", listening.ms);
  readTexts(in, "notes", listening.notes);
}

void readFailed(Members& in, HandlerMessage& out) {
  auto& failed = out.emplace<Failed>();
  in.text("step", failed.step);
  in.text("class", failed.className);
  in.text("message", failed.message);
  in.text("file", failed.file);
  in.number("line", failed.line);
  in.text("trace", failed.trace);
}

void readForked(Members& in, HandlerMessage& out) {
  auto& forked = out.emplace<Forked>();
  in.number("pid", forked.pid);
  in.optionalText("role", forked.role);
}

void readExited(Members& in, HandlerMessage& out) {
  auto& exited = out.emplace<Exited>();
  in.number("pid", exited.pid);
  in.number("code", exited.code);
  in.number("signal", exited.signal);
  in.seconds("user", exited.user);
  in.seconds("system", exited.system);
  in.number("peak", exited.peak);
}

void readKill(Members& in, RuntimeMessage& out) {
  auto& kill = out.emplace<Kill>();
  in.number("pid", kill.pid);
  in.number("signal", kill.signal);
}

template <class Message>
struct Reader {
  std::string_view type;
  void (*read)(Members& in, Message& out);
};

template <class Variant, class Message>
void empty(Members& /*in*/, Variant& out) {
  out.template emplace<Message>();
}

constexpr Reader<WorkerMessage> kWorkerReaders[] = {
    {"answer", readAnswer},    {"end", readEnd},   {"ready", readReady}, {"taken", empty<WorkerMessage, Taken>},
    {"pong", readPong},        {"info", readInfo}, {"hello", readHello}, {"stack", readStack},
    {"outdated", readOutdated}};
constexpr Reader<ServerMessage> kServerReaders[] = {{"request", readRequest},
                                                    {"ping", empty<ServerMessage, Ping>},
                                                    {"cancel", empty<ServerMessage, Cancel>},
                                                    {"hello", readWelcome},
                                                    {"refuse", readRefuse}};
constexpr Reader<HandlerMessage> kHandlerReaders[] = {{"booting", readBooting},
                                                      {"listening", readListening},
                                                      {"failed", readFailed},
                                                      {"forked", readForked},
                                                      {"exited", readExited}};
constexpr Reader<RuntimeMessage> kRuntimeReaders[] = {{"drain", empty<RuntimeMessage, Drain>}, {"kill", readKill}};

template <class Message, std::size_t Count>
Result<Message> decode(std::string_view text, const Reader<Message> (&readers)[Count]) {
  json::Document document;
  if (auto parsed = document.parse(text); !parsed) return std::move(parsed).error();
  for (const auto& reader : readers) {
    if (reader.type != document.type()) continue;
    Result<Message> result{Message()};
    Members members(reader.type, document.root());
    reader.read(members, *result);
    if (!members.right()) return members.error();
    return result;
  }
  return Error{ErrorCode::ProtocolViolation, "a message of an unknown type"};
}

}  // namespace

Result<WorkerMessage> decodeWorkerMessage(std::string_view json) { return decode(json, kWorkerReaders); }
Result<ServerMessage> decodeServerMessage(std::string_view json) { return decode(json, kServerReaders); }
Result<HandlerMessage> decodeHandlerMessage(std::string_view json) { return decode(json, kHandlerReaders); }
Result<RuntimeMessage> decodeRuntimeMessage(std::string_view json) { return decode(json, kRuntimeReaders); }

}  // namespace bridge::wire
