// SPDX-License-Identifier: Apache-2.0
#include "app/terminal.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"

namespace cupel {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody of ours sets any
  return value == nullptr ? "" : value;
}

bool colour_wanted() {
  return environment("NO_COLOR").empty() && environment("TERM") != "dumb";
}

bool utf8_locale() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string value = lower(environment(name));
    if (value.empty()) continue;
    return value.find("utf-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return true;
}

std::size_t columns_of(int fd) {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col < 40) return 80;
  return std::min<std::size_t>(size.ws_col, 100);
}

}  // namespace

Terminal::Terminal() {
  const bool stdout_is_terminal = ::isatty(STDOUT_FILENO) != 0;
  stderr_is_terminal_ = ::isatty(STDERR_FILENO) != 0;
  screen_.columns = stdout_is_terminal ? columns_of(STDOUT_FILENO) : 80;
  screen_.colour = stdout_is_terminal && colour_wanted();
  screen_.unicode = !stdout_is_terminal || utf8_locale();
  colour_on_stderr_ = stderr_is_terminal_ && colour_wanted();
}

void Terminal::out(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) lost_ = true;
}

void Terminal::note(std::string_view text) {
  if (!quiet_) std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
}

void Terminal::error(const Error& error) {
  std::string text = colour_on_stderr_ ? "cupel: \x1b[31;1merror:\x1b[0m " : "cupel: error: ";
  text += error.what + "\n";
  for (const auto& step : error.trail) text += cat("cupel: while ", step, "\n");
  if (!error.hint.empty()) text += cat("cupel: hint: ", error.hint, "\n");
  std::fputs(text.c_str(), stderr);
}

void Terminal::problem(std::string_view text) {
  std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
}

void Terminal::no_colour() {
  screen_.colour = false;
  colour_on_stderr_ = false;
}

bool Terminal::interactive() const {
  return stderr_is_terminal_ && ::isatty(STDIN_FILENO) != 0;
}

bool Terminal::flush() {
  return std::fflush(stdout) == 0 && !lost_;
}

std::string progress_text(std::string_view label, const Progress& progress, ProgressLine::Unit unit,
                          std::size_t columns) {
  const auto amount = [&](std::uint64_t value) {
    return unit == ProgressLine::Unit::bytes ? human_bytes(value) : cat(value);
  };
  if (progress.total == 0) return cat(label, "  ", amount(progress.done));
  const auto done = std::min(progress.done, progress.total);
  const auto percent = static_cast<std::uint64_t>(100.0 * static_cast<double>(done) /
                                                  static_cast<double>(progress.total));
  const std::string figures =
      cat("  ", amount(done), " of ", amount(progress.total), "  ", percent, " %");
  const std::size_t used = label.size() + figures.size() + 4;
  if (columns < used + 10) return cat(label, figures);
  const std::size_t width = std::min<std::size_t>(columns - used, 40);
  const std::size_t filled = width * percent / 100;
  std::string bar(filled, '=');
  if (filled < width) bar += '>';
  bar.resize(width, ' ');
  return cat(label, "  [", bar, "]", figures);
}

ProgressLine::ProgressLine(const Terminal& terminal, const Task& task, std::string label,
                           Unit unit) {
  if (!terminal.stderr_is_terminal() || terminal.is_quiet()) return;
  thread_ = std::jthread([&task, label = std::move(label), unit](const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any changed;
    bool drawn = false;
    auto pause = std::chrono::milliseconds(500);
    std::unique_lock lock(mutex);
    while (!changed.wait_for(lock, stop, pause, [] { return false; }) && !stop.stop_requested()) {
      const std::string line =
          progress_text(label, task.progress(), unit, columns_of(STDERR_FILENO));
      std::fprintf(stderr, "\r\x1b[2K%s", line.c_str());
      drawn = true;
      pause = std::chrono::milliseconds(100);
    }
    if (drawn) std::fputs("\r\x1b[2K", stderr);
  });
}

}  // namespace cupel
