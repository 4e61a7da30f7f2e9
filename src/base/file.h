// SPDX-License-Identifier: Apache-2.0
// File: reading what may change or refuse under us, and writing so that a crash loses nothing.
//
// Nothing here follows a symbolic link in the last component unless it says so,
// and nothing here modifies a file in place: replace_file writes a new file
// beside the old one, syncs it, renames it over, and syncs the directory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <sys/stat.h>

#include "base/byte_reader.h"
#include "base/result.h"

namespace cupel {

// An open file descriptor. Moves, closes on destruction.
class File {
 public:
  File() = default;
  explicit File(int fd) : fd_(fd) {}
  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&& other) noexcept;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File();

  // Opens for reading; a symbolic link as the last component is refused with
  // Fault::denied, anything but a regular file with Fault::unsupported. Never
  // blocks on a FIFO.
  static Result<File> open(const std::filesystem::path& path);

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] Result<struct stat> status() const;
  // Up to `size` bytes at `offset`; fewer only at the end of the file.
  [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset, std::byte* into,
                                            std::size_t size) const;

 private:
  int fd_ = -1;
};

// A whole file in memory. Fault::limit when it is larger than `limit` bytes.
[[nodiscard]] Result<std::vector<std::byte>> read_file(const std::filesystem::path& path,
                                                       std::uint64_t limit);
[[nodiscard]] Result<std::string> read_text(const std::filesystem::path& path,
                                            std::uint64_t limit = 64U << 20U);

// A file mapped for reading. A file that is cut short while mapped would raise
// SIGBUS, so a Mapping is for reading files that nobody is writing; whoever
// examines assets compares the file's status before and after.
class Mapping {
 public:
  static Result<Mapping> open(const std::filesystem::path& path);
  Mapping() = default;
  Mapping(Mapping&& other) noexcept;
  Mapping& operator=(Mapping&& other) noexcept;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping();
  [[nodiscard]] Bytes bytes() const { return {data_, size_}; }

 private:
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

// Writes `bytes` as `path`: temporary file, fsync, rename, fsync of the folder.
// After a crash the old or the new content stands there, never a mixture.
[[nodiscard]] Result<void> replace_file(const std::filesystem::path& path, Bytes bytes,
                                        unsigned mode = 0644);
[[nodiscard]] Result<void> replace_file(const std::filesystem::path& path, std::string_view text,
                                        unsigned mode = 0644);
[[nodiscard]] Result<void> make_folders(const std::filesystem::path& path, unsigned mode = 0755);

// The error for a failed system call: "cannot open `x`: permission denied", with
// a hint where one is known. Reads errno.
[[nodiscard]] Error system_error(std::string_view what, const std::filesystem::path& path);

}  // namespace cupel
