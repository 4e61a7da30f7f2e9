// SPDX-License-Identifier: Apache-2.0
// The observations that verdicts rest on, and how anyone can compute the verdicts again.
#include <algorithm>

#include "base/text.h"
#include "reports/html/page.h"

namespace cupel {
namespace {

// From what was looked at to who signed it.
void put_signature_link(Page& page, const Observation& from, const SubjectRef& subject) {
  const Observation* signature = page.index.signature(subject);
  if (signature == nullptr || signature->id == from.id) return;
  page.out.put(" <a class=\"tag\" href=\"#o-", Cut{signature->id, 64}, "\">");
  if (signature->facts["good"].boolean()) {
    page.out.put("signed by ", Cut{signature->facts["signer"].text(), 80}, "</a>");
  } else {
    page.out.put("its signature</a>");
  }
}

void put_subjects(Page& page, const Observation& observation) {
  const auto& subjects = observation.subjects;
  if (subjects.empty()) return;
  Markup& out = page.out;
  out.put("<dt>Subjects</dt><dd><ul>\n");
  const std::size_t shown = std::min(subjects.size(), PageLimits::kSubjects);
  for (std::size_t i = 0; i < shown; ++i) {
    out.put("<li>", Cut{subjects[i].kind, 40}, " <code>", Cut{subjects[i].name, 300}, "</code> ");
    if (subjects[i].digest.empty()) {
      out.put("<span class=\"tag\">no digest: it could not be read</span>");
    } else {
      out.put("<span class=\"place\">sha256 ", Cut{subjects[i].digest, 64}, "</span>");
    }
    put_signature_link(page, observation, subjects[i]);
    out.put("</li>\n");
  }
  if (shown < subjects.size()) {
    out.put("<li class=\"cut\">", shown, " of ", subjects.size(),
            " subjects; all in <code>assessment.json</code></li>\n");
  }
  out.put("</ul></dd>\n");
}

void put_facts(Markup& out, const Json& facts) {
  const auto& members = facts.members();
  if (members.empty()) return;
  out.put("<dt>Facts</dt><dd><table class=\"mini\"><tbody>\n");
  const std::size_t shown = std::min(members.size(), PageLimits::kFacts);
  for (std::size_t i = 0; i < shown; ++i) {
    if (members[i].key == "graph") continue;  // drawn in a section of its own
    const Json& value = members[i].value;
    const std::string text = value.is_text() ? value.text() : value.canonical();
    out.put("<tr><th scope=\"row\">", Cut{members[i].key, 80}, "</th><td><code>",
            Cut{text, PageLimits::kFactBytes}, "</code></td></tr>\n");
  }
  out.put("</tbody></table>");
  if (shown < members.size()) {
    out.put("<p class=\"cut\">", shown, " of ", members.size(),
            " facts; all in <code>assessment.json</code></p>");
  }
  out.put("</dd>\n");
}

void put_diagnostics(Page& page, const Observation& observation) {
  if (observation.diagnostics.empty()) return;
  std::vector<const Diagnostic*> order;
  order.reserve(observation.diagnostics.size());
  for (const auto& diagnostic : observation.diagnostics) order.push_back(&diagnostic);
  std::ranges::stable_sort(
      order, [](const Diagnostic* a, const Diagnostic* b) { return a->severity > b->severity; });
  const std::size_t shown =
      std::min({order.size(), PageLimits::kPerObservation, page.diagnostics_left});
  page.diagnostics_left -= shown;
  page.out.put("<ul class=\"findings\">\n");
  for (std::size_t i = 0; i < shown; ++i) put_finding(page, *order[i]);
  if (shown < order.size()) {
    page.out.put("<li class=\"cut\">", shown, " of ", order.size(),
                 " findings shown, the worst first; all in <code>assessment.json</code></li>\n");
  }
  page.out.put("</ul>\n");
}

void put_time(Markup& out, std::string_view name, Timestamp at) {
  out.put("<dt>", name, "</dt><dd><time datetime=\"", to_rfc3339(at), "\">", minute(at),
          "</time></dd>\n");
}

// The entry's leaf and its way to the signed root, for whoever wants to check it without us.
void put_receipt(Page& page, const EntryReceipt& receipt) {
  Markup& out = page.out;
  const LedgerHead& ledger = page.assessment.ledger;
  out.put("<dt>Ledger</dt><dd>entry ", receipt.index, " of ", ledger.size,
          "<details class=\"receipt\"><summary>receipt</summary>\n"
          "<p class=\"note\">The leaf commits to what was recorded: SHA-256 over the salt and its"
          " canonical JSON. The proof leads from the leaf to the signed root (C2SP tlog-proof)."
          "</p>\n<pre tabindex=\"0\">leaf ",
          Cut{receipt.leaf, 5000}, "\nsalt ", receipt.salt, "\n\n");
  const std::string proof = tlog_proof(receipt, ledger);
  for (const auto line : split(trim(proof), '\n')) out.put(Cut{line, 400}, "\n");
  out.put("</pre></details></dd>\n");
}

void put_observation(Page& page, const Observation& observation) {
  Markup& out = page.out;
  const Coverage& coverage = observation.coverage;
  out.put("<details class=\"observation\"><summary><code>", Cut{observation.id, 12},
          "</code><span class=\"grow\">", Prose{observation.measured},
          "</span><span class=\"tag\">", observation.check, "</span>");
  if (!observation.diagnostics.empty()) {
    out.put("<span class=\"tag\">", count_of(observation.diagnostics.size(), "finding"), "</span>");
  }
  out.put("</summary>\n<div class=\"inside\" id=\"o-", Cut{observation.id, 64},
          "\">\n<dl class=\"pairs\">\n<dt>Id</dt><dd><code>", observation.id,
          "</code></dd>\n<dt>Collector</dt><dd>", observation.collector, ", ", observation.check,
          "</dd>\n<dt>Method</dt><dd>", to_text(observation.method), "</dd>\n");
  put_time(out, "Seen", observation.observed_at);
  if (observation.valid_until) put_time(out, "Holds until", *observation.valid_until);
  out.put("<dt>Looked at</dt><dd>", coverage.examined, " of ", coverage.population);
  if (!coverage.shortfall.empty()) out.put("; ", coverage.shortfall);
  out.put("</dd>\n");
  if (observation.condition) {
    out.put("<dt>Condition</dt><dd>", observation.condition->provision, " ");
    if (observation.condition->met) {
      out.put("holds: ");
    } else {
      out.put("does not hold: ");
    }
    out.put(observation.condition->why, "</dd>\n");
  }
  put_subjects(page, observation);
  put_facts(out, observation.facts);
  if (const auto* receipt = page.index.receipt(observation.id)) put_receipt(page, *receipt);
  out.put("</dl>\n");
  put_diagnostics(page, observation);
  out.put("</div></details>\n");
}

}  // namespace

void put_evidence(Page& page) {
  Markup& out = page.out;
  const auto& observations = page.assessment.observations;
  out.put(
      "<section id=\"evidence\" aria-labelledby=\"h-evidence\">\n"
      "<h2 id=\"h-evidence\">Evidence</h2>\n<p class=\"note\">",
      count_of(observations.size(), "observation"),
      " of this cycle. Each stands in the ledger under its identifier.</p>\n");
  const std::size_t shown = std::min(observations.size(), PageLimits::kObservations);
  for (std::size_t i = 0; i < shown; ++i) put_observation(page, observations[i]);
  if (shown < observations.size()) {
    out.put("<p class=\"cut\">", shown, " of ", observations.size(),
            " observations shown; all in <code>assessment.json</code></p>\n");
  }
  out.put("</section>\n");
}

namespace {

void put_bill_link(Page& page) {
  const auto& receipts = page.assessment.ledger.receipts;
  const auto bill = std::ranges::find(receipts, "bill-of-materials", &EntryReceipt::type);
  if (bill == receipts.end()) return;
  const auto body = read_json(bill->body);
  const Json facts = body.value.value_or(Json());
  Markup& out = page.out;
  out.put(R"(<p>Bill of materials: <a href=")", Cut{facts["file"].text(), 100}, "\">",
          Cut{facts["file"].text(), 100}, "</a> (", Cut{facts["format"].text(), 40},
          "), sha256 <code>", Cut{facts["sha256"].text(), 64}, "</code></p>\n<dl class=\"pairs\">");
  put_receipt(page, *bill);
  out.put("</dl>\n");
}

}  // namespace

void put_verification(Page& page) {
  Markup& out = page.out;
  const LedgerHead& ledger = page.assessment.ledger;
  out.put(
      "<section id=\"verify\" aria-labelledby=\"h-verify\">\n"
      "<h2 id=\"h-verify\">Check it yourself</h2>\n");
  if (ledger.size == 0) {
    out.put(
        "<p>This assessment has not been written to a ledger; its evidence cannot be checked"
        " from this page.</p>\n</section>\n");
    return;
  }
  out.put("<dl class=\"pairs\"><dt>Ledger</dt><dd>", count_of(ledger.size, "entry", "entries"),
          "</dd><dt>Root</dt><dd><code>", ledger.root,
          "</code></dd><dt>Criteria</dt><dd>locked before the cycle began as <code>",
          page.assessment.cycle.catalogue_digest, "</code></dd></dl>\n");
  if (!ledger.checkpoint.empty()) {
    out.put(R"(<pre tabindex="0" role="region" aria-label="Signed checkpoint">)");
    for (const auto line : split(trim(ledger.checkpoint), '\n')) {
      out.put(Cut{line, 400}, "\n");
    }
    out.put("</pre>\n");
  }
  put_bill_link(page);
  out.put(
      "<ol class=\"verify\">\n"
      "<li>Ask for the export of the ledger (<code>cupel ledger export</code>), and for the public"
      " key by another way than this page.</li>\n"
      "<li>Offline: <code>cupel replay EXPORT --trust KEY</code> computes every unit and verdict"
      " again from the observations and compares them.</li>\n"
      "<li>Compare its ledger root with the one above; <code>--assets DIR</code> looks at the"
      " files themselves again.</li>\n</ol>\n</section>\n");
}

}  // namespace cupel
