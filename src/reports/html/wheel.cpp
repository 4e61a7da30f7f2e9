// SPDX-License-Identifier: Apache-2.0
// The provision wheel: one cell per provision, one sector per principle, a wider gap
// between the phases of the life cycle. A cell's colour, fill and sign each tell the
// verdict alone; its length tells shall from should.
#include <cmath>
#include <numbers>

#include "base/text.h"
#include "reports/html/page.h"

namespace cupel {
namespace {

constexpr double kOuter = 292;
constexpr double kShall = 152;   // where a shall begins
constexpr double kShould = 206;  // and a should
constexpr double kSign = 15;     // from the outer edge to the middle of the sign
constexpr double kNumber = 125;  // where the number of a principle stands
constexpr double kRim = 144;
constexpr double kGap = 1.5;       // degrees between principles
constexpr double kPhaseGap = 4;    // and between phases
constexpr double kCellGap = 0.35;  // half the gap between cells

struct Point {
  double x;
  double y;
};

// Clockwise from the top, in degrees.
Point at(double radius, double degrees) {
  const double angle = degrees * std::numbers::pi / 180;
  return {radius * std::sin(angle), -radius * std::cos(angle)};
}

void put_arc(Markup& out, double radius, double from, double to) {
  const Point a = at(radius, from);
  const Point b = at(radius, to);
  out.put(R"(<path class="rim" d="M)", Decimal{a.x}, " ", Decimal{a.y}, "A", Decimal{radius}, " ",
          Decimal{radius}, " 0 ", to - from > 180 ? 1 : 0, " 1 ", Decimal{b.x}, " ", Decimal{b.y},
          "\"/>");
}

void put_cell(Markup& out, const ProvisionResult& provision, double from, double to) {
  const double inner = provision.level == Level::shall ? kShall : kShould;
  const Point a = at(kOuter, from);
  const Point b = at(kOuter, to);
  const Point c = at(inner, to);
  const Point d = at(inner, from);
  const auto name = class_of(provision.verdict);
  out.put("<g class=\"", name, "\" data-to=\"p-", provision.id, "\"><path class=\"cell ", name,
          "\" d=\"M", Decimal{a.x}, " ", Decimal{a.y}, "A", Decimal{kOuter}, " ", Decimal{kOuter},
          " 0 0 1 ", Decimal{b.x}, " ", Decimal{b.y}, "L", Decimal{c.x}, " ", Decimal{c.y}, "A",
          Decimal{inner}, " ", Decimal{inner}, " 0 0 0 ", Decimal{d.x}, " ", Decimal{d.y},
          "Z\"><title>", provision.id, " (", to_text(provision.level), ") ", provision.title, ": ",
          words_of(provision.verdict), "</title></path>");
  const Point sign = at(kOuter - kSign, (from + to) / 2);
  out.put("<use href=\"#s-", name, "\" transform=\"translate(", Decimal{sign.x}, " ",
          Decimal{sign.y}, ") scale(1.25)\"/></g>");
}

void put_sector(Page& page, const PrincipleView& view, double from, double step) {
  Markup& out = page.out;
  const Tally tally = view.tally();
  out.put("<a href=\"#principle-", view.principle->id, "\" aria-label=\"Principle ",
          view.principle->number, ", ", view.principle->title, ": ", tally.pass, " pass, ",
          tally.fail, " fail, ", tally.inconclusive, " inconclusive, ", tally.not_applicable,
          " not applicable\">");
  double angle = from;
  for (const auto* provision : view.provisions) {
    put_cell(out, *provision, angle + kCellGap, angle + step - kCellGap);
    angle += step;
  }
  put_arc(out, kRim, from + kCellGap, angle - kCellGap);
  const Point number = at(kNumber, (from + angle) / 2);
  out.put(R"(<text class="spoke" x=")", Decimal{number.x}, "\" y=\"", Decimal{number.y + 6.5},
          "\">", view.principle->number, "</text></a>\n");
}

// The gap before a principle: wider where a phase begins.
double gap_before(const std::vector<PrincipleView>& views, std::size_t i) {
  const auto& before = views[(i + views.size() - 1) % views.size()];
  return before.principle->phase == views[i].principle->phase ? kGap : kPhaseGap;
}

}  // namespace

void put_wheel(Page& page) {
  Markup& out = page.out;
  const auto& views = page.principles;
  double gaps = 0;
  std::size_t cells = 0;
  for (std::size_t i = 0; i < views.size(); ++i) {
    gaps += gap_before(views, i);
    cells += views[i].provisions.size();
  }
  out.put(
      "<figure>\n<svg class=\"wheel\" viewBox=\"-296 -296 592 592\" role=\"group\""
      " aria-labelledby=\"wheel-title wheel-text\">\n"
      "<title id=\"wheel-title\">Provision wheel</title>\n"
      "<desc id=\"wheel-text\">One cell for each provision, grouped by the 13 principles; the list"
      " beside it says the same in words.</desc>\n");
  if (cells != 0) {
    const double step = (360 - gaps) / static_cast<double>(cells);
    double angle = 0;
    for (std::size_t i = 0; i < views.size(); ++i) {
      angle += i == 0 ? gap_before(views, 0) / 2 : gap_before(views, i);
      put_sector(page, views[i], angle, step);
      angle += step * static_cast<double>(views[i].provisions.size());
    }
  }
  const Tally& shall = page.assessment.shall;
  out.put(R"(<text class="small" y="-46">shall</text><text class="big" y="18">)", shall.pass, "/",
          shall.total(),
          "</text><text class=\"small\" y=\"48\">pass</text>"
          "<text class=\"small\" y=\"74\">",
          shall.fail, " fail · ", shall.inconclusive,
          " open</text>\n</svg>\n"
          "<figcaption class=\"note key\">");
  for (const auto verdict :
       {Verdict::pass, Verdict::fail, Verdict::inconclusive, Verdict::not_applicable}) {
    put_mark_and_word(page, verdict);
    out.put(" ");
  }
  out.put("<span>long cell: shall, short cell: should</span></figcaption>\n</figure>\n");
}

}  // namespace cupel
