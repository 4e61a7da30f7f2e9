// SPDX-License-Identifier: Apache-2.0
#include "inventory/walk.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <map>
#include <memory>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/text.h"
#include "inventory/beneath.h"

namespace cupel {
namespace {

struct FolderCloser {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, FolderCloser>;

std::string reason(int number) {
  std::string text = std::strerror(number);  // NOLINT(concurrency-mt-unsafe): glibc's is per thread
  if (!text.empty()) text[0] = lower(text.substr(0, 1))[0];
  return text;
}

std::int64_t nanoseconds(const struct timespec& at) {
  return static_cast<std::int64_t>(at.tv_sec) * 1'000'000'000 + at.tv_nsec;
}

std::string_view special_problem(std::uint32_t mode) {
  switch (mode & S_IFMT) {
    case S_IFIFO:
      return "it is a named pipe, which has no content to examine";
    case S_IFSOCK:
      return "it is a socket, which has no content to examine";
    case S_IFBLK:
    case S_IFCHR:
      return "it is a device, which is never opened";
    default:
      return "it is not a file, a folder or a link";
  }
}

class Walker {
 public:
  Walker(int root, const std::vector<std::string>& exclude, Task& task, const WalkLimits& limits)
      : root_(root), exclude_(exclude), task_(task), limits_(limits) {}

  Result<Walk> run() {
    pending_.push_back({.path = {}, .index = 0, .depth = 0});
    while (!pending_.empty() && !full_) {
      const Pending next = std::move(pending_.back());
      pending_.pop_back();
      TRY(look_into(next));
    }
    std::ranges::sort(walk_.found, {}, &Found::path);
    return std::move(walk_);
  }

 private:
  struct Pending {
    std::string path;       // empty for the root
    std::size_t index = 0;  // of the folder in found; of no meaning for the root
    std::size_t depth = 0;
  };

  Result<void> look_into(const Pending& at) {
    TRY(task_.step(0));
    if (at.depth > limits_.depth) {
      trouble(at, cat("folders are nested more than ", limits_.depth, " deep"));
      return {};
    }
    const Folder folder = open(at);
    if (!folder) return {};
    if (mounted_twice(folder.get(), at)) return {};
    std::size_t since = 0;
    for (;;) {
      errno = 0;
      const dirent* entry = ::readdir(folder.get());  // NOLINT(concurrency-mt-unsafe): own DIR
      if (entry == nullptr) break;
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      if (walk_.found.size() >= limits_.entries) {
        stop(at);
        return {};
      }
      take(::dirfd(folder.get()), name, at);
      if (++since % 256 == 0) TRY(task_.step(0));
    }
    if (errno != 0) trouble(at, cat("the folder cannot be read to its end: ", reason(errno)));
    return {};
  }

  Folder open(const Pending& at) {
    constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    const File file =
        at.path.empty() ? File(::openat(root_, ".", kFlags)) : open_beneath(root_, at.path, kFlags);
    if (file.fd() < 0) {
      trouble(at, cat("the folder cannot be read: ", reason(errno)));
      return {};
    }
    const int fd = ::dup(file.fd());  // fdopendir takes it over
    Folder folder(fd < 0 ? nullptr : ::fdopendir(fd));
    if (!folder) {
      trouble(at, cat("the folder cannot be read: ", reason(errno)));
      if (fd >= 0) ::close(fd);
    }
    return folder;
  }

  // The same folder under two names (a bind mount) could contain itself without end.
  bool mounted_twice(DIR* folder, const Pending& at) {
    struct stat status{};
    if (::fstat(::dirfd(folder), &status) != 0) return false;
    const auto [first, added] = visited_.insert({{status.st_dev, status.st_ino}, at.path});
    if (added) return false;
    trouble(at, cat("it is the same folder as `", printable(first->second, 200),
                    "`, mounted a second time"));
    return true;
  }

  void take(int folder, std::string_view name, const Pending& at) {
    Found found{.path = at.path.empty() ? std::string(name) : cat(at.path, "/", name)};
    struct stat status{};
    if (::fstatat(folder, std::string(name).c_str(), &status,
                  AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) != 0) {
      found.kind = FoundKind::special;
      found.problem = cat("it cannot be examined: ", reason(errno));
      walk_.complete = false;
      walk_.found.push_back(std::move(found));
      return;
    }
    found.state = state_of(status);
    found.mode = status.st_mode & 07777U;
    if (S_ISDIR(status.st_mode)) {
      found.kind = FoundKind::folder;
      if (std::ranges::find(exclude_, name) != exclude_.end()) return leave_out(found);
      pending_.push_back({.path = found.path, .index = walk_.found.size(), .depth = at.depth + 1});
    } else if (S_ISLNK(status.st_mode)) {
      found.kind = FoundKind::link;
      read_link(folder, name, found);
    } else if (!S_ISREG(status.st_mode)) {
      found.kind = FoundKind::special;
      found.problem = special_problem(status.st_mode);
    }
    walk_.found.push_back(std::move(found));
  }

  static void read_link(int folder, std::string_view name, Found& found) {
    std::array<char, PATH_MAX> target{};
    const ssize_t size =
        ::readlinkat(folder, std::string(name).c_str(), target.data(), target.size());
    if (size < 0) {
      found.problem = cat("the link cannot be read: ", reason(errno));
    } else {
      found.target.assign(target.data(), static_cast<std::size_t>(size));
    }
  }

  void leave_out(const Found& found) {
    walk_.diagnostics.push_back(
        {.code = "INV005",
         .severity = Severity::info,
         .title = cat("the folder `", printable(found.path, 200), "` is left out of the inventory"),
         .place = {.path = {printable(found.path)}},
         .help = "what belongs to the system must not lie in it"});
  }

  // The folder stays in the list, with its problem, and what was in it is not known.
  void trouble(const Pending& at, std::string problem) {
    walk_.complete = false;
    if (at.path.empty()) {
      tell_partial(".", problem);
    } else {
      walk_.found[at.index].problem = std::move(problem);
    }
  }

  void stop(const Pending& at) {
    walk_.complete = false;
    full_ = true;
    tell_partial(at.path.empty() ? "." : at.path,
                 cat("it holds more than ", limits_.entries, " files and folders"));
  }

  void tell_partial(std::string_view path, std::string_view why) {
    walk_.diagnostics.push_back(
        {.code = "INV007",
         .severity = Severity::medium,
         .title = cat("the system's folder was not looked at completely: ", why),
         .place = {.path = {printable(path)}},
         .help = "keep what is not the system's elsewhere, and assess again"});
  }

  int root_;
  const std::vector<std::string>& exclude_;
  Task& task_;
  const WalkLimits& limits_;
  Walk walk_;
  std::vector<Pending> pending_;
  std::map<std::pair<dev_t, ino_t>, std::string> visited_;
  bool full_ = false;
};

}  // namespace

FileState state_of(const struct stat& status) {
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = static_cast<std::uint64_t>(status.st_size),
          .modified_ns = nanoseconds(status.st_mtim),
          .changed_ns = nanoseconds(status.st_ctim)};
}

Result<Walk> walk(int root, const std::vector<std::string>& exclude, Task& task,
                  const WalkLimits& limits) {
  return Walker(root, exclude, task, limits).run();
}

}  // namespace cupel
