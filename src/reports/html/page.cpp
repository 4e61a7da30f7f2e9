// SPDX-License-Identifier: Apache-2.0
#include "reports/html/page.h"

#include <array>

#include "base/text.h"

namespace cupel {

Page::Page(const Assessment& an_assessment, const Catalogue& a_catalogue)
    : assessment(an_assessment),
      catalogue(a_catalogue),
      index(an_assessment, a_catalogue),
      findings(findings_of(an_assessment, a_catalogue)),
      principles(by_principle(an_assessment, a_catalogue)) {
  for (const auto& finding : findings) {  // worst first, so the first one told stays
    for (const auto* provision : finding.provisions) worst.emplace(provision, &finding);
  }
}

std::string_view class_of(Verdict verdict) {
  constexpr std::array<std::string_view, 4> kClasses = {"pass", "fail", "open", "na"};
  return kClasses.at(static_cast<std::size_t>(verdict));
}

std::string_view words_of(Verdict verdict) {
  return verdict == Verdict::not_applicable ? "not applicable" : to_text(verdict);
}

std::string minute(Timestamp at) {
  const std::string text = to_rfc3339(at);
  return cat(text.substr(0, 10), " ", text.substr(11, 5), " UTC");
}

void put_mark(Page& page, Verdict verdict) {
  const auto name = class_of(verdict);
  page.out.put("<svg class=\"mark ", name, R"(" aria-hidden="true"><use href="#m-)", name,
               "\"/></svg>");
}

void put_mark_and_word(Page& page, Verdict verdict) {
  page.out.put("<span class=\"", class_of(verdict), "\">");
  put_mark(page, verdict);
  page.out.put(" <span class=\"word\">", words_of(verdict), "</span></span>");
}

void put_finding(Page& page, const Diagnostic& diagnostic) {
  Markup& out = page.out;
  const auto severity = to_text(diagnostic.severity);
  out.put("<li><span class=\"severity ", severity, "\">", severity, " <code>",
          Cut{diagnostic.code, 40}, "</code></span> ", Prose{diagnostic.title});
  if (!diagnostic.place.path.empty()) {
    out.put("<div class=\"place\">", to_text(diagnostic.place), "</div>");
  }
  if (!diagnostic.label.empty()) out.put("<div>", Cut{diagnostic.label, 300}, "</div>");
  for (const auto& note : diagnostic.notes)
    out.put("<div class=\"help\">Note: ", Prose{note}, "</div>");
  if (!diagnostic.help.empty())
    out.put("<div class=\"help\">Help: ", Prose{diagnostic.help}, "</div>");
  out.put("</li>\n");
}

}  // namespace cupel
