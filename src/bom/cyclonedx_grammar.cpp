// SPDX-License-Identifier: Apache-2.0
#include "bom/cyclonedx_grammar.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/require.h"
#include "base/text.h"
#include "bom/write.h"
#include "embedded/cyclonedx.h"

namespace cupel::bom {
namespace {

constexpr char kPageMark = '\x1f';
constexpr std::array<std::string_view, 4> kVersions = {"1.4", "1.5", "1.6", "1.7"};

// "bom-1.6.schema.json" is the page "bom-1-6".
std::string page_of(std::string_view name) {
  constexpr std::string_view kEnding = ".schema.json";
  if (name.ends_with(kEnding)) name.remove_suffix(kEnding.size());
  std::string page(name);
  for (char& c : page) {
    if (c == '.') c = '-';
  }
  return page;
}

// Schemas as they are asked for, each parsed once.
class Grammar {
 public:
  const Json* find(std::string_view name) {
    const std::string wanted = page_of(name);
    if (const auto known = schemas_.find(wanted); known != schemas_.end()) return &known->second;
    for (const auto page : split(embedded::cyclonedx(), kPageMark)) {
      const auto line = page.find('\n');
      if (line == std::string_view::npos || page.substr(0, line) != wanted) continue;
      auto reading = read_json(page.substr(line + 1));
      require(reading.value.has_value());
      return &schemas_.emplace(wanted, std::move(*reading.value)).first->second;
    }
    return nullptr;
  }

 private:
  std::map<std::string, Json, std::less<>> schemas_;
};

// Every bom-ref, wherever it stands; the second of two is a problem.
void collect_references(const Json& value, const std::string& at, std::set<std::string>& known,
                        std::vector<json_schema::Problem>& problems) {
  constexpr std::size_t kTold = 100;
  for (std::size_t i = 0; i < value.items().size(); ++i) {
    collect_references(value.items()[i], cat(at, "/", i), known, problems);
  }
  for (const auto& [key, member] : value.members()) {
    const std::string where = cat(at, "/", key);
    if (key == "bom-ref" && member.is_text() && !known.insert(member.text()).second &&
        problems.size() < kTold) {
      problems.push_back(
          {where, cat("`", printable(member.text(), 60), "` names two things of this document")});
    }
    collect_references(member, where, known, problems);
  }
}

}  // namespace

std::vector<json_schema::Problem> check_cyclonedx(const Json& document) {
  if (!document.is_object()) return {{"", "is no object"}};
  const std::string& version = document["specVersion"].text();
  if (document["bomFormat"].text() != "CycloneDX") {
    return {{"/bomFormat", "is not `CycloneDX`"}};
  }
  if (std::ranges::find(kVersions, version) == kVersions.end()) {
    return {
        {"/specVersion", cat("`", printable(version, 20), "` is not one of 1.4, 1.5, 1.6, 1.7")}};
  }
  Grammar grammar;
  auto problems = json_schema::validate(document, cat("bom-", version, ".schema.json"),
                                        [&](std::string_view name) { return grammar.find(name); });
  if (!problems.empty()) return problems;
  std::set<std::string> known;
  collect_references(document, "", known, problems);
  return problems;
}

// Looked up in the text of the list: it holds nothing but ids between quotes.
std::string spdx_licence(std::string_view text) {
  text = trim(text);
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-";
  if (text.empty() || text.find_first_not_of(kPlain) != std::string_view::npos) return {};
  for (const auto page : split(embedded::cyclonedx(), kPageMark)) {
    if (!page.starts_with("spdx\n")) continue;
    const auto list = page.substr(std::min(page.find('['), page.size()));
    const auto at = lower(list).find(cat("\"", lower(text), "\""));
    if (at != std::string::npos) return std::string(list.substr(at + 1, text.size()));
  }
  return {};
}

std::vector<std::pair<std::string, Json>> cyclonedx_schemas() {
  std::vector<std::pair<std::string, Json>> all;
  Grammar grammar;
  for (const auto page : split(embedded::cyclonedx(), kPageMark)) {
    const auto name = page.substr(0, page.find('\n'));
    if (!name.empty()) all.emplace_back(name, *grammar.find(name));
  }
  return all;
}

}  // namespace cupel::bom
