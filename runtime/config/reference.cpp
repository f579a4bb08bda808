#include "config/reference.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cctype>

#include "config/setting_rows.h"

namespace bridge::config {
namespace {

constexpr std::size_t kWidth = 100;
constexpr std::string_view kIntroduction =
    "A flag wins over the process environment, that over the .env of LARAVEL_PATH, that over the .env\n"
    "of the working directory. An empty value counts as unset. Relative paths start at the working\n"
    "directory. Sizes take K, M, G and T, seconds up to three decimals.\n";

std::string capitalised(std::string_view text) {
  std::string out(text);
  if (!out.empty()) {
    out[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(out[0])));
  }
  return out;
}

/// What stands behind a default: " seconds"; nothing for bytes, whose suffix says it.
std::string unitAfter(const SettingRow& row) {
  return row.unit.empty() || row.unit == "bytes" ? "" : " " + std::string(row.unit);
}

/// Breaks `text` into lines of at most `width`, each behind `indent`.
std::string wrapped(std::string_view text, std::string_view indent, std::size_t width) {
  std::string out;
  std::size_t column = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    if (column == 0 || column + 1 + word.size() > width) {
      out.append(column == 0 ? "" : "\n").append(indent).append(word);
      column = indent.size() + word.size();
    } else {
      out.append(" ").append(word);
      column += 1 + word.size();
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out + "\n";
}

/// The meaning, and what may be chosen where there is a choice or a range.
std::string described(const SettingRow& row) {
  auto text = capitalised(row.meaning) + ".";
  if (row.wanted.starts_with("one of") || row.wanted.find(" from ") != std::string::npos) {
    text += " " + capitalised(row.wanted) + ".";
  }
  return text;
}

/// Calls `row` for each setting, and `group` before the first one of each group.
template <class Group, class Row>
void forEach(Group group, Row row) {
  std::string_view current;
  for (const auto& setting : settingRows()) {
    if (setting.group != current) {
      current = setting.group;
      group(current);
    }
    row(setting);
  }
}

constexpr std::string_view kServerUsage =
    "Usage: laravel-bridge [serve] [flags]\n"
    "       laravel-bridge status [--json] | workers | top | reload [--wait] | stop [--wait]\n"
    "       laravel-bridge {} [flags]\n\n"
    "  serve          run the server, in the foreground; without a command the same\n"
    "  status         what the running server does: workers, queue, requests, last errors\n"
    "  workers        its workers alone\n"
    "  top            the status, live, until q is pressed\n"
    "  reload         new workers with the code and .env of now; --wait until they serve\n"
    "  stop           finish what is under way and end; --wait until it has ended\n"
    "  The other commands serve one kind of upstream alone; each has its own --help.\n\n"
    "  --check        check the settings and the machine, show the routes, or say what is wrong, and exit\n"
    "  --workers N    exactly N workers: SOCKET_POOL_MIN and SOCKET_POOL_MAX\n"
    "  --help, -h     this text\n"
    "  --version, -V  the version\n\n";
constexpr std::string_view kProgramUsage =
    "Usage: laravel-bridge {} {}[flags]\n"
    "       laravel-bridge {} status [--json] | top | reload [--wait] | stop [--wait]    of the server that runs\n{}\n"
    "  --check        check the settings, show the routes, or say what is wrong, and exit\n"
    "  --help, -h     this text\n\n";
constexpr std::string_view kServerExits =
    "\nExit: 0 stopped in order, 2 wrong use of the command line, 78 settings that cannot work. The commands that "
    "ask\n"
    "the running server: 0 done, and for status that it is ready; 1 it is not ready, or has refused or failed;\n"
    "3 no server answers.\n";

std::string words(const Program& program) {
  std::string out;
  for (const auto& word : program.words) {
    out += fmt::format("       laravel-bridge {} {:<6}{}\n", program.name, word.name,
                       word.checks ? "as --check" : "as without this word");
  }
  return out;
}

std::string otherPrograms() {
  std::string names;
  for (const auto& program : programs().subspan(1)) {
    names += (names.empty() ? "" : " | ") + std::string(program.name);
  }
  return names;
}

bool shows(const Program& program, std::string_view group) {
  return program.groups.empty() || std::ranges::find(program.groups, group) != program.groups.end();
}

/// "[manifest.xml] ": what stands without dashes.
std::string arguments(const Program& program) {
  std::string text;
  for (const auto& flag : program.flags) {
    if (!flag.spelling.starts_with('-')) {
      text += fmt::format("[{}] ", flag.value);
    }
  }
  return text;
}

/// ", PORT, -p,--port PORT": the further names that a setting has in this program.
std::string ownSpellings(const Program& program, const SettingRow& row) {
  std::string text;
  for (const auto& own : program.names) {
    if (own.setting == row.name || own.port == row.name) {
      text += fmt::format(", {}", own.name);
    }
  }
  for (const auto& flag : program.flags) {
    if (flag.setting == row.name && flag.spelling.starts_with('-')) {
      text += fmt::format(", {} {}", flag.spelling, flag.value);
    }
  }
  return text;
}

}  // namespace

std::string helpText(const Program& program) {
  const bool server = &program == &serveProgram();
  std::string out = fmt::format("Laravel Bridge " BRIDGE_VERSION ": {}\n\n", program.summary);
  out += server ? fmt::format(kServerUsage, otherPrograms())
                : fmt::format(kProgramUsage, program.name, arguments(program), program.name, words(program));
  out += kIntroduction;
  forEach(
      [&](std::string_view group) {
        if (shows(program, group)) {
          out += fmt::format("\n{}:\n", group);
        }
      },
      [&](const SettingRow& row) {
        if (!shows(program, row.group)) {
          return;
        }
        const auto initial = program.initial(row.name, row.initial);
        out += fmt::format("  {}{}{}{}{}\n", row.name, ownSpellings(program, row), row.flag.empty() ? "" : ", --",
                           row.flag, initial.empty() ? "" : fmt::format(" ({}{})", initial, unitAfter(row)));
        out += wrapped(described(row), "      ", kWidth);
      });
  out += server ? kServerExits
                : fmt::format("\nExit: 0 stopped in order, 2 wrong use of the command line, {}.\n",
                              program.exitFiles == program.exitSettings
                                  ? fmt::format("{} settings that cannot work", program.exitSettings)
                                  : fmt::format("{} settings that cannot work, {} a file that cannot",
                                                program.exitSettings, program.exitFiles));
  return out;
}

std::string envExample() {
  std::string out =
      "# The settings of Laravel Bridge with their defaults, made by `make generate`. Copy what you change to .env\n"
      "# and take the # before it away.\n#\n";
  for (auto rest = kIntroduction; !rest.empty();) {
    const auto end = rest.find('\n');
    out += fmt::format("# {}\n", rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  forEach([&](std::string_view group) { out += fmt::format("\n# --- {} ---\n", group); },
          [&](const SettingRow& row) {
            out += "\n" + wrapped(described(row), "# ", kWidth) + fmt::format("#{}={}\n", row.name, row.initial);
          });
  return out;
}

std::string settingsTable() {
  std::string out;
  forEach(
      [&](std::string_view group) {
        out += fmt::format("{}### {}\n\n| variable | default | meaning |\n| --- | --- | --- |\n",
                           out.empty() ? "" : "\n", group);
      },
      [&](const SettingRow& row) {
        const auto flag = row.flag.empty() ? "" : fmt::format("<br>`--{}`", row.flag);
        const auto initial = row.initial.empty() ? "" : fmt::format("`{}`{}", row.initial, unitAfter(row));
        out += fmt::format("| `{}`{} | {} | {}{} |\n", row.name, flag, initial, row.meaning,
                           row.reloadable() ? "; SIGHUP is enough" : "");
      });
  return out;
}

}  // namespace bridge::config
