// SPDX-License-Identifier: Apache-2.0
// process: runs a program for a test: its exit code, what it said, and a way to kill it.
#pragma once

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace cupel::test {

using Environment = std::vector<std::pair<std::string, std::string>>;

class Process {
 public:
  Process(std::vector<std::string> command, const Environment& environment) {
    int out[2];
    int err[2];
    if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0) std::abort();
    id_ = ::fork();
    if (id_ == 0) {
      ::dup2(out[1], STDOUT_FILENO);
      ::dup2(err[1], STDERR_FILENO);
      for (const auto& [name, value] : environment) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): the child has one thread
        ::setenv(name.c_str(), value.c_str(), 1);
      }
      std::vector<char*> arguments;
      arguments.reserve(command.size() + 1);
      for (auto& word : command) arguments.push_back(word.data());
      arguments.push_back(nullptr);
      ::execvp(arguments[0], arguments.data());
      ::_exit(127);
    }
    ::close(out[1]);
    ::close(err[1]);
    out_ = out[0];
    err_ = err[0];
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  Process(Process&&) = delete;
  Process& operator=(Process&&) = delete;
  ~Process() {
    if (id_ > 0) {
      kill();
      wait();
    }
    ::close(out_);
    ::close(err_);
  }

  void kill() const { ::kill(id_, SIGKILL); }

  // Reads all that it says and waits for its end: the exit code, or 128 and the signal.
  int wait() {
    said_ += drain(out_);
    complained_ += drain(err_);
    int status = 0;
    while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  [[nodiscard]] const std::string& said() const { return said_; }
  [[nodiscard]] const std::string& complained() const { return complained_; }

 private:
  static std::string drain(int fd) {
    std::string text;
    char piece[4096];
    while (true) {
      const ssize_t got = ::read(fd, piece, sizeof piece);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return text;
      text.append(piece, static_cast<std::size_t>(got));
    }
  }

  pid_t id_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::string said_;
  std::string complained_;
};

// Whether a program can be started by its name.
inline bool has_program(const std::string& name, const std::string& argument = "--version") {
  Process process({name, argument}, {});
  return process.wait() == 0;
}

}  // namespace cupel::test
