// SPDX-License-Identifier: Apache-2.0
#include "reports/fixture.h"
#include "reports/html/markup.h"
#include "reports/program.h"
#include "reports/report.h"

namespace cupel {
namespace {

const Report& html() {
  return *all_reports().front();
}

std::string page_of(const Assessment& assessment) {
  return html().render(assessment, test::fixture_catalogue());
}

std::size_t count_of_text(std::string_view text, std::string_view word) {
  std::size_t count = 0;
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    ++count;
  }
  return count;
}

TEST(Html, IsWellFormedSelfContainedAndNamed) {
  const test::TemporaryFolder folder;
  const auto catalogue = test::fixture_catalogue();
  std::vector<std::string> pages;
  const auto add = [&](std::string_view name, const Assessment& assessment) {
    pages.push_back(folder.write(name, page_of(assessment)).string());
  };
  add("full.html", test::fixture_assessment(catalogue));
  add("broken.html", test::fixture_of_broken_text(catalogue));
  add("many.html", test::fixture_with_findings(catalogue, 10'000));
  Assessment nothing;
  nothing.cycle.id = "0";
  add("nothing.html", nothing);
  EXPECT_EQ(test::complaints("check_html.py", pages), "");
}

TEST(Html, TheCheckerSeesWhatItIsThereFor) {
  const test::TemporaryFolder folder;
  const std::string good = page_of(test::fixture_assessment(test::fixture_catalogue()));
  const auto with = [&](std::string_view what) {
    std::string bad = good;
    bad.insert(bad.find("<main"), what);
    return test::complaints("check_html.py", {folder.write("bad.html", bad).string()});
  };
  EXPECT_EQ(with(""), "");
  for (const auto what :
       {"<img src=\"x.png\">", "<script>alert(1)</script>", "<a href=\"https://x\">x</a>",
        "<p onclick=\"x\">x</p>", "<p style=\"x\">x</p>", "<b>", "</b>", "<p id=\"main\">x</p>",
        "<a href=\"#nowhere\">x</a>", "<svg></svg>", "<p>this is certified</p>"}) {
    EXPECT_NE(with(what), "") << what;
  }
}

TEST(Html, ShowsHostileTextAsText) {
  const std::string page = page_of(test::fixture_assessment(test::fixture_catalogue()));
  EXPECT_EQ(page.find(test::kScript), std::string::npos);
  EXPECT_NE(page.find("&lt;script&gt;alert(1)&lt;/script&gt;"), std::string::npos);
  EXPECT_EQ(page.find('\x1b'), std::string::npos);
  EXPECT_NE(page.find("\\x1b[31mred\\x07"), std::string::npos);
  EXPECT_EQ(page.find("\u202e"), std::string::npos);
  EXPECT_NE(page.find("user\\u{202e}txt.lkp"), std::string::npos);
  EXPECT_NE(page.find("&quot;onmouseover=&quot;alert(2)&quot; x=&#39;"), std::string::npos);
}

TEST(Html, TellsAllProvisionsUnitsAndWhoSigned) {
  const auto assessment = test::fixture_assessment(test::fixture_catalogue());
  const std::string page = page_of(assessment);
  EXPECT_EQ(count_of_text(page, "<details class=\"provision\""), 72U);
  EXPECT_EQ(count_of_text(page, "<path class=\"cell "), 72U);
  EXPECT_EQ(count_of_text(page, "<section class=\"principle\""), 13U);
  for (const auto& provision : assessment.provisions) {
    EXPECT_NE(page.find(cat("id=\"p-", provision.id, "\"")), std::string::npos) << provision.id;
  }
  EXPECT_NE(page.find("<dt>Signed by</dt><dd>Ana Duarte</dd>"), std::string::npos);
  EXPECT_NE(page.find(assessment.ledger.root), std::string::npos);
  EXPECT_NE(page.find("cupel replay"), std::string::npos);
}

TEST(Html, SaysWhatItLeavesOutAndWhereTheRestIs) {
  const auto catalogue = test::fixture_catalogue();
  const auto many = test::fixture_with_findings(catalogue, 10'000);
  const std::string page = page_of(many);
  EXPECT_LT(page.size(), 1U << 20U);
  EXPECT_NE(page.find("5 of 10004 findings"), std::string::npos);
  EXPECT_NE(page.find("50 of 10004 findings shown, the worst first; all in "
                      "<code>assessment.json</code>"),
            std::string::npos);
}

TEST(Html, WithoutALedgerItDoesNotClaimOne) {
  auto assessment = test::fixture_assessment(test::fixture_catalogue());
  assessment.ledger = {};
  const std::string page = page_of(assessment);
  EXPECT_NE(page.find("has not been written to a ledger"), std::string::npos);
  EXPECT_EQ(page.find("cupel replay EXPORT"), std::string::npos);
}

TEST(Markup, OnlyLiteralsAreTags) {
  Markup out;
  const std::string hostile = "<b>&\"'";
  out.put("<p>", hostile, "</p>", 7, " ", Decimal{-0.04}, " ", Decimal{12.26}, " ",
          Prose{"see `<i>` and `b"}, Cut{"abcdef", 3});
  EXPECT_EQ(std::move(out).take(),
            "<p>&lt;b&gt;&amp;&quot;&#39;</p>7 0.0 12.3 see <code>&lt;i&gt;</code> and `babc…");
}

}  // namespace
}  // namespace cupel
