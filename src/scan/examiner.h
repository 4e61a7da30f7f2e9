// SPDX-License-Identifier: Apache-2.0
// Examiner: what one format can do to whoever loads it. The policy over a reader of formats/.
//
// To add one: write scan/<family>/<name>.cpp, add a line to examiners.def, a page for each new
// code to catalogue/codes/, and cases under tests/scan/. An examiner is a constant and owns no
// state; everything it has to say goes to the Session.
//
// Severities: critical and high make a file fail. medium makes it inconclusive: it would run code
// that nobody vetted, or means different things to different readers. low and info are told.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/format.h"
#include "scan/scan.h"

namespace cupel::scan {

// The file itself, or something inside of it.
struct Layer {
  Bytes bytes;
  std::vector<std::string> path;  // outermost first: {"m.pt", "archive/data.pkl"}
  unsigned depth = 0;
  bool weights = true;  // Limits::weights
  // What format_of() answered: many examiners ask, and sniffing is not free.
  mutable std::optional<const Format*> format = {};

  [[nodiscard]] const std::string& name() const { return path.back(); }
  [[nodiscard]] Place place() const { return {.path = path}; }
  // `line` counts from 1; 0 where there are no lines.
  [[nodiscard]] Place place(std::uint64_t begin, std::uint64_t end, std::uint32_t line = 0) const {
    return {.path = path, .span = Span{begin, end}, .line = line};
  }
};

class Session;

// What the sniffers of formats/ look at.
[[nodiscard]] Sniff sniff_of(const Layer& layer);
// The format that its content shows; null when none does.
[[nodiscard]] const Format* format_of(const Layer& layer);
[[nodiscard]] bool is_format(const Layer& layer, std::string_view id);
// Why a layer that no examiner fits is not examined, though it may run something; "" when it is
// only data.
[[nodiscard]] std::string unexamined(const Layer& layer);
// What Session::tell() is given, from its parts.
[[nodiscard]] Diagnostic finding(std::string_view code, Severity severity, Place place,
                                 std::string title, std::string_view help,
                                 std::vector<std::string> notes = {});
// "`name`", fit for a sentence.
[[nodiscard]] std::string quote(std::string_view name);
// "`a`, `b` and 3 more".
[[nodiscard]] std::string name_some(const std::vector<std::string>& names, std::size_t most = 3);

struct Examiner {
  std::string_view id;                      // "pickle"; that of the format where there is one
  std::span<const std::string_view> codes;  // every diagnostic code it may emit
  // Whether such bytes may be of this kind: decided by content, and quickly. Where a format has
  // no signature at all (text, code), the name may say what a loader would take it for.
  bool (*fits)(const Layer& layer);
  void (*examine)(const Layer& layer, Session& session);
};

[[nodiscard]] std::span<const Examiner* const> all_examiners();

// One examination: what all examiners share, and where they put what they saw.
class Session {
 public:
  explicit Session(const Limits& limits)
      : limits_(limits), unpackable_bytes_(limits.unpacked_bytes) {}

  [[nodiscard]] const Limits& limits() const { return limits_; }

  // A finding. The place's path is the layer's unless one is given.
  void tell(const Layer& layer, Diagnostic diagnostic);
  // Something of this layer was not examined; `bytes` of it, all of it unless said.
  void miss(const Layer& layer, std::string_view why);
  void miss(const Layer& layer, std::string_view why, std::uint64_t bytes);
  void import(std::string_view name, std::string_view standing, std::uint64_t count = 1);
  void state(const Layer& layer, std::string_view key, std::string_view value);

  // Examines what stands inside of a layer: a member, a stream, a string that a loader would
  // take for a file. Says so itself when the limits forbid it. `is_loaded`: a loader would read
  // it whatever it looks like, so that no examiner fitting is a shortfall.
  void follow(const Layer& outer, std::string_view name, Bytes bytes, bool is_loaded = false);

  // Asked before unpacking so many bytes out of `packed`: false, and told as a shortfall of
  // `layer`, when they would go beyond the limits.
  [[nodiscard]] bool may_unpack(const Layer& layer, std::uint64_t unpacked, std::uint64_t packed);
  // The most that one member packed into `packed` bytes may become, for unpackers that are not
  // told beforehand; they say afterwards how much it was. All together may become no more than
  // the file's own size allows, so that a small file cannot make much work.
  [[nodiscard]] std::uint64_t unpack_limit(std::uint64_t packed) const;
  void count_unpacked(std::uint64_t bytes);

  // The file itself is run as a program, so that programs inside of it are no worse than it is.
  void mark_as_program() { program_ = true; }
  [[nodiscard]] bool is_program() const { return program_; }

  // Runs every examiner that fits; the ids of those.
  std::vector<std::string_view> examine(const Layer& layer);

  // What was seen so far, put in order.
  [[nodiscard]] Report report() &&;

 private:
  Limits limits_;
  Report report_;
  std::map<std::string, Import, std::less<>> imports_;
  std::uint64_t unpacked_bytes_ = 0;
  std::uint64_t unpackable_bytes_ = 0;
  std::uint64_t layers_ = 0;
  bool program_ = false;
};

}  // namespace cupel::scan
