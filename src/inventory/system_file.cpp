// SPDX-License-Identifier: Apache-2.0
#include "inventory/system_file.h"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "base/text.h"
#include "base/time.h"
#include "crypto/digest.h"
#include "formats/yaml.h"
#include "inventory/keys.h"
#include "inventory/value_reader.h"
#include "inventory/values.h"

namespace cupel {
namespace {

using namespace system_file;  // NOLINT(google-build-using-namespace): the rest of this reader
using yaml::Kind;
using yaml::Node;

constexpr yaml::Limits kLimits = {.bytes = 4U << 20U, .depth = 16, .nodes = 100'000};
constexpr std::size_t kMostParameters = 100;  // of one claim, and of `thresholds`
constexpr std::size_t kLongestGuess = 64;     // longer words are not misspellings

template <class Owner>
std::vector<std::string_view> names_of(std::span<const Key<Owner>> keys) {
  std::vector<std::string_view> names;
  for (const auto& key : keys) names.push_back(key.name);
  return names;
}

// Parameters are free, so only a near miss of a key counts as one.
bool looks_misspelt(std::string_view key, const std::vector<std::string_view>& names) {
  if (key.empty() || key.size() > kLongestGuess) return false;
  const auto meant = nearest(key, names);
  return meant && key.size() + 2 >= meant->size() && meant->size() + 2 >= key.size() &&
         lower(key.substr(0, 1)) == meant->substr(0, 1);
}

class Reader {
 public:
  Reader(std::string_view file, const std::vector<std::string_view>& provisions)
      : values_(file), provisions_(provisions) {}

  SystemReading read(std::string_view text) {
    const yaml::Reading reading = yaml::read(text, kLimits);
    bool whole = true;
    for (const auto& problem : reading.problems) {
      values_.tell(problem);
      whole = whole && problem.trouble != yaml::Trouble::syntax &&
              problem.trouble != yaml::Trouble::limit;
    }
    if (whole) read_system(reading.root);
    SystemReading result{.system = {}, .diagnostics = std::move(values_).diagnostics()};
    if (result.diagnostics.empty()) {
      system_.digest = sha256_hex(text);
      result.system = std::move(system_);
    }
    return result;
  }

 private:
  void read_system(const Node& root) {
    if (root.kind == Kind::null) {
      return values_.tell("CFG004", {.line = 1, .column = 1}, "the file is empty",
                          "`cupel init` writes a first one from what it finds in the folder");
    }
    read_mapping(root, all(kSystemKeys), "cupel.yaml", system_);
    std::vector<std::string_view> people;
    people.reserve(system_.people.size());
    for (const auto& person : system_.people) people.emplace_back(person.name);
    values_.resolve_people(people);
    std::vector<std::string_view> assets;
    for (auto& asset : system_.assets) {
      assets.emplace_back(asset.name);
      if (const auto at = stages_.find(asset.name); at != stages_.end()) {
        asset.lifecycle = at->second;
      }
    }
    values_.resolve_assets(assets);
  }

  // Reads every key that the table has; `unknown` is asked about the others.
  template <class Owner, class Unknown>
  void read_mapping(const Node& node, std::span<const Key<Owner>> keys, std::string_view what,
                    Owner& into, const Unknown& unknown) {
    const auto names = names_of(keys);
    if (node.kind != Kind::mapping) {
      return values_.wrong_type(
          node, what, "keys with values",
          cat("write `key: value` lines; the keys of ", what, " are: ", listed(names)));
    }
    std::vector<std::string_view> misspelt;
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      const auto key = std::ranges::find(keys, node.keys[i].text, &Key<Owner>::name);
      if (key != keys.end()) {
        read_value(*key, node.items[i], into);
      } else if (unknown(node.keys[i], node.items[i]);
                 node.keys[i].text.size() <= kLongestGuess && misspelt.size() <= keys.size()) {
        misspelt.push_back(nearest(node.keys[i].text, names).value_or(""));
      }
    }
    for (const auto& key : keys) {
      const bool told = std::ranges::find(misspelt, key.name) != misspelt.end();
      if (!key.required || told || node.find(key.name) != nullptr) continue;
      values_.tell("CFG004", node.begin, cat(what, " has no ", quoted(key.name)),
                   cat("add `", key.name, ":`. ", key.about));
    }
  }

  template <class Owner>
  void read_mapping(const Node& node, std::span<const Key<Owner>> keys, std::string_view what,
                    Owner& into) {
    read_mapping(node, keys, what, into, [&](const Node& key, const Node& /*value*/) {
      unknown_key(key, names_of(keys), what);
    });
  }

  void unknown_key(const Node& key, const std::vector<std::string_view>& names,
                   std::string_view what) {
    values_.tell("CFG001", key.begin, cat(what, " has no key ", quoted(key.text)),
                 cat("the keys of ", what, " are: ", listed(names)),
                 values_.did_you_mean(key.text, names));
  }

  template <class Owner>
  void read_list(const Node& node, std::string_view key, std::span<const Key<Owner>> keys,
                 std::string_view what, std::vector<Owner>& into) {
    if (node.kind == Kind::null) return;  // `people:` with nothing under it
    if (node.kind != Kind::sequence) {
      return values_.wrong_type(node, quoted(key), "a list", "begin each entry with `- `");
    }
    Seen seen;
    for (const auto& item : node.items) {
      Owner owner;
      owner.declared_at = values_.place(item.begin);
      read_mapping(item, keys, what, owner);
      if (const auto* name = item.find("name"); name != nullptr && !name->text.empty()) {
        values_.unique(seen, *name, cat("a name of `", key, "`"));
      }
      into.push_back(std::move(owner));
    }
  }

  template <class Use>
  void each(const Node& node, std::string_view key, const Use& use) {
    if (node.kind == Kind::null) return;
    if (node.kind != Kind::mapping) {
      return values_.wrong_type(node, quoted(key), "keys with values",
                                "write `name: value` lines under it");
    }
    for (std::size_t i = 0; i < node.keys.size(); ++i) use(node.keys[i], node.items[i]);
  }

  template <class Owner>
  void read_value(const Key<Owner>& key, const Node& node, Owner& into) {
    if (const auto* flag = std::get_if<bool Owner::*>(&key.into)) {
      into.** flag = values_.flag(node, key.name).value_or(false);
    } else if (const auto* list = std::get_if<std::vector<std::string> Owner::*>(&key.into)) {
      into.** list = values_.several(node, key.name, key.type, key.words);
    } else if (const auto* text = std::get_if<std::string Owner::*>(&key.into)) {
      if (key.type == Type::path) {
        into.** text = values_.path(node, key.name).value_or("");
      } else if (const auto* value = values_.single(node, key.name, key.type, key.words)) {
        into.** text = *value;
      }
    } else {
      read_special(key, node, into);
    }
  }

  // Keys whose value is more than one value, or lands elsewhere.

  void read_special(const Key<System>& key, const Node& node, System& into) {
    switch (key.type) {
      case Type::format:
        return read_format(node);
      case Type::people_list:
        read_list(node, key.name, all(kPersonKeys), "a person", into.people);
        return look_for_shared_keys(node);
      case Type::asset_list:
        read_list(node, key.name, all(kAssetKeys), "an asset", into.assets);
        return look_at_assets(node);
      case Type::endpoint_list:
        return read_list(node, key.name, all(kEndpointKeys), "an endpoint", into.endpoints);
      case Type::lifecycle_map:
        return each(node, key.name, [&](const Node& name, const Node& stage) {
          values_.refer_to_asset({name.text, key.name, name.begin});
          if (const auto* value = values_.word(stage, name.text, kStages)) {
            stages_[name.text] = *value;
          }
        });
      case Type::claim_map:
        return each(node, key.name, [&](const Node& provision, const Node& claim) {
          read_claim(provision, claim, into);
        });
      case Type::threshold_map:
        return each(node, key.name, [&](const Node& name, const Node& value) {
          read_threshold(name, value, into);
        });
      default:
        return;
    }
  }

  void read_special(const Key<Person>& /*key*/, const Node& /*node*/, Person& /*into*/) {}
  void read_special(const Key<Endpoint>& /*key*/, const Node& /*node*/, Endpoint& /*into*/) {}

  void read_special(const Key<DeclaredAsset>& key, const Node& node, DeclaredAsset& into) {
    if (key.type == Type::word) {
      if (const auto* value = values_.word(node, key.name, key.words)) {
        into.kind = asset_kind_from(*value).value_or(AssetKind::other);
      }
    } else if (key.type == Type::signature) {
      read_mapping(node, all(kSignatureKeys), "signature", into);
      look_at_signature(node);
    } else {
      read_mapping(node, all(kKnownGoodKeys), "known_good", into);
    }
  }

  // A signature that may be anybody's shows nothing.
  void look_at_signature(const Node& node) {
    if (node.kind != Kind::mapping) return;
    const Node* identity = node.find("identity");
    const Node* issuer = node.find("issuer");
    if ((identity == nullptr) != (issuer == nullptr)) {
      values_.tell("CFG004", (identity == nullptr ? issuer : identity)->begin,
                   "`identity` and `issuer` go together",
                   "a name means nothing without who vouches for it");
    }
    const int ways = static_cast<int>(node.find("key") != nullptr) +
                     static_cast<int>(node.find("ca") != nullptr) +
                     static_cast<int>(identity != nullptr || issuer != nullptr);
    if (ways == 1) return;
    values_.tell(ways == 0 ? "CFG004" : "CFG019", node.begin,
                 ways == 0 ? "a signature does not say whose it must be"
                           : "a signature says in several ways whose it must be",
                 "one of `key:`, `ca:`, or `identity:` with `issuer:`");
  }

  void read_special(const Key<Claim>& key, const Node& node, Claim& into) {
    if (const auto* reason = values_.text(node, key.name)) into.excluded = *reason;
  }

  void read_format(const Node& node) {
    const auto* value = values_.scalar(node, "cupel", "the number 1");
    if (value == nullptr || (*value == "1" && !node.quoted)) return;
    values_.tell("CFG018", node.begin,
                 cat("this cupel reads format 1, and the file says ", quoted(*value)),
                 "write `cupel: 1`, or use the cupel that wrote the file");
  }

  // Duties that must be separate are separate people: one key cannot be two of them.
  void look_for_shared_keys(const Node& people) {
    Seen seen;
    for (const auto& person : people.items) {
      const auto* key = person.find("public_key");
      if (key != nullptr && key->kind == Kind::text) values_.unique(seen, *key, "a public key");
    }
  }

  void look_at_assets(const Node& assets) {
    for (const auto& asset : assets.items) {
      if (asset.kind != Kind::mapping) continue;
      const Node* path = asset.find("path");
      const Node* url = asset.find("url");
      if (path == nullptr && url == nullptr) {
        values_.tell("CFG004", asset.begin, "an asset has neither `path` nor `url`",
                     "say where it is: `path:` for a file or folder here, `url:` for anything "
                     "else");
      } else if (path != nullptr && url != nullptr) {
        values_.tell("CFG019", url->begin, "an asset has both `path` and `url`",
                     "keep the one that is examined; where a dataset came from is its `source:`");
      }
      look_at_uses(asset);
    }
  }

  void look_at_uses(const Node& asset) {
    const Node* name = asset.find("name");
    const Node* uses = asset.find("uses");
    if (name == nullptr || uses == nullptr) return;
    for (const auto& used : uses->items) {
      if (used.kind != Kind::text || used.text != name->text) continue;
      values_.tell("CFG019", used.begin, cat("the asset ", quoted(used.text), " uses itself"),
                   "name what it was made with, or leave `uses:` out");
    }
  }

  void read_claim(const Node& provision, const Node& node, System& into) {
    if (std::ranges::find(provisions_, provision.text) == provisions_.end()) {
      values_.tell("CFG008", provision.begin, cat("there is no provision ", quoted(provision.text)),
                   "`cupel list provisions` shows all of them",
                   values_.did_you_mean(provision.text, provisions_));
    }
    Claim claim;
    claim.provision = provision.text;
    claim.declared_at = values_.place(provision.begin);
    const auto names = names_of(all(kClaimKeys));
    read_mapping(node, all(kClaimKeys), "a claim", claim, [&](const Node& key, const Node& value) {
      if (looks_misspelt(key.text, names)) return unknown_key(key, names, "a claim");
      read_parameter(key, value, claim);
    });
    if (node.kind == Kind::mapping && node.keys.empty()) {
      values_.tell("CFG004", node.begin, "a claim says nothing",
                   "add `claim:` and `documents:`, or `excluded:` with the reason");
    }
    const Node* excluded = node.find("excluded");
    if (excluded != nullptr &&
        (node.find("claim") != nullptr || node.find("documents") != nullptr)) {
      values_.tell("CFG019", excluded->begin, "a provision is both claimed and excluded",
                   "keep `excluded:` alone, or remove it");
    }
    into.declares.push_back(std::move(claim));
  }

  // Both tables of parameters are looked through for each key, so they are kept short.
  bool has_room(const Json& parameters, const Node& key) {
    if (parameters.members().size() < kMostParameters) return true;
    values_.tell(
        "CFG017", key.begin,
        cat("the file is too much: more than ", kMostParameters, " parameters in one place"),
        "check that this is the file you meant");
    return false;
  }

  void read_parameter(const Node& key, const Node& node, Claim& into) {
    const auto* value = values_.scalar(node, key.text, "text, a number, true or false");
    if (value == nullptr || !has_room(into.parameters, key)) return;
    auto number = number_from(*value);
    if (names_duration(key.text)) {
      if (parse_days(*value)) {
        into.parameters.set(key.text, *value);
      } else {
        values_.tell("CFG011", node.begin, cat(quoted(*value), " is not a span of time"),
                     cat("write a number and a unit: ", quoted(cat(key.text, ": 90 days"))));
      }
    } else if (const auto flag = flag_from(*value); flag && !node.quoted) {
      into.parameters.set(key.text, *flag);
    } else if (number && !node.quoted) {
      into.parameters.set(key.text, std::move(*number));
    } else {
      into.parameters.set(key.text, *value);
    }
  }

  void read_threshold(const Node& name, const Node& node, System& into) {
    const auto* value = values_.scalar(node, name.text, "a number");
    if (value == nullptr || !has_room(into.thresholds, name)) return;
    auto number = node.quoted ? std::nullopt : number_from(*value);
    if (!number) {
      return values_.wrong_type(node, quoted(name.text), "a number",
                                "write it without quotes: `0.9`");
    }
    into.thresholds.set(name.text, std::move(*number));
  }

  ValueReader values_;
  const std::vector<std::string_view>& provisions_;
  System system_;
  std::map<std::string, std::string, std::less<>> stages_;
};

}  // namespace

SystemReading read_system(std::string_view text, std::string_view file,
                          const std::vector<std::string_view>& provisions) {
  return Reader(file, provisions).read(text);
}

}  // namespace cupel
