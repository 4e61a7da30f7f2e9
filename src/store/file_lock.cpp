// SPDX-License-Identifier: Apache-2.0
#include "store/file_lock.h"

#include <cerrno>
#include <chrono>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>

#include "base/text.h"

namespace cupel {

Result<FileLock> FileLock::take(const std::filesystem::path& file, int wait_ms) {
  using namespace std::chrono;
  File opened(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (opened.fd() < 0) return system_error("cannot open", file);
  const auto deadline = steady_clock::now() + milliseconds(wait_ms);
  while (::flock(opened.fd(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return system_error("cannot lock", file);
    if (steady_clock::now() >= deadline) {
      return fail(Fault::limit,
                  cat("another process is writing here: it holds `", printable(file.string()), "`"),
                  "wait until it has finished, or give this run its own --state DIR");
    }
    std::this_thread::sleep_for(milliseconds(10));
  }
  return FileLock(std::move(opened));
}

}  // namespace cupel
