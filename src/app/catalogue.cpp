// SPDX-License-Identifier: Apache-2.0
#include "app/catalogue.h"

#include "base/json.h"
#include "base/require.h"
#include "base/text.h"
#include "checks/check.h"
#include "crypto/digest.h"
#include "embedded/codes.h"
#include "embedded/provisions.h"

namespace cupel {
namespace {

// The pages stand one behind the other, each headed by a line "\x1f<CODE>".
constexpr char kPageMark = '\x1f';

struct Page {
  std::string_view code;
  std::string_view text;
};

std::vector<Page> pages() {
  std::vector<Page> all;
  for (const auto piece : split(embedded::codes(), kPageMark)) {
    const auto line = piece.find('\n');
    if (line == std::string_view::npos) continue;
    all.push_back({.code = piece.substr(0, line), .text = piece.substr(line + 1)});
  }
  return all;
}

}  // namespace

Catalogue built_in_catalogue() {
  const auto reading = read_json(embedded::provisions());
  require(reading.value.has_value());
  auto catalogue = catalogue_from(*reading.value);
  require(catalogue.has_value());
  for (const auto* check : all_checks()) {
    catalogue->units.insert(catalogue->units.end(), check->units.begin(), check->units.end());
  }
  Json all;
  for (auto& provision : catalogue->provisions) {
    Json units = Json::array();
    for (const auto& unit : catalogue->units) {
      if (unit.provision == provision.id) units.add(to_json(unit));
    }
    provision.digest = sha256_hex(
        Json::object({{"provision", to_json(provision)}, {"units", std::move(units)}}).canonical());
    all.set(provision.id, provision.digest);
  }
  catalogue->digest = sha256_hex(all.canonical());
  return std::move(*catalogue);
}

std::optional<std::string_view> code_page(std::string_view code) {
  for (const auto& page : pages()) {
    if (equal_ignoring_case(page.code, code)) return page.text;
  }
  return {};
}

std::vector<std::string_view> all_codes() {
  std::vector<std::string_view> codes;
  for (const auto& page : pages()) codes.push_back(page.code);
  return codes;
}

}  // namespace cupel
