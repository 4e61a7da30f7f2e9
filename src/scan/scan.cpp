// SPDX-License-Identifier: Apache-2.0
#include "scan/scan.h"

#include <algorithm>

#include "base/text.h"
#include "scan/examiner.h"

namespace cupel::scan {

#define EXAMINER(name) extern const Examiner k##name;
#include "scan/examiners.def"
#undef EXAMINER

std::span<const Examiner* const> all_examiners() {
#define EXAMINER(name) &k##name,
  static constexpr const Examiner* kExaminers[] = {
#include "scan/examiners.def"
  };
#undef EXAMINER
  return kExaminers;
}

Verdict verdict_of(const Report& report, Severity fail_at) {
  bool open = !report.complete();
  for (const auto& finding : report.findings) {
    if (finding.severity >= fail_at) return Verdict::fail;
    open = open || finding.severity >= Severity::medium;
  }
  return open ? Verdict::inconclusive : Verdict::pass;
}

namespace {

// The format by whose extensions the name goes; null when it has none of a model.
const Format* named_format(std::string_view name) {
  const std::string plain = lower(name);
  for (const auto* format : all_formats()) {
    if (format->kind != AssetKind::model) continue;
    for (const auto extension : format->extensions) {
      if (plain.ends_with(extension)) return format;
    }
  }
  return nullptr;
}

}  // namespace

bool is_model_file(std::string_view name, Bytes head, std::uint64_t size) {
  const auto* content = recognise({.head = head, .size = size, .name = name});
  // Arrays of NumPy are data, and weights, and may hold a pickle.
  return (content != nullptr &&
          (content->kind == AssetKind::model || content->id == "npy" || content->id == "npz")) ||
         named_format(name) != nullptr;
}

Report examine(std::string_view name, Bytes bytes, const Limits& limits) {
  const Layer layer{.bytes = bytes, .path = {std::string(name)}, .weights = limits.weights};
  const auto* content = format_of(layer);
  Session session(limits);
  const auto fitting = session.examine(layer);
  const auto* named = named_format(name);
  if (fitting.empty()) {
    if (const auto why = unexamined(layer); !why.empty()) {
      session.miss(layer, why);
    } else if (named != nullptr) {
      session.miss(layer, bytes.empty() ? "it is empty" : "its format is not recognised");
    }
  } else if (named != nullptr && content != nullptr && named->id != content->id &&
             std::ranges::none_of(content->extensions, [&](std::string_view extension) {
               return lower(name).ends_with(extension);
             })) {
    session.tell(layer,
                 {.code = "SCN001",
                  .severity = Severity::low,
                  .title = cat("it is called like a ", named->title, " and is a ", content->title),
                  .help = "give it the ending of what it is: tools that go by names would "
                          "examine it as something else"});
  }
  Report report = std::move(session).report();
  report.size_bytes = bytes.size();
  report.missed_bytes = std::min(report.missed_bytes, report.size_bytes);
  for (const auto id : fitting) report.formats.emplace_back(id);
  report.format = content != nullptr ? std::string(content->id)
                  : fitting.empty()  ? std::string()
                                     : report.formats.front();
  return report;
}

}  // namespace cupel::scan
