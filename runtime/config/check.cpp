#include "config/check.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "config/setting_rows.h"

namespace bridge::config {
namespace {

namespace fs = std::filesystem;

bool may(const std::string& path, int rights) { return ::faccessat(AT_FDCWD, path.c_str(), rights, AT_EACCESS) == 0; }

bool isFolder(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

bool isProgram(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && may(path, X_OK);
}

std::string parent(const std::string& path) { return fs::path(path).parent_path().string(); }

class Check {
 public:
  Check(const Settings& settings, std::string_view searchPath) : settings_(settings), searchPath_(searchPath) {}

  std::vector<Problem> programs() {
    if (settings_.serveLaravel) {
      php();
    }
    processes();
    return std::move(found_.problems);
  }

  Environment run() {
    if (settings_.serveLaravel) {
      application();
      php();
      socket("SOCKET_PATH", settings_.socketPath);
    }
    processes();
    lambdas();
    if (!settings_.logDir.empty()) {
      folder("LOG_DIR", settings_.logDir);
    }
    folder("SPOOL_DIR", settings_.spoolDir);
    if (!settings_.adminSocket.empty()) {
      socket("ADMIN_SOCKET", settings_.adminSocket);
    }
    if (settings_.httpHost.starts_with("unix:")) {
      socket("HTTP_HOST", settings_.httpHost.substr(5));
    }
    for (const auto& root : settings_.sendfileRoots) {
      if (!isFolder(root)) {
        problem("SENDFILE_ROOTS", root, "is not a folder");
      }
    }
    return std::move(found_);
  }

 private:
  void problem(std::string_view variable, const std::string& value, std::string message) {
    found_.problems.push_back({std::string(variable), value, std::move(message)});
  }

  void application() {
    if (!isFolder(settings_.laravelPath)) {
      problem("LARAVEL_PATH", settings_.laravelPath, "is not a folder");
      return;
    }
    found_.artisan = absolutePath("artisan", settings_.laravelPath);
    if (!may(found_.artisan, R_OK)) {
      problem("LARAVEL_PATH", settings_.laravelPath, "is not a Laravel application: it has no readable file artisan");
    }
  }

  void php() {
    if (settings_.phpPath.find('/') != std::string::npos) {
      if (isProgram(settings_.phpPath)) {
        found_.php = settings_.phpPath;
      } else {
        problem("PHP_PATH", settings_.phpPath, "is not an executable file");
      }
    } else if (found_.php = search(settings_.phpPath); found_.php.empty()) {
      problem("PHP_PATH", settings_.phpPath, "is not found in PATH");
    }
    if (!settings_.phpIni.empty() && (isFolder(settings_.phpIni) || !may(settings_.phpIni, R_OK))) {
      problem("PHP_INI", settings_.phpIni, "is not a readable file");
    }
  }

  /// Artisan and PHP are looked at by `application` and `php`; a relative path starts in LARAVEL_PATH, as the program
  /// does.
  void processes() {
    for (const auto& entry : settings_.processes.entries) {
      const auto& program = entry.command.front();
      if (program == "artisan" || program == "php") {
        continue;
      }
      const bool path = program.find('/') != std::string::npos;
      if (path ? !isProgram(absolutePath(program, settings_.laravelPath)) : search(program).empty()) {
        problem("BRIDGE_PROCESSES", "",
                "the program of the entry \"" + entry.name + "\" is " +
                    (path ? "not an executable file" : "not found in PATH"));
      }
    }
  }

  void lambdas() {
    const auto& manifest = settings_.lambdasManifest;
    if (!manifest.empty() && (isFolder(manifest) || !may(manifest, R_OK))) {
      problem("LAMBDAS_MANIFEST", manifest, "is not a readable file; `laravel-bridge lambdas FILE` names it");
    }
  }

  [[nodiscard]] std::string search(const std::string& name) const {
    auto rest = searchPath_;
    while (!rest.empty()) {
      const auto colon = std::min(rest.find(':'), rest.size());
      const auto folder = rest.substr(0, colon);
      // An empty or relative entry means the working directory, which is no place to take programs from.
      if (folder.starts_with('/')) {
        if (auto path = absolutePath(name, folder); isProgram(path)) {
          return path;
        }
      }
      rest.remove_prefix(std::min(colon + 1, rest.size()));
    }
    return "";
  }

  /// A folder that is there and writable, or that can be made.
  void folder(std::string_view variable, const std::string& path) {
    std::error_code error;
    auto existing = path;
    while (!fs::exists(fs::symlink_status(existing, error)) && existing != parent(existing)) {
      existing = parent(existing);
    }
    if (!isFolder(existing)) {
      problem(variable, path, existing == path ? "is not a folder" : "cannot be made: " + existing + " is no folder");
    } else if (!may(existing, W_OK | X_OK)) {
      problem(variable, path,
              existing == path ? "is not writable" : "cannot be made: " + existing + " is not writable");
    }
  }

  /// A path where a socket can be bound: its folder is writable, and nothing but a socket is there.
  void socket(std::string_view variable, const std::string& path) {
    const auto folder = parent(path);
    std::error_code error;
    const auto status = fs::symlink_status(path, error);
    if (!isFolder(folder)) {
      problem(variable, path, "cannot be bound: " + folder + " is not a folder");
    } else if (!may(folder, W_OK | X_OK)) {
      problem(variable, path, "cannot be bound: " + folder + " is not writable");
    } else if (fs::exists(status) && status.type() != fs::file_type::socket) {
      problem(variable, path, "is there and is not a socket; it is left alone");
    }
  }

  const Settings& settings_;
  std::string_view searchPath_;
  Environment found_;
};

}  // namespace

Environment checkEnvironment(const Settings& settings, std::string_view searchPath) {
  return Check(settings, searchPath).run();
}

void checkPrograms(LoadResult& loaded, std::string_view searchPath) {
  const auto problems = Check(loaded.settings, searchPath).programs();
  loaded.problems.insert(loaded.problems.end(), problems.begin(), problems.end());
}

}  // namespace bridge::config
