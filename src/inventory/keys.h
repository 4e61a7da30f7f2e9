// SPDX-License-Identifier: Apache-2.0
// keys: every key that cupel.yaml may hold, once.
//
// The reader, the suggestions for misspelt keys and the JSON Schema are made from
// these tables, so that none of them can know a key the others do not.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "vocab/system.h"

namespace cupel::system_file {

// What a value must be.
enum class Type {
  format,      // the number 1
  name,        // one line of text without hidden characters
  text,        // any text but an empty one
  flag,        // true or false
  path,        // relative to the folder of the file, and inside it
  url,         // scheme://…
  digest,      // SHA-256, 64 lower-case hexadecimal digits
  moment,      // RFC 3339, or a date
  public_key,  // base64 of 32 bytes
  word,        // one of Key::words
  words,       // a list of them
  person,      // the name of someone in `people`
  assets,      // a list of names of assets
  paths,       // a list of paths
  people_list,
  asset_list,
  endpoint_list,
  lifecycle_map,
  claim_map,
  threshold_map,
  known_good,
  signature
};

using Words = std::span<const std::string_view>;

inline constexpr std::array<std::string_view, 6> kScenarios = {
    "chatbot",         "fraud-detection",  "llm-platform",
    "open-access-llm", "hospital-chatbot", "law-firm"};
inline constexpr std::array<std::string_view, 3> kSystemRoles = {"developer", "system-operator",
                                                                 "data-custodian"};
inline constexpr std::array<std::string_view, 8> kPersonRoles = {
    "owner",  "developer", "system-operator", "data-custodian", "security-officer",
    "tester", "approver",  "author"};
inline constexpr std::array<std::string_view, 8> kAssetKinds = {
    "model", "dataset", "prompt", "configuration", "endpoint", "document", "code", "other"};
inline constexpr std::array<std::string_view, 5> kOrigins = {"internal", "public", "supplier",
                                                             "generated", "unknown"};
inline constexpr std::array<std::string_view, 4> kSensitivities = {"public", "internal",
                                                                   "confidential", "secret"};
inline constexpr std::array<std::string_view, 3> kExposures = {"internal", "partners", "public"};
inline constexpr std::array<std::string_view, 5> kStages = {"design", "development", "deployment",
                                                            "maintenance", "end-of-life"};
// A claim's parameter whose name ends like this is a span of time.
inline constexpr std::array<std::string_view, 3> kDurationEndings = {"interval", "retention",
                                                                     "deadline"};

template <class Owner>
struct Key {
  std::string_view name;
  Type type = Type::text;
  std::variant<std::monostate, std::string Owner::*, bool Owner::*,
               std::vector<std::string> Owner::*>
      into;
  std::string_view about;  // for the person who writes the file; shown by editors
  bool required = false;
  Words words = {};
};

template <class Owner, std::size_t N>
[[nodiscard]] constexpr std::span<const Key<Owner>> all(const std::array<Key<Owner>, N>& table) {
  return table;
}

inline constexpr std::array<Key<System>, 11> kSystemKeys = {{
    {"cupel", Type::format, {}, "Version of this file's format: 1.", true},
    {"name", Type::name, &System::name, "What the system is called.", true},
    {"version", Type::text, &System::version, "Its version, in quotes.", true},
    {"scenario", Type::word, &System::scenario, "The deployment that resembles it most.", true,
     kScenarios},
    {"roles", Type::words, &System::roles, "The roles that your organisation holds for it.", true,
     kSystemRoles},
    {"people", Type::people_list, {}, "Everyone who answers or signs for something."},
    {"assets", Type::asset_list, {}, "What the system is made of."},
    {"lifecycle", Type::lifecycle_map, {}, "Where each asset stands in its life."},
    {"declares", Type::claim_map, {}, "What is claimed, provision by provision."},
    {"endpoints", Type::endpoint_list, {}, "Where the system is reached."},
    {"thresholds", Type::threshold_map, {}, "Numbers that tests must reach."},
}};

inline constexpr std::array<Key<Person>, 3> kPersonKeys = {{
    {"name", Type::name, &Person::name, "The person's name, as it stands in documents.", true},
    {"roles", Type::words, &Person::roles, "What the person may sign for.", true, kPersonRoles},
    {"public_key", Type::public_key, &Person::public_key,
     "Ed25519 public key: base64 of its 32 bytes, as `cupel key new` prints it."},
}};

inline constexpr std::array<Key<DeclaredAsset>, 17> kAssetKeys = {{
    {"name", Type::name, &DeclaredAsset::name, "What the asset is called in this file.", true},
    {"kind", Type::word, {}, "What it is.", true, kAssetKinds},
    {"path", Type::path, &DeclaredAsset::path, "The file or folder, relative to this file."},
    {"url", Type::url, &DeclaredAsset::url, "Where it is, when it is not on this disk."},
    {"origin", Type::word, &DeclaredAsset::origin, "Where it came from.", false, kOrigins},
    {"sensitivity", Type::word, &DeclaredAsset::sensitivity, "Who may see it.", false,
     kSensitivities},
    {"licence", Type::text, &DeclaredAsset::licence, "Its licence: an SPDX id or a few words."},
    {"custodian", Type::person, &DeclaredAsset::custodian, "Who looks after it."},
    {"sha256", Type::digest, &DeclaredAsset::sha256, "The digest that it must have."},
    {"released", Type::flag, &DeclaredAsset::released, "Whether other parties can obtain it."},
    {"card", Type::path, &DeclaredAsset::card, "Models: path of the model card."},
    {"known_good", Type::known_good, {}, "Models: the earlier version to fall back to."},
    {"signature", Type::signature, {}, "Its OpenSSF Model Signing bundle, and whose it must be."},
    {"uses", Type::assets, &DeclaredAsset::uses, "Names of assets that it was made with."},
    {"source", Type::text, &DeclaredAsset::source, "Datasets: where the data came from."},
    {"collected", Type::moment, &DeclaredAsset::collected, "Datasets: when they were obtained."},
    {"attacker", Type::text, &DeclaredAsset::attacker,
     "Models: what an attacker of the tests knows."},
}};

inline constexpr std::array<Key<DeclaredAsset>, 2> kKnownGoodKeys = {{
    {"path", Type::path, &DeclaredAsset::known_good, "The earlier version's file.", true},
    {"sha256", Type::digest, &DeclaredAsset::known_good_sha256, "Its digest.", true},
}};

// One of key, ca and identity with issuer.
inline constexpr std::array<Key<DeclaredAsset>, 5> kSignatureKeys = {{
    {"file", Type::path, &DeclaredAsset::signature, "The bundle, as `cupel sign` writes it.", true},
    {"key", Type::path, &DeclaredAsset::signature_key, "The public key that must have signed."},
    {"ca", Type::path, &DeclaredAsset::signature_ca, "Certificates that may vouch for the signer."},
    {"identity", Type::text, &DeclaredAsset::signature_identity,
     "Who must have signed keyless, letter for letter."},
    {"issuer", Type::url, &DeclaredAsset::signature_issuer,
     "Who must have vouched for that identity."},
}};

// Any further key of a claim is a parameter.
inline constexpr std::array<Key<Claim>, 4> kClaimKeys = {{
    {"claim", Type::text, &Claim::claim, "What you do, in a sentence of yours."},
    {"owner", Type::person, &Claim::owner, "Who answers for it."},
    {"documents", Type::paths, &Claim::documents, "Documents that show it."},
    {"excluded", Type::text, {}, "Why the provision does not apply to you."},
}};

inline constexpr std::array<Key<Endpoint>, 3> kEndpointKeys = {{
    {"name", Type::name, &Endpoint::name, "What the endpoint is called.", true},
    {"url", Type::url, &Endpoint::url, "Its address.", true},
    {"exposure", Type::word, &Endpoint::exposure, "Who can reach it.", true, kExposures},
}};

}  // namespace cupel::system_file
