// SPDX-License-Identifier: Apache-2.0
// dependencies: which packages a manifest asks for, and how firmly it pins each.
//
// Light readers of requirements.txt, pyproject.toml, Pipfile, environment.yml, setup.cfg and
// package.json: they understand the lines that name dependencies and count the ones they do
// not understand. Pure; every input has a reading.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cupel::dependencies {

enum class Pin { loose, version, hashed };

struct Dependency {
  std::string name;  // normalised: lower case, '-' between words
  Pin pin = Pin::loose;
  std::uint32_t line = 0;    // 1-based
  std::string version = {};  // when it is pinned to one; empty otherwise
};

struct Listing {
  std::vector<Dependency> dependencies;
  std::vector<std::string> includes;  // other files that it names (-r, -c), as written
  std::vector<std::uint32_t> unread;  // lines that were not understood
};

[[nodiscard]] Listing read_requirements(std::string_view text);
[[nodiscard]] Listing read_pyproject(std::string_view text);
[[nodiscard]] Listing read_pipfile(std::string_view text);
[[nodiscard]] Listing read_environment(std::string_view text);  // of conda, or of MLflow
[[nodiscard]] Listing read_setup_cfg(std::string_view text);
[[nodiscard]] Listing read_package_json(std::string_view text);
// METADATA or PKG-INFO of a built package: its Requires-Dist lines.
[[nodiscard]] Listing read_metadata(std::string_view text);

// Lock files, which hold every package with its version: poetry.lock, uv.lock, pdm.lock,
// pylock.toml and Cargo.lock (tables `[[package]]`), Pipfile.lock, package-lock.json, go.sum.
[[nodiscard]] Listing read_toml_lock(std::string_view text);
[[nodiscard]] Listing read_pipfile_lock(std::string_view text);
[[nodiscard]] Listing read_package_lock(std::string_view text);
[[nodiscard]] Listing read_go_sum(std::string_view text);

// A lock file of any of the package managers: it pins everything; does it hold digests too?
[[nodiscard]] bool lock_has_hashes(std::string_view text);

// "Scikit_Learn" and "scikit.learn" are one package.
[[nodiscard]] std::string plain_name(std::string_view name);

}  // namespace cupel::dependencies
