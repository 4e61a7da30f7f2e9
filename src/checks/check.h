// SPDX-License-Identifier: Apache-2.0
// Check: one question asked of a system or of its assets, answered with observations.
//
// A check is a constant. Its row in checks.def makes it known to the runner, to
// `cupel list checks`, to the manual and to the provision coverage. It owns no
// state and sees nothing but its arguments, so checks run in any order and at the
// same time. It never modifies, executes or imports what it examines.
//
// To add one: write checks/<family>/<name>.cpp, add a line to checks.def, a page
// for each new code to catalogue/codes/, and cases under tests/checks/.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "vocab/asset.h"
#include "vocab/observation.h"
#include "vocab/provision.h"
#include "vocab/system.h"

namespace cupel {

// Where a check puts what it saw. What it took becomes durable soon, and at the latest before
// the cycle ends; an error of it ends the check, and the cycle.
using Emit = std::function<Result<void>(Observation)>;

// Reads files of the inventory, and nothing else. The bytes are those whose digest
// the inventory has: a file that changed since is Fault::integrity, which the
// check reports as "not examined".
class AssetReader {
 public:
  AssetReader() = default;
  AssetReader(const AssetReader&) = delete;
  AssetReader& operator=(const AssetReader&) = delete;
  AssetReader(AssetReader&&) = delete;
  AssetReader& operator=(AssetReader&&) = delete;
  virtual ~AssetReader() = default;

  // Hands the file's bytes to `use`. The view lives as long as the call.
  [[nodiscard]] virtual Result<void> with_bytes(
      const FileEntry& file, const std::function<Result<void>(Bytes)>& use) const = 0;
};

// Answers that this very build gave about the same bytes before. Only what depends on nothing
// but a file's bytes may be kept: its path, the description and the day may all be others now.
// Called from several threads at once.
class Recall {
 public:
  Recall() = default;
  Recall(const Recall&) = delete;
  Recall& operator=(const Recall&) = delete;
  Recall(Recall&&) = delete;
  Recall& operator=(Recall&&) = delete;
  virtual ~Recall() = default;

  // `question` names what was asked of the bytes, `sha256` (hex) the bytes.
  [[nodiscard]] virtual std::optional<std::string> find(std::string_view question,
                                                        std::string_view sha256) = 0;
  virtual void keep(std::string_view question, std::string_view sha256, std::string answer) = 0;
};

// Remembers nothing: every file is looked at.
class NoRecall final : public Recall {
 public:
  std::optional<std::string> find(std::string_view /*question*/,
                                  std::string_view /*sha256*/) override {
    return {};
  }
  void keep(std::string_view /*question*/, std::string_view /*sha256*/,
            std::string /*answer*/) override {}
};

// What an earlier cycle saw, read-only: the only memory that a check has.
struct Baseline {
  std::string cycle;  // id; empty: this is the first cycle
  Timestamp finished;
  Inventory inventory;
  System system;
};

// Files beside the system's folder that the caller points at.
struct OutsideFiles {
  std::vector<FileEntry> files;
  const AssetReader* reader = nullptr;  // of these files
};

struct CheckInput {
  const System& system;
  const Inventory& inventory;
  const Baseline& baseline;
  const AssetReader& reader;
  Recall& recall;
  Timestamp now;
  std::string_view collector;                // "cupel 0.0.2", to be written into observations
  const OutsideFiles* advisories = nullptr;  // an export of vulnerability data; null: none
};

struct Check {
  std::string_view id;                      // "artifact.pickle-imports": never reused
  std::string_view question;                // "would loading this file run code?"
  std::span<const std::string_view> codes;  // every diagnostic code it may emit
  std::span<const TestUnit> units;          // the test units that its observations feed
  Result<void> (*run)(const CheckInput& input, const Emit& emit, Task& task);
};

// Every check, in the order of checks.def.
[[nodiscard]] std::span<const Check* const> all_checks();

// An observation of `check` with collector, time and method filled in.
[[nodiscard]] Observation observe(const Check& check, const CheckInput& input);
// The subject that a file or an asset is.
[[nodiscard]] SubjectRef subject_of(const FileEntry& file);
[[nodiscard]] SubjectRef subject_of(const Asset& asset);

}  // namespace cupel
