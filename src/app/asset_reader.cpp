// SPDX-License-Identifier: Apache-2.0
#include "app/asset_reader.h"

#include <cstdint>

#include <sys/stat.h>

#include "app/guarded_mapping.h"
#include "base/file.h"
#include "base/text.h"

namespace cupel {
namespace {

// Small files are copied; larger ones are mapped, which costs nothing for a check
// that looks only at a header.
constexpr std::uint64_t kCopyLimit = 4U << 20U;

Error changed(const FileEntry& file) {
  return fail(Fault::integrity, cat("`", printable(file.path), "` changed while it was examined"),
              "run again when nobody writes to it");
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
  if (file.size_bytes > kCopyLimit) {
    bool cut = false;
    auto done = with_mapping(path, cut, [&](Bytes bytes) -> Result<void> {
      if (bytes.size() != file.size_bytes) return changed(file);
      return use(bytes);
    });
    if (cut) return changed(file);
    return done;
  }
  const auto bytes = TRY(read_file(path, kCopyLimit));
  if (bytes.size() != file.size_bytes) return changed(file);
  return use(bytes);
}

}  // namespace cupel
