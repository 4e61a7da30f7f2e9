// SPDX-License-Identifier: Apache-2.0
#include "inventory/beneath.h"

#include <cerrno>
#include <string>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace cupel {
namespace {

constexpr std::size_t kLongestPiece = 4000;  // below PATH_MAX, which counts the final NUL
constexpr int kFolder = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

// One name. The kernel follows nothing here, because O_NOFOLLOW is about the last part.
File open_part(int folder, std::string_view name, int flags) {
  if (name == "..") {
    errno = EXDEV;
    return {};
  }
  return File(::openat(folder, std::string(name).c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
}

// Where openat2 is missing or forbidden (old kernels, some container profiles).
File open_part_by_part(int root, std::string_view path, int flags) {
  File folder;
  for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/')) {
    folder = open_part(folder.fd() < 0 ? root : folder.fd(), path.substr(0, slash), kFolder);
    if (folder.fd() < 0) return folder;
    path.remove_prefix(slash + 1);
  }
  return open_part(folder.fd() < 0 ? root : folder.fd(), path, flags);
}

File open_piece(int folder, std::string_view path, int flags) {
  const std::string name(path);
  struct open_how how{};
  how.flags = static_cast<unsigned>(flags | O_NOFOLLOW | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  // EAGAIN: something was renamed meanwhile, so that the kernel could not be sure.
  for (int attempt = 0; attempt < 3; ++attempt) {
    const long fd = ::syscall(SYS_openat2, folder, name.c_str(), &how, sizeof how);
    if (fd >= 0) return File(static_cast<int>(fd));
    if (errno != EAGAIN) break;
  }
  if (errno == ENOSYS || errno == EPERM) return open_part_by_part(folder, path, flags);
  return {};
}

}  // namespace

File open_beneath(int root, std::string_view path, int flags) {
  File folder;
  while (path.size() > kLongestPiece) {
    const auto slash = path.rfind('/', kLongestPiece);
    if (slash == std::string_view::npos) break;  // one name that long: the kernel will say so
    folder = open_piece(folder.fd() < 0 ? root : folder.fd(), path.substr(0, slash), kFolder);
    if (folder.fd() < 0) return folder;
    path.remove_prefix(slash + 1);
  }
  return open_piece(folder.fd() < 0 ? root : folder.fd(), path, flags);
}

}  // namespace cupel
