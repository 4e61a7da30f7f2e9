// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <algorithm>

#include "reports/scan_report.h"
#include "reports/text/ink.h"

namespace cupel {
namespace {

constexpr std::size_t kShown = 12;  // findings of one subject; the JSON has them all

std::string offset_of(std::uint64_t offset) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (unsigned shift = 32; shift > 0; shift -= 4) text += kDigits[offset >> (shift - 4) & 15U];
  return text;
}

constexpr std::size_t kWidth = 16;

// "00000010  63 6f 73 0a 73 79 73 74  65 6d 0a               |cos.system.|", the bytes of the
// finding's span painted.
std::string byte_row(std::string_view line, std::uint64_t base, Span span, const Ink& ink) {
  std::string hex;
  std::string letters;
  for (std::size_t i = 0; i < kWidth; ++i) {
    if (i == kWidth / 2) hex += ' ';
    if (i >= line.size()) {
      hex += "   ";
      continue;
    }
    const bool inside = base + i >= span.begin && base + i < span.end;
    const Tone tone = inside ? Tone::strong : Tone::faint;
    const auto byte = static_cast<unsigned char>(line[i]);
    hex += cat(ink.paint(tone, to_hex(as_bytes(line.substr(i, 1)))), " ");
    letters += ink.paint(tone, std::string(1, byte >= 0x20 && byte < 0x7f ? line[i] : '.'));
  }
  return cat("    ", ink.paint(Tone::accent, "|"), " ", ink.paint(Tone::faint, offset_of(base)),
             "  ", hex, " ", letters, "\n");
}

std::string byte_view(const scan::Finding& finding, const Ink& ink) {
  constexpr std::size_t kRows = 3;
  std::string out;
  const std::string_view bytes = finding.excerpt;
  const std::uint64_t end = std::max(finding.place.span->end, finding.place.span->begin + 1);
  for (std::size_t row = 0; row * kWidth < bytes.size() && row < kRows; ++row) {
    const std::uint64_t base = finding.excerpt_begin + row * kWidth;
    if (base >= end) break;
    out +=
        byte_row(bytes.substr(row * kWidth, kWidth), base, {finding.place.span->begin, end}, ink);
  }
  return out;
}

std::string head_of(const ScanSubject& subject, const Ink& ink) {
  const auto& report = subject.report;
  std::string line = cat(ink.mark(subject.verdict), " ",
                         ink.paint(Tone::strong, printable(subject.path, 1'000)), "  ");
  const std::string what = report.format.empty() ? "unknown format" : report.format;
  return cat(line, ink.paint(Tone::faint, cat(what, " · ", human_bytes(report.size_bytes))), "\n");
}

std::string subject_text(const ScanSubject& subject, const Screen& screen) {
  const Ink ink(screen);
  const auto& report = subject.report;
  std::string out = head_of(subject, ink);
  const std::size_t shown = std::min(kShown, report.findings.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& finding = report.findings[i];
    const auto view = finding.excerpt.empty() ? std::string() : byte_view(finding, ink);
    out += render_diagnostic(finding, screen, {}, view);
  }
  const auto more = report.findings.size() - shown + report.findings_untold;
  if (more != 0) out += cat("  ", count_of(more, "more finding"), " (--format json has them)\n");
  for (const auto& why : report.shortfalls) {
    out += cat("  ", ink.paint(Tone::strong, "not examined"), "  ", printable(why, 500), "\n");
  }
  for (const auto& each : subject.suppressed) {
    out += ink.paint(Tone::faint,
                     cat("  suppressed until ", each.expires, "  ", each.code, " ",
                         printable(each.title, 200), " (", printable(each.reason, 200), ")\n"));
  }
  return out;
}

}  // namespace

std::string render_scan_text(const ScanResult& result, const Screen& screen) {
  const Ink ink(screen);
  std::uint64_t pass = 0;
  std::uint64_t fail = 0;
  std::uint64_t open = 0;
  std::string out;
  for (const auto& subject : result.subjects) {
    ++(subject.verdict == Verdict::pass ? pass : subject.verdict == Verdict::fail ? fail : open);
    const bool quiet = subject.verdict == Verdict::pass && subject.report.findings.empty() &&
                       subject.suppressed.empty();
    if (!quiet) out += cat(subject_text(subject, screen), "\n");
  }
  for (const auto& note : result.notes) out += cat("note: ", note, "\n");
  out += cat(count_of(result.subjects.size(), "model file"), " of ", count_of(result.files, "file"),
             " (", human_bytes(result.bytes), "): ", ink.mark(Verdict::pass), " ", pass, " pass   ",
             ink.mark(Verdict::fail), " ", fail, " fail   ", ink.mark(Verdict::inconclusive), " ",
             open, " inconclusive\n");
  return ink.fit(std::move(out));
}

}  // namespace cupel
