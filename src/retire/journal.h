// SPDX-License-Identifier: Apache-2.0
// Journal: what a disposal is about to do and has done, one line each, synced before the next step,
// so that one that was killed in the middle is gone on with where it stood.
//
//   <state>/retire/<SHA-256 of the plan>/plan.json      what the custodian consented to
//                                       /prints.json    what the files are known again by
//                                       /consent.json   the signed consent
//                                       /journal.jsonl  {"item":3,"step":"overwriting",…}
//
// A line that is not whole is one that a crash cut off: what it spoke of was not begun.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "base/result.h"

namespace cupel::retire {

// What the journal knows of one item of the plan.
struct ItemProgress {
  bool begun = false;        // bytes of it may have been overwritten
  std::uint64_t device = 0;  // of the file that was begun
  std::uint64_t inode = 0;
  std::optional<Json> result;  // of the item; it is done
};

struct JournalReading {
  std::map<std::size_t, ItemProgress> items;
  std::string record;   // where the record of the finished disposal stands; empty: unfinished
  std::string problem;  // a whole line that is not ours; empty: none
};
// Pure.
[[nodiscard]] JournalReading read_journal(std::string_view text);

class Journal {
 public:
  // Makes the folder with plan, prints and consent, or takes up what an earlier run left there.
  static Result<Journal> open(const std::filesystem::path& folder, std::string_view plan,
                              const Json& prints, std::string_view consent);

  [[nodiscard]] const JournalReading& before() const { return before_; }
  // Each is durable when it answers.
  [[nodiscard]] Result<void> begin(std::size_t item, std::uint64_t device, std::uint64_t inode);
  [[nodiscard]] Result<void> done(std::size_t item, const Json& result);
  [[nodiscard]] Result<void> finish(std::string_view record);

 private:
  Journal(File file, std::filesystem::path path, JournalReading before)
      : file_(std::move(file)), path_(std::move(path)), before_(std::move(before)) {}
  [[nodiscard]] Result<void> write(const Json& line);

  File file_;
  std::filesystem::path path_;
  JournalReading before_;
};

// What an earlier run in this folder of the state was about to do: the text of its plan and its
// prints; and where its record stands, when it came to its end. Nothing when there was none.
struct EarlierRun {
  std::string plan;
  Json prints;
  std::string record;  // empty: unfinished
};
[[nodiscard]] Result<std::optional<EarlierRun>> find_earlier(const std::filesystem::path& folder);

}  // namespace cupel::retire
