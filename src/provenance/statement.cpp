// SPDX-License-Identifier: Apache-2.0
#include "provenance/statement.h"

#include <algorithm>

#include "base/text.h"
#include "crypto/digest.h"

namespace cupel {
namespace {

constexpr std::size_t kSubjects = 1000;
constexpr std::size_t kTextLimit = 4096;

bool is_sha256(std::string_view text) {
  const auto bytes = from_hex(text);
  return bytes && bytes->size() == std::tuple_size_v<Digest>;
}

StatementReading refuse(std::string why) {
  return {.statement = {}, .problem = std::move(why)};
}

}  // namespace

bool is_uri(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return false;
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto in_scheme = [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  };
  return letter(text[0]) && std::ranges::all_of(text.substr(0, colon), in_scheme) &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c != 0x7F; });
}

std::string_view Descriptor::sha256() const {
  const auto found = digest.find("sha256");
  return found == digest.end() ? std::string_view{} : std::string_view(found->second);
}

Descriptor described(std::string_view name, std::string_view sha256) {
  return {.name = std::string(name), .digest = {{"sha256", std::string(sha256)}}};
}

Json to_json(const Descriptor& descriptor) {
  Json json = Json::object();
  if (!descriptor.name.empty()) json.set("name", descriptor.name);
  if (!descriptor.uri.empty()) json.set("uri", descriptor.uri);
  if (!descriptor.digest.empty()) {
    Json digest = Json::object();
    for (const auto& [algorithm, hex] : descriptor.digest) digest.set(algorithm, hex);
    json.set("digest", std::move(digest));
  }
  return json;
}

DescriptorReading read_descriptor(const Json& json) {
  Descriptor descriptor;
  if (!json.is_object()) return {.descriptor = {}, .problem = "it is no resource descriptor"};
  for (const auto& [key, into] : {std::pair{"name", &descriptor.name}, {"uri", &descriptor.uri}}) {
    if (!json.has(key)) continue;
    if (!json[key].is_text() || json[key].text().size() > kTextLimit) {
      return {.descriptor = {}, .problem = cat("its `", key, "` is no text of decent length")};
    }
    *into = json[key].text();
  }
  if (json.has("digest") && !json["digest"].is_object()) {
    return {.descriptor = {}, .problem = "its digests are no set"};
  }
  for (const auto& [algorithm, hex] : json["digest"].members()) {
    const bool sha256 = algorithm == "sha256";
    if (sha256 ? !is_sha256(hex.text()) : !from_hex(hex.text()) || hex.text().empty()) {
      return {.descriptor = {},
              .problem = cat("its digest `", printable(algorithm, 40), "` is no lower-case hex of ",
                             sha256 ? "64 digits" : "any length")};
    }
    descriptor.digest.emplace(algorithm, hex.text());
  }
  if (descriptor.digest.empty() && descriptor.uri.empty()) {
    return {.descriptor = {}, .problem = "it has neither a digest nor an address"};
  }
  return {.descriptor = std::move(descriptor), .problem = {}};
}

bool InTotoStatement::is_about(std::string_view sha256) const {
  return !sha256.empty() && std::ranges::any_of(subjects, [&](const Descriptor& subject) {
    return subject.sha256() == sha256;
  });
}

std::string write_statement(const InTotoStatement& statement) {
  Json subjects = Json::array();
  for (const auto& subject : statement.subjects) subjects.add(to_json(subject));
  return Json::object({{"_type", kStatementType},
                       {"subject", std::move(subjects)},
                       {"predicateType", statement.predicate_type},
                       {"predicate", statement.predicate}})
      .canonical();
}

StatementReading read_statement(std::string_view payload) {
  const auto reading = read_json(payload, {.depth = 16, .values = 100'000});
  if (!reading.value) return refuse(cat("the statement: ", reading.problem));
  const Json& json = *reading.value;
  if (json["_type"].text() != kStatementType) return refuse("it is no in-toto statement v1");
  InTotoStatement statement;
  statement.predicate_type = json["predicateType"].text();
  if (statement.predicate_type.empty() || !json["predicate"].is_object()) {
    return refuse("the statement has no predicate");
  }
  statement.predicate = json["predicate"];
  const auto& subjects = json["subject"].items();
  if (subjects.empty()) return refuse("it names no subject");
  if (subjects.size() > kSubjects)
    return refuse(cat("it names more than ", kSubjects, " subjects"));
  for (const auto& subject : subjects) {
    auto read = read_descriptor(subject);
    if (!read.descriptor || read.descriptor->name.empty() || read.descriptor->sha256().empty()) {
      return refuse("a subject has no name or no SHA-256 digest");
    }
    statement.subjects.push_back(*std::move(read.descriptor));
  }
  return {.statement = std::move(statement), .problem = {}};
}

}  // namespace cupel
