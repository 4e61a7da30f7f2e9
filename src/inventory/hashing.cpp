// SPDX-License-Identifier: Apache-2.0
#include "inventory/hashing.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <memory>
#include <numeric>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/guarded.h"
#include "base/text.h"
#include "inventory/beneath.h"
#include "inventory/kinds.h"

namespace cupel {
namespace {

// Fits the second-level cache, so that what read() copied is still there to be hashed.
constexpr std::size_t kBufferSize = 256U << 10U;
constexpr std::uint64_t kLarge = 1U << 20U;
constexpr int kAttempts = 3;

std::string cannot_read(int number) {
  if (number == ELOOP) return "it became a symbolic link while it was looked at";
  std::string text = std::strerror(number);  // NOLINT(concurrency-mt-unsafe): glibc's is per thread
  if (!text.empty()) text[0] = lower(text.substr(0, 1))[0];
  return cat("it cannot be read: ", text);
}

std::int64_t wall_clock_ns() {
  struct timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

// One thread's part: its buffer and hash, used for file after file.
class Worker {
 public:
  Worker(int root, Task& task)
      : root_(root), task_(task), buffer_(std::make_unique<std::byte[]>(kBufferSize)) {}

  // Fails only when the task is stopped.
  Result<Hashed> hash(const HashJob& job) {
    Hashed hashed;
    if (job.kind != HashKind::sha256 && (!other_ || other_kind_ != job.kind)) {
      other_.emplace(job.kind);
      other_kind_ = job.kind;
    }
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      hashed = {};
      // What a second reading reads has been counted already.
      if (TRY(read_once(job, hashed, attempt == 0))) return hashed;
    }
    hashed.problem = "it changes while it is read";
    return hashed;
  }

 private:
  // False when the file changed meanwhile, so that the digest is of no moment in time.
  Result<bool> read_once(const HashJob& job, Hashed& hashed, bool count) {
    hashed.read_at_ns = wall_clock_ns();
    const File file = open_beneath(root_, job.path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    struct stat before{};
    if (file.fd() < 0 || ::fstat(file.fd(), &before) != 0) {
      hashed.problem = cannot_read(errno);
      return true;
    }
    hashed.state = state_of(before);
    hashed.mode = before.st_mode & 07777U;
    if (!S_ISREG(before.st_mode)) {
      hashed.problem = "it is no longer a regular file";
      return true;
    }
    if (!TRY(read_all(file, job, hashed, count))) return !hashed.problem.empty();
    struct stat after{};
    if (::fstat(file.fd(), &after) != 0) {
      hashed.problem = cannot_read(errno);
      return true;
    }
    return state_of(after) == hashed.state;
  }

  // False when the bytes are not as many as the file said, or cannot be read.
  Result<bool> read_all(const File& file, const HashJob& job, Hashed& hashed, bool count) {
    const std::uint64_t end = std::min(job.end, hashed.state.size);
    std::uint64_t at = job.begin;
    for (;;) {
      const auto got = fill(file, at, job.end);
      if (got < 0) {
        hashed.problem = cannot_read(errno);
        sha256_ = {};
        if (other_) other_.emplace(other_kind_);
        return false;
      }
      const Bytes bytes(buffer_.get(), static_cast<std::size_t>(got));
      if (at == 0) {
        hashed.format = recognise_format({.head = bytes.first(std::min(bytes.size(), kSniffBytes)),
                                          .size = hashed.state.size,
                                          .name = file_name(job.path)});
      }
      if (job.kind == HashKind::sha256) {
        sha256_.add(bytes);
      } else {
        other_->add(bytes);
      }
      at += bytes.size();
      if (auto stopped = task_.step(count ? bytes.size() : 0); !stopped.ok()) {
        return std::move(stopped).error();
      }
      if (bytes.size() < kBufferSize || at > end) break;
    }
    if (job.kind == HashKind::sha256) {
      hashed.sha256 = sha256_.finish();
    } else {
      hashed.digest = other_->finish_hex();
    }
    return at == end;
  }

  // Bytes read at the offset until the buffer is full, the part or the file ends; negative with
  // errno set.
  ssize_t fill(const File& file, std::uint64_t at, std::uint64_t end) {
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(kBufferSize, end > at ? end - at : 0));
    std::size_t done = 0;
    while (done < wanted) {
      const ssize_t got =
          ::pread(file.fd(), buffer_.get() + done, wanted - done, static_cast<off_t>(at + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return got;
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return static_cast<ssize_t>(done);
  }

  int root_;
  Task& task_;
  std::unique_ptr<std::byte[]> buffer_;
  Sha256 sha256_;
  std::optional<Hasher> other_;
  HashKind other_kind_ = HashKind::sha256;
};

// The large files first, the largest of all first, so that no core is left with one at the
// end; then the small ones as they probably lie on the disk.
std::vector<std::size_t> working_order(std::span<const HashJob> jobs) {
  std::vector<std::size_t> order(jobs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    const FileState& x = jobs[a].expected;
    const FileState& y = jobs[b].expected;
    const std::uint64_t large_x = x.size >= kLarge ? x.size : 0;
    const std::uint64_t large_y = y.size >= kLarge ? y.size : 0;
    if (large_x != large_y) return large_x > large_y;
    return std::pair(x.inode, a) < std::pair(y.inode, b);
  });
  return order;
}

}  // namespace

Result<std::vector<Hashed>> hash_files(int root, std::span<const HashJob> jobs, unsigned threads,
                                       Task& task) {
  std::vector<Hashed> hashed(jobs.size());
  const auto order = working_order(jobs);
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> stopped = false;
  Guarded<std::optional<Error>> error;
  const auto work = [&] {
    Worker worker(root, task);
    for (auto at = next.fetch_add(1); at < order.size() && !stopped; at = next.fetch_add(1)) {
      auto result = worker.hash(jobs[order[at]]);
      if (result.ok()) {
        hashed[order[at]] = std::move(result).value();
      } else {
        stopped = true;
        error.with([&](auto& first) {
          if (!first) first = std::move(result).error();
        });
      }
    }
  };
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  threads = static_cast<unsigned>(std::min<std::size_t>(threads, jobs.size()));
  {
    std::vector<std::jthread> others;
    bool spare = true;
    while (spare && others.size() + 1 < threads) {
      try {
        others.emplace_back(work);
      } catch (const std::system_error&) {
        spare = false;  // those that there are do the work
      }
    }
    work();
  }
  if (auto failed = error.with([](auto& first) { return std::move(first); })) return *failed;
  return hashed;
}

}  // namespace cupel
