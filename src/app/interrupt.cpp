// SPDX-License-Identifier: Apache-2.0
#include "app/interrupt.h"

#include <csignal>

#include <pthread.h>
#include <unistd.h>

namespace cupel {
namespace {

sigset_t stopping_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

// The signals are blocked before any other thread starts (threads inherit the mask) and
// are taken by sigwait in one thread: nothing here runs in a signal handler.
Interrupt::Interrupt() {
  const sigset_t set = stopping_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::jthread([this, set](const std::stop_token& done) {
    for (int number = 0; sigwait(&set, &number) == 0 && !done.stop_requested();) {
      if (source_.stop_requested()) ::_exit(130);  // asked twice; the ledger is consistent anyway
      source_.request_stop();
    }
  });
}

Interrupt::~Interrupt() {
  thread_.request_stop();
  pthread_kill(thread_.native_handle(), SIGINT);  // wakes sigwait, which then sees the request
  thread_.join();
  const sigset_t set = stopping_signals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace cupel
