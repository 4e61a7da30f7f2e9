// SPDX-License-Identifier: Apache-2.0
#include "app/guarded_mapping.h"

#include <csignal>
#include <cstdint>
#include <mutex>

#include <sys/mman.h>

#include "base/file.h"

namespace cupel {
namespace {

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

}  // namespace

Result<void> with_mapping(const std::filesystem::path& path, bool& cut,
                          const std::function<Result<void>(Bytes)>& use) {
  install_handler();
  const Mapping mapping = TRY(Mapping::open(path));
  const Bytes bytes = mapping.bytes();
  const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data());
  watched.begin = begin;
  watched.end = begin + bytes.size();
  watched.cut = 0;
  auto done = use(bytes);
  cut = watched.cut != 0;
  watched.begin = 0;
  watched.end = 0;
  return done;
}

}  // namespace cupel
