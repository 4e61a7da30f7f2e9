// SPDX-License-Identifier: Apache-2.0
#include "checks/supply/manifests.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/text.h"
#include "checks/material.h"

namespace cupel {
namespace {

struct Named {
  std::string_view name;
  ManifestKind kind;
};

constexpr std::array kNames = std::to_array<Named>({
    {"pyproject.toml", ManifestKind::pyproject},
    {"Pipfile", ManifestKind::pipfile},
    {"environment.yml", ManifestKind::environment},
    {"environment.yaml", ManifestKind::environment},
    {"conda.yaml", ManifestKind::environment},
    {"conda.yml", ManifestKind::environment},
    {"python_env.yaml", ManifestKind::environment},
    {"setup.cfg", ManifestKind::setup_cfg},
    {"setup.py", ManifestKind::setup_py},
    {"package.json", ManifestKind::package_json},
    {"Cargo.toml", ManifestKind::cargo},
    {"go.mod", ManifestKind::go_mod},
    {"poetry.lock", ManifestKind::python_lock},
    {"uv.lock", ManifestKind::python_lock},
    {"pdm.lock", ManifestKind::python_lock},
    {"pylock.toml", ManifestKind::python_lock},
    {"Pipfile.lock", ManifestKind::pipfile_lock},
    {"package-lock.json", ManifestKind::node_lock},
    {"npm-shrinkwrap.json", ManifestKind::node_lock},
    {"yarn.lock", ManifestKind::node_lock},
    {"pnpm-lock.yaml", ManifestKind::node_lock},
    {"Cargo.lock", ManifestKind::cargo_lock},
    {"go.sum", ManifestKind::go_sum},
});

std::optional<ManifestKind> kind_of(std::string_view path) {
  const auto name = file_name(path);
  for (const auto& known : kNames) {
    if (known.name == name) return known.kind;
  }
  const std::string plain = lower(name);
  const bool text = plain.ends_with(".txt");
  if (plain.starts_with("constraints") && text) return ManifestKind::constraints;
  if (plain.find("requirements") != std::string::npos) {
    if (text) return ManifestKind::requirements;
    if (plain.ends_with(".in")) return ManifestKind::requirements_in;
  }
  if (text && file_name(folder_of(path)) == "requirements") return ManifestKind::requirements;
  return {};
}

bool is_lock(ManifestKind kind) {
  return kind >= ManifestKind::python_lock;
}

void read_lock(Manifest& manifest, std::string_view text) {
  using namespace dependencies;
  manifest.lock_has_hashes = lock_has_hashes(text);
  const auto name = file_name(manifest.file->path);
  if (manifest.kind == ManifestKind::python_lock || manifest.kind == ManifestKind::cargo_lock) {
    manifest.locked = read_toml_lock(text);
  } else if (manifest.kind == ManifestKind::pipfile_lock) {
    manifest.locked = read_pipfile_lock(text);
  } else if (manifest.kind == ManifestKind::go_sum) {
    manifest.locked = read_go_sum(text);
  } else if (name.ends_with(".json")) {
    manifest.locked = read_package_lock(text);
  } else {  // yarn.lock, pnpm-lock.yaml
    manifest.locked.unread.push_back(1);
  }
}

void read_text(Manifest& manifest, std::string_view text) {
  using namespace dependencies;
  switch (manifest.kind) {
    case ManifestKind::requirements:
    case ManifestKind::requirements_in:
    case ManifestKind::constraints:
      manifest.listing = read_requirements(text);
      break;
    case ManifestKind::pyproject:
      manifest.listing = read_pyproject(text);
      break;
    case ManifestKind::pipfile:
      manifest.listing = read_pipfile(text);
      break;
    case ManifestKind::environment:
      manifest.listing = read_environment(text);
      break;
    case ManifestKind::setup_cfg:
      manifest.listing = read_setup_cfg(text);
      break;
    case ManifestKind::package_json:
      manifest.listing = read_package_json(text);
      break;
    case ManifestKind::setup_py:
      if (text.find("install_requires") != std::string_view::npos) {
        manifest.problem = "names dependencies in code, which is never run";
      }
      break;
    case ManifestKind::cargo:
      if (text.find("dependencies]") != std::string_view::npos) {
        manifest.listing.dependencies.push_back(
            {.name = "the crates of Cargo.toml", .pin = Pin::loose, .line = 1});
      }
      break;
    case ManifestKind::go_mod:  // go.mod names exact versions; go.sum has their digests
      manifest.listing.dependencies.push_back(
          {.name = "the modules of go.mod", .pin = Pin::version, .line = 1});
      break;
    default:
      read_lock(manifest, text);
      return;
  }
  if (!manifest.listing.unread.empty()) {
    manifest.problem = cat("line ", manifest.listing.unread.front(), " was not understood");
  }
}

Result<Manifest> read_one(const CheckInput& input, const FileEntry& file, ManifestKind kind) {
  constexpr std::uint64_t kLockBytes = 64U << 20U;
  Manifest manifest;
  manifest.file = &file;
  manifest.kind = kind;
  auto text = TRY(read_text_of(input, file, is_lock(kind) ? kLockBytes : kDocumentBytes));
  manifest.problem = std::move(text.problem);
  if (manifest.problem.empty()) read_text(manifest, text.text);
  return manifest;
}

// Files that a requirements file includes under names of their own.
Result<void> follow_includes(const CheckInput& input, std::vector<Manifest>& manifests) {
  std::set<std::string> known;
  for (const auto& manifest : manifests) known.insert(manifest.file->path);
  for (std::size_t i = 0; i < manifests.size(); ++i) {
    const std::string folder(folder_of(manifests[i].file->path));
    const auto includes = manifests[i].listing.includes;
    for (const auto& include : includes) {
      const std::string path = join_path(folder, include);
      if (known.contains(path)) continue;
      const FileEntry* file = input.inventory.file(path);
      if (file == nullptr) {
        manifests[i].problem = cat("includes `", printable(include, 200), "`, which is not there");
        continue;
      }
      known.insert(path);
      manifests.push_back(TRY(read_one(input, *file, ManifestKind::requirements)));
    }
  }
  return {};
}

}  // namespace

bool locks(ManifestKind lock, ManifestKind manifest) {
  switch (lock) {
    case ManifestKind::python_lock:
      return manifest == ManifestKind::pyproject || manifest == ManifestKind::setup_cfg;
    case ManifestKind::pipfile_lock:
      return manifest == ManifestKind::pipfile;
    case ManifestKind::node_lock:
      return manifest == ManifestKind::package_json;
    case ManifestKind::cargo_lock:
      return manifest == ManifestKind::cargo;
    case ManifestKind::go_sum:
      return manifest == ManifestKind::go_mod;
    default:
      return false;
  }
}

bool pins_for(ManifestKind pins, ManifestKind open) {
  if (pins == ManifestKind::constraints) return open != ManifestKind::package_json;
  return pins == ManifestKind::requirements &&
         (open == ManifestKind::requirements_in || open == ManifestKind::pyproject ||
          open == ManifestKind::pipfile || open == ManifestKind::setup_cfg);
}

Result<std::vector<Manifest>> read_manifests(const CheckInput& input, Task& task) {
  std::vector<Manifest> manifests;
  for (const auto& file : input.inventory.files) {
    const auto kind = is_vendored(file.path) ? std::nullopt : kind_of(file.path);
    if (!kind) continue;
    TRY(task.step(1));
    manifests.push_back(TRY(read_one(input, file, *kind)));
  }
  TRY(follow_includes(input, manifests));
  // A pyproject.toml, setup.cfg or setup.py that configures tools alone asks for nothing.
  std::erase_if(manifests, [](const Manifest& manifest) {
    const bool may_be_idle =
        manifest.kind == ManifestKind::pyproject || manifest.kind == ManifestKind::setup_cfg ||
        manifest.kind == ManifestKind::setup_py || manifest.kind == ManifestKind::package_json;
    return may_be_idle && manifest.problem.empty() && manifest.listing.dependencies.empty();
  });
  return manifests;
}

namespace {

std::string_view ecosystem_of(const Manifest& manifest) {
  switch (manifest.kind) {
    case ManifestKind::package_json:
    case ManifestKind::node_lock:
      return "npm";
    case ManifestKind::cargo:
    case ManifestKind::cargo_lock:
      return "crates.io";
    case ManifestKind::go_mod:
    case ManifestKind::go_sum:
      return "Go";
    case ManifestKind::environment:
      return file_name(manifest.file->path) == "python_env.yaml" ? "PyPI" : "conda";
    default:
      return "PyPI";
  }
}

// What a lock file, or a listing with versions, in the same folder settles for this one.
struct Settled {
  bool locked = false;
  std::set<std::string> names;
};

Settled settled_for(const Manifest& manifest, const std::vector<Manifest>& all) {
  Settled settled;
  const auto folder = folder_of(manifest.file->path);
  for (const auto& other : all) {
    if (&other == &manifest || folder_of(other.file->path) != folder) continue;
    const bool read = other.problem.empty() && other.locked.unread.empty();
    settled.locked = settled.locked || (locks(other.kind, manifest.kind) && read);
    if (!pins_for(other.kind, manifest.kind)) continue;
    for (const auto& each : other.listing.dependencies) {
      if (!each.version.empty()) settled.names.insert(each.name);
    }
  }
  return settled;
}

}  // namespace

std::vector<bom::PackageFile> package_files(const std::vector<Manifest>& manifests) {
  std::vector<bom::PackageFile> files;
  for (const auto& manifest : manifests) {
    bom::PackageFile file{.path = manifest.file->path,
                          .ecosystem = std::string(ecosystem_of(manifest)),
                          .problem = manifest.problem};
    const auto settled = settled_for(manifest, manifests);
    const bool placeholder =
        manifest.kind == ManifestKind::cargo || manifest.kind == ManifestKind::go_mod;
    if (!manifest.locked.unread.empty()) file.problem = "its packages are not read";
    if (placeholder && !settled.locked) file.problem = "only its lock file is read";
    for (const auto& each : manifest.locked.dependencies) {
      file.packages.push_back({.name = each.name, .version = each.version, .line = each.line});
    }
    for (const auto& each : manifest.listing.dependencies) {
      if (placeholder || settled.locked) break;
      if (each.version.empty() && settled.names.contains(each.name)) continue;
      file.packages.push_back({.name = each.name, .version = each.version, .line = each.line});
    }
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace cupel
