// SPDX-License-Identifier: Apache-2.0
// Terminal: where people and pipelines read: results on stdout, everything else on stderr.
#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <thread>

#include "base/result.h"
#include "base/task.h"
#include "reports/report.h"

namespace cupel {

class Terminal {
 public:
  Terminal();

  // Results. What is printed must be printable() or our own.
  void out(std::string_view text);
  // News about the work; not shown with --quiet.
  void note(std::string_view text);
  // `error:` with what was being done and the hint.
  void error(const Error& error);

  // Something wrong with the input, already drawn; shown even with --quiet.
  void problem(std::string_view text);

  void quiet() { quiet_ = true; }
  void no_colour();
  [[nodiscard]] bool is_quiet() const { return quiet_; }
  // How to draw on stdout.
  [[nodiscard]] const Screen& screen() const { return screen_; }
  // A person is there to be asked.
  [[nodiscard]] bool interactive() const;
  [[nodiscard]] bool stderr_is_terminal() const { return stderr_is_terminal_; }
  // False when stdout did not take everything that was written to it.
  [[nodiscard]] bool flush();

 private:
  Screen screen_;
  bool stderr_is_terminal_ = false;
  bool colour_on_stderr_ = false;
  bool quiet_ = false;
  bool lost_ = false;
};

// Shows how far a task has come, from a thread of its own: nothing for the first half
// second, nothing unless stderr is a terminal, and gone without a trace at the end.
class ProgressLine {
 public:
  enum class Unit { bytes, count };
  ProgressLine(const Terminal& terminal, const Task& task, std::string label, Unit unit);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ProgressLine(ProgressLine&&) = delete;
  ProgressLine& operator=(ProgressLine&&) = delete;
  ~ProgressLine() = default;

 private:
  std::jthread thread_;  // last: it uses what stands above
};

// The line as it is drawn: "hashing  [=====>    ]  1.4 GiB of 4.0 GiB  52 %".
[[nodiscard]] std::string progress_text(std::string_view label, const Progress& progress,
                                        ProgressLine::Unit unit, std::size_t columns);

}  // namespace cupel
