// SPDX-License-Identifier: Apache-2.0
#include "inventory/assets.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/text.h"
#include "crypto/digest.h"
#include "inventory/kinds.h"

namespace cupel {
namespace {

// More files than this of one kind in a folder of their own are one asset, not many.
constexpr std::ptrdiff_t kFewFiles = 8;

bool must_be_declared(AssetKind kind) {
  return kind == AssetKind::model || kind == AssetKind::dataset || kind == AssetKind::prompt;
}

// Files of the assessment itself, which are no part of what is assessed.
bool is_of_the_assessment(std::string_view path) {
  return path == "cupel.yaml" || path.starts_with("attestations/");
}

bool is_below(std::string_view path, std::string_view folder) {
  return folder.empty() ||
         (path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/');
}

// The files behind a path, by index.
struct Stock {
  std::set<std::size_t> files;
  std::optional<std::string> folder;  // "" is the root; nothing when the path is one file
};

class Joiner {
 public:
  Joiner(const System& system, const Walk& walk, const LinkMap& links, Inventory& inventory)
      : system_(system),
        walk_(walk),
        links_(links),
        inventory_(inventory),
        covered_(inventory.files.size()) {}

  void run() {
    for (const auto& declared : system_.assets) join(declared);
    for (const auto& declared : system_.assets) cover(declared.known_good);
    find_hub_models();
    find_folders_of_one_kind();
    find_single_files();
  }

 private:
  // ---- places

  // Indices of the files below a folder ("" is the root): they stand together, sorted.
  [[nodiscard]] std::pair<std::size_t, std::size_t> range_below(std::string_view folder) const {
    const auto& files = inventory_.files;
    if (folder.empty()) return {0, files.size()};
    const auto first = std::ranges::lower_bound(files, cat(folder, "/"), {}, &FileEntry::path);
    const auto last = std::ranges::lower_bound(files, cat(folder, "0"), {}, &FileEntry::path);
    return {static_cast<std::size_t>(first - files.begin()),
            static_cast<std::size_t>(last - files.begin())};
  }

  [[nodiscard]] std::optional<std::size_t> index_of(std::string_view path) const {
    const auto at = std::ranges::lower_bound(inventory_.files, path, {}, &FileEntry::path);
    if (at == inventory_.files.end() || at->path != path) return {};
    return static_cast<std::size_t>(at - inventory_.files.begin());
  }

  // What a path stands for, links followed within the system. Nothing when nothing is there.
  [[nodiscard]] std::optional<Stock> stock_at(std::string_view path, AssetKind kind) const {
    if (const auto index = index_of(path)) return Stock{.files = {*index}, .folder = {}};
    const auto answer = links_.resolve(path);
    if (!answer.problem.empty()) return {};
    if (answer.is_root) return Stock{.files = files_of_root(kind), .folder = ""};
    if (answer.found->kind == FoundKind::folder) return folder_at(answer.found->path);
    if (const auto index = index_of(answer.found->path)) {
      return Stock{.files = {*index}, .folder = {}};
    }
    return {};
  }

  [[nodiscard]] Stock folder_at(std::string_view folder) const {
    Stock stock{.files = {}, .folder = std::string(folder)};
    const auto [first, last] = range_below(folder);
    for (auto i = first; i < last; ++i) stock.files.insert(i);
    // A file behind a link belongs to the folder too (a model hub's cache is made so).
    const auto from = std::ranges::lower_bound(walk_.found, cat(folder, "/"), {}, &Found::path);
    for (auto at = from; at != walk_.found.end() && is_below(at->path, folder); ++at) {
      if (at->kind != FoundKind::link) continue;
      const auto answer = links_.resolve(at->path);
      if (answer.found == nullptr) continue;
      if (const auto index = index_of(answer.found->path)) stock.files.insert(*index);
    }
    return stock;
  }

  // An asset at "." is not everything there is, only what stands there of its kind.
  [[nodiscard]] std::set<std::size_t> files_of_root(AssetKind kind) const {
    std::set<std::size_t> files;
    for (std::size_t i = 0; i < inventory_.files.size(); ++i) {
      const FileEntry& file = inventory_.files[i];
      if (file.path.find('/') != std::string::npos || is_of_the_assessment(file.path)) continue;
      const bool part_of_model = kind == AssetKind::model && configures_a_model(file.path);
      if (file.kind == kind || part_of_model) files.insert(i);
    }
    return files;
  }

  // ---- declared

  void join(const DeclaredAsset& declared) {
    Asset asset;
    asset.declared = declared;
    asset.is_declared = true;
    if (declared.path.empty()) {
      asset.is_present = true;  // elsewhere, and nothing here says that it is missing
      return inventory_.assets.push_back(std::move(asset));
    }
    const auto stock = stock_at(declared.path, declared.kind);
    asset.is_present = stock.has_value();
    if (!stock) return inventory_.assets.push_back(std::move(asset));
    for (const auto index : stock->files) {
      if (!stock->folder || decides_kind_of_folder(declared.kind)) {
        inventory_.files[index].kind = declared.kind;
      }
    }
    add(std::move(asset), *stock);
  }

  // Everything in a folder of data is data; a model's folder also holds its configuration.
  static bool decides_kind_of_folder(AssetKind kind) {
    return kind == AssetKind::dataset || kind == AssetKind::prompt;
  }

  void cover(std::string_view path) {
    if (path.empty()) return;
    const auto stock = stock_at(path, AssetKind::other);
    if (!stock) return;
    for (const auto index : stock->files) covered_[index] = true;
  }

  // ---- put together

  void add(Asset asset, const Stock& stock) {
    asset.files.assign(stock.files.begin(), stock.files.end());
    for (const auto index : asset.files) {
      covered_[index] = true;
      asset.size_bytes += inventory_.files[index].size_bytes;
    }
    asset.digest = digest_of(stock);
    inventory_.assets.push_back(std::move(asset));
  }

  // Empty when a part of it could not be read: half a digest identifies nothing.
  [[nodiscard]] std::string digest_of(const Stock& stock) const {
    const auto& files = inventory_.files;
    if (stock.files.empty()) return {};
    for (const auto index : stock.files) {
      if (!files[index].problem.empty()) return {};
    }
    if (!stock.folder) return files[*stock.files.begin()].sha256;
    std::vector<std::string> lines;
    for (const auto index : stock.files) {
      std::string_view name = files[index].path;  // as seen from the folder
      if (!stock.folder->empty() && is_below(name, *stock.folder)) {
        name.remove_prefix(stock.folder->size() + 1);
      }
      lines.push_back(cat(files[index].sha256, "  ", escaped(name), "\n"));
    }
    std::ranges::sort(lines);
    Sha256 sha256;
    for (const auto& line : lines) sha256.add(line);
    return to_hex(sha256.finish());
  }

  // One line for one file, whatever its name holds.
  static std::string escaped(std::string_view name) {
    std::string out;
    for (const char c : name) {
      if (c == '\\') {
        out += "\\\\";
      } else if (c == '\n') {
        out += "\\n";
      } else {
        out += c;
      }
    }
    return out;
  }

  void add_undeclared(std::string_view path, AssetKind kind, const Stock& stock) {
    Asset asset;
    asset.is_present = true;
    asset.declared.name = path;
    asset.declared.path = path;
    asset.declared.kind = kind;
    add(std::move(asset), stock);
  }

  // ---- undeclared

  [[nodiscard]] bool is_open(std::size_t index) const {
    const FileEntry& file = inventory_.files[index];
    return !covered_[index] && file.problem.empty() && !is_of_the_assessment(file.path);
  }

  // A folder as model hubs publish it: weights beside config.json, or the parts of a
  // pipeline below a model_index.json. It is one model, with all that lies in it.
  void find_hub_models() {
    std::map<std::string_view, std::pair<bool, bool>> folders;  // weights, configuration
    std::vector<std::string_view> hubs;
    for (std::size_t i = 0; i < inventory_.files.size(); ++i) {
      const FileEntry& file = inventory_.files[i];
      if (!is_open(i) || file.kind == AssetKind::code) continue;
      auto& [weights, configuration] = folders[folder_name(file.path)];
      weights =
          weights || (file.kind == AssetKind::model && is_hub_weights(file.path, file.format));
      configuration = configuration || configures_a_model(file.path);
      const auto name = file_name(file.path);
      if (name == "model_index.json" || name == "modules.json") {
        hubs.push_back(folder_name(file.path));
      }
    }
    for (const auto& [folder, has] : folders) {
      if (has.first && has.second) hubs.push_back(folder);
    }
    std::ranges::sort(hubs);  // the outer before the inner
    for (const auto folder : hubs) add_hub_model(folder);
  }

  void add_hub_model(std::string_view folder) {
    const Stock stock = folder.empty()
                            ? Stock{.files = files_of_root(AssetKind::model), .folder = ""}
                            : folder_at(folder);
    bool has_model = false;
    for (const auto index : stock.files) {
      if (!is_open(index)) return;  // inside another one, or partly declared
      has_model = has_model || inventory_.files[index].kind == AssetKind::model;
    }
    if (has_model) add_undeclared(folder.empty() ? "." : folder, AssetKind::model, stock);
  }

  // Ten thousand pictures are one dataset: the highest folder below the root that holds
  // data (or prompts) and nothing that is anything else.
  void find_folders_of_one_kind() {
    for (const auto kind : {AssetKind::dataset, AssetKind::prompt}) {
      std::map<std::string_view, bool> pure;
      for (std::size_t i = 0; i < inventory_.files.size(); ++i) {
        if (!is_open(i) || inventory_.files[i].kind != kind) continue;
        std::string_view best;
        for (auto folder = folder_name(inventory_.files[i].path); !folder.empty();
             folder = folder_name(folder)) {
          auto [at, added] = pure.try_emplace(folder, false);
          if (added) at->second = holds_only(folder, kind);
          if (!at->second) break;
          best = folder;
        }
        if (best.empty()) continue;
        add_folder_of(best, kind);
      }
    }
  }

  [[nodiscard]] bool holds_only(std::string_view folder, AssetKind kind) const {
    const auto [first, last] = range_below(folder);
    for (auto i = first; i < last; ++i) {
      const AssetKind other = inventory_.files[i].kind;
      const bool fits = other == kind || other == AssetKind::document || other == AssetKind::other;
      if (!is_open(i) || !fits) return false;
    }
    return true;
  }

  void add_folder_of(std::string_view folder, AssetKind kind) {
    const Stock stock = folder_at(folder);
    const auto count = std::ranges::count_if(
        stock.files, [&](std::size_t i) { return inventory_.files[i].kind == kind; });
    if (count > kFewFiles) add_undeclared(folder, kind, stock);
  }

  void find_single_files() {
    std::set<std::string_view> model_folders;
    for (const auto& file : inventory_.files) {
      if (file.kind == AssetKind::model) model_folders.insert(folder_name(file.path));
    }
    for (std::size_t i = 0; i < inventory_.files.size(); ++i) {
      const FileEntry& file = inventory_.files[i];
      if (!is_open(i)) continue;
      const bool configures = file.kind == AssetKind::configuration &&
                              configures_a_model(file.path) &&
                              model_folders.contains(folder_name(file.path));
      if (must_be_declared(file.kind) || configures) {
        add_undeclared(file.path, file.kind, {.files = {i}, .folder = {}});
      }
    }
  }

  const System& system_;
  const Walk& walk_;
  const LinkMap& links_;
  Inventory& inventory_;
  std::vector<bool> covered_;
};

}  // namespace

void join_assets(const System& system, const Walk& walk, const LinkMap& links,
                 Inventory& inventory) {
  Joiner(system, walk, links, inventory).run();
}

}  // namespace cupel
