// SPDX-License-Identifier: Apache-2.0
#include "bom/build.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.h"
#include "bom/model_texts.h"
#include "bom/write.h"

namespace cupel::bom {
namespace {

constexpr std::string_view kSystemRef = "system";
constexpr std::size_t kFilesOfAsset = 2'000;
constexpr std::size_t kStatements = 200;

std::string asset_ref(std::string_view name) {
  return cat("asset/", name);
}

Kind kind_of(AssetKind kind) {
  switch (kind) {
    case AssetKind::model:
      return Kind::model;
    case AssetKind::dataset:
      return Kind::dataset;
    case AssetKind::prompt:
      return Kind::prompt;
    case AssetKind::configuration:
      return Kind::configuration;
    case AssetKind::endpoint:
      return Kind::endpoint;
    case AssetKind::document:
      return Kind::document;
    case AssetKind::code:
      return Kind::code;
    case AssetKind::other:
      return Kind::other;
  }
  return Kind::other;
}

// What a model file says of itself is a promise, except for what loading it goes by.
Truth truth_of_statement(std::string_view key) {
  constexpr auto kBytes = std::to_array<std::string_view>(
      {"architecture", "quantisation", "tokenizer", "modality", "operator_set", "objective",
       "external_data", "chat_template", "tensors", "parameters", "context_length", "tool",
       "number_format", "layers", "input", "output"});
  return std::ranges::find(kBytes, key) == kBytes.end() ? Truth::declared : Truth::observed;
}

std::string where(const Place& place) {
  return place.path.empty() ? "cupel.yaml" : printable(to_text(place), 300);
}

class Builder {
 public:
  explicit Builder(const Material& material)
      : material_(material), system_(material.system), inventory_(material.inventory) {
    for (const auto& each : material.signatures) signatures_.emplace(each.sha256, each.seen);
  }

  Document build() {
    document_.tool = material_.tool;
    document_.created = material_.created;
    describe_system();
    for (const auto& asset : inventory_.assets) add_asset(asset);
    for (const auto& endpoint : system_.endpoints) add_endpoint(endpoint);
    for (const auto& asset : inventory_.assets) connect(asset);
    for (const auto& file : material_.packages) add_packages(file);
    tell_gaps();
    put_in_order(document_);
    return std::move(document_);
  }

 private:
  void describe_system() {
    Component& system = document_.system;
    system.ref = kSystemRef;
    system.kind = Kind::system;
    system.name = system_.name;
    const auto declared = [&](std::string_view key, std::string_view value) {
      system.add(key, value, Truth::declared, "cupel.yaml");
    };
    declared("name", system_.name);
    declared("version", system_.version);
    declared("scenario", system_.scenario);
    for (const auto& role : system_.roles) declared("role", role);
    for (const auto& person : system_.people) {
      if (person.has_role("owner")) declared("supplier", person.name);
    }
    for (const auto& [key, value] : system_.thresholds.members()) {
      declared("threshold", cat(key, "=", value.is_text() ? value.text() : value.canonical()));
    }
    system.add("sha256", system_.digest, Truth::observed, "cupel.yaml");
    system.add("assessed_by", material_.assessed, Truth::observed, "the ledger");
    system.add("vulnerabilities", material_.vulnerabilities, Truth::observed, "the ledger");
    for (const auto& claim : system_.declares) describe_claim(claim);
    for (const auto& file : inventory_.files) {
      if (file_name(file.path) == "security.txt") {
        system.add("security_contact", file.path, Truth::observed, file.path);
      }
    }
  }

  void describe_claim(const Claim& claim) {
    Component& system = document_.system;
    const auto seen = where(claim.declared_at);
    if (!claim.claim.empty()) {
      system.add(cat("claim:", claim.provision), claim.claim, Truth::declared, seen);
    }
    for (const auto& document : claim.documents) {
      const FileEntry* file = inventory_.file(document);
      const bool there = file != nullptr && !file->sha256.empty();
      const auto signature = there ? signatures_.find(file->sha256) : signatures_.end();
      const bool is_signed = signature != signatures_.end();
      system.add(cat("document:", claim.provision), document,
                 is_signed ? Truth::verified
                 : there   ? Truth::observed
                           : Truth::declared,
                 is_signed ? signature->second : seen);
    }
  }

  void add_asset(const Asset& asset) {
    const auto& declared = asset.declared;
    Component part{
        .ref = asset_ref(declared.name), .kind = kind_of(declared.kind), .name = declared.name};
    if (asset.is_declared) {
      describe_declared(declared, part);
    } else {
      part.add("name", declared.name, Truth::observed, declared.path);
      part.add("undeclared", "yes", Truth::observed, declared.path);
    }
    add_files(asset, part);
    add_texts(asset, part);
    document_.components.push_back(std::move(part));
    document_.edges.push_back({.from = std::string(kSystemRef),
                               .to = asset_ref(declared.name),
                               .relation = Relation::contains,
                               .truth = asset.is_declared ? Truth::declared : Truth::observed,
                               .seen = where(declared.declared_at)});
  }

  static void describe_declared(const DeclaredAsset& asset, Component& part) {
    const auto seen = where(asset.declared_at);
    const Json json = to_json(asset);
    for (const auto& member : json.members()) {
      if (member.key == "released") part.add("released", "yes", Truth::declared, seen);
      if (!member.value.is_text() || member.key == "kind") continue;
      const std::string key = member.key == "sha256" ? "expected_sha256" : member.key;
      part.add(key, printable(member.value.text(), 2'000), Truth::declared, seen);
    }
  }

  // Digests, sizes and formats: what was seen of the bytes.
  void add_files(const Asset& asset, Component& part) {
    if (!asset.is_declared || asset.is_present) {
      part.add("size_bytes", cat(asset.size_bytes), Truth::observed, part.value("path"));
    }
    const bool is_file = asset.files.size() == 1 &&
                         inventory_.files[asset.files.front()].path == asset.declared.path;
    if (!is_file) {
      part.add("folder_sha256", asset.digest, Truth::observed, asset.declared.path);
      part.add("files", cat(asset.files.size()), Truth::observed, asset.declared.path);
    }
    std::size_t listed = 0;
    for (const auto index : asset.files) {
      const auto& file = inventory_.files[index];
      add_statements(file, part);
      if (is_file) {
        describe_file(file, asset.declared, part);
      } else if (part.kind == Kind::model || part.kind == Kind::dataset) {
        if (++listed <= kFilesOfAsset) add_file_component(file, part.ref);
      }
    }
    if (listed > kFilesOfAsset) {
      document_.gaps.push_back(cat(listed - kFilesOfAsset, " files of `",
                                   printable(asset.declared.name, 200), "` are not listed"));
    }
  }

  void describe_file(const FileEntry& file, const DeclaredAsset& declared, Component& part) {
    if (!file.problem.empty()) part.add("problem", file.problem, Truth::observed, file.path);
    part.add("format", file.format, Truth::observed, file.path);
    if (file.sha256.empty()) return;
    const auto signature = signatures_.find(file.sha256);
    if (signature != signatures_.end()) {
      part.add("sha256", file.sha256, Truth::verified, signature->second);
    } else {
      part.add("sha256", file.sha256, Truth::observed, file.path);
    }
    if (!declared.sha256.empty()) {
      part.add("sha256_as_declared", file.sha256 == declared.sha256 ? "yes" : "no", Truth::observed,
               file.path);
    }
  }

  void add_file_component(const FileEntry& file, const std::string& owner) {
    Component part{.ref = cat("file/", file.path), .kind = Kind::file, .name = file.path};
    part.add("name", file.path, Truth::observed, file.path);
    part.add("path", file.path, Truth::observed, file.path);
    part.add("size_bytes", cat(file.size_bytes), Truth::observed, file.path);
    describe_file(file, {}, part);
    document_.components.push_back(std::move(part));
    document_.edges.push_back({.from = owner,
                               .to = cat("file/", file.path),
                               .relation = Relation::contains,
                               .truth = Truth::observed,
                               .seen = file.path});
  }

  void add_statements(const FileEntry& file, Component& part) {
    const auto found = std::ranges::find(material_.models, file.path, &ModelReport::path);
    if (found == material_.models.end()) return;
    if (!found->problem.empty()) {
      document_.gaps.push_back(
          cat("`", printable(file.path, 200), "` was not examined: ", found->problem));
      return;
    }
    if (part.value("format").empty()) {
      part.add("format", found->report.format, Truth::observed, file.path);
    }
    std::size_t told = 0;
    for (const auto& statement : found->report.statements) {
      if (++told > kStatements) break;
      part.add(statement.key, statement.value, truth_of_statement(statement.key),
               printable(to_text(statement.place), 300));
    }
  }

  // Cards and configurations that stand with an asset.
  void add_texts(const Asset& asset, Component& part) {
    if (part.kind != Kind::model && part.kind != Kind::dataset) return;
    for (const auto& text : material_.texts) {
      if (part.kind == Kind::model && text.path == asset.declared.card) {
        read_model_text(text, part);
      } else if (stands_with(text.path, asset)) {
        if (part.kind == Kind::model) {
          read_model_text(text, part);
        } else if (lower(text.path).ends_with(".md")) {
          read_dataset_text(text, part);
        }
      }
    }
  }

  [[nodiscard]] bool stands_with(std::string_view path, const Asset& asset) const {
    const auto folder_of = [](std::string_view of) {
      return of.substr(0, of.rfind('/') == std::string_view::npos ? 0 : of.rfind('/'));
    };
    if (!is_model_text(file_name(path))) return false;
    const std::string_view own = asset.declared.path;
    const bool is_folder = inventory_.file(own) == nullptr;
    if (is_folder) return !own.empty() && path.starts_with(cat(own, "/"));
    return !folder_of(own).empty() && folder_of(path) == folder_of(own) &&
           inventory_.find(path) == nullptr;
  }

  void add_endpoint(const Endpoint& endpoint) {
    Component part{
        .ref = cat("endpoint/", endpoint.name), .kind = Kind::endpoint, .name = endpoint.name};
    const auto seen = where(endpoint.declared_at);
    part.add("name", endpoint.name, Truth::declared, seen);
    part.add("url", endpoint.url, Truth::declared, seen);
    part.add("exposure", endpoint.exposure, Truth::declared, seen);
    document_.components.push_back(std::move(part));
    document_.edges.push_back({.from = std::string(kSystemRef),
                               .to = cat("endpoint/", endpoint.name),
                               .relation = Relation::contains,
                               .truth = Truth::declared,
                               .seen = seen});
  }

  // Edges from what an asset says it uses, from its card, and from what its bytes name.
  void connect(const Asset& asset) {
    const auto& declared = asset.declared;
    const auto from = asset_ref(declared.name);
    const auto seen = where(declared.declared_at);
    for (const auto& name : declared.uses) {
      const Asset* used = inventory_.find(name);
      const bool trained = declared.kind == AssetKind::model && used != nullptr &&
                           used->declared.kind == AssetKind::dataset;
      if (used == nullptr) continue;
      document_.edges.push_back({.from = from,
                                 .to = asset_ref(name),
                                 .relation = trained ? Relation::trained_on : Relation::depends_on,
                                 .truth = Truth::declared,
                                 .seen = seen});
    }
    if (const Asset* card = owner_of(declared.card); card != nullptr && !declared.card.empty()) {
      document_.edges.push_back({.from = from,
                                 .to = asset_ref(card->declared.name),
                                 .relation = Relation::described_by,
                                 .truth = Truth::declared,
                                 .seen = seen});
    }
    if (declared.kind == AssetKind::model) connect_base_models(from);
  }

  // What a model was made from, as its own file says, stands outside of the system.
  void connect_base_models(const std::string& from) {
    const auto part = std::ranges::find(document_.components, from, &Component::ref);
    if (part == document_.components.end()) return;
    std::vector<Fact> bases;
    for (const auto* fact : part->all("base_model")) bases.push_back(*fact);
    for (const auto& base : bases) {
      const auto ref = cat("external/", base.value);
      if (base.value == part->name) continue;
      Component outside{.ref = ref, .kind = Kind::model, .name = base.value};
      outside.add("name", base.value, base.truth, base.seen);
      outside.add("outside", "yes", Truth::inferred, base.seen);
      document_.components.push_back(std::move(outside));
      document_.edges.push_back({.from = from,
                                 .to = ref,
                                 .relation = Relation::derived_from,
                                 .truth = base.truth,
                                 .seen = base.seen});
    }
  }

  // The declared asset that a file belongs to; the innermost of several.
  [[nodiscard]] const Asset* owner_of(std::string_view path) const {
    const Asset* best = nullptr;
    for (const auto& asset : inventory_.assets) {
      const std::string_view own = asset.declared.path;
      const bool holds = own == path || (!own.empty() && path.starts_with(cat(own, "/")));
      if (holds && (best == nullptr || own.size() > best->declared.path.size())) best = &asset;
    }
    return best;
  }

  void add_packages(const PackageFile& file) {
    const Asset* owner = owner_of(file.path);
    const auto from = owner == nullptr ? std::string(kSystemRef) : asset_ref(owner->declared.name);
    if (!file.problem.empty()) {
      document_.gaps.push_back(cat("`", printable(file.path, 200), "`: ", file.problem));
    }
    for (const auto& package : file.packages) {
      const auto ref = package_ref(file.ecosystem, package);
      const auto seen = cat(file.path, ":", package.line);
      Component part{.ref = ref, .kind = Kind::package, .name = package.name};
      part.add("name", package.name, Truth::observed, seen);
      part.add("version", package.version, Truth::observed, seen);
      part.add("ecosystem", file.ecosystem, Truth::inferred, seen);
      part.add("purl", package_url(file.ecosystem, package.name, package.version), Truth::inferred,
               seen);
      document_.components.push_back(std::move(part));
      document_.edges.push_back({.from = from,
                                 .to = ref,
                                 .relation = Relation::depends_on,
                                 .truth = Truth::observed,
                                 .seen = seen});
      if (package.version.empty()) open_versions_.insert(ref);
    }
  }

  void tell_gaps() {
    if (!inventory_.complete) {
      document_.gaps.emplace_back("parts of the system's folder could not be listed");
    }
    for (const auto& asset : inventory_.assets) {
      if (asset.is_declared && !asset.is_present && !asset.declared.path.empty()) {
        document_.gaps.push_back(
            cat("`", printable(asset.declared.name, 200), "` is declared and not there"));
      }
    }
    if (!open_versions_.empty()) {
      document_.gaps.push_back(
          cat(count_of(open_versions_.size(), "package"), " without one version"));
    }
    std::ranges::sort(document_.gaps);
  }

  const Material& material_;
  const System& system_;
  const Inventory& inventory_;
  std::map<std::string, std::string, std::less<>> signatures_;
  std::set<std::string> open_versions_;
  Document document_;
};

}  // namespace

std::vector<std::size_t> wanted_texts(const Inventory& inventory) {
  std::set<std::string_view> cards;
  for (const auto& asset : inventory.assets) cards.insert(asset.declared.card);
  std::vector<std::size_t> wanted;
  for (std::size_t i = 0; i < inventory.files.size(); ++i) {
    const auto& file = inventory.files[i];
    if (!file.problem.empty()) continue;
    if (cards.contains(file.path) || is_model_text(file_name(file.path))) wanted.push_back(i);
  }
  return wanted;
}

Document build(const Material& material) {
  return Builder(material).build();
}

std::string package_url(std::string_view ecosystem, std::string_view name,
                        std::string_view version) {
  constexpr auto kTypes =
      std::to_array<std::pair<std::string_view, std::string_view>>({{"PyPI", "pypi"},
                                                                    {"npm", "npm"},
                                                                    {"crates.io", "cargo"},
                                                                    {"Go", "golang"},
                                                                    {"conda", "conda"}});
  const auto* const type =
      std::ranges::find(kTypes, ecosystem, &std::pair<std::string_view, std::string_view>::first);
  if (type == kTypes.end()) return {};
  auto url = cat("pkg:", type->second, "/", percent_encoded(name, "/"));
  if (!version.empty()) url += cat("@", percent_encoded(version, ":+"));
  return url;
}

std::string package_ref(std::string_view ecosystem, const Package& package) {
  const auto ref = cat("package/", lower(ecosystem), "/", package.name);
  return package.version.empty() ? ref : cat(ref, "@", package.version);
}

}  // namespace cupel::bom
