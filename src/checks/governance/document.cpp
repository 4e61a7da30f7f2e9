// SPDX-License-Identifier: Apache-2.0
#include "checks/governance/document.h"

#include <algorithm>

#include "base/text.h"
#include "checks/material.h"

namespace cupel {
namespace {

const yaml::Node* node_of(const yaml::FrontMatter& front, std::string_view key) {
  return front.present ? front.reading.root.find(key) : nullptr;
}

}  // namespace

std::string_view Document::field(std::string_view key) const {
  const auto* node = node_of(front, key);
  return node != nullptr && node->kind == yaml::Kind::text ? trim(node->text) : std::string_view{};
}

std::optional<Timestamp> Document::date(std::string_view key) const {
  return parse_timestamp(field(key));
}

std::uint32_t Document::line_of(std::string_view key) const {
  const auto* node = node_of(front, key);
  return node == nullptr ? 1 : node->begin.line;
}

const markdown::Section* Document::section(std::string_view accepted) const {
  for (const auto title : split(accepted, '/')) {
    const std::string wanted = markdown::plain_title(title);
    const auto found = std::ranges::find_if(sections, [&](const markdown::Section& section) {
      return section.level == 2 && markdown::plain_title(section.title) == wanted;
    });
    if (found != sections.end()) return &*found;
  }
  return nullptr;
}

std::string_view Document::body() const {
  return std::string_view(text).substr(front.present ? front.body : 0);
}

Result<DocumentReading> read_document(const CheckInput& input, std::string_view path) {
  DocumentReading reading;
  const FileEntry* file = input.inventory.file(path);
  if (file == nullptr) {
    reading.missing = true;
    return reading;
  }
  auto text = TRY(read_text_of(input, *file));
  reading.problem = std::move(text.problem);
  if (reading.problem.empty() && !is_utf8(text.text)) reading.problem = "not UTF-8 text";
  if (!reading.problem.empty()) return reading;
  // The views of the sections are of the heap: a short text would move with the document.
  constexpr std::size_t kBeyondSmall = 64;
  reading.document.file = file;
  reading.document.text = std::move(text.text);
  reading.document.text.reserve(kBeyondSmall);
  reading.document.front = yaml::front_matter(reading.document.text);
  reading.document.sections = markdown::sections(reading.document.text);
  return reading;
}

Result<std::vector<Document>> documents_of(const CheckInput& input, std::string_view provision) {
  std::vector<Document> documents;
  const Claim* claim = input.system.claim(provision);
  if (claim == nullptr) return documents;
  for (const auto& path : claim->documents) {
    auto reading = TRY(read_document(input, path));
    if (reading.ok()) documents.push_back(std::move(reading.document));
  }
  return documents;
}

std::optional<std::int64_t> interval_of(const Claim& claim, std::string_view key,
                                        std::int64_t fallback) {
  const Json& given = claim.parameters[key];
  if (given.is_null()) return fallback;
  const auto days = given.is_integer() ? std::optional(given.integer()) : parse_days(given.text());
  if (!days || *days < 0 || *days > 100 * kYear) return {};
  return days;
}

}  // namespace cupel
