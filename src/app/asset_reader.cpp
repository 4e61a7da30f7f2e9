// SPDX-License-Identifier: Apache-2.0
#include "app/asset_reader.h"

#include <csignal>
#include <cstdint>
#include <mutex>

#include <sys/mman.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"

namespace cupel {
namespace {

// Small files are copied; larger ones are mapped, which costs nothing for a check
// that looks only at a header.
constexpr std::uint64_t kCopyLimit = 4U << 20U;

// A mapped file that somebody cuts short raises SIGBUS in whoever reads behind its new
// end. While a thread reads a mapping, the handler puts a page of zeros there and
// remembers it; the reading then ends as "changed while it was read".
struct Watched {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  volatile std::sig_atomic_t cut = 0;
};
thread_local Watched
    watched;  // NOLINT(*-avoid-non-const-global-variables): a signal handler has no arguments

void on_bus_error(int number, siginfo_t* info, void* /*context*/) {
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  if (address < watched.begin || address >= watched.end) {
    ::signal(number, SIG_DFL);  // not ours: crash as if we had never been here
    return;
  }
  constexpr std::uintptr_t kPage = 4096;
  std::byte* page = static_cast<std::byte*>(info->si_addr) - address % kPage;
  constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
  if (::mmap(page, kPage, PROT_READ, kFlags, -1, 0) == MAP_FAILED) ::signal(number, SIG_DFL);
  watched.cut = 1;
}

void install_handler() {
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction action{};
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO;
    ::sigaction(SIGBUS, &action, nullptr);
  });
}

Error changed(const FileEntry& file) {
  return fail(Fault::integrity, cat("`", printable(file.path), "` changed while it was examined"),
              "run again when nobody writes to it");
}

Result<void> use_mapped(const std::filesystem::path& path, const FileEntry& file,
                        const std::function<Result<void>(Bytes)>& use) {
  install_handler();
  const Mapping mapping = TRY(Mapping::open(path));
  const Bytes bytes = mapping.bytes();
  if (bytes.size() != file.size_bytes) return changed(file);
  const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data());
  watched.begin = begin;
  watched.end = begin + bytes.size();
  watched.cut = 0;
  auto done = use(bytes);
  const bool cut = watched.cut != 0;
  watched.begin = 0;
  watched.end = 0;
  if (cut) return changed(file);
  return done;
}

}  // namespace

Result<void> DiskReader::with_bytes(const FileEntry& file,
                                    const std::function<Result<void>(Bytes)>& use) const {
  const auto path = root_ / file.path;
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return system_error("cannot examine", path);
  const std::int64_t changed_ms =
      static_cast<std::int64_t>(status.st_ctim.tv_sec) * 1000 + status.st_ctim.tv_nsec / 1'000'000;
  if (changed_ms > since_.ms || static_cast<std::uint64_t>(status.st_size) != file.size_bytes) {
    return changed(file);
  }
  if (file.size_bytes > kCopyLimit) return use_mapped(path, file, use);
  const auto bytes = TRY(read_file(path, kCopyLimit));
  if (bytes.size() != file.size_bytes) return changed(file);
  return use(bytes);
}

}  // namespace cupel
