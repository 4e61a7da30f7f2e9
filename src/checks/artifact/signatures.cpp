// SPDX-License-Identifier: Apache-2.0
// artifact.signature: does the declared signature hold, and over these files?
#include "checks/artifact/signatures.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "checks/material.h"
#include "inventory/model_folder.h"

namespace cupel {

extern const Check kSignature;

namespace {

constexpr std::array<std::string_view, 4> kCodes = {"SGN001", "SGN002", "SGN003", "SGN004"};
constexpr std::string_view kCriterion =
    "every signature that is declared for an asset holds, is by whom it must be, and names the "
    "files that are there, byte for byte, and no others";
constexpr std::array<TestUnit, 2> kUnits = {{
    {.id = "5.2.1-2/signature",
     .provision = "5.2.1-2",
     .kind = UnitKind::functional,
     .rule = Rule::clean,
     .check = "artifact.signature",
     .criterion = kCriterion},
    {.id = "5.2.3-1/signature",
     .provision = "5.2.3-1",
     .kind = UnitKind::functional,
     .rule = Rule::clean,
     .check = "artifact.signature",
     .criterion = kCriterion},
}};

constexpr std::uint64_t kBundleLimit = 1U << 30U;
constexpr std::uint64_t kKeyLimit = 8U << 20U;
constexpr std::uint64_t kShardLimit = 10'000'000;
constexpr std::size_t kNamed = 5;

struct NamedText {
  std::string text;
  std::string problem;
  bool absent = false;
};

Result<NamedText> text_at(const CheckInput& input, const std::string& path, std::uint64_t limit) {
  const FileEntry* file = input.inventory.file(path);
  if (file == nullptr) return NamedText{.text = {}, .problem = "it is not there", .absent = true};
  auto read = TRY(read_text_of(input, *file, limit));
  return NamedText{.text = std::move(read.text), .problem = std::move(read.problem)};
}

std::string cannot_be_used(const std::string& path, std::string_view why) {
  return cat("`", printable(path, 200), "` cannot be used: ", why);
}

// Whom cupel.yaml trusts with the asset; or why nobody can be.
struct DeclaredTrust {
  SignatureTrust trust;
  std::string problem;
};

// What `parse` refuses, with the path; empty when it took the file's text.
template <class Parse>
Result<std::string> read_trusted(const CheckInput& input, const std::string& path, Parse parse) {
  const auto pem = TRY(text_at(input, path, kKeyLimit));
  if (!pem.problem.empty()) return cannot_be_used(path, pem.problem);
  const Result<void> taken = parse(pem.text);
  return taken.ok() ? std::string() : cannot_be_used(path, taken.error().what);
}

Result<DeclaredTrust> trust_in(const CheckInput& input, const DeclaredAsset& asset) {
  DeclaredTrust out;
  auto& trust = out.trust;
  if (!asset.signature_key.empty()) {
    out.problem =
        TRY(read_trusted(input, asset.signature_key, [&](const std::string& pem) -> Result<void> {
          trust.key = TRY(VerificationKey::from_pem(pem));
          return {};
        }));
  } else if (!asset.signature_ca.empty()) {
    out.problem =
        TRY(read_trusted(input, asset.signature_ca, [&](const std::string& pem) -> Result<void> {
          trust.roots = TRY(Certificate::from_pem(pem));
          return {};
        }));
  } else {
    auto root = read_trust_root(public_trust_root());
    require(root.root.has_value());
    trust.keyless = SignatureTrust::Keyless{
        .root = *std::move(root.root),
        .identity = {.name = asset.signature_identity, .issuer = asset.signature_issuer}};
  }
  return out;
}

// A file's digests as the manifest would have them; or why there are none.
Result<std::string> add_resources(const CheckInput& input, const FileEntry& file,
                                  const std::string& name, const ModelManifest& manifest,
                                  std::vector<Resource>& there) {
  if (!file.problem.empty()) return file.problem;
  const std::uint64_t step = manifest.shard_size;
  if (manifest.hash == HashKind::sha256 && step == 0) {
    there.push_back({.name = name, .digest = file.sha256});
    return std::string();
  }
  if (step != 0 && file.size_bytes / step + there.size() > kShardLimit) {
    return std::string("it is cut into more than ten million shards");
  }
  return examine(input, file, [&](Bytes bytes) {
    Hasher hasher(manifest.hash);
    if (step == 0) {
      there.push_back({.name = name, .digest = hasher.add(bytes).finish_hex()});
    }
    for (std::uint64_t begin = 0; step != 0 && begin < bytes.size(); begin += step) {
      const std::uint64_t end = std::min<std::uint64_t>(begin + step, bytes.size());
      there.push_back({.name = cat(name, ":", begin, ":", end),
                       .digest = hasher.add(bytes.subspan(begin, end - begin)).finish_hex()});
    }
  });
}

// `path` below the asset's folder; the last part of the path for an asset that is one file.
std::string name_in(const Asset& asset, const std::string& path) {
  const std::string& folder = asset.declared.path;
  if (path == folder) return std::string(file_name(path));
  if (folder.empty() || folder == ".") return path;
  require(path.size() > folder.size());
  return path.substr(folder.size() + (folder.ends_with('/') ? 0 : 1));
}

bool is_ignored(const std::string& name, const std::vector<std::string>& ignored) {
  return std::ranges::any_of(ignored, [&](const std::string& path) {
    return name == path || name.starts_with(path + "/");
  });
}

Result<void> compare_files(const CheckInput& input, const Asset& asset, AssetSignature& out) {
  const ModelManifest& manifest = *out.reading.manifest;
  auto ignored = manifest.ignore_paths;
  ignore_defaults(manifest, ignored);
  std::vector<Resource> there;
  for (const auto index : asset.files) {
    const FileEntry& file = input.inventory.files[index];
    auto name = name_in(asset, file.path);
    if (file.path == asset.declared.signature || is_ignored(name, ignored)) continue;
    // The Python reference calls a model that is one file `.`.
    const bool dot = manifest.resources.size() == 1 && manifest.resources[0].name == ".";
    if (dot && file.path == asset.declared.path) name = ".";
    const auto problem = TRY(add_resources(input, file, name, manifest, there));
    if (!problem.empty()) {
      out.obstacle = cat("`", printable(file.path, 200), "` could not be read: ", problem);
      return {};
    }
  }
  out.difference = compare_model(manifest, there);
  if (manifest.allow_symlinks && !out.difference.missing.empty()) {
    out.obstacle =
        "what was signed holds links, which an assessment does not follow; `cupel verify` does";
  }
  return {};
}

std::string shown(const Asset& asset) {
  return cat("`", printable(asset.declared.name, 200), "`");
}

void name_all(std::string_view label, const std::vector<std::string>& paths,
              std::vector<std::string>& notes) {
  for (std::size_t i = 0; i < std::min(paths.size(), kNamed); ++i) {
    notes.push_back(cat(label, ": ", printable(paths[i], 200)));
  }
  if (paths.size() > kNamed) notes.push_back(cat(label, ": ", paths.size() - kNamed, " more"));
}

Diagnostic told(const Asset& asset, const AssetSignature& signature) {
  Diagnostic out;
  out.code = "SGN001";
  out.place = place_of(asset);
  out.label = "declared here";
  if (!signature.absent.empty()) {
    out.code = "SGN003";
    out.severity = Severity::high;
    out.title = cat("the signature of ", shown(asset), " is not there");
    out.notes = {cat("declared: ", printable(signature.absent, 200))};
    out.help = cat("restore it, or sign again: cupel sign '", printable(asset.declared.path, 200),
                   "' --key PEM");
  } else if (!signature.obstacle.empty()) {
    out.code = "SGN004";
    out.severity = Severity::medium;
    out.title = cat("the signature of ", shown(asset), " could not be checked");
    out.notes = {signature.obstacle};
    out.help = "make what it needs readable in the system's folder";
  } else if (!signature.reading.manifest) {
    out.severity = Severity::critical;
    out.title = cat("the signature of ", shown(asset), " does not hold");
    out.notes = {signature.reading.problem};
    out.help = "ask whoever released it for a signature; until then treat the files as unknown";
  } else {
    out.code = "SGN002";
    out.severity = Severity::critical;
    out.title = cat("the files of ", shown(asset), " are not those that were signed");
    name_all("changed", signature.difference.changed, out.notes);
    name_all("missing", signature.difference.missing, out.notes);
    name_all("not signed", signature.difference.extra, out.notes);
    out.help = "restore the signed files; if the change was meant, review it and sign again";
  }
  return out;
}

Json facts_of(const CheckInput& input, const Asset& asset, const AssetSignature& signature) {
  const auto& reading = signature.reading;
  const FileEntry* file = input.inventory.file(asset.declared.signature);
  Json facts = Json::object({{"asset", asset.declared.name},
                             {"file", asset.declared.signature},
                             {"file_sha256", file == nullptr ? std::string() : file->sha256},
                             {"good", signature.good()}});
  if (!reading.manifest) return facts;
  facts.set("method", name_of(reading.method));
  facts.set("signer", reading.signer);
  if (reading.signed_at) facts.set("signed_at", to_rfc3339(*reading.signed_at));
  facts.set("root", reading.manifest->root);
  facts.set("resources", reading.manifest->resources.size());
  if (!reading.notes.empty()) facts.set("notes", Json::texts(reading.notes));
  return facts;
}

Result<void> observe_signature(const CheckInput& input, const Asset& asset, const Emit& emit) {
  const auto signature = TRY(check_signature(input, asset));
  Observation seen = observe(kSignature, input);
  seen.subjects = {subject_of(asset)};
  if (const auto* file = input.inventory.file(asset.declared.signature)) {
    seen.subjects.push_back(subject_of(*file));
  }
  if (signature.obstacle.empty()) {
    hit(seen.coverage);
  } else {
    miss(seen.coverage, asset.declared.name, signature.obstacle);
  }
  seen.facts = facts_of(input, asset, signature);
  if (signature.good()) {
    seen.measured = cat(shown(asset), " is what was signed by ", signature.reading.signer);
  } else {
    auto diagnostic = told(asset, signature);
    seen.measured = diagnostic.title;
    seen.diagnostics.push_back(std::move(diagnostic));
  }
  return emit(std::move(seen));
}

Result<void> run(const CheckInput& input, const Emit& emit, Task& task) {
  bool any = false;
  for (const auto& asset : input.inventory.assets) {
    if (!asset.is_declared || asset.declared.signature.empty()) continue;
    TRY(task.step(1));
    any = true;
    TRY(observe_signature(input, asset, emit));
  }
  if (any) return {};
  Observation none = observe(kSignature, input);
  none.measured = "no signature is declared for any asset";
  none.condition = Condition{.provision = {}, .met = false, .why = none.measured};
  return emit(std::move(none));
}

}  // namespace

bool AssetSignature::good() const {
  return absent.empty() && obstacle.empty() && reading.manifest && difference.none();
}

Result<AssetSignature> check_signature(const CheckInput& input, const Asset& asset) {
  require(!asset.declared.signature.empty());
  AssetSignature out;
  const auto bundle = TRY(text_at(input, asset.declared.signature, kBundleLimit));
  if (bundle.absent) {
    out.absent = asset.declared.signature;
    return out;
  }
  if (!bundle.problem.empty()) {
    out.obstacle = cannot_be_used(asset.declared.signature, bundle.problem);
    return out;
  }
  const auto [trust, problem] = TRY(trust_in(input, asset.declared));
  if (!problem.empty()) {
    out.obstacle = problem;
    return out;
  }
  out.reading = read_model_signature(bundle.text, trust, input.now);
  if (!out.reading.manifest) return out;
  if (!asset.is_present) {
    out.obstacle = asset.declared.path.empty() ? "the asset is kept elsewhere and was not fetched"
                                               : "the asset is not there";
    return out;
  }
  TRY(compare_files(input, asset, out));
  return out;
}

constinit const Check kSignature = {
    .id = "artifact.signature",
    .question = "does the declared signature hold, and over these files?",
    .codes = kCodes,
    .units = kUnits,
    .run = run};

}  // namespace cupel
