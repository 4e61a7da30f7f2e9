// SPDX-License-Identifier: Apache-2.0
// DiskReader: the AssetReader over a real folder.
#pragma once

#include <filesystem>

#include "checks/check.h"

namespace cupel {

// Files whose status changed (ctime) after `since`, the moment before the inventory was
// taken, are refused with Fault::integrity: their bytes may not be those of the digest.
class DiskReader final : public AssetReader {
 public:
  DiskReader(std::filesystem::path root, Timestamp since) : root_(std::move(root)), since_(since) {}

  [[nodiscard]] Result<void> with_bytes(
      const FileEntry& file, const std::function<Result<void>(Bytes)>& use) const override;

 private:
  std::filesystem::path root_;
  Timestamp since_;
};

}  // namespace cupel
