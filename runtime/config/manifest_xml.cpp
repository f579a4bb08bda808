#include "config/manifest_xml.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <pugixml.hpp>
#include <utility>

#include "config/text.h"

namespace bridge::config {
namespace {

constexpr std::array<std::string_view, 8> kSingle = {"id",          "executable",         "route",     "pipe_name",
                                                     "working_dir", "communication_mode", "instances", "pipe_listener"};
/// A Unix socket's path has 107 bytes; "/tmp/" and the number of an instance need some.
constexpr std::size_t kLongestName = 90;
constexpr int kFirstPort = 9000;
constexpr std::uint32_t kPorts = 1000;

std::string quoted(std::string_view text) { return "`" + std::string(text) + "`"; }

bool isNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

class Reader {
 public:
  Reader(ManifestXml& out, std::string_view text) : out_(out), text_(text) {}

  void file(const pugi::xml_node& root) {
    if (std::string_view(root.name()) != "manifest") {
      problem(root, "the root element is <" + std::string(root.name()) + ">; it must be <manifest>");
      return;
    }
    for (const auto& node : root.children()) {
      if (node.type() == pugi::node_element && std::string_view(node.name()) == "process") {
        process(node);
      } else if (node.type() == pugi::node_element) {
        remark(node, "<" + std::string(node.name()) + "> means nothing here");
      }
    }
    samePipes();
    std::ranges::stable_sort(out_.problems, {}, &FileProblem::line);
  }

  [[nodiscard]] int lineAt(std::ptrdiff_t offset) const {
    if (offset < 0) {
      return 0;
    }
    const auto before = text_.substr(0, static_cast<std::size_t>(offset));
    return 1 + static_cast<int>(std::ranges::count(before, '\n'));
  }

 private:
  /// What one element says, without the blanks around it; comments inside it do not count.
  struct Element {
    pugi::xml_node node;
    std::string value;
  };

  void process(const pugi::xml_node& node) {
    std::vector<std::pair<std::string_view, Element>> found;
    LambdaEntry entry;
    const auto id = std::string(trimmed(textOf(node.child("id"))));
    where_ = "process " + (id.empty() ? "at line " + std::to_string(lineOf(node)) : quoted(id));
    for (const auto& child : node.children()) {
      if (child.type() != pugi::node_element) {
        continue;
      }
      const std::string_view name = child.name();
      auto value = textOf(child);
      if (name == "arg") {
        entry.args.push_back(std::move(value));
      } else if (std::ranges::find(kSingle, name) == kSingle.end()) {
        remark(child, "<" + std::string(name) + "> means nothing here");
      } else if (std::ranges::any_of(found, [name](const auto& one) { return one.first == name; })) {
        problem(child, "<" + std::string(name) + "> stands here twice");
      } else {
        found.emplace_back(name, Element{child, std::string(trimmed(value))});
      }
    }
    const auto take = [&found](std::string_view name) -> std::optional<Element> {
      const auto one = std::ranges::find(found, name, &std::pair<std::string_view, Element>::first);
      return one == found.end() ? std::nullopt : std::optional(one->second);
    };
    entry.id = required(node, take("id"), "id");
    entry.executable = required(node, take("executable"), "executable");
    entry.pipeName = pipeName(node, take("pipe_name"));
    if (const auto folder = take("working_dir")) {
      entry.workingDirectory = folder->value;
    }
    mode(entry, take("communication_mode"));
    instances(entry, take("instances"));
    listener(entry, take("pipe_listener"));
    auto route = readRoute(node, take("route"));
    where_.clear();
    keep(node, std::move(entry), std::move(route));
  }

  void keep(const pugi::xml_node& node, LambdaEntry entry, LambdaRoute route) {
    auto& manifest = out_.manifest;
    manifest.places.push_back({std::move(route), entry.id});
    const auto same = std::ranges::find(manifest.entries, entry.id, &LambdaEntry::id);
    if (same == manifest.entries.end()) {
      manifest.entries.push_back(std::move(entry));
      nodes_.push_back(node);
    } else {
      remark(node, "process " + quoted(entry.id) + " is there twice; the last one counts, for the routes of both");
      nodes_[static_cast<std::size_t>(same - manifest.entries.begin())] = node;
      *same = std::move(entry);
    }
  }

  /// Two processes cannot have one socket.
  void samePipes() {
    const auto& entries = out_.manifest.entries;
    for (auto one = entries.begin(); one != entries.end(); ++one) {
      const auto other = std::find_if(entries.begin(), one, [one](const LambdaEntry& before) {
        return before.mode == LambdaMode::pipe && one->mode == LambdaMode::pipe && before.pipeName == one->pipeName;
      });
      if (other != one && !one->pipeName.empty()) {
        const auto node = nodes_[static_cast<std::size_t>(one - entries.begin())].child("pipe_name");
        out_.problems.push_back({lineOf(node), "process " + quoted(one->id),
                                 "pipe_name " + quoted(one->pipeName) + " is that of process " + quoted(other->id)});
      }
    }
  }

  std::string required(const pugi::xml_node& process, const std::optional<Element>& element, std::string_view name) {
    if (!element) {
      problem(process, "<" + std::string(name) + "> is missing");
    } else if (element->value.empty()) {
      problem(element->node, "<" + std::string(name) + "> is empty");
    }
    return element ? element->value : std::string();
  }

  std::string pipeName(const pugi::xml_node& process, const std::optional<Element>& element) {
    auto name = required(process, element, "pipe_name");
    const bool good = std::ranges::all_of(name, isNameByte) && name != "." && name != "..";
    if (!good) {
      problem(element->node, "pipe_name is " + quoted(name) + "; it may hold letters, digits, `.`, `_` and `-`");
    } else if (name.size() > kLongestName) {
      problem(element->node, "pipe_name has more than " + std::to_string(kLongestName) + " bytes");
    }
    return name;
  }

  LambdaRoute readRoute(const pugi::xml_node& process, const std::optional<Element>& element) {
    LambdaRoute route;
    route.text = required(process, element, "route");
    if (route.text.empty()) {
      return route;
    }
    std::string_view path = route.text;
    if (path.front() != '/') {
      problem(element->node, "route is " + quoted(path) + "; it must begin with `/`");
      return route;
    }
    if (path.ends_with("/*")) {
      route.kind = LambdaRoute::Kind::tree;
      path.remove_suffix(2);
    } else if (path == "/") {
      route.kind = LambdaRoute::Kind::tree;
      path = {};
    } else if (path.ends_with('/')) {
      route.kind = LambdaRoute::Kind::below;
      path.remove_suffix(1);
    }
    route.path = path;
    const bool odd = std::ranges::any_of(path, [](char c) {
      return static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7F ||
             std::string_view("*{}?#").find(c) != std::string_view::npos;
    });
    if (odd) {
      problem(element->node, "route is " + quoted(route.text) +
                                 "; it is a path as it stands in a URL, and `*` may only be all of its last segment");
    }
    return route;
  }

  void mode(LambdaEntry& entry, const std::optional<Element>& element) {
    if (!element || element->value == "pipe") {
      return;
    }
    entry.mode = LambdaMode::http;
    if (element->value != "http") {
      problem(element->node, "Invalid communication mode: " + element->value + ". Must be 'pipe' or 'http'");
    }
  }

  void instances(LambdaEntry& entry, const std::optional<Element>& element) {
    if (!element) {
      return;
    }
    const auto& text = element->value;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), entry.instances);
    if (error != std::errc() || end != text.data() + text.size() || entry.instances < 1 ||
        entry.instances > kMaxLambdaInstances) {
      problem(element->node, "instances is " + quoted(text) + "; it must be a number from 1 to " +
                                 std::to_string(kMaxLambdaInstances));
      entry.instances = 1;
    }
  }

  void listener(LambdaEntry& entry, const std::optional<Element>& element) {
    if (!element) {
      return;
    }
    entry.childListens = element->value == "child";
    if (!entry.childListens && element->value != "server") {
      problem(element->node, "pipe_listener is " + quoted(element->value) + "; it must be `child` or `server`");
    }
  }

  static std::string textOf(const pugi::xml_node& element) {
    std::string text;
    for (const auto& part : element.children()) {
      if (part.type() == pugi::node_pcdata || part.type() == pugi::node_cdata) {
        text += part.value();
      }
    }
    return text;
  }

  [[nodiscard]] int lineOf(const pugi::xml_node& node) const { return lineAt(node.offset_debug()); }
  void problem(const pugi::xml_node& node, std::string what) {
    out_.problems.push_back({lineOf(node), where_, std::move(what)});
  }
  void remark(const pugi::xml_node& node, std::string what) {
    out_.remarks.push_back({lineOf(node), where_, std::move(what)});
  }

  ManifestXml& out_;
  /// Where each entry of the manifest stands.
  std::vector<pugi::xml_node> nodes_;
  std::string_view text_;
  std::string where_;
};

}  // namespace

bool LambdaRoute::matches(std::string_view asked) const {
  if (kind == Kind::exact) {
    return asked == path;
  }
  if (!asked.starts_with(path)) {
    return false;
  }
  const auto rest = asked.substr(path.size());
  return rest.starts_with('/') || (rest.empty() && kind == Kind::tree);
}

std::string LambdaRoute::pattern() const { return kind == Kind::exact ? path : path + "/*"; }

ManifestXml parseManifestXml(std::string_view text) {
  ManifestXml result;
  Reader reader(result, text);
  pugi::xml_document document;
  const auto parsed =
      document.load_buffer(text.data(), text.size(), pugi::parse_default | pugi::parse_ws_pcdata_single);
  if (!parsed) {
    // Where there is no element at all, that is what it says.
    result.problems.push_back({reader.lineAt(parsed.offset), {}, std::string("is no XML: ") + parsed.description()});
    return result;
  }
  const auto root = document.document_element();
  for (auto more = root.next_sibling(); more; more = more.next_sibling()) {
    if (more.type() == pugi::node_element) {
      result.problems.push_back({reader.lineAt(more.offset_debug()), {}, "is no XML: a second root element"});
      return result;
    }
  }
  reader.file(root);
  return result;
}

int lambdaPort(std::string_view pipeName) {
  std::uint32_t hash = 0;
  for (const char c : pipeName) {
    hash = hash * 31 + static_cast<unsigned char>(c);
  }
  return kFirstPort + static_cast<int>(hash % kPorts);
}

}  // namespace bridge::config
