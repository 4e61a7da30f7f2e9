// SPDX-License-Identifier: Apache-2.0
// Interrupt: the first Ctrl-C (or SIGTERM) asks the work to stop, the second ends the program.
#pragma once

#include <stop_token>
#include <thread>

namespace cupel {

// While one lives, SIGINT and SIGTERM are its own. At most one at a time.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  Interrupt(Interrupt&&) = delete;
  Interrupt& operator=(Interrupt&&) = delete;
  [[nodiscard]] std::stop_token stop() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::jthread thread_;  // waits for the signals, so that no handler runs in other threads
};

}  // namespace cupel
