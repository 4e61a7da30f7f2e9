// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "bom/cyclonedx_grammar.h"
#include "bom/write.h"
#include "crypto/digest.h"

namespace cupel::bom {

Properties properties_of(const Document& document, const Component& component) {
  Properties properties;
  properties.emplace_back("cupel:kind", to_text(component.kind));
  for (const auto& fact : component.facts) {
    properties.emplace_back(cat("cupel:", to_text(fact.truth), ":", fact.key), fact.value);
    if (!fact.seen.empty()) properties.emplace_back(cat("cupel:seen:", fact.key), fact.seen);
  }
  for (const auto& edge : document.edges_from(component.ref)) {
    const auto key = cat("edge:", to_text(edge.relation));
    properties.emplace_back(cat("cupel:", to_text(edge.truth), ":", key), edge.to);
    if (!edge.seen.empty()) properties.emplace_back(cat("cupel:seen:", key), edge.seen);
  }
  return properties;
}

std::string serial_number(const Document& document) {
  Sha256 hash;
  const auto add = [&](const Component& component) {
    hash.add(cat(component.ref, "\n", component.name, "\n"));
    for (const auto& [name, value] : properties_of(document, component)) {
      hash.add(cat(name.size(), " ", name, " ", value.size(), " ", value, "\n"));
    }
  };
  add(document.system);
  for (const auto& component : document.components) add(component);
  for (const auto& gap : document.gaps) hash.add(cat(gap.size(), " ", gap, "\n"));
  hash.add(document.tool);
  auto hex = to_hex(hash.finish()).substr(0, 32);
  hex[12] = '8';
  hex[16] = "89ab"[static_cast<unsigned char>(hex[16]) % 4U];
  return cat("urn:uuid:", hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-",
             hex.substr(16, 4), "-", hex.substr(20));
}

std::string percent_encoded(std::string_view text, std::string_view also_plain) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos ||
                       also_plain.find(c) != std::string_view::npos;
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0xFU];
  }
  return out;
}

std::string as_uri(std::string_view text) {
  return percent_encoded(text, "/:@!$&'()*+,;=?#");
}

}  // namespace cupel::bom
