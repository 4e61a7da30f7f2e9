// SPDX-License-Identifier: Apache-2.0
// What stands on the terminal.
#include "base/text.h"

#include <algorithm>

#include "reports/fixture.h"
#include "reports/report.h"
#include "reports/text/ink.h"
#include "support/support.h"

namespace cupel {
namespace {

constexpr Screen kPlain = {.columns = 80, .colour = false, .unicode = true};
constexpr Screen kColour = {.columns = 80, .colour = true, .unicode = true};
constexpr Screen kAscii = {.columns = 80, .colour = false, .unicode = false};

std::string without_colour(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text.front() == '\x1b') {
      text.remove_prefix(text.find('m') + 1);
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

TEST(TerminalScreen, IsTheGoldenFile) {
  const auto catalogue = test::fixture_catalogue();
  const auto assessment = test::fixture_assessment(catalogue);
  test::expect_golden(render_screen(assessment, catalogue, kPlain),
                      test::test_data("reports/golden/screen.txt"));
  test::expect_golden(render_screen(assessment, catalogue, kAscii),
                      test::test_data("reports/golden/screen-ascii.txt"));
}

TEST(TerminalScreen, ColourAddsNothingButColour) {
  const auto catalogue = test::fixture_catalogue();
  const auto assessment = test::fixture_assessment(catalogue);
  const std::string coloured = render_screen(assessment, catalogue, kColour);
  EXPECT_NE(coloured, render_screen(assessment, catalogue, kPlain));
  EXPECT_EQ(without_colour(coloured), render_screen(assessment, catalogue, kPlain));
}

TEST(TerminalScreen, FitsOnOneScreen) {
  const auto catalogue = test::fixture_catalogue();
  for (const auto& assessment :
       {test::fixture_assessment(catalogue), test::fixture_of_broken_text(catalogue),
        test::fixture_with_findings(catalogue, 1000)}) {
    for (const auto& screen : {kPlain, kAscii}) {
      const std::string text = render_screen(assessment, catalogue, screen);
      EXPECT_LE(std::ranges::count(text, '\n'), 30);
      for (const auto line : split(std::string_view(text), '\n')) {
        EXPECT_LE(columns(line), screen.unicode ? 80U : 120U) << line;
        EXPECT_FALSE(line.ends_with(' ')) << line;
      }
    }
  }
}

TEST(TerminalScreen, AsciiIsAscii) {
  const auto catalogue = test::fixture_catalogue();
  auto assessment = test::fixture_assessment(catalogue);
  assessment.system_name = "Zo\u00eb \U0001f600";
  const std::string text = render_screen(assessment, catalogue, kAscii);
  EXPECT_TRUE(std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }))
      << text;
  EXPECT_NE(text.find("Zo\\u{eb} \\u{1f600}"), std::string::npos);
}

TEST(TerminalScreen, NoTextRepaintsTheTerminal) {
  const auto catalogue = test::fixture_catalogue();
  auto assessment = test::fixture_assessment(catalogue);
  for (auto& provision : assessment.provisions) {
    provision.reason = test::kEscape + test::kBidi + provision.reason;
    if (!provision.next.empty()) provision.next = test::kEscape + provision.next;
  }
  assessment.system_name = test::kEscape;
  assessment.system_version = "\n\n";
  const std::string text = render_screen(assessment, catalogue, kPlain);
  EXPECT_TRUE(std::ranges::none_of(text, [](char c) {
    return c != '\n' && static_cast<unsigned char>(c) < 0x20;
  })) << text;
  EXPECT_EQ(text.find("\u202e"), std::string::npos);
}

TEST(DiagnosticText, SaysPlaceNoteAndHelp) {
  const Diagnostic diagnostic = {
      .code = "PKL001",
      .severity = Severity::critical,
      .title = "pickle imports `os.system` when loaded",
      .place = {.path = {"models/fraud.pkl", "data.pkl"}, .span = Span{16, 18}},
      .label = "GLOBAL 'os system'",
      .notes = {"the import is called with one text of 34 bytes"},
      .help = "load the weights from safetensors, or obtain the file again from its author"};
  EXPECT_EQ(render_diagnostic(diagnostic, kPlain),
            "critical[PKL001]: pickle imports `os.system` when loaded\n"
            "   --> models/fraud.pkl!data.pkl at byte 0x10\n"
            "    | GLOBAL 'os system'\n"
            "    = note: the import is called with one text of 34 bytes\n"
            "    = help: load the weights from safetensors, or obtain the file again from its\n"
            "            author\n");
}

Diagnostic mistake(std::uint32_t line, std::uint32_t column) {
  return {.code = "CFG001",
          .severity = Severity::high,
          .title = "unknown key `scenaro`",
          .place = {.path = {"cupel.yaml"}, .line = line, .column = column},
          .label = "did you mean `scenario`?"};
}

TEST(DiagnosticText, ShowsTheLineWithACaret) {
  EXPECT_EQ(render_diagnostic(mistake(3, 1), kPlain, "cupel: 1\r\nname: x\r\nscenaro: chatbot\r\n"),
            "high[CFG001]: unknown key `scenaro`\n"
            " --> cupel.yaml:3:1\n"
            "  |\n"
            "3 | scenaro: chatbot\n"
            "  | ^^^^^^^ did you mean `scenario`?\n"
            "  |\n");
}

TEST(DiagnosticText, TheCaretStandsUnderTheRightColumn) {
  // A tab, a letter of two bytes and a control character that is spelled out stand before it.
  EXPECT_EQ(
      render_diagnostic(mistake(12, 5), kPlain, std::string(11, '\n') + "\t\u00eb\x01 key: 1\n"),
      "high[CFG001]: unknown key `scenaro`\n"
      "  --> cupel.yaml:12:5\n"
      "   |\n"
      "12 |  \u00eb\\x01 key: 1\n"
      "   |        ^^^ did you mean `scenario`?\n"
      "   |\n");
}

TEST(DiagnosticText, APlaceBesideTheTextShowsNoLine) {
  for (const auto& [line, column] :
       {std::pair<std::uint32_t, std::uint32_t>{9, 1}, {1, 400}, {1, 0}, {2, 1}}) {
    const std::string text = render_diagnostic(mistake(line, column), kPlain, "one line");
    EXPECT_TRUE(text.starts_with("high[CFG001]: unknown key")) << text;
    EXPECT_LT(text.size(), 400U);
  }
}

TEST(DiagnosticText, ALongLineIsShownAroundTheCaret) {
  const std::string line = std::string(300, 'a') + " key " + std::string(300, 'b');
  const std::string text = render_diagnostic(mistake(1, 302), kPlain, line);
  for (const auto part : split(std::string_view(text), '\n')) EXPECT_LE(columns(part), 110U);
  const auto lines = split(std::string_view(text), '\n');
  const auto caret = lines.at(4).find('^');
  EXPECT_EQ(lines.at(3).substr(caret, 3), "key");
}

TEST(Shorten, CutsAtColumnsNotBytes) {
  EXPECT_EQ(shorten("\u00eb\u00eb\u00eb\u00eb", 4), "\u00eb\u00eb\u00eb\u00eb");
  EXPECT_EQ(shorten("\u00eb\u00eb\u00eb\u00eb", 3), "\u00eb\u00eb…");
  EXPECT_EQ(cell("ab", 4), "ab  ");
}

}  // namespace
}  // namespace cupel
