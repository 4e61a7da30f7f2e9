// SPDX-License-Identifier: Apache-2.0
// signatures: what the signature that cupel.yaml declares for an asset says of the asset's files.
//
// The bundle, the key and the files are those of the inventory: a digest that it has is not
// computed again. Source: OpenSSF Model Signing v1.0 §8.
#pragma once

#include <string>

#include "checks/check.h"
#include "provenance/model_signature.h"

namespace cupel {

struct AssetSignature {
  SignatureReading reading;    // whose it is, and what was signed
  ModelDifference difference;  // only when the signature holds
  std::string absent;          // the path of a bundle that is not there
  std::string obstacle;        // why it could not be checked to the end; empty: it was

  // It was checked to the end, holds, and names exactly the files that are there.
  [[nodiscard]] bool good() const;
};

// REQUIRES: the asset declares a signature.
[[nodiscard]] Result<AssetSignature> check_signature(const CheckInput& input, const Asset& asset);

}  // namespace cupel
