// SPDX-License-Identifier: Apache-2.0
#include "retire/record.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "crypto/digest.h"

namespace cupel::retire {
namespace {

constexpr std::string_view kStandard = "NIST SP 800-88";

bool confirms(const DisposalWork& work, std::string_view id) {
  return std::ranges::find(work.confirmed, id) != work.confirmed.end();
}

std::string technique_of(const PlanItem& item, const ErasedItem& erased) {
  if (item.action == Action::unlink) return "the link was removed";
  return cat("overwritten once with random bytes, synced, read back, ",
             erased.discarded ? "blocks given back, " : "", "unlinked");
}

Json verification_of(const ErasedItem& erased) {
  // After a crash behind the read-back its figures are gone with the process; that it had
  // succeeded is certain, because no name goes before it has.
  const bool before = erased.resumed && erased.verified_bytes == 0;
  return Json::object({{"method", "full"},
                       {"coverage_bytes", erased.verified_bytes},
                       {"result", before ? "by the run that was interrupted" : "as written"}});
}

Json location_of(const DisposalWork& work, std::size_t number) {
  const PlanItem& item = work.plan.items[number];
  const ErasedItem& erased = work.items[number];
  Json location = Json::object({{"names", Json::texts(item.names)},
                                {"sha256", item.sha256},
                                {"size_bytes", item.size_bytes},
                                {"why", item.why},
                                {"system", work.host}});
  if (item.action == Action::by_hand) {
    const bool confirmed = confirms(work, item.names.front());
    return location.set("outcome", erased.gone() ? "gone" : confirmed ? "confirmed" : "open");
  }
  location.set("outcome", erased.gone() ? "erased" : "open");
  if (!erased.gone()) return location.set("problem", erased.problem);
  location.set("medium", to_json(erased.medium))
      .set("method", "Clear")
      .set("technique", technique_of(item, erased))
      .set("standard", kStandard)
      .set("tool", work.tool)
      .set("started", to_rfc3339(erased.started))
      .set("finished", to_rfc3339(erased.finished));
  if (item.action == Action::unlink) return location;
  return location.set("verification", verification_of(erased))
      .set("overwritten_bytes", erased.overwritten_bytes)
      .set("cannot_assure", Json::texts(cannot_assure(erased.medium)));
}

Json vault_json(const ErasedVault& vault) {
  return Json::object({{"vault", vault.name},
                       {"entries", vault.entries},
                       {"method", "Clear"},
                       {"technique", "cryptographic erase: the key was overwritten"},
                       {"standard", kStandard},
                       {"outcome", vault.problem.empty() ? "erased" : "open"},
                       {"problem", vault.problem},
                       {"cannot_assure", Json::texts(vault.remains)}});
}

template <class T>
Json each(const std::vector<T>& items, Json (*one)(const T&)) {
  Json list = Json::array();
  for (const auto& item : items) list.add(one(item));
  return list;
}

Json assets_of(const DisposalWork& work) {
  Json assets = Json::array();
  for (const auto& asset : work.plan.assets) {
    assets.add(Json::object({{"asset_id", asset.name},
                             {"asset_class", asset.kind},
                             {"sha256", asset.digest},
                             {"custodian", asset.custodian},
                             {"confidentiality_before", asset.sensitivity},
                             {"destination", work.plan.recipient.empty()
                                                 ? std::string("destroyed")
                                                 : cat("handed over to ", work.plan.recipient)}}));
  }
  return assets;
}

Json by_hand_of(const DisposalWork& work) {
  Json list = Json::array();
  for (const auto& item : work.plan.by_hand) {
    Json json = Json::object({{"id", item.id}, {"what", item.what}});
    const bool confirmed = confirms(work, item.id);
    json.set("outcome", confirmed ? "confirmed" : "open");
    if (confirmed) {
      json.set("confirmed_by", work.performer.name).set("at", to_rfc3339(work.finished));
    }
    list.add(std::move(json));
  }
  return list;
}

Json residue_of(const DisposalWork& work) {
  Json copies = Json::array();
  for (const auto& copy : work.residue.copies) {
    copies.add(
        Json::object({{"path", copy.path}, {"sha256", copy.sha256}, {"what", describe(copy)}}));
  }
  return Json::object({{"files", work.residue.files},
                       {"bytes", work.residue.bytes},
                       {"copies", std::move(copies)},
                       {"unseen", Json::texts(work.residue.unseen)}});
}

// What no tool can promise, each once.
std::vector<std::string> residual_risk(const DisposalWork& work) {
  std::set<std::string> all;
  for (const auto& item : work.items) {
    if (item.medium.type.empty() || !item.gone()) continue;
    for (auto& sentence : cannot_assure(item.medium)) all.insert(std::move(sentence));
  }
  for (const auto& vault : work.vaults) all.insert(vault.remains.begin(), vault.remains.end());
  all.insert("retrained, quantised or pruned copies are other bytes and are not found by content");
  return {all.begin(), all.end()};
}

}  // namespace

std::vector<OpenPoint> open_points(const DisposalWork& work) {
  std::vector<OpenPoint> open;
  const auto add = [&](Weight weight, std::string what) {
    open.push_back({.weight = weight, .what = std::move(what)});
  };
  for (std::size_t i = 0; i < work.plan.items.size(); ++i) {
    const PlanItem& item = work.plan.items[i];
    const std::string name = printable(item.names.front(), 300);
    if (item.action == Action::by_hand) {
      const bool settled = work.items[i].gone() || confirms(work, item.names.front());
      if (!settled) add(Weight::unknown, cat(name, ": ", item.why));
    } else if (!work.items[i].gone()) {
      add(Weight::unknown, cat(name, ": ", work.items[i].problem));
    }
  }
  for (const auto& vault : work.vaults) {
    if (!vault.problem.empty())
      add(Weight::unknown, cat("vault ", vault.name, ": ", vault.problem));
  }
  for (const auto& copy : work.residue.copies) {
    if (!confirms(work, copy.path)) {
      add(Weight::failed, cat(printable(copy.path, 300), " is still there: ", describe(copy)));
    }
  }
  for (const auto& unseen : work.residue.unseen) {
    // By the file's name: "old.zip: it is encrypted".
    if (confirms(work, std::string_view(unseen).substr(0, unseen.find(": ")))) continue;

    add(Weight::unknown, cat("not looked into: ", unseen));
  }
  for (const auto* list : {&work.endpoints, &work.keys}) {
    for (const auto& one : *list) {
      if (one.life == Life::dead) continue;
      add(one.life == Life::alive ? Weight::failed : Weight::unknown,
          cat(printable(one.name, 200), " is ", to_text(one.life), ": ", one.why));
    }
  }
  for (const auto& item : work.plan.by_hand) {
    if (!confirms(work, item.id)) {
      add(Weight::unknown, cat("not confirmed: ", item.id, ": ", item.what));
    }
  }
  return open;
}

Json predicate_of(const DisposalWork& work) {
  Json locations = Json::array();
  for (std::size_t i = 0; i < work.plan.items.size(); ++i) locations.add(location_of(work, i));
  std::vector<std::string> open;
  for (auto& point : open_points(work)) open.push_back(std::move(point.what));
  const Json person =
      Json::object({{"name", work.performer.name}, {"roles", Json::texts(work.performer.roles)}});
  return Json::object(
      {{"system",
        Json::object({{"name", work.plan.system}, {"version", work.plan.system_version}})},
       {"reason", work.reason},
       {"transfer_to", work.plan.recipient.empty() ? Json() : Json(work.plan.recipient)},
       {"assets", assets_of(work)},
       {"plan", work.plan_text},
       {"consents", Json::texts(work.consents)},
       {"locations", std::move(locations)},
       {"vaults", each(work.vaults, vault_json)},
       {"derivatives", Json::texts(work.plan.derivatives)},
       {"endpoints", each<Liveness>(work.endpoints, to_json)},
       {"keys", each<Liveness>(work.keys, to_json)},
       {"by_hand", by_hand_of(work)},
       {"residue", residue_of(work)},
       {"residual_risk", Json::texts(residual_risk(work))},
       {"performed_by", person},
       {"verified_by", Json::object({{"name", work.performer.name}, {"tool", work.tool}})},
       {"validated_by", "whoever signs this record for 5.5.1-1 or 5.5.1-2 (cupel attest)"},
       {"outcome", open.empty() ? "complete" : "partial"},
       {"open", Json::texts(open)},
       {"started", to_rfc3339(work.started)},
       {"finished", to_rfc3339(work.finished)}});
}

std::vector<SubjectRef> subjects_of(const DisposalWork& work) {
  std::vector<SubjectRef> subjects;
  for (const auto& asset : work.plan.assets) {
    if (asset.digest.empty()) continue;
    subjects.push_back({.kind = asset.kind, .name = asset.name, .digest = asset.digest});
  }
  subjects.push_back({.kind = "plan", .name = "plan", .digest = sha256_hex(work.plan_text)});
  return subjects;
}

}  // namespace cupel::retire
