// SPDX-License-Identifier: Apache-2.0
// asset_root: the digest by which signed statements name an asset of an inventory: the root digest
// that `cupel sign` prints (OpenSSF Model Signing v1.0, files by SHA-256, nothing ignored but git's
// own files at the top and the declared signature itself).
#pragma once

#include <string>

#include "vocab/asset.h"

namespace cupel {

// Hex; "" when the asset has no files here, or one that was not examined or lies elsewhere
// (behind a link): such a thing cannot be signed, either.
[[nodiscard]] std::string asset_root(const Inventory& inventory, const Asset& asset);

// The SHA-256 of the one file that the asset is, "" when it is a folder: statements about a file
// may name it by that, too.
[[nodiscard]] std::string asset_file_digest(const Inventory& inventory, const Asset& asset);

}  // namespace cupel
