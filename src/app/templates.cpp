// SPDX-License-Identifier: Apache-2.0
#include "app/templates.h"

#include <array>

#include "base/file.h"
#include "base/text.h"
#include "checks/governance/document_kinds.h"

namespace cupel {
namespace {

// What nearly every organisation has to write; `cupel explain` names the kinds that
// serve the other provisions.
constexpr std::array<std::string_view, 10> kKinds = {
    "business-need",   "threat-model",           "risk-register", "design-and-maintenance",
    "incident-plan",   "disaster-recovery-plan", "access-review", "component-assessment",
    "data-use-notice", "training-syllabus"};

std::string title_of(std::string_view kind) {
  std::string title(kind);
  for (char& c : title) {
    if (c == '-') c = ' ';
  }
  title[0] = static_cast<char>(title[0] - 'a' + 'A');
  return title;
}

std::string template_of(const DocumentKind& kind, std::string_view system) {
  std::string provisions;
  for (const auto provision : kind.serves) {
    provisions += cat(provisions.empty() ? "" : " ", provision);
  }
  std::string out =
      cat("---\ntitle: ", title_of(kind.id), "\nkind: ", kind.id,
          "\nowner:      # a person of the roster in cupel.yaml\nauthor:     # who wrote "
          "it; somebody else signs it\nversion: \"0\"\nreviewed:   # 2026-01-31\nsystem: ",
          printable(system, 200), "  # name and version, as in cupel.yaml\n---\n\n");
  out += cat(
      "This is a template, and no evidence. When it is written: declare it in cupel.yaml under\n"
      "`declares:` for ",
      provisions, ", then sign it:\n\n    cupel attest ", provisions,
      " --document FILE --by NAME --key PEM\n");
  for (const auto section : kind.sections) out += cat("\n## ", section, "\n\nTo be written.\n");
  return out;
}

}  // namespace

Result<std::size_t> write_templates(const std::filesystem::path& folder, std::string_view system) {
  TRY(make_folders(folder));
  std::size_t written = 0;
  for (const auto id : kKinds) {
    const DocumentKind* kind = document_kind(id);
    require(kind != nullptr);
    const auto file = folder / cat(id, ".md");
    std::error_code ignored;
    if (std::filesystem::exists(file, ignored)) continue;
    TRY(replace_file(file, template_of(*kind, system)));
    ++written;
  }
  return written;
}

}  // namespace cupel
