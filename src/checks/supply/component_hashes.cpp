// SPDX-License-Identifier: Apache-2.0
// supply.component-hashes: can whoever receives a released component check that it is genuine?
#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "checks/material.h"
#include "formats/checksums.h"

namespace cupel {

extern const Check kComponentHashes;

namespace {

constexpr std::array<std::string_view, 2> kCodes = {"HSH001", "HSH002"};
constexpr std::array<TestUnit, 1> kUnits = {{
    {.id = "5.2.4-1.2/published-hashes",
     .provision = "5.2.4-1.2",
     .kind = UnitKind::functional,
     .rule = Rule::clean,
     .check = "supply.component-hashes",
     .criterion = "each file of a released component has a published SHA-256, and it is that of "
                  "the file",
     .codes = kCodes},
}};

struct Published {
  std::string sha256;
  const FileEntry* list = nullptr;
  std::uint32_t line = 0;
};
// The path of a file → every digest that some list publishes for it.
using Lists = std::multimap<std::string, Published>;

bool is_list(std::string_view path) {
  const std::string name = lower(file_name(path));
  return name.starts_with("sha256sum") || name.ends_with(".sha256") ||
         name.ends_with(".sha256sum") || name == "checksums.txt";
}

// "fraud.json.sha256" with a digest alone speaks of fraud.json.
std::string spoken_of(const FileEntry& list, const checksums::Sum& sum) {
  if (!sum.name.empty()) return join_path(folder_of(list.path), sum.name);
  const auto dot = list.path.rfind('.');
  return dot == std::string::npos ? std::string() : list.path.substr(0, dot);
}

Result<Lists> read_lists(const CheckInput& input, Observation& seen) {
  Lists lists;
  for (const auto& file : input.inventory.files) {
    if (!is_list(file.path) || is_vendored(file.path)) continue;
    auto text = TRY(read_text_of(input, file));
    if (!text.ok()) {
      miss(seen.coverage, file.path, text.problem);
      continue;
    }
    for (const auto& sum : checksums::read(text.text).sums) {
      lists.emplace(spoken_of(file, sum),
                    Published{.sha256 = sum.sha256, .list = &file, .line = sum.line});
    }
  }
  return lists;
}

struct Tally {
  std::size_t files = 0;
  std::size_t unpublished = 0;
  std::size_t different = 0;
};

void tell_unpublished(const Asset& asset, const FileEntry& file, Observation& seen) {
  seen.diagnostics.push_back(
      {.code = "HSH001",
       .severity = Severity::high,
       .title = cat("the released file `", printable(file.path, 300), "` has no published SHA-256"),
       .place = place_of(asset),
       .help = cat("run `sha256sum ", printable(file_name(file.path), 200),
                   " >> SHA256SUMS` in its folder and publish the list with the release")});
}

void tell_different(const FileEntry& file, const Published& published, Observation& seen) {
  seen.diagnostics.push_back(
      {.code = "HSH002",
       .severity = Severity::critical,
       .title = cat("the published SHA-256 of `", printable(file.path, 300),
                    "` is not that of the file"),
       .place = place_of(*published.list, published.line),
       .notes = {cat("published ", published.sha256), cat("the file ", file.sha256)},
       .help = "find out which of the two is wrong before anybody uses the file; if the file was "
               "changed on purpose, release it with a new list"});
}

void look_at(const Asset& asset, const FileEntry& file, const Lists& lists, Observation& seen,
             Tally& tally) {
  if (is_list(file.path)) return;
  ++tally.files;
  if (file.sha256.empty()) {
    miss(seen.coverage, file.path, file.problem.empty() ? "it was not hashed" : file.problem);
    return;
  }
  hit(seen.coverage);
  const auto [first, last] = lists.equal_range(file.path);
  if (first == last) {
    ++tally.unpublished;
    tell_unpublished(asset, file, seen);
    return;
  }
  // Every list that speaks of the file must be right: a reader may hold any of them.
  for (auto each = first; each != last; ++each) {
    if (each->second.sha256 == file.sha256) continue;
    ++tally.different;
    tell_different(file, each->second, seen);
  }
}

// Nobody said of an undeclared model whether others receive it.
bool release_is_unknown(const Inventory& inventory) {
  return !inventory.complete || std::ranges::any_of(inventory.assets, [](const Asset& asset) {
    return asset.declared.kind == AssetKind::model && !asset.is_declared;
  });
}

void conclude_nothing_released(const Inventory& inventory, Observation& seen) {
  seen.coverage = {};
  if (release_is_unknown(inventory)) {
    seen.measured = "no declared asset is released, but not every model is declared";
    return;
  }
  seen.measured = "no asset is declared to be released to other parties";
  seen.condition = Condition{.provision = {}, .met = false, .why = seen.measured};
}

Result<void> run(const CheckInput& input, const Emit& emit, Task& task) {
  Observation seen = observe(kComponentHashes, input);
  const Lists lists = TRY(read_lists(input, seen));
  Tally tally;
  std::size_t released = 0;
  for (const auto& asset : input.inventory.assets) {
    TRY(task.step(1));
    if (!asset.declared.released) continue;
    ++released;
    seen.subjects.push_back(subject_of(asset));
    if (asset.files.empty()) miss(seen.coverage, asset.declared.name, "it is not there");
    for (const auto index : asset.files) {
      look_at(asset, input.inventory.files[index], lists, seen, tally);
    }
  }
  if (released == 0) {
    conclude_nothing_released(input.inventory, seen);
    return emit(std::move(seen));
  }
  seen.facts = Json::object({{"released", released},
                             {"files", tally.files},
                             {"unpublished", tally.unpublished},
                             {"different", tally.different}});
  seen.measured = cat(count_of(released, "released asset"), " in ", count_of(tally.files, "file"),
                      ": ", tally.unpublished, " without a published SHA-256, ", tally.different,
                      " with another one");
  return emit(std::move(seen));
}

}  // namespace

constinit const Check kComponentHashes = {
    .id = "supply.component-hashes",
    .question = "can whoever receives a released component check that it is genuine?",
    .codes = kCodes,
    .units = kUnits,
    .run = run};

}  // namespace cupel
