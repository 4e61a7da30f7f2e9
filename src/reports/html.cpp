// SPDX-License-Identifier: Apache-2.0

#include "base/text.h"
#include "crypto/digest.h"
#include "embedded/report_css.h"
#include "embedded/report_js.h"
#include "reports/html/page.h"
#include "reports/report.h"

namespace cupel {
namespace {

// What a Content-Security-Policy calls a style sheet or script: its digest. Nothing
// else may run or load, also if a text of the input got past the escaping.
std::string source_of(std::string_view text) {
  const Digest digest = sha256(text);
  return cat("sha256-", to_base64(digest));
}

void put_head(Page& page) {
  const Assessment& a = page.assessment;
  page.out.put(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; style-src"
      " &#39;",
      source_of(embedded::report_css()), "&#39;; script-src &#39;",
      source_of(embedded::report_js()),
      "&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"generator\" content=\"",
      a.tool, "\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>",
      Cut{a.system_name, 200}, " ", Cut{a.system_version, 80},
      ": self-assessment against ETSI EN 304 223</title>\n<style>");
  page.out.embed(embedded::report_css()).put("</style>\n</head>\n");
}

// The four signs, once; everything that shows a verdict refers to them.
void put_signs(Markup& out) {
  out.put(
      "<svg class=\"defs\" aria-hidden=\"true\"><defs>\n"
      "<g id=\"s-pass\"><path class=\"sign\" d=\"M-4 .4L-1.2 3.3L4.2 -3.2\"/></g>\n"
      "<g id=\"s-fail\"><path class=\"sign\" d=\"M-3.3 -3.3L3.3 3.3M3.3 -3.3L-3.3 3.3\"/></g>\n"
      "<g id=\"s-open\"><path class=\"sign\" d=\"M-2.5 -2.3C-2.5 -5.3 2.6 -5.3 2.6 -2.4C2.6 -.5 0"
      " -.6 0 1.5M0 4.4V4.5\"/></g>\n"
      "<g id=\"s-na\"><path class=\"sign\" d=\"M-3.2 0H3.2\"/></g>\n"
      "<symbol id=\"m-pass\" viewBox=\"0 0 16 16\"><rect class=\"box\" x=\".75\" y=\".75\""
      " width=\"14.5\" height=\"14.5\" rx=\"3\"/><use href=\"#s-pass\" transform=\"translate(8 "
      "8)\"/>"
      "</symbol>\n"
      "<symbol id=\"m-fail\" viewBox=\"0 0 16 16\"><rect class=\"box\" x=\".75\" y=\".75\""
      " width=\"14.5\" height=\"14.5\" rx=\"3\"/><use href=\"#s-fail\" transform=\"translate(8 "
      "8)\"/>"
      "</symbol>\n"
      "<symbol id=\"m-open\" viewBox=\"0 0 16 16\"><rect class=\"box\" x=\".75\" y=\".75\""
      " width=\"14.5\" height=\"14.5\" rx=\"3\"/><use href=\"#s-open\" transform=\"translate(8 "
      "8)\"/>"
      "</symbol>\n"
      "<symbol id=\"m-na\" viewBox=\"0 0 16 16\"><rect class=\"box\" x=\".75\" y=\".75\""
      " width=\"14.5\" height=\"14.5\" rx=\"3\"/><use href=\"#s-na\" transform=\"translate(8 8)\"/>"
      "</symbol>\n</defs></svg>\n");
}

std::string render(const Assessment& assessment, const Catalogue& catalogue) {
  Page page(assessment, catalogue);
  put_head(page);
  page.out.put("<body>\n<a class=\"skip\" href=\"#main\">Skip to the summary</a>\n");
  put_signs(page.out);
  page.out.put("<div class=\"sheet\">\n");
  put_masthead(page);
  page.out.put(
      "<nav class=\"contents\" aria-label=\"Contents\"><ul>"
      "<li><a href=\"#summary\">Summary</a></li><li><a href=\"#phases\">Life cycle</a></li>"
      "<li><a href=\"#failing\">What fails, what to do</a></li>"
      "<li><a href=\"#principles\">Provisions</a></li>");
  if (has_assets(page)) page.out.put("<li><a href=\"#assets\">Assets</a></li>");
  page.out.put(
      "<li><a href=\"#evidence\">Evidence</a></li>"
      "<li><a href=\"#verify\">Check it yourself</a></li></ul></nav>\n"
      "<main id=\"main\" tabindex=\"-1\">\n");
  put_summary(page);
  put_phases(page);
  put_failing(page);
  put_principles(page);
  put_assets(page);
  put_evidence(page);
  put_verification(page);
  page.out.put(
      "</main>\n<footer>This is a self-assessment: a program examined the system and people named"
      " in it signed what only they can know. It is no statement by ETSI or by any third party."
      " Provisions are told in Cupel’s own words; the standard’s text is ETSI’s.</footer>\n"
      "</div>\n<script>");
  page.out.embed(embedded::report_js()).put("</script>\n</body>\n</html>\n");
  return std::move(page.out).take();
}

}  // namespace

extern constinit const Report kHtmlReport = {.id = "html",
                                             .file = "report.html",
                                             .title = "one self-contained page for people",
                                             .render = render};

}  // namespace cupel
