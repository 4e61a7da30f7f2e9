// SPDX-License-Identifier: Apache-2.0
#include "app/retirement.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include <fcntl.h>

#include "app/asset_reader.h"
#include "base/file.h"
#include "base/text.h"
#include "inventory/beneath.h"
#include "inventory/inventory.h"
#include "inventory/links.h"
#include "inventory/walk.h"
#include "retire/erase.h"

namespace cupel {
namespace {

namespace fs = std::filesystem;
using retire::Residue;
using retire::Wanted;

Result<File> open_folder(const fs::path& folder) {
  File opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.fd() < 0) return system_error("cannot open", folder);
  return opened;
}

// State that is made of digests and answers, not of copies.
bool is_state(std::string_view path) {
  return path.starts_with(".cupel/cache") || path.starts_with(".cupel/results") ||
         path.starts_with(".cupel/ledger") || path.starts_with(".cupel/retire/");
}

bool is_packed_history(std::string_view path) {
  return path.find(".git/objects/pack/") != std::string_view::npos && path.ends_with(".pack");
}

// Looks at the files of one folder.
class FolderSearch {
 public:
  FolderSearch(fs::path root, const Wanted& wanted, std::string prefix, Residue& residue)
      : root_(std::move(root)),
        wanted_(wanted),
        prefix_(std::move(prefix)),
        residue_(residue),
        reader_(root_, SystemClock().now()) {}

  Result<void> look(const std::set<std::string>& skip, Task& task) {
    const File folder = TRY(open_folder(root_));
    const Walk found = TRY(walk(folder.fd(), {}, task));
    std::uint64_t total = 0;
    for (const auto& each : found.found)
      total += each.kind == FoundKind::file ? each.state.size : 0;
    task.expect(task.progress().total + total);
    for (const auto& each : found.found) {
      TRY(task.step(0));
      if (each.kind == FoundKind::link) continue;
      if (each.kind == FoundKind::file && each.problem.empty()) {
        if (!skip.contains(each.path)) look_at(each);
        TRY(task.step(each.state.size));
      } else if (!each.problem.empty()) {
        unseen(each.path, each.problem);
      }
    }
    for (const auto& told : found.diagnostics) unseen(".", told.title);
    return {};
  }

 private:
  void look_at(const Found& each) {
    ++residue_.files;
    residue_.bytes += each.state.size;
    if (is_packed_history(each.path)) unseen(each.path, "packed history of git is not unpacked");
    FileEntry entry;
    entry.path = each.path;
    entry.size_bytes = each.state.size;
    const auto done = reader_.with_bytes(entry, [&](Bytes bytes) -> Result<void> {
      auto comparison = wanted_.compare(cat(prefix_, each.path), bytes);
      for (const auto& missed : comparison.missed) unseen(each.path, missed);
      if (comparison.likeness) residue_.copies.push_back(std::move(*comparison.likeness));
      return {};
    });
    if (!done.ok()) unseen(each.path, done.error().what);
  }

  void unseen(std::string_view path, std::string_view why) {
    residue_.unseen.push_back(cat(printable(cat(prefix_, path), 300), ": ", why));
  }

  fs::path root_;
  const Wanted& wanted_;
  std::string prefix_;
  Residue& residue_;
  DiskReader reader_;
};

// What is known before the plan is made.
class Preparation {
 public:
  Preparation(const Context& context, const SystemPaths& paths, const System& system,
              const RetirementWish& wish)
      : context_(context), paths_(paths), system_(system), wish_(wish) {}

  Result<Retirement> run() {
    for (const auto& name : wish_.assets) TRY(check_asset(name));
    TRY(take_stock());
    const Wanted wanted(TRY(prints()));
    const auto own = own_files();
    Residue searched =
        TRY(search_copies(context_, paths_, wish_.search, wanted, {own.begin(), own.end()}));
    retire::PlanInput input{.system = system_, .inventory = inventory_, .assets = wish_.assets};
    input.recipient = wish_.recipient;
    input.include = wish_.include;
    input.still_serving = wish_.still_serving;
    input.keys = wish_.keys;
    input.vaults = wish_.vaults;
    input.unseen = searched.unseen;
    std::set<std::string> files = own;
    files.insert(wish_.include.begin(), wish_.include.end());
    for (const auto& copy : searched.copies) {
      const bool outside = copy.path.starts_with('/');
      (outside ? input.copies_outside : input.copies).push_back(copy);
      if (!outside) files.insert(copy.path);
    }
    TRY(gather_facts(files, input));
    Retirement retirement{.plan = TRY(retire::make_plan(input)),
                          .wanted = wanted,
                          .searched = std::move(searched),
                          .cannot_assure = {cannot_assure_.begin(), cannot_assure_.end()}};
    return retirement;
  }

 private:
  Result<void> check_asset(const std::string& name) const {
    std::vector<std::string_view> names;
    for (const auto& asset : system_.assets) {
      if (asset.name == name) return {};
      names.emplace_back(asset.name);
    }
    const auto near = nearest(name, names);
    return fail(Fault::usage, cat("there is no asset `", printable(name, 100), "` in cupel.yaml"),
                near ? cat("did you mean `", *near, "`?") : "cupel retire takes names of assets");
  }

  Result<void> take_stock() {
    Task task(context_.stop, Task::Clock::time_point::max());
    const ProgressLine line(context_.terminal, task, "hashing", ProgressLine::Unit::bytes);
    InventoryOptions options;
    options.cache = paths_.state / "cache";
    options.exclude.push_back(paths_.state.filename().string());
    inventory_ = TRY(take_inventory(system_, paths_.root, options, task));
    return {};
  }

  // Files of the assets that go; those that cannot be read are told by the plan.
  [[nodiscard]] std::set<std::string> own_files() const {
    std::set<std::string> files;
    for (const auto& name : wish_.assets) {
      for (const auto index : inventory_.find(name)->files) {
        const auto& file = inventory_.files[index];
        if (file.problem.empty()) files.insert(file.path);
      }
    }
    return files;
  }

  Result<std::vector<retire::Fingerprint>> prints() const {
    const DiskReader reader(paths_.root, SystemClock().now());
    std::vector<retire::Fingerprint> all;
    for (const auto& path : own_files()) {
      TRY(reader.with_bytes(*inventory_.file(path), [&](Bytes bytes) -> Result<void> {
        all.push_back(retire::fingerprint_of(path, bytes));
        return {};
      }));
    }
    return all;
  }

  // Of every file that may go: its digest now, how many names it has, which of them are here.
  Result<void> gather_facts(const std::set<std::string>& files, retire::PlanInput& input) {
    Task task(context_.stop, Task::Clock::time_point::max());
    const File root = TRY(open_folder(paths_.root));
    const Walk found = TRY(walk(root.fd(), {}, task));
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::vector<std::string>> names;
    for (const auto& each : found.found) {
      if (each.kind != FoundKind::file) continue;
      names[{each.state.device, each.state.inode}].push_back(each.path);
    }
    for (const auto& path : files) {
      auto opened = retire::facts_of(root.fd(), path, task);
      if (!opened.ok()) {
        if (opened.error().fault == Fault::cancelled) return std::move(opened).error();
        continue;  // the plan says that it cannot be opened
      }
      auto& facts = opened.value().facts;
      const auto& known = names[{opened.value().device, opened.value().inode}];
      if (!known.empty()) facts.names = known;
      for (const auto& name : facts.names) input.facts[name] = facts;
      note_medium(root.fd(), path);
    }
    gather_links(found, input);
    return {};
  }

  void note_medium(int root, const std::string& path) {
    const File file = open_beneath(root, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file.fd() < 0) return;
    for (auto& sentence : retire::cannot_assure(retire::medium_of(file.fd()))) {
      cannot_assure_.insert(std::move(sentence));
    }
  }

  void gather_links(const Walk& found, retire::PlanInput& input) const {
    std::error_code ignored;
    const std::string root = fs::canonical(paths_.root, ignored).string();
    const LinkMap links(found, root);
    for (const auto& each : found.found) {
      if (each.kind != FoundKind::link) continue;
      const auto answer = links.resolve(each.path);
      if (answer.found != nullptr) input.links.emplace(each.path, answer.found->path);
    }
  }

  const Context& context_;
  const SystemPaths& paths_;
  const System& system_;
  const RetirementWish& wish_;
  Inventory inventory_;
  std::set<std::string> cannot_assure_;
};

fs::path environment_path(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody of ours sets any
  return value == nullptr || *value != '/' ? fs::path() : fs::path(value);
}

}  // namespace

std::vector<fs::path> model_caches() {
  fs::path cache = environment_path("HF_HUB_CACHE");
  if (cache.empty() && !environment_path("HF_HOME").empty()) {
    cache = environment_path("HF_HOME") / "hub";
  }
  if (cache.empty() && !environment_path("HOME").empty()) {
    cache = environment_path("HOME") / ".cache/huggingface/hub";
  }
  std::error_code ignored;
  if (cache.empty() || !fs::is_directory(cache, ignored)) return {};
  return {cache};
}

Result<Residue> search_copies(const Context& context, const SystemPaths& paths,
                              const std::vector<fs::path>& search, const Wanted& wanted,
                              const std::vector<std::string>& skip) {
  Task task(context.stop, Task::Clock::time_point::max());
  const ProgressLine line(context.terminal, task, "looking for copies", ProgressLine::Unit::bytes);
  Residue residue;
  std::set<std::string> skipped(skip.begin(), skip.end());
  {
    const File root = TRY(open_folder(paths.root));
    for (const auto& each : TRY(walk(root.fd(), {}, task)).found) {
      if (is_state(each.path)) skipped.insert(each.path);
    }
  }
  TRY(FolderSearch(paths.root, wanted, {}, residue).look(skipped, task));
  for (const auto& folder : search) {
    std::error_code problem;
    const auto real = fs::canonical(folder, problem);
    if (problem) {
      return fail(Fault::usage, cat("--search: `", printable(folder.string(), 300),
                                    "` cannot be looked at: ", problem.message()));
    }
    TRY(FolderSearch(real, wanted, real.string() + "/", residue).look({}, task));
  }
  return residue;
}

Result<Retirement> prepare_retirement(const Context& context, const SystemPaths& paths,
                                      const System& system, const RetirementWish& wish) {
  return Preparation(context, paths, system, wish).run();
}

}  // namespace cupel
