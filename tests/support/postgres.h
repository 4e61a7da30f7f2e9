// SPDX-License-Identifier: Apache-2.0
// postgres: a PostgreSQL server for tests: its own data, its own socket, no port, in a temporary
// folder, run by a user without rights. It dies with the test. Without the Debian package
// `postgresql` a test says that it is skipped, and fails under CI, which must have it.
#pragma once

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "support/support.h"

namespace cupel::test {

class PostgresServer {
 public:
  // The folder with `initdb` and `postgres`, or nothing.
  static std::filesystem::path programs() {
    std::vector<std::filesystem::path> found;
    std::error_code none;
    for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
      if (std::filesystem::exists(version.path() / "bin/initdb")) {
        found.push_back(version.path() / "bin");
      }
    }
    return found.empty() ? std::filesystem::path() : *std::ranges::max_element(found);
  }

  // The one server of this test program, started when it is first asked for.
  static PostgresServer& shared() {
    static PostgresServer server;
    return server;
  }

  PostgresServer() {
    user_ = ::geteuid() == 0 ? user_without_rights() : nullptr;
    std::filesystem::permissions(folder_.path(), std::filesystem::perms{0755});
    std::filesystem::create_directories(data());
    if (user_ != nullptr && ::chown(data().c_str(), user_->pw_uid, user_->pw_gid) != 0) return;
    const pid_t made = run({(programs() / "initdb").string(), "--no-sync", "-A", "trust", "-U",
                            "tester", "-E", "UTF8", "--locale=C", "-D", data().string()});
    int status = 0;
    if (::waitpid(made, &status, 0) != made || status != 0) return;
    std::ofstream(data() / "postgresql.conf", std::ios::app)
        << "listen_addresses = ''\nunix_socket_directories = '" << data().string()
        << "'\nshared_buffers = 64MB\nmax_connections = 120\n";
    start();
  }
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;
  PostgresServer(PostgresServer&&) = delete;
  PostgresServer& operator=(PostgresServer&&) = delete;
  ~PostgresServer() { stop(SIGQUIT); }

  // Starts the server over the data that is there and waits until it answers.
  void start() {
    std::filesystem::remove(data() / "postmaster.pid");
    process_ = run({(programs() / "postgres").string(), "-D", data().string()});
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::chrono::steady_clock::now() < deadline) {
      const auto lines = split(slurp_if_there(data() / "postmaster.pid"));
      if (lines.size() >= 8 && lines[7].starts_with("ready")) {
        runs_ = true;
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  // SIGKILL is what a power cut is; SIGQUIT ends it at once, too, with all its children.
  void stop(int signal) {
    if (process_ <= 0) return;
    if (signal == SIGKILL) kill_children();
    ::kill(process_, signal);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
    runs_ = false;
  }
  [[nodiscard]] bool runs() const { return runs_; }

  [[nodiscard]] std::string url(const std::string& database) const {
    return "postgresql:///" + database + "?user=tester&host=" + data().string();
  }
  [[nodiscard]] std::filesystem::path data() const { return folder_ / "pg"; }
  [[nodiscard]] std::string log() const { return slurp_if_there(folder_ / "log"); }

 private:
  static const passwd* user_without_rights() {
    for (const char* name : {"postgres", "nobody"}) {
      // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread
      if (const passwd* user = ::getpwnam(name)) return user;
    }
    return nullptr;
  }

  static std::string slurp_if_there(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> lines;
    for (const auto line : cupel::split(text, '\n')) lines.emplace_back(line);
    return lines;
  }

  // Its children first, so that none of them outlives it and holds the data.
  void kill_children() const {
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", none)) {
      std::ifstream in(entry.path() / "stat");
      std::string number;
      std::string name;
      std::string state;
      pid_t parent = 0;
      if (in >> number >> name >> state >> parent && parent == process_) {
        ::kill(std::stoi(number), SIGKILL);
      }
    }
  }

  pid_t run(std::vector<std::string> command) const {
    const int log = ::open((folder_ / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    const pid_t child = ::fork();
    if (child == 0) {
      ::dup2(log, STDOUT_FILENO);
      ::dup2(log, STDERR_FILENO);
      if (user_ != nullptr && (::setgid(user_->pw_gid) != 0 || ::setuid(user_->pw_uid) != 0)) {
        ::_exit(99);
      }
      ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
      if (::chdir("/") != 0) ::_exit(98);
      std::vector<char*> arguments;
      for (auto& word : command) arguments.push_back(word.data());
      arguments.push_back(nullptr);
      ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
    ::close(log);
    return child;
  }

  TemporaryFolder folder_;
  const passwd* user_ = nullptr;
  pid_t process_ = -1;
  bool runs_ = false;
};

}  // namespace cupel::test

// Skips the test when there is no server to start; fails it under CI.
#define NEED_POSTGRES()                                                                       \
  if (::cupel::test::PostgresServer::programs().empty()) {                                    \
    if (::cupel::test::variable("CI") != nullptr)                                             \
      FAIL() << "CI must have the Debian package `postgresql`";                               \
    GTEST_SKIP() << "no PostgreSQL server: apt-get install postgresql";                       \
  } else if (!::cupel::test::PostgresServer::shared().runs()) {                               \
    FAIL() << "the server did not start:\n" << ::cupel::test::PostgresServer::shared().log(); \
  }
