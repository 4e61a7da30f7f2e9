// SPDX-License-Identifier: Apache-2.0
// scan: the bytes of a model file → what loading it would do, and how much of it was looked at.
//
// A file is what its bytes are, never what its name says. Every examiner whose format fits
// is asked (a file may be two formats at once), what it finds inside is examined in turn, and
// whatever could not be examined to the last byte is a shortfall: silence is never "clean".
// Nothing that stands in the file can lower a severity. Nothing is executed, imported or
// written; the work and the memory are bounded by Limits, whatever the file says.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "base/json.h"
#include "base/result.h"
#include "vocab/assessment.h"
#include "vocab/diagnostic.h"

namespace cupel::scan {

struct Limits {
  unsigned depth = 8;                                  // containers in containers
  std::size_t layers = 200'000;                        // files and members examined
  std::uint64_t unpacked_bytes = 4ULL << 30U;          // of everything that was packed, together
  std::uint64_t member_bytes = 512ULL << 20U;          // of one packed member, held in memory
  std::uint64_t suspicious_member_bytes = 64U << 20U;  // of one packed above `ratio`
  std::uint64_t ratio = 100;   // unpacked to packed; honest weights stay below 20
  std::size_t findings = 200;  // told of one artefact; the others are counted
  // False: weights are not read. Checksums of what an archive stores as it is are not compared
  // (PyTorch does not either), and programs are looked for at the beginning of data alone.
  bool weights = true;
};

// A finding, with the bytes that it points at: the first of its span, and those just before.
struct Finding : Diagnostic {
  std::string excerpt = {};         // at most kExcerptBytes bytes, raw; empty when it has no span
  std::uint64_t excerpt_begin = 0;  // where the excerpt begins in the innermost file of the place
};
inline constexpr std::size_t kExcerptBytes = 64;

// A name that loading would look up, and how often.
struct Import {
  std::string name;      // "torch._utils._rebuild_tensor_v2"
  std::string standing;  // vetted, unknown, forbidden, dangerous, computed
  std::uint64_t count = 1;
};

// Something that the file says of itself: a capability, a licence, a template. Declared, never
// verified (5.1.3-1.2 asks for the modalities and tools of a model).
struct Statement {
  std::string key;  // "architecture", "modality", "task", "tool", "chat_template", "licence" …
  std::string value;
  Place place;
};

struct Report {
  std::string format;                // what it is; of a polyglot the first; "" when unknown
  std::vector<std::string> formats;  // every examiner that found its own, outermost layer only
  std::uint64_t size_bytes = 0;
  std::uint64_t missed_bytes = 0;       // not examined, of size_bytes
  std::vector<std::string> shortfalls;  // why not; empty: examined to the last byte
  std::vector<Finding> findings;        // worst first, then in the order of their places
  std::uint64_t findings_untold = 0;    // more of them, none worse than those that are told
  std::vector<Import> imports;          // sorted by name
  std::vector<Statement> statements;
  std::uint64_t layers = 1;

  [[nodiscard]] bool complete() const { return shortfalls.empty(); }
};

[[nodiscard]] Json to_json(const Report& report);
// Nothing when a required member is missing or of the wrong kind.
[[nodiscard]] std::optional<Report> report_from(const Json& json);

// fail: a finding at or above `fail_at`. inconclusive: a medium finding, or a shortfall.
[[nodiscard]] Verdict verdict_of(const Report& report, Severity fail_at = Severity::high);

// `name` is shown to people; its ending is only compared with what the content is.
[[nodiscard]] Report examine(std::string_view name, Bytes bytes, const Limits& limits = {});

// Whether content or ending says that somebody would load such a file as a model, or as part
// of one: those are subjects of `cupel scan` even when nothing is found in them.
[[nodiscard]] bool is_model_file(std::string_view name, Bytes head, std::uint64_t size);

// One file of a folder that is examined as a whole.
struct FolderFile {
  std::string path;  // relative to the folder, '/' between parts
  std::uint64_t size_bytes = 0;
};
struct Folder {
  std::string name;
  std::vector<FolderFile> files;  // sorted by path
  // Hands a file's bytes to `use`; an error when it cannot be read.
  std::function<Result<void>(const FolderFile&, const std::function<void(Bytes)>& use)> read;
};

// What files mean together: a configuration and the code that it pulls in, an index and its
// shards. The files' own contents are examine()'s.
[[nodiscard]] Report examine_folder(const Folder& folder, const Limits& limits = {});

// Every diagnostic code that an examination may tell, sorted.
inline constexpr std::string_view kAllCodes[] = {
#define CODE(name) name,
#include "scan/codes.def"
#undef CODE
};

}  // namespace cupel::scan
