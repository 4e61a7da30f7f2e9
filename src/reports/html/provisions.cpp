// SPDX-License-Identifier: Apache-2.0
// The 72 provisions, folded: principle, provision, test units, findings.
#include <algorithm>

#include "base/text.h"
#include "reports/html/page.h"

namespace cupel {
namespace {

void put_pair(Markup& out, std::string_view name, std::string_view value) {
  if (!value.empty()) out.put("<dt>", name, "</dt><dd>", Prose{value}, "</dd>\n");
}

// The worst findings that count for the unit, and how many there are in all.
void put_unit_findings(Page& page, const UnitResult& unit) {
  std::vector<const Diagnostic*> counted;
  for (const auto& id : unit.observations) {
    const Observation* observation = page.index.observation(id);
    if (observation == nullptr) continue;
    for (const auto& diagnostic : observation->diagnostics) {
      if (page.index.counts(unit, diagnostic.code)) counted.push_back(&diagnostic);
    }
  }
  if (counted.empty()) return;
  const std::size_t shown = std::min(counted.size(), PageLimits::kPerUnit);
  std::ranges::stable_sort(
      counted, [](const Diagnostic* a, const Diagnostic* b) { return a->severity > b->severity; });
  page.out.put("<ul class=\"findings\">\n");
  for (std::size_t i = 0; i < shown; ++i) put_finding(page, *counted[i]);
  page.out.put("</ul>\n");
  if (shown < counted.size()) {
    page.out.put("<p class=\"cut\">", shown, " of ", counted.size(),
                 " findings; more with the evidence, all in <code>assessment.json</code></p>\n");
  }
}

void put_evidence_links(Page& page, const UnitResult& unit) {
  if (unit.observations.empty()) return;
  constexpr std::size_t kShown = 8;
  Markup& out = page.out;
  out.put("<dt>Evidence</dt><dd>");
  for (std::size_t i = 0; i < std::min(unit.observations.size(), kShown); ++i) {
    const auto& id = unit.observations[i];
    out.put(R"(<a class="mono" href="#o-)", Cut{id, 64}, "\">", Cut{id, 12}, "</a> ");
  }
  if (unit.observations.size() > kShown) {
    out.put("and ", unit.observations.size() - kShown, " more");
  }
  out.put("</dd>\n");
}

void put_unit(Page& page, const UnitResult& unit) {
  Markup& out = page.out;
  out.put("<li class=\"unit ", class_of(unit.verdict), "\">");
  put_mark_and_word(page, unit.verdict);
  out.put(" <code>", unit.id, "</code> <span class=\"tag\">", to_text(unit.kind), " · ", unit.check,
          "</span>\n<dl class=\"pairs\">\n");
  put_pair(out, "Must hold", unit.criterion);
  put_pair(out, "Seen", unit.measured);
  if (unit.verdict != Verdict::pass) put_pair(out, "Why", unit.reason);
  put_pair(out, "Signed by", join(unit.attested_by, ", "));
  put_evidence_links(page, unit);
  out.put("</dl>\n");
  put_unit_findings(page, unit);
  out.put("</li>\n");
}

std::string_view decider(DecidedBy by) {
  switch (by) {
    case DecidedBy::machine:
      return "by machine";
    case DecidedBy::people:
      return "by people";
    case DecidedBy::nobody:
      return "undecided";
  }
  return {};
}

void put_provision(Page& page, const ProvisionResult& result) {
  Markup& out = page.out;
  out.put(R"(<details class="provision" data-verdict=")", class_of(result.verdict),
          "\" data-level=\"", to_text(result.level), "\"><summary>");
  put_mark_and_word(page, result.verdict);
  out.put("<span class=\"mono\">", result.id, "</span><span class=\"title\">", result.title,
          "</span><span class=\"tag\">", to_text(result.level), "</span><span class=\"tag by\">",
          decider(result.decided_by), "</span></summary>\n<div class=\"inside\" id=\"p-", result.id,
          "\">\n");
  const Provision* provision = page.catalogue.find(result.id);
  if (provision != nullptr) {
    out.put("<p class=\"requirement\">", provision->requirement, "</p>\n");
  }
  out.put("<dl class=\"pairs\">\n");
  if (provision != nullptr) {
    put_pair(out, "Binds when", provision->condition);
    put_pair(out, "Borne by", join(provision->roles, ", "));
  }
  put_pair(out, "Why", result.reason);
  put_pair(out, "Do next", result.next);
  out.put("</dl>\n");
  if (!result.units.empty()) {
    out.put("<ul>\n");
    for (const auto& unit : result.units) put_unit(page, unit);
    out.put("</ul>\n");
  }
  out.put("</div></details>\n");
}

void put_tools(Markup& out) {
  out.put(
      "<div class=\"tools\" id=\"tools\" role=\"group\" aria-label=\"Filter provisions\" hidden>\n"
      "<button type=\"button\" data-show=\"all\" aria-pressed=\"true\">All</button>\n"
      "<button type=\"button\" data-show=\"fail\" aria-pressed=\"false\">Fail</button>\n"
      "<button type=\"button\" data-show=\"open\" aria-pressed=\"false\">Inconclusive</button>\n"
      "<button type=\"button\" data-show=\"pass\" aria-pressed=\"false\">Pass</button>\n"
      "<button type=\"button\" data-show=\"na\" aria-pressed=\"false\">Not applicable</button>\n"
      "<label class=\"visually-hidden\" for=\"level\">Obligation</label><select id=\"level\">"
      "<option value=\"all\">shall and should</option><option value=\"shall\">shall</option>"
      "<option value=\"should\">should</option></select>\n"
      "<label class=\"visually-hidden\" for=\"search\">Search provisions</label>"
      "<input id=\"search\" type=\"search\" placeholder=\"Search: id, word, path, code\">\n"
      "<button type=\"button\" id=\"unfold\" aria-pressed=\"false\">Unfold all</button>\n"
      "<span id=\"shown\" class=\"note\" role=\"status\"></span>\n</div>\n");
}

}  // namespace

void put_principles(Page& page) {
  Markup& out = page.out;
  out.put(
      "<section id=\"principles\" aria-labelledby=\"h-principles\">\n"
      "<h2 id=\"h-principles\">Provisions</h2>\n");
  put_tools(out);
  for (const auto& view : page.principles) {
    out.put(R"(<section class="principle" id="principle-)", view.principle->id,
            "\" aria-labelledby=\"h-", view.principle->id, "\">\n<h3 id=\"h-", view.principle->id,
            R"("><span class="number">)", view.principle->number, "</span>", view.principle->title,
            " <span class=\"tag\">", view.principle->id, " · ", view.principle->phase,
            "</span></h3>\n");
    for (const auto* result : view.provisions) put_provision(page, *result);
    out.put("</section>\n");
  }
  out.put("</section>\n");
}

}  // namespace cupel
