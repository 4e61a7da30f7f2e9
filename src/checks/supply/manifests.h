// SPDX-License-Identifier: Apache-2.0
// manifests: the dependency files of a system, read.
#pragma once

#include <string>
#include <vector>

#include "bom/build.h"
#include "checks/check.h"
#include "formats/dependencies.h"

namespace cupel {

enum class ManifestKind {
  requirements,     // requirements*.txt, and what they include
  requirements_in,  // the input of pip-compile
  constraints,      // constraints*.txt
  pyproject,
  pipfile,
  environment,  // environment.yml, conda.yaml, python_env.yaml
  setup_cfg,
  setup_py,  // code: never run, so not examined when it names dependencies
  package_json,
  cargo,  // Cargo.toml and go.mod are known by their lock alone
  go_mod,
  python_lock,  // poetry.lock, uv.lock, pdm.lock, pylock.toml
  pipfile_lock,
  node_lock,  // package-lock.json, yarn.lock, pnpm-lock.yaml, npm-shrinkwrap.json
  cargo_lock,
  go_sum,
};

struct Manifest {
  const FileEntry* file = nullptr;
  ManifestKind kind = ManifestKind::requirements;
  dependencies::Listing listing;
  dependencies::Listing locked;  // of a lock file: every package that gets installed
  bool lock_has_hashes = false;
  std::string problem;  // why it was not examined
};

// Every manifest and lock file outside of folders of installed packages, in path order.
[[nodiscard]] Result<std::vector<Manifest>> read_manifests(const CheckInput& input, Task& task);

// The packages of the manifests, by ecosystem as OSV calls it, for the bill of materials. Where a
// lock file stands beside a manifest, its versions count.
[[nodiscard]] std::vector<bom::PackageFile> package_files(const std::vector<Manifest>& manifests);

// A lock file of this kind fixes what a manifest of that kind asks for.
[[nodiscard]] bool locks(ManifestKind lock, ManifestKind manifest);
// A listing of this kind holds the versions that one of that kind leaves open.
[[nodiscard]] bool pins_for(ManifestKind pins, ManifestKind open);

}  // namespace cupel
