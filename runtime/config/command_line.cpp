#include "config/command_line.h"

#include <CLI/CLI.hpp>
#include <deque>
#include <string_view>
#include <utility>
#include <vector>

#include "config/kinds.h"
#include "config/reference.h"
#include "config/setting_rows.h"

namespace bridge::config {
namespace {

/// The flags, declared on one CLI11 application. `--help` and the other printing flags are plain flags here: the text
/// is ours, and nothing exits.
class Flags {
 public:
  Flags() {
    app_.set_help_flag();
    app_.require_subcommand(0, 1);
    for (const auto& program : programs()) {
      addProgram(program);
    }
    addCommands(app_);
    app_.add_flag("--check", check_);
    app_.add_flag("-h,--help", help_);
    app_.add_flag("-V,--version", version_);
    app_.add_flag("--print-env-example", envExample_);
    app_.add_flag("--print-settings-table", settingsTable_);
    app_.add_option("--workers", workers_)->take_last();
    for (const auto& row : settingRows()) {
      if (!row.flag.empty()) {
        auto& [name, value, option] = settings_.emplace_back(row.name, "", nullptr);
        option = app_.add_option("--" + std::string(row.flag), value)->take_last();
        // A switch is turned on by its name alone.
        if (row.wanted == kind::Flag::wanted("")) option->expected(0, 1);
      }
    }
  }

  CommandLine parse(int argc, const char* const* argv) {
    app_.parse(argc, argv);
    CommandLine line;
    for (const auto& [program, command] : programs_) {
      if (command->parsed()) {
        line.program = program;
      }
    }
    if (help_ || version_ || envExample_ || settingsTable_) {
      line.action = CommandLine::Action::print;
      line.text = help_         ? helpText(*line.program)
                  : version_    ? "laravel-bridge " BRIDGE_VERSION "\n"
                  : envExample_ ? envExample()
                                : settingsTable();
      return line;
    }
    line.action = check_ ? CommandLine::Action::check : CommandLine::Action::serve;
    for (const auto& [word, command] : words_) {
      if (command->parsed() && word->checks) {
        line.action = CommandLine::Action::check;
      }
    }
    for (const auto* command : commands_) {
      if (command->parsed()) {
        line.action = CommandLine::Action::ask;
        line.command = command->get_name();
      }
    }
    line.json = json_;
    line.wait = wait_;
    if (!workers_.empty()) {
      line.flags["SOCKET_POOL_MIN"] = workers_;
      line.flags["SOCKET_POOL_MAX"] = workers_;
    }
    for (const auto& [name, value, option] : settings_) {
      if (option->count() > 0) {
        // --min-workers is more exact than --workers; a switch without a value is on.
        line.flags[std::string(name)] = value.empty() && option->get_expected_min() == 0 ? "on" : value;
      }
    }
    return line;
  }

 private:
  struct Setting {
    std::string_view name;
    std::string value;
    CLI::Option* option;
    Setting(std::string_view n, std::string v, CLI::Option* o) : name(n), value(std::move(v)), option(o) {}
  };

  /// Its own flags go before those of all.
  void addProgram(const Program& program) {
    auto* command = app_.add_subcommand(std::string(program.name));
    command->set_help_flag();
    command->fallthrough();
    programs_.emplace_back(&program, command);
    for (const auto& flag : program.flags) {
      auto& [name, value, option] = settings_.emplace_back(flag.setting, "", nullptr);
      option = command->add_option(std::string(flag.spelling), value)->take_last();
    }
    if (&program == &serveProgram()) {
      return;
    }
    command->require_subcommand(0, 1);
    addCommands(*command);
    for (const auto& word : program.words) {
      words_.emplace_back(&word, addWord(*command, std::string(word.name)));
    }
  }

  static CLI::App* addWord(CLI::App& parent, const std::string& name) {
    auto* command = parent.add_subcommand(name);
    command->set_help_flag();
    command->fallthrough();
    return command;
  }

  /// Those that ask a server that runs; behind a program's name, the one with the defaults of that.
  void addCommands(CLI::App& parent) {
    for (const auto& name : {"status", "workers", "top", "reload", "stop"}) {
      commands_.push_back(addWord(parent, name));
    }
    const auto* last = &commands_.back();
    last[-4]->add_flag("--json", json_);
    last[-1]->add_flag("--wait", wait_);
    last[0]->add_flag("--wait", wait_);
  }

  CLI::App app_;
  std::vector<std::pair<const Program*, CLI::App*>> programs_;
  std::vector<CLI::App*> commands_;
  std::vector<std::pair<const Program::Word*, CLI::App*>> words_;
  bool json_ = false;
  bool wait_ = false;
  bool check_ = false;
  bool help_ = false;
  bool version_ = false;
  bool envExample_ = false;
  bool settingsTable_ = false;
  std::string workers_;
  std::deque<Setting> settings_;  // CLI11 keeps references into it
};

}  // namespace

Result<CommandLine> parseCommandLine(int argc, const char* const* argv) {
  try {
    return Flags().parse(argc, argv);
  } catch (const CLI::Error& error) {
    return Error{ErrorCode::InvalidSettings, error.what()};
  }
}

}  // namespace bridge::config
