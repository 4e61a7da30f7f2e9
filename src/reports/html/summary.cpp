// SPDX-License-Identifier: Apache-2.0
// The first page: what was assessed, the counts, the life cycle, what fails, what to do.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "reports/html/page.h"

namespace cupel {
namespace {

constexpr std::array<Verdict, 4> kVerdicts = {Verdict::pass, Verdict::fail, Verdict::inconclusive,
                                              Verdict::not_applicable};

int count_of(const Tally& tally, Verdict verdict) {
  const std::array<int, 4> counts = {tally.pass, tally.fail, tally.inconclusive,
                                     tally.not_applicable};
  return counts.at(static_cast<std::size_t>(verdict));
}

// Rectangles side by side, as wide as the counts; decoration of numbers that stand beside it.
void put_stack(Markup& out, const Tally& tally, double width, double height) {
  double x = 0;
  for (const auto verdict : kVerdicts) {
    const double part = tally.total() == 0 ? 0 : width * count_of(tally, verdict) / tally.total();
    if (part > 0) {
      out.put("<g class=\"", class_of(verdict), R"("><rect class="segment" x=")", Decimal{x},
              R"(" y="0.5" width=")", Decimal{part}, "\" height=\"", Decimal{height - 1},
              "\"/></g>");
    }
    x += part;
  }
}

void put_fact(Markup& out, std::string_view name, std::string_view value, bool code) {
  if (value.empty()) return;
  out.put("<div><dt>", name, "</dt><dd>");
  if (code) {
    out.put("<code>", value, "</code>");
  } else {
    out.put(value);
  }
  out.put("</dd></div>\n");
}

void put_row(Page& page, std::string_view level, std::string_view meaning, const Tally& tally) {
  Markup& out = page.out;
  out.put("<tr><th scope=\"row\">", level, " <span class=\"tag\">", meaning, "</span></th>");
  for (const auto verdict : kVerdicts) out.put("<td>", count_of(tally, verdict), "</td>");
  out.put("<td>", tally.total(),
          "</td><td class=\"stack\"><svg class=\"bar\" viewBox=\"0 0 300 14\""
          " preserveAspectRatio=\"none\" aria-hidden=\"true\">");
  put_stack(out, tally, 300, 14);
  out.put("</svg></td></tr>\n");
}

void put_tally(Page& page) {
  Markup& out = page.out;
  out.put("<table class=\"tally\"><caption>Verdicts by obligation</caption>\n<thead><tr><td></td>");
  for (const auto verdict : kVerdicts) {
    out.put("<th scope=\"col\">");
    put_mark_and_word(page, verdict);
    out.put("</th>");
  }
  out.put("<th scope=\"col\">all</th><td class=\"stack-head\"></td></tr></thead>\n<tbody>\n");
  put_row(page, "shall", "obligation", page.assessment.shall);
  put_row(page, "should", "recommendation", page.assessment.should);
  out.put("</tbody></table>\n");
  const Assessment& a = page.assessment;
  const int open =
      static_cast<int>(a.provisions.size()) - a.decided_by_machine - a.decided_by_people;
  out.put("<dl class=\"deciders\"><div><dt>Decided by machine alone</dt><dd>", a.decided_by_machine,
          "</dd></div><div><dt>Decided with people’s signed word</dt><dd>", a.decided_by_people,
          "</dd></div><div><dt>Decided by nobody yet</dt><dd>", std::max(open, 0),
          "</dd></div></dl>\n");
}

void put_principle_list(Page& page) {
  Markup& out = page.out;
  out.put("<ol class=\"principles\">\n");
  for (const auto& view : page.principles) {
    out.put("<li><span class=\"number\">", view.principle->number, "</span><a href=\"#principle-",
            view.principle->id, "\">", short_title(*view.principle),
            R"(</a><span class="row" aria-hidden="true">)");
    for (const auto* provision : view.provisions) put_mark(page, provision->verdict);
    const Tally tally = view.tally();
    out.put("</span><span class=\"visually-hidden\">", tally.pass, " pass, ", tally.fail, " fail, ",
            tally.inconclusive, " inconclusive, ", tally.not_applicable,
            " not applicable</span></li>\n");
  }
  out.put("</ol>\n");
}

void put_lede(Page& page) {
  const Tally& shall = page.assessment.shall;
  const Tally& should = page.assessment.should;
  page.out.put("<p class=\"lede\">Of ", shall.total(), " obligations, <b>", shall.pass,
               " pass</b>, <b>", shall.fail, " fail</b>, ", shall.inconclusive,
               " are inconclusive and ", shall.not_applicable, " do not apply. Of ", should.total(),
               " recommendations, ", should.pass, " pass, ", should.fail, " fail and ",
               should.inconclusive, " are inconclusive.</p>\n");
}

void put_failure(Page& page, const ProvisionResult& provision) {
  Markup& out = page.out;
  const auto worst = page.worst.find(&provision);
  const Diagnostic* diagnostic = worst == page.worst.end() ? nullptr : worst->second->diagnostic;
  out.put("<li><span class=\"fail\">");
  put_mark(page, Verdict::fail);
  out.put(R"(</span> <a class="mono" href="#p-)", provision.id, "\">", provision.id, "</a> ",
          provision.title, " <span class=\"tag\">", to_text(provision.level),
          "</span><p class=\"reason\">", Prose{headline(provision, diagnostic)}, "</p>");
  if (diagnostic != nullptr) {
    out.put("<p class=\"place\">", diagnostic->code, " · ", to_text(diagnostic->place), "</p>");
  }
  out.put("</li>\n");
}

void put_step(Page& page, const Step& step) {
  Markup& out = page.out;
  out.put("<li>", Prose{step.text}, "<p class=\"settles\">");
  put_mark(page, step.verdict);
  const std::size_t shown = std::min<std::size_t>(step.provisions.size(), 6);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& id = step.provisions[i]->id;
    out.put(R"( <a class="mono" href="#p-)", id, "\">", id, "</a>");
  }
  if (shown < step.provisions.size()) {
    out.put(" and, likewise, ", step.provisions.size() - shown, " more");
  }
  out.put("</p></li>\n");
}

// The first `before` items in the open, the others folded behind a line that counts them;
// nobody has to unfold one or two.
template <class Item, class Put>
void put_folded(Markup& out, std::string_view list, const std::vector<Item>& items,
                std::size_t before, const Put& put) {
  if (items.size() <= before + 2) before = items.size();
  out.put("<ol class=\"", list, "\">\n");
  for (std::size_t i = 0; i < std::min(before, items.size()); ++i) put(items[i]);
  if (items.size() > before) {
    out.put("<li class=\"rest\"><details><summary>", items.size() - before,
            " more</summary><ol class=\"", list, "\">\n");
    for (std::size_t i = before; i < items.size(); ++i) put(items[i]);
    out.put("</ol></details></li>\n");
  }
  out.put("</ol>\n");
}

}  // namespace

void put_masthead(Page& page) {
  Markup& out = page.out;
  const Assessment& a = page.assessment;
  out.put(
      "<header class=\"masthead\">\n<p class=\"kicker\">Self-assessment · ETSI EN 304 223"
      " V2.1.1</p>\n<h1>",
      Cut{a.system_name, 200}, " <span class=\"version\">", Cut{a.system_version, 80},
      "</span></h1>\n<dl class=\"about\">\n");
  put_fact(out, a.cycle.finished ? "Assessed" : "Begun, not finished",
           minute(a.cycle.finished.value_or(a.cycle.started)), false);
  put_fact(out, "Scenario", a.scenario, false);
  put_fact(out, "Roles held", join(a.roles, ", "), false);
  put_fact(out, "Made by", a.tool, false);
  put_fact(out, "Cycle", a.cycle.id, true);
  if (!a.cycle.only.empty()) {
    put_fact(out, "Only these were asked for", join(a.cycle.only, ", "), true);
  }
  put_fact(out, "Digest of what was assessed (SHA-256)", a.system_digest, true);
  out.put("</dl>\n</header>\n");
}

void put_summary(Page& page) {
  Markup& out = page.out;
  out.put(
      "<section id=\"summary\" aria-labelledby=\"h-summary\">\n"
      "<h2 id=\"h-summary\" class=\"visually-hidden\">Summary</h2>\n");
  put_lede(page);
  out.put("<div class=\"hero\">\n");
  put_wheel(page);
  out.put("<div>\n");
  put_principle_list(page);
  out.put("</div>\n</div>\n");
  put_tally(page);
  out.put("</section>\n");
}

void put_phases(Page& page) {
  Markup& out = page.out;
  out.put(
      "<section id=\"phases\" aria-labelledby=\"h-phases\">\n"
      "<h2 id=\"h-phases\">Along the life cycle</h2>\n<ol class=\"phases\">\n");
  int number = 0;
  for (const auto& phase : by_phase(page.assessment, page.catalogue)) {
    ++number;
    out.put(
        "<li><svg viewBox=\"0 0 200 34\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
        "<clipPath id=\"chevron-",
        number,
        R"("><path d="M0 0H188L200 17L188 34H0L12 17Z"/></clipPath><g clip-path="url(#chevron-)",
        number, ")\">");
    put_stack(out, phase.tally, 200, 34);
    out.put(
        "</g><path class=\"outline\" d=\"M.5 .5H188L199.5 17L188 33.5H.5L12 17Z\"/></svg>\n<h3>",
        phase.name, " <span class=\"tag\">", phase.tally.total(),
        "</span></h3>\n<ul class=\"counts\">");
    for (const auto verdict : kVerdicts) {
      const int count = count_of(phase.tally, verdict);
      if (count == 0) continue;
      out.put("<li>");
      put_mark(page, verdict);
      out.put("<span>", count, " ", words_of(verdict), "</span></li>");
    }
    out.put("</ul></li>\n");
  }
  out.put("</ol>\n</section>\n");
}

void put_failing(Page& page) {
  Markup& out = page.out;
  const auto failed = failures(page.assessment);
  const auto steps = next_steps(page.assessment);
  out.put(
      "<section id=\"failing\" class=\"two\" aria-label=\"What fails and what to do\">\n"
      "<div><h2>What fails</h2>\n");
  if (failed.empty()) {
    out.put("<p>Nothing fails. What is inconclusive still has to be settled.</p>\n");
  } else {
    put_folded(out, "failures", failed, PageLimits::kFailures,
               [&](const ProvisionResult* provision) { put_failure(page, *provision); });
  }
  out.put("</div>\n<div><h2>What to do next</h2>\n");
  if (steps.empty()) {
    out.put("<p>Nothing is open.</p>\n");
  } else {
    put_folded(out, "steps", steps, PageLimits::kSteps,
               [&](const Step& step) { put_step(page, step); });
  }
  out.put("</div>\n</section>\n");
}

}  // namespace cupel
