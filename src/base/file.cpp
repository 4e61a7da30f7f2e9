// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"

namespace cupel {
namespace {

Fault fault_of(int number) {
  switch (number) {
    case ENOENT:
    case ENOTDIR:
      return Fault::missing;
    case EACCES:
    case EPERM:
    case EROFS:
      return Fault::denied;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return Fault::limit;
    default:
      return Fault::io;
  }
}

std::string hint_of(int number) {
  switch (number) {
    case EACCES:
    case EPERM:
      return "run as a user that may read and write there";
    case ENOSPC:
    case EDQUOT:
      return "free some space, or move the state with --state DIR";
    case EROFS:
      return "the file system is read-only; move the state with --state DIR";
    case EMFILE:
    case ENFILE:
      return "raise the limit of open files (ulimit -n)";
    default:
      return {};
  }
}

Result<void> write_all(int fd, Bytes bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return system_error("cannot write", path);
    bytes = bytes.subspan(static_cast<std::size_t>(wrote));
  }
  return {};
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const File opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.fd() < 0) return system_error("cannot open", folder);
  if (::fsync(opened.fd()) != 0) return system_error("cannot sync", folder);
  return {};
}

}  // namespace

Error system_error(std::string_view what, const std::filesystem::path& path) {
  const int number = errno;
  std::string reason =
      std::strerror(number);  // NOLINT(concurrency-mt-unsafe): glibc's is per thread
  if (!reason.empty()) reason[0] = lower(reason.substr(0, 1))[0];
  return fail(fault_of(number), cat(what, " `", printable(path.string()), "`: ", reason),
              hint_of(number));
}

File& File::operator=(File&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

Result<File> File::open(const std::filesystem::path& path) {
  File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file.fd() < 0) {
    if (errno == ELOOP) {
      return fail(Fault::denied,
                  cat("cannot open `", printable(path.string()), "`: it is a symbolic link"));
    }
    return system_error("cannot open", path);
  }
  const auto status = TRY(file.status());
  if (!S_ISREG(status.st_mode)) {
    return fail(Fault::unsupported, cat("`", printable(path.string()), "` is not a regular file"));
  }
  return file;
}

Result<struct stat> File::status() const {
  struct stat status{};
  if (::fstat(fd_, &status) != 0) return system_error("cannot examine", "open file");
  return status;
}

Result<std::size_t> File::read_at(std::uint64_t offset, std::byte* into, std::size_t size) const {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::pread(fd_, into + done, size - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("cannot read", "open file");
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Result<std::vector<std::byte>> read_file(const std::filesystem::path& path, std::uint64_t limit) {
  const File file = TRY(File::open(path));
  const auto status = TRY(file.status());
  const auto too_large = [&] {
    return fail(Fault::limit,
                cat("`", printable(path.string()), "` is larger than ", human_bytes(limit)));
  };
  if (static_cast<std::uint64_t>(status.st_size) > limit) return too_large();
  std::vector<std::byte> bytes(static_cast<std::size_t>(status.st_size));
  const std::size_t got = TRY(file.read_at(0, bytes.data(), bytes.size()));
  bytes.resize(got);
  return bytes;
}

Result<std::string> read_text(const std::filesystem::path& path, std::uint64_t limit) {
  const auto bytes = TRY(read_file(path, limit));
  return std::string(as_text(bytes));
}

Result<Mapping> Mapping::open(const std::filesystem::path& path) {
  const File file = TRY(File::open(path));
  const auto status = TRY(file.status());
  Mapping mapping;
  mapping.size_ = static_cast<std::size_t>(status.st_size);
  if (mapping.size_ == 0) return mapping;
  void* data = ::mmap(nullptr, mapping.size_, PROT_READ, MAP_PRIVATE, file.fd(), 0);
  if (data == MAP_FAILED) {
    mapping.size_ = 0;
    return system_error("cannot map", path);
  }
  mapping.data_ = static_cast<const std::byte*>(data);
  return mapping;
}

Mapping::Mapping(Mapping&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

Mapping::~Mapping() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

Result<void> replace_file(const std::filesystem::path& path, Bytes bytes, unsigned mode) {
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  std::string name = (folder / ".cupel-XXXXXX").string();
  const File file(::mkostemp(name.data(), O_CLOEXEC));
  if (file.fd() < 0) return system_error("cannot create a file in", folder);
  const auto give_up = [&](Error error) {
    ::unlink(name.c_str());
    return error;
  };
  if (auto wrote = write_all(file.fd(), bytes, path); !wrote.ok()) {
    return give_up(std::move(wrote).error());
  }
  if (::fchmod(file.fd(), mode) != 0) return give_up(system_error("cannot set the mode of", path));
  if (::fsync(file.fd()) != 0) return give_up(system_error("cannot sync", path));
  if (::rename(name.c_str(), path.c_str()) != 0)
    return give_up(system_error("cannot replace", path));
  return sync_folder(folder);
}

Result<void> replace_file(const std::filesystem::path& path, std::string_view text, unsigned mode) {
  return replace_file(path, as_bytes(text), mode);
}

Result<void> make_folders(const std::filesystem::path& path, unsigned mode) {
  if (path.empty() || ::mkdir(path.c_str(), mode) == 0) return {};
  if (errno == EEXIST) {
    struct stat status{};
    if (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return {};
    errno = ENOTDIR;
    return system_error("cannot make the folder", path);
  }
  if (errno != ENOENT || path.parent_path() == path) {
    return system_error("cannot make the folder", path);
  }
  TRY(make_folders(path.parent_path(), mode));
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) {
    return system_error("cannot make the folder", path);
  }
  return {};
}

}  // namespace cupel
