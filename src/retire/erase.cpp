// SPDX-License-Identifier: Apache-2.0
#include "retire/erase.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <set>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/key.h"
#include "inventory/beneath.h"

namespace cupel::retire {
namespace {

constexpr std::size_t kWindow = 1U << 20U;

std::string reason_for(std::string_view what) {
  std::string why = std::strerror(errno);  // NOLINT(concurrency-mt-unsafe): glibc's is per thread
  if (!why.empty()) why[0] = lower(why.substr(0, 1))[0];
  return cat(what, ": ", why);
}

// The folder that holds a name, and the name in it.
struct Spot {
  File folder;
  std::string name;
};
Spot spot_of(int root, const std::string& path) {
  const auto slash = path.rfind('/');
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  if (slash == std::string::npos) return {File(::openat(root, ".", kFlags)), path};
  return {open_beneath(root, path.substr(0, slash), kFlags), path.substr(slash + 1)};
}

Result<std::string> digest_of(const File& file, Task& task) {
  Sha256 hash;
  std::vector<std::byte> window(kWindow);
  for (std::uint64_t at = 0;;) {
    const std::size_t got = TRY(file.read_at(at, window.data(), window.size()));
    if (got == 0) return to_hex(hash.finish());
    hash.add(Bytes(window).first(got));
    at += got;
    TRY(task.step(0));
  }
}

// Bytes that nobody can tell from what was overwritten by looking, and that do not compress; those
// for a place of the file are known again.
class Pattern {
 public:
  Pattern() : bytes_(kWindow) {
    for (std::size_t at = 0; at < bytes_.size(); at += 32) {
      std::ranges::copy(random_bytes_32(), bytes_.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }
  // From `at` on, at most `most` bytes.
  [[nodiscard]] Bytes from(std::uint64_t at, std::uint64_t most) const {
    const auto begin = static_cast<std::size_t>(at % kWindow);
    return Bytes(bytes_).subspan(begin, std::min<std::uint64_t>(most, kWindow - begin));
  }

 private:
  std::vector<std::byte> bytes_;
};

class Eraser {
 public:
  Eraser(int root, const PlanItem& item, std::size_t number, Journal& journal, Task& task)
      : root_(root), item_(item), number_(number), journal_(journal), task_(task) {
    const auto& before = journal_.before().items;
    if (const auto known = before.find(number); known != before.end()) before_ = known->second;
    result_.resumed = before_.begun;
  }

  Result<ErasedItem> run() {
    if (item_.action == Action::unlink) {
      TRY(journal_.begin(number_, 0, 0));
      result_.problem = remove(item_.names.front(), S_IFLNK);
      return std::move(result_);
    }
    open_first();
    if (file_.fd() < 0) {
      // Its last name may have gone just before the journal could say so.
      if (errno != ENOENT || !before_.begun) result_.problem = reason_for("it cannot be opened");
      return std::move(result_);
    }
    if (auto problem = TRY(objection()); !problem.empty()) {
      result_.problem = std::move(problem);
      return std::move(result_);
    }
    result_.medium = medium_of(file_.fd());
    TRY(journal_.begin(number_, device_, inode_));
    for (const auto step : {&Eraser::overwrite, &Eraser::verify, &Eraser::discard}) {
      TRY((this->*step)());
      if (!result_.problem.empty()) return std::move(result_);
    }
    for (const auto& name : item_.names) {
      if (auto problem = remove(name, S_IFREG); !problem.empty()) result_.problem = problem;
    }
    return std::move(result_);
  }

 private:
  void open_first() {
    for (const auto& name : item_.names) {
      file_ = open_beneath(root_, name, O_RDWR | O_NONBLOCK | O_CLOEXEC);
      if (file_.fd() >= 0 || errno != ENOENT) return;
    }
    errno = ENOENT;
  }

  // Why this is not the file that the plan speaks of; "" when it is.
  Result<std::string> objection() {
    struct stat status{};
    if (::fstat(file_.fd(), &status) != 0) return reason_for("it cannot be examined");
    if (!S_ISREG(status.st_mode)) return std::string("it is no regular file any more");
    device_ = status.st_dev;
    inode_ = status.st_ino;
    size_ = static_cast<std::uint64_t>(status.st_size);
    if (before_.begun) {
      const bool same = before_.device == device_ && before_.inode == inode_;
      return std::string(same ? "" : "another file stands there since it was begun");
    }
    if (status.st_nlink != item_.names.size()) {
      return cat("it has ", status.st_nlink, " names now, and ", item_.names.size(),
                 " stand in the plan");
    }
    for (const auto& name : item_.names) {
      struct stat other{};
      const File named = open_beneath(root_, name, O_PATH | O_CLOEXEC);
      if (named.fd() < 0 || ::fstat(named.fd(), &other) != 0 || other.st_ino != inode_ ||
          other.st_dev != device_) {
        return cat("`", printable(name, 200), "` is another file now");
      }
    }
    const auto digest = digest_of(file_, task_);
    if (!digest.ok()) {
      if (digest.error().fault == Fault::cancelled) return digest.error();
      return digest.error().what;
    }
    return std::string(digest.value() == item_.sha256 ? "" : "its bytes are not those of the plan");
  }

  // Hands on every part that is stored; holes hold nothing.
  template <class F>
  Result<void> for_each_stored(F&& use) {
    std::uint64_t at = 0;
    while (at < size_) {
      const off_t data = ::lseek(file_.fd(), static_cast<off_t>(at), SEEK_DATA);
      if (data < 0 && errno == ENXIO) return {};
      std::uint64_t begin = data < 0 ? at : static_cast<std::uint64_t>(data);
      const off_t hole = data < 0 ? -1 : ::lseek(file_.fd(), data, SEEK_HOLE);
      const std::uint64_t end =
          hole < 0 ? size_ : std::min(static_cast<std::uint64_t>(hole), size_);
      while (begin < end) {
        const Bytes bytes = pattern_.from(begin, end - begin);
        TRY(use(begin, bytes));
        if (!result_.problem.empty()) return {};
        begin += bytes.size();
        TRY(task_.step(bytes.size()));
      }
      at = end;
    }
    return {};
  }

  Result<void> overwrite() {
    TRY(for_each_stored([&](std::uint64_t at, Bytes bytes) -> Result<void> {
      while (!bytes.empty()) {
        const ssize_t wrote =
            ::pwrite(file_.fd(), bytes.data(), bytes.size(), static_cast<off_t>(at));
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0)
          return result_.problem = reason_for("it cannot be overwritten"), Result<void>();
        at += static_cast<std::uint64_t>(wrote);
        result_.overwritten_bytes += static_cast<std::uint64_t>(wrote);
        bytes = bytes.subspan(static_cast<std::size_t>(wrote));
      }
      return {};
    }));
    if (!result_.problem.empty()) return {};
    if (::fsync(file_.fd()) != 0) result_.problem = reason_for("it cannot be synced");
    return {};
  }

  // All of it, from the medium as far as the kernel takes the advice to forget its pages.
  Result<void> verify() {
    static_cast<void>(::posix_fadvise(file_.fd(), 0, 0, POSIX_FADV_DONTNEED));
    std::vector<std::byte> window(kWindow);
    return for_each_stored([&](std::uint64_t at, Bytes bytes) -> Result<void> {
      const auto got = file_.read_at(at, window.data(), bytes.size());
      if (!got.ok()) {
        result_.problem = got.error().what;
      } else if (got.value() != bytes.size() ||
                 std::memcmp(bytes.data(), window.data(), bytes.size()) != 0) {
        result_.problem = cat("what was read back at byte ", at, " is not what was written");
      } else {
        result_.verified_bytes += bytes.size();
      }
      return {};
    });
  }

  // Not every file system can; the name goes all the same.
  Result<void> discard() {
    constexpr int kPunch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
    result_.discarded =
        size_ > 0 && ::fallocate(file_.fd(), kPunch, 0, static_cast<off_t>(size_)) == 0;
    return {};
  }

  // "" when the name is gone, also when it was gone before.
  std::string remove(const std::string& path, mode_t type) {
    const Spot spot = spot_of(root_, path);
    if (spot.folder.fd() < 0)
      return errno == ENOENT ? "" : reason_for("its folder cannot be opened");
    struct stat status{};
    const int folder = spot.folder.fd();
    if (::fstatat(folder, spot.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      return errno == ENOENT ? "" : reason_for("it cannot be examined");
    }
    const bool same = type == S_IFLNK || (status.st_ino == inode_ && status.st_dev == device_);
    if ((status.st_mode & S_IFMT) != type || !same) {
      return cat("`", printable(path, 200), "` is something else now");
    }
    if (::unlinkat(folder, spot.name.c_str(), 0) != 0) return reason_for("it cannot be removed");
    return ::fsync(folder) == 0 ? "" : reason_for("its folder cannot be synced");
  }

  int root_;
  const PlanItem& item_;
  std::size_t number_;
  Journal& journal_;
  Task& task_;
  ItemProgress before_;
  ErasedItem result_;
  File file_;
  Pattern pattern_;
  std::uint64_t device_ = 0;
  std::uint64_t inode_ = 0;
  std::uint64_t size_ = 0;
};

}  // namespace

Json to_json(const ErasedItem& item) {
  return Json::object({{"discarded", item.discarded},
                       {"finished", to_rfc3339(item.finished)},
                       {"medium", to_json(item.medium)},
                       {"overwritten_bytes", item.overwritten_bytes},
                       {"problem", item.problem},
                       {"resumed", item.resumed},
                       {"started", to_rfc3339(item.started)},
                       {"verified_bytes", item.verified_bytes}});
}

ErasedItem erased_from(const Json& json) {
  return {.problem = json["problem"].text(),
          .overwritten_bytes = static_cast<std::uint64_t>(json["overwritten_bytes"].integer()),
          .verified_bytes = static_cast<std::uint64_t>(json["verified_bytes"].integer()),
          .discarded = json["discarded"].boolean(),
          .resumed = json["resumed"].boolean(),
          .medium = medium_from(json["medium"]),
          .started = parse_timestamp(json["started"].text()).value_or(Timestamp{}),
          .finished = parse_timestamp(json["finished"].text()).value_or(Timestamp{})};
}

Result<ErasedItem> erase_item(int root, const PlanItem& item, std::size_t number, Journal& journal,
                              const Clock& clock, Task& task) {
  require(item.action != Action::by_hand && !item.names.empty());
  const auto known = journal.before().items.find(number);
  if (known != journal.before().items.end()) {
    if (const auto& result = known->second.result) return erased_from(*result);
  }
  const Timestamp started = clock.now();
  ErasedItem erased = TRY(Eraser(root, item, number, journal, task).run());
  erased.started = started;
  erased.finished = clock.now();
  // What was refused is tried again by the next run.
  if (erased.gone()) TRY(journal.done(number, to_json(erased)));
  return erased;
}

void remove_empty_folders(int root, std::string_view folder,
                          const std::vector<std::string>& names) {
  std::set<std::string, std::greater<>> folders;  // those below before those above
  for (const auto& name : names) {
    for (auto slash = name.rfind('/'); slash != std::string::npos;
         slash = name.rfind('/', slash - 1)) {
      const auto above = name.substr(0, slash);
      const bool ours = above == folder || above.starts_with(cat(folder, "/"));
      if (folder.empty() || !ours) break;
      folders.insert(above);
      if (slash == 0) break;
    }
  }
  for (const auto& path : folders) {
    const Spot spot = spot_of(root, path);
    if (spot.folder.fd() < 0) continue;
    if (::unlinkat(spot.folder.fd(), spot.name.c_str(), AT_REMOVEDIR) == 0) {
      static_cast<void>(::fsync(spot.folder.fd()));
    }
  }
}

Result<OpenedFacts> facts_of(int root, const std::string& path, Task& task) {
  const File file = open_beneath(root, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file.fd() < 0) return system_error("cannot open", path);
  const auto status = TRY(file.status());
  if (!S_ISREG(status.st_mode)) {
    return fail(Fault::denied, cat("`", printable(path, 200), "` is no regular file"));
  }
  OpenedFacts opened{.facts = {.size_bytes = static_cast<std::uint64_t>(status.st_size),
                               .sha256 = TRY(digest_of(file, task)),
                               .names = {path},
                               .links = status.st_nlink,
                               .shares_blocks = medium_of(file.fd()).shares_blocks},
                     .device = status.st_dev,
                     .inode = status.st_ino};
  return opened;
}

}  // namespace cupel::retire
