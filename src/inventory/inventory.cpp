// SPDX-License-Identifier: Apache-2.0
#include "inventory/inventory.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include <fcntl.h>

#include "base/file.h"
#include "base/text.h"
#include "inventory/assets.h"
#include "inventory/digest_cache.h"
#include "inventory/hashing.h"
#include "inventory/kinds.h"
#include "inventory/links.h"
#include "inventory/walk.h"

namespace cupel {
namespace {

struct Listed {
  FileEntry file;
  const Found* origin;
};

class Taking {
 public:
  Taking(const InventoryOptions& options, Task& task) : options_(options), task_(task) {}

  Result<Inventory> run(const System& system, const std::filesystem::path& root) {
    const File folder(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.fd() < 0) return system_error("cannot open the folder", root);
    Walk walked = TRY(walk(folder.fd(), options_.exclude, task_));
    const std::string own_path = canonical(root);
    const LinkMap links(walked, own_path);
    list_files(walked, links);
    TRY(examine(folder.fd()));
    inventory_.files.reserve(listed_.size());
    for (auto& [file, origin] : listed_) inventory_.files.push_back(std::move(file));
    tell_installed();
    join_assets(system, walked, links, inventory_);
    std::ranges::move(walked.diagnostics, std::back_inserter(inventory_.diagnostics));
    std::ranges::sort(inventory_.diagnostics, [](const Diagnostic& a, const Diagnostic& b) {
      return std::tie(a.place.path, a.code, a.title) < std::tie(b.place.path, b.code, b.title);
    });
    inventory_.complete = walked.complete;
    return std::move(inventory_);
  }

 private:
  static std::string canonical(const std::filesystem::path& root) {
    std::error_code refused;
    const auto path = std::filesystem::canonical(root, refused);
    return refused ? std::string() : path.string();
  }

  // What the walk found becomes an entry when it is a file or when something is wrong
  // with it. Folders are in their files' paths, and links that stay inside are told.
  void list_files(const Walk& walked, const LinkMap& links) {
    for (const auto& found : walked.found) {
      std::string problem = found.problem;
      if (found.kind == FoundKind::folder && problem.empty()) continue;
      if (found.kind == FoundKind::link && problem.empty()) {
        const auto answer = links.resolve(found.path);
        if (answer.problem.empty()) {
          tell_link(found, answer);
          continue;
        }
        problem =
            cat("it is a symbolic link to `", printable(found.target, 200), "`; ", answer.problem);
      }
      list(found, std::move(problem));
    }
    // Escaping a name may have moved it in the order.
    std::ranges::sort(listed_, [](const Listed& a, const Listed& b) {
      return std::tie(a.file.path, a.origin->path) < std::tie(b.file.path, b.origin->path);
    });
  }

  void list(const Found& found, std::string problem) {
    FileEntry file;
    file.path = found.path;
    file.size_bytes = found.kind == FoundKind::file ? found.state.size : 0;
    file.mode = found.mode;
    file.problem = std::move(problem);
    if (!is_utf8(file.path)) {  // JSON, and so the ledger, could not hold it
      file.path = printable(file.path);
      if (file.problem.empty()) file.problem = "its name is not valid UTF-8";
    }
    file.kind = guess_kind(file.path, {});
    listed_.push_back({.file = std::move(file), .origin = &found});
  }

  void tell_link(const Found& found, const LinkMap::Answer& answer) {
    const std::string target = answer.is_root ? "." : printable(answer.found->path, 200);
    inventory_.diagnostics.push_back(
        {.code = "INV006",
         .severity = Severity::info,
         .title = cat("`", printable(found.path, 200), "` is a symbolic link to `", target, "`"),
         .place = {.path = {printable(found.path)}},
         .notes = {"what it leads to is examined where it stands"},
         .help = "nothing, unless the link is not meant to be there"});
  }

  // Digests, from the cache or from the bytes.
  Result<void> examine(int root) {
    const DigestCache cache = load_cache();
    std::vector<HashJob> jobs;
    std::vector<FileEntry*> targets;
    std::uint64_t bytes = 0;
    for (auto& [file, origin] : listed_) {
      if (!file.problem.empty()) continue;
      if (const auto* hit = cache.find(origin->state)) {
        known_.push_back(*hit);
        set(file, hit->sha256, hit->format);
      } else {
        jobs.push_back({.path = origin->path, .expected = origin->state});
        targets.push_back(&file);
        bytes += origin->state.size;
      }
    }
    task_.expect(bytes);
    const auto hashed = TRY(hash_files(root, jobs, options_.threads, task_));
    bool learned = false;
    for (std::size_t i = 0; i < hashed.size(); ++i) {
      learned = take(hashed[i], *targets[i]) || learned;
    }
    save_cache(cache, learned);
    return {};
  }

  DigestCache load_cache() {
    if (options_.cache.empty() || options_.rehash) return {};
    std::string note;
    DigestCache cache = DigestCache::load(options_.cache, note);
    if (!note.empty()) tell_cache("cannot be used", note);
    return cache;
  }

  // Written only when it would hold something else: an unchanged run writes nothing.
  void save_cache(const DigestCache& before, bool learned) {
    if (options_.cache.empty()) return;
    DigestCache after;
    after.replace(std::move(known_));
    if (!learned && !options_.rehash && after.size() == before.size()) return;
    if (auto saved = after.save(options_.cache); !saved.ok()) {
      tell_cache("was not written", saved.error().what);
    }
  }

  static void set(FileEntry& file, const Digest& sha256, std::string_view format) {
    file.sha256 = to_hex(sha256);
    file.format = format;
    file.kind = guess_kind(file.path, file.format);
  }

  // True when the digest may be remembered.
  bool take(const Hashed& hashed, FileEntry& file) {
    if (!hashed.problem.empty()) {
      file.problem = hashed.problem;
      return false;
    }
    file.size_bytes = hashed.state.size;
    file.mode = hashed.mode;
    set(file, hashed.sha256, hashed.format);
    if (!DigestCache::settled(hashed.state, hashed.read_at_ns)) return false;
    known_.push_back({.state = hashed.state, .sha256 = hashed.sha256, .format = hashed.format});
    return true;
  }

  void tell_cache(std::string_view what, std::string_view why) {
    inventory_.diagnostics.push_back(
        {.code = "INV008",
         .severity = Severity::info,
         .title = cat("the cache of digests ", what, ": ", why),
         .place = {.path = {printable(options_.cache.string())}},
         .notes = {"every file was read, as always when its digest is not known"},
         .help = "nothing; `--rehash` writes it anew"});
  }

  // Installed packages are read like everything else, but what is in them is code,
  // whatever its form: said once for each such folder.
  void tell_installed() {
    std::map<std::string_view, std::size_t> folders;
    for (const auto& file : inventory_.files) {
      const auto folder = installed_in(file.path);
      if (!folder.empty() && file_name(folder) != "__pycache__") ++folders[folder];
    }
    for (const auto& [folder, count] : folders) {
      inventory_.diagnostics.push_back(
          {.code = "INV005",
           .severity = Severity::info,
           .title = cat("`", printable(folder, 200), "` holds installed packages"),
           .place = {.path = {std::string(folder)}},
           .notes = {cat(count_of(count, "file"),
                         " counted as code, and not asked to be declared one by one")},
           .help = "keep models, data and prompts of the system's own elsewhere"});
    }
  }

  const InventoryOptions& options_;
  Task& task_;
  Inventory inventory_;
  std::vector<Listed> listed_;
  std::vector<CachedDigest> known_;  // what the cache will hold
};

}  // namespace

Result<Inventory> take_inventory(const System& system, const std::filesystem::path& root,
                                 const InventoryOptions& options, Task& task) {
  return Taking(options, task).run(system, root);
}

}  // namespace cupel
