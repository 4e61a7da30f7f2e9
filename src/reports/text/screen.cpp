// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/text.h"
#include "reports/report.h"
#include "reports/text/ink.h"
#include "reports/view/findings.h"

namespace cupel {
namespace {

constexpr std::size_t kLines = 30;  // the caller adds where the report is
constexpr std::size_t kFailures = 3;
constexpr std::size_t kFewestSteps = 3;
constexpr std::size_t kSteps = 5;
constexpr std::size_t kFoot = 3;  // lines below the steps

// The screen under construction: a list of finished lines.
struct Canvas {
  const Assessment& assessment;
  const Catalogue& catalogue;
  Ink ink;
  std::size_t width;
  std::size_t wrapped_failures;  // lines that the sentence of one may take
  std::size_t wrapped_steps;
  std::vector<std::string> lines;

  void line(std::string text = {}) { lines.push_back(std::move(text)); }
};

std::string minute(Timestamp at) {
  const std::string text = to_rfc3339(at);
  return cat(text.substr(0, 10), " ", text.substr(11, 5), " UTC");
}

void head(Canvas& canvas) {
  const Assessment& a = canvas.assessment;
  const std::string_view nature = "self-assessment · ETSI EN 304 223 V2.1.1";
  const std::size_t room = canvas.width - columns(nature) - 2;
  const std::string name =
      shorten(cat(printable(a.system_name, 200), " ", printable(a.system_version, 60)), room);
  canvas.line(cat(canvas.ink.paint(Tone::strong, name), std::string(room - columns(name) + 2, ' '),
                  canvas.ink.paint(Tone::faint, nature)));
  canvas.line(canvas.ink.paint(
      Tone::faint,
      shorten(cat(minute(a.cycle.finished.value_or(a.cycle.started)),
                  a.cycle.finished ? " · " : " · not finished · ", printable(a.scenario, 60), " · ",
                  printable(join(a.roles, ", "), 120)),
              canvas.width)));
}

// A sentence behind `lead`, in at most `most` lines under each other; `tail`
// ends the last of them, whatever had to be cut.
void sentence(Canvas& canvas, const std::string& lead, std::size_t lead_width, std::size_t most,
              std::string_view text, std::string_view tail = {}) {
  const std::size_t room = canvas.width - lead_width;
  auto lines = wrap(printable(text, 600), room);
  for (std::size_t i = most; i < lines.size(); ++i) {
    lines[most - 1] += " " + lines[i];
  }
  lines.resize(std::min(lines.size(), most));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool last = i + 1 == lines.size();
    canvas.line(cat(i == 0 ? lead : std::string(lead_width, ' '),
                    shorten(lines[i], last ? room - columns(tail) : room),
                    last ? canvas.ink.paint(Tone::faint, tail) : std::string()));
  }
}

// Counts that explain the marks as they go.
void counts(Canvas& canvas, std::string_view level, const Tally& tally, bool named) {
  const auto part = [&](Verdict verdict, int count, std::string_view name, std::size_t width) {
    const std::string digits = cat(count);
    const std::string number =
        cat(std::string(digits.size() < 3 ? 3 - digits.size() : 0, ' '), digits);
    return cat(canvas.ink.mark(verdict),
               count != 0 ? canvas.ink.paint(tone_of(verdict), number)
                          : canvas.ink.paint(Tone::faint, number),
               " ", cell(named ? name : "", width));
  };
  canvas.line(cat("  ", cell(cat(tally.total(), " ", level), 12),
                  part(Verdict::pass, tally.pass, "pass", 7),
                  part(Verdict::fail, tally.fail, "fail", 7),
                  part(Verdict::inconclusive, tally.inconclusive, "inconclusive", 15),
                  part(Verdict::not_applicable, tally.not_applicable, "not applicable", 14)));
}

std::string principle(const Canvas& canvas, const PrincipleView& view, std::size_t width) {
  const std::string number = cat(view.principle->number);
  const std::size_t cells = view.provisions.size();
  const std::size_t title = width > cells + 5 ? width - std::max<std::size_t>(cells, 9) - 5 : 1;
  std::string out = cat(std::string(number.size() < 2 ? 1 : 0, ' '), number, " ",
                        cell(printable(short_title(*view.principle), 80), title), " ");
  for (const auto* provision : view.provisions) out += canvas.ink.mark(provision->verdict);
  out.append(cells < 9 ? 9 - cells : 0, ' ');
  return out;
}

void principles(Canvas& canvas) {
  const auto views = by_principle(canvas.assessment, canvas.catalogue);
  const std::size_t half = (views.size() + 1) / 2;
  const std::size_t width = (canvas.width - 6) / 2;
  for (std::size_t i = 0; i < half; ++i) {
    std::string line = cat("  ", principle(canvas, views[i], width));
    if (half + i < views.size()) line += cat("    ", principle(canvas, views[half + i], width));
    canvas.line(std::move(line));
  }
}

// Failing provisions that one finding brings down are told together.
struct Failure {
  const Diagnostic* worst = nullptr;
  std::vector<const ProvisionResult*> provisions;
};

std::vector<Failure> failures_by_finding(const Canvas& canvas) {
  std::vector<Failure> list;
  const auto findings = findings_of(canvas.assessment, canvas.catalogue);
  for (const auto* provision : failures(canvas.assessment)) {
    const auto found = std::ranges::find_if(findings, [&](const Finding& finding) {
      return std::ranges::find(finding.provisions, provision) != finding.provisions.end();
    });
    const Diagnostic* worst = found == findings.end() ? nullptr : found->diagnostic;
    const auto twin = std::ranges::find(list, worst, &Failure::worst);
    if (worst != nullptr && twin != list.end()) {
      twin->provisions.push_back(provision);
    } else {
      list.push_back({.worst = worst, .provisions = {provision}});
    }
  }
  return list;
}

void put_failure(Canvas& canvas, const Failure& failure) {
  constexpr std::size_t kIndent = 21;
  const ProvisionResult& provision = *failure.provisions.front();
  const std::string lead =
      cat("  ", canvas.ink.mark(Verdict::fail), " ",
          canvas.ink.paint(Tone::strong, cell(printable(provision.id, 20), 10)),
          cell(to_text(provision.level), 7));
  sentence(canvas, lead, kIndent, canvas.wrapped_failures, headline(provision, failure.worst));
  if (failure.worst == nullptr) return;
  std::string also;
  for (std::size_t i = 1; i < failure.provisions.size(); ++i) {
    also += cat(i == 1 ? "   also fails " : ", ", printable(failure.provisions[i]->id, 20));
  }
  also = shorten(also, 40);
  const std::string place =
      shorten(cat(printable(failure.worst->code, 20), "   ", to_text(failure.worst->place)),
              canvas.width - kIndent - columns(also));
  canvas.line(canvas.ink.paint(Tone::faint, cat(std::string(kIndent, ' '), place, also)));
}

void failing(Canvas& canvas) {
  const auto list = failures_by_finding(canvas);
  if (list.empty()) return;
  const std::size_t shown = std::min(list.size(), kFailures);
  canvas.line();
  canvas.line(cat(canvas.ink.paint(Tone::strong, "Fails first"),
                  canvas.ink.paint(Tone::faint, shown < list.size() ? cat("  ", shown, " of ",
                                                                          list.size(), " causes")
                                                                    : "")));
  for (std::size_t i = 0; i < shown; ++i) put_failure(canvas, list[i]);
}

void todo(Canvas& canvas) {
  const auto steps = next_steps(canvas.assessment);
  if (steps.empty()) return;
  canvas.line();
  canvas.line(canvas.ink.paint(Tone::strong, "Do next"));
  for (std::size_t i = 0; i < std::min(steps.size(), kSteps); ++i) {
    if (canvas.lines.size() + canvas.wrapped_steps + kFoot > kLines && i >= kFewestSteps) return;
    const std::size_t more = steps[i].provisions.size() - 1;
    const std::string alike = more == 0 ? "" : cat(" (+", count_of(more, "provision"), ")");
    sentence(canvas, cat("  ", i + 1, ". "), 5, canvas.wrapped_steps, steps[i].text, alike);
  }
}

void foot(Canvas& canvas) {
  const Assessment& a = canvas.assessment;
  const int open =
      static_cast<int>(a.provisions.size()) - a.decided_by_machine - a.decided_by_people;
  canvas.line();
  canvas.line(cat("Decided by machine ", a.decided_by_machine, " · with people's signed word ",
                  a.decided_by_people, " · by nobody yet ", std::max(open, 0)));
  canvas.line(a.ledger.size == 0 ? std::string("Not written to a ledger")
                                 : cat("Ledger ", count_of(a.ledger.size, "entry", "entries"),
                                       " · root ", printable(a.ledger.root, 16)));
}

void fill(Canvas& canvas) {
  head(canvas);
  canvas.line();
  counts(canvas, "shall", canvas.assessment.shall, true);
  counts(canvas, "should", canvas.assessment.should, false);
  canvas.line();
  principles(canvas);
  failing(canvas);
  todo(canvas);
  foot(canvas);
}

}  // namespace

std::string render_screen(const Assessment& assessment, const Catalogue& catalogue,
                          const Screen& screen) {
  Canvas canvas{.assessment = assessment,
                .catalogue = catalogue,
                .ink = Ink(screen),
                .width = std::clamp<std::size_t>(screen.columns, 72, 110),
                .wrapped_failures = 2,
                .wrapped_steps = 2,
                .lines = {}};
  fill(canvas);
  for (std::size_t* wrapped : {&canvas.wrapped_steps, &canvas.wrapped_failures}) {
    if (canvas.lines.size() <= kLines) break;
    *wrapped = 1;
    canvas.lines.clear();
    fill(canvas);
  }
  std::string out;
  for (const auto& line : canvas.lines) {
    const auto end = line.find_last_not_of(' ');
    out += cat(line.substr(0, end == std::string::npos ? 0 : end + 1), "\n");
  }
  return canvas.ink.fit(std::move(out));
}

}  // namespace cupel
