// SPDX-License-Identifier: Apache-2.0
// build: everything that is known of a system → its bill of materials. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bom/bom.h"
#include "scan/scan.h"
#include "vocab/asset.h"
#include "vocab/system.h"

namespace cupel::bom {

// A package that a manifest or a lock file asks for.
struct Package {
  std::string name;
  std::string version;     // empty: the file leaves it open
  std::uint32_t line = 0;  // 1-based
};

struct PackageFile {
  std::string path;
  std::string ecosystem;  // as OSV calls it: PyPI, npm, crates.io, Go; conda, which it has not
  std::vector<Package> packages = {};
  std::string problem = {};  // what in it was not understood; empty: all of it was
};

// What the scan room found in a model file.
struct ModelReport {
  std::string path;
  scan::Report report;
  std::string problem = {};  // why there is no report
};

// A text that says something of a model: its card, a configuration of Hugging Face.
struct Text {
  std::string path;
  std::string text;
};

// Bytes over which a signature holds.
struct Signed {
  std::string sha256;
  std::string seen;  // "attestations/x.json, Ana Duarte"
};

struct Material {
  const System& system;
  const Inventory& inventory;
  std::vector<ModelReport> models = {};
  std::vector<PackageFile> packages = {};
  std::vector<Text> texts = {};
  std::vector<Signed> signatures = {};
  std::string assessed = {};         // "cycle 5f3c…": the newest completed assessment; empty: none
  std::string vulnerabilities = {};  // what that cycle found of the packages; empty: nothing
  std::string tool = {};
  Timestamp created = {};
};

// Indices into Inventory::files of the small texts that build() wants to read.
[[nodiscard]] std::vector<std::size_t> wanted_texts(const Inventory& inventory);

[[nodiscard]] Document build(const Material& material);

// "pkg:pypi/numpy@2.2.6": the package URL; "" for an ecosystem that has none.
[[nodiscard]] std::string package_url(std::string_view ecosystem, std::string_view name,
                                      std::string_view version);
// "package/pypi/numpy@2.2.6".
[[nodiscard]] std::string package_ref(std::string_view ecosystem, const Package& package);

}  // namespace cupel::bom
