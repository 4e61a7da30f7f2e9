// SPDX-License-Identifier: Apache-2.0
#include "app/disposal_run.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "app/confirm.h"
#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "ledger/ledger.h"
#include "provenance/attestation.h"
#include "provenance/disposal.h"
#include "retire/journal.h"

namespace cupel {
namespace {

namespace fs = std::filesystem;
constexpr std::chrono::seconds kPatience{5};  // with one endpoint

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return printable(name.data());
}

Result<retire::Wanted> wanted_from(const Json& prints) {
  std::vector<retire::Fingerprint> all;
  for (const auto& item : prints.items()) {
    auto print = retire::fingerprint_from(item);
    if (!print) return fail(Fault::integrity, "the prints of an earlier disposal are damaged");
    all.push_back(std::move(*print));
  }
  return retire::Wanted(std::move(all));
}

Json prints_of(const retire::Wanted& wanted) {
  Json prints = Json::array();
  for (const auto& print : wanted.prints()) prints.add(retire::to_json(print));
  return prints;
}

class DisposalRun {
 public:
  DisposalRun(const Context& context, const SystemPaths& paths, const System& system,
              const DisposalOrder& order, const PrivateKey& key)
      : context_(context), paths_(paths), system_(system), order_(order), key_(key) {}

  Result<Exit> run() {
    work_.started = context_.clock.now();
    TRY(settle_plan());
    TRY(check_consents());
    if (!finished_.empty()) {
      context_.terminal.out(
          cat("complete: ", printable(finished_, 300), ", by an earlier run with this consent\n"));
      return Exit::ok;
    }
    const auto& plan = work_.plan;
    TRY(confirm(context_, plan.assets.front().name,
                cat("erase ", count_of(plan.count(retire::Action::erase), "file"))));
    auto journal = TRY(retire::Journal::open(folder_, work_.plan_text, prints_of(*wanted_),
                                             Json::texts(order_.consents).canonical()));
    if (!journal.before().items.empty()) {
      context_.terminal.note("going on with a disposal that was interrupted");
    }
    // Held to the end: what was erased and cannot be recorded would be the worst of both.
    ledger_ = TRY(Ledger::open(paths_.ledger(), Ledger::Mode::write, context_.clock));
    TRY(erase_files(journal));
    erase_vaults();
    TRY(look_around());
    return conclude(journal);
  }

 private:
  // The plan of an interrupted run, which the consent names, or a new one.
  Result<void> settle_plan() {
    for (const auto& consent : order_.consents) {
      for (const auto& subject : read_attestation(consent, "consent", system_).subjects) {
        folder_ = paths_.state / "retire" / subject.digest;
        auto earlier = TRY(retire::find_earlier(folder_));
        if (!earlier) continue;
        auto plan = retire::read_plan(earlier->plan);
        if (!plan || sha256_hex(earlier->plan) != subject.digest) {
          return fail(Fault::integrity, "the plan of an earlier disposal was changed",
                      cat("look at `", printable(folder_.string()), "`"));
        }
        if (!earlier->record.empty() && is_back(*plan)) {
          TRY(put_away(folder_));
          continue;
        }
        work_.plan = std::move(*plan);
        work_.plan_text = std::move(earlier->plan);
        wanted_ = TRY(wanted_from(earlier->prints));
        finished_ = std::move(earlier->record);
        return same_assets();
      }
    }
    auto retirement = TRY(prepare_retirement(context_, paths_, system_, order_.wish));
    work_.plan = std::move(retirement.plan);
    work_.plan_text = retire::text_of(work_.plan);
    wanted_ = std::move(retirement.wanted);
    folder_ = paths_.state / "retire" / sha256_hex(work_.plan_text);
    return {};
  }

  // Something that an earlier run erased stands there again: that is another disposal, though of
  // the same plan.
  [[nodiscard]] bool is_back(const retire::RetirementPlan& plan) const {
    return std::ranges::any_of(plan.items, [&](const retire::PlanItem& item) {
      return item.action == retire::Action::erase && !is_gone(item);
    });
  }

  Result<void> put_away(const fs::path& folder) const {
    const fs::path old = folder.string() + cat("-", work_.started.ms);
    std::error_code problem;
    fs::rename(folder, old, problem);
    if (!problem) return {};
    return fail(Fault::io,
                cat("cannot rename `", printable(folder.string()), "`: ", problem.message()));
  }

  [[nodiscard]] Result<void> same_assets() const {
    std::vector<std::string> planned;
    for (const auto& asset : work_.plan.assets) planned.push_back(asset.name);
    if (planned == order_.wish.assets && work_.plan.recipient == order_.wish.recipient) return {};
    return fail(Fault::usage,
                cat("the consent is for a disposal of ", printable(join(planned, ", "), 300),
                    work_.plan.recipient.empty() ? "" : " with a transfer"),
                "name the same assets, in the same order");
  }

  [[nodiscard]] Result<void> check_consents() const {
    const std::string digest = sha256_hex(work_.plan_text);
    for (const auto& asset : work_.plan.assets) {
      std::string problem = "no consent was given";
      for (const auto& consent : order_.consents) {
        problem = consent_problem(consent, digest, asset.custodian, system_, work_.started);
        if (problem.empty()) break;
      }
      if (problem.empty()) continue;
      return fail(Fault::integrity,
                  cat("`", printable(asset.custodian, 100), "`, the custodian of `",
                      printable(asset.name, 100), "`, has not consented to this plan: ", problem),
                  cat("the plan is sha256:", digest,
                      " now; write it with --output, and have it signed with cupel attest"));
    }
    return {};
  }

  Result<void> erase_files(retire::Journal& journal) {
    Task task(context_.stop, Task::Clock::time_point::max());
    const ProgressLine line(context_.terminal, task, "erasing", ProgressLine::Unit::bytes);
    const File root(::open(paths_.root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (root.fd() < 0) return system_error("cannot open", paths_.root);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < work_.plan.items.size(); ++i) {
      const auto& item = work_.plan.items[i];
      retire::ErasedItem erased;
      if (item.action == retire::Action::by_hand) {
        erased.problem = is_gone(item) ? "" : "by hand";
      } else {
        erased = TRY(retire::erase_item(root.fd(), item, i, journal, context_.clock, task));
        tell(item, erased);
      }
      if (erased.gone()) names.insert(names.end(), item.names.begin(), item.names.end());
      work_.items.push_back(std::move(erased));
    }
    for (const auto& asset : work_.plan.assets) {
      const auto declared = std::ranges::find(system_.assets, asset.name, &DeclaredAsset::name);
      if (declared == system_.assets.end()) continue;
      retire::remove_empty_folders(root.fd(), declared->path, names);
    }
    return {};
  }

  // What was left to people, and has been removed since. A name that is no text was written as
  // something else, with backslashes: nobody can tell.
  [[nodiscard]] bool is_gone(const retire::PlanItem& item) const {
    return std::ranges::all_of(item.names, [&](const std::string& name) {
      std::error_code ignored;
      const auto status = fs::symlink_status(paths_.root / name, ignored);
      return status.type() == fs::file_type::not_found && name.find('\\') == std::string::npos;
    });
  }

  void tell(const retire::PlanItem& item, const retire::ErasedItem& erased) {
    const std::string name = printable(item.names.front(), 300);
    if (!erased.gone()) {
      context_.terminal.out(cat("kept     ", name, ": ", erased.problem, "\n"));
    } else if (item.action == retire::Action::unlink) {
      context_.terminal.out(cat("unlinked ", name, "\n"));
    } else {
      context_.terminal.out(cat("erased   ", name, "  ", human_bytes(item.size_bytes), "\n"));
    }
  }

  // Those whose key is gone already were erased by the run before this one.
  void erase_vaults() {
    for (const auto& name : work_.plan.vaults) {
      retire::ErasedVault vault{.name = name};
      auto erased = ledger_->erase(name, order_.performer.name, order_.reason);
      if (erased.ok()) {
        vault.entries = erased.value().entries;
        vault.remains = std::move(erased.value().remains);
        if (erased.value().gone == false) vault.problem = "its key still stands in the files";
      } else if (erased.error().fault != Fault::missing) {
        vault.problem = erased.error().what;
      }
      work_.vaults.push_back(std::move(vault));
    }
  }

  Result<void> look_around() {
    std::vector<std::string> decided;  // the plan speaks of them
    for (const auto& item : work_.plan.items) {
      if (item.action != retire::Action::by_hand) continue;
      decided.insert(decided.end(), item.names.begin(), item.names.end());
    }
    work_.residue = TRY(search_copies(context_, paths_, order_.wish.search, *wanted_, decided));
    std::erase_if(work_.residue.copies, [&](const retire::Likeness& copy) {
      return std::ranges::find(decided, copy.path) != decided.end();
    });
    for (const auto& endpoint : work_.plan.endpoints) {
      if (order_.offline) {
        work_.endpoints.push_back(
            {.name = endpoint.name, .where = endpoint.url, .why = "not asked (--offline)"});
      } else {
        work_.endpoints.push_back(retire::ask_endpoint(endpoint, kPatience));
      }
    }
    for (const auto& name : work_.plan.keys) {
      work_.keys.push_back(retire::look_for_key(name, system_));
    }
    return {};
  }

  Result<Exit> conclude(retire::Journal& journal) {
    work_.consents = order_.consents;
    work_.confirmed = order_.confirmed;
    work_.reason = order_.reason;
    work_.performer = order_.performer;
    work_.host = host_name();
    work_.tool = tool_name();
    work_.finished = context_.clock.now();
    const auto subjects = retire::subjects_of(work_);
    const std::string record = make_disposal(subjects, retire::predicate_of(work_), key_);
    const std::string file = disposal_stem(work_.plan) + ".json";
    TRY(make_folders(paths_.root / "disposals"));
    TRY(replace_file(paths_.root / file, record));
    std::vector<std::string> digests;
    for (const auto& subject : subjects) digests.push_back(subject.digest);
    const Receipt receipt = TRY(ledger_->append(
        {.type = entry_type::kDisposal,
         .actor = order_.performer.name,
         .subjects = std::move(digests),
         .body = Json::object({{"envelope", record}, {"file", file}}).canonical()}));
    const auto open = retire::open_points(work_);
    // What is open can be done or confirmed, and recorded, with the same consent.
    if (open.empty()) TRY(journal.finish(file));
    return tell_outcome(open, file, receipt);
  }

  Exit tell_outcome(const std::vector<retire::OpenPoint>& open, const std::string& file,
                    const Receipt& receipt) {
    auto& terminal = context_.terminal;
    bool failed = false;
    for (const auto& point : open) {
      const bool bad = point.weight == retire::Weight::failed;
      failed = failed || bad;
      terminal.out(cat(bad ? "FAILED   " : "open     ", printable(point.what, 500), "\n"));
    }
    terminal.out(cat(open.empty() ? "complete" : "partial", ": ", printable(file, 300),
                     ", ledger entry ", receipt.index, "\n"));
    const std::string_view provision = work_.plan.recipient.empty() ? "5.5.1-2" : "5.5.1-1";
    terminal.note(open.empty()
                      ? cat("somebody else validates it now: cupel attest ", provision,
                            " --document ", printable(file, 300), " --by NAME --key PEM")
                      : std::string("do what is open or confirm it (--confirm), and run this again "
                                    "with the same consent"));
    if (failed) return Exit::failed;
    return open.empty() ? Exit::ok : Exit::incomplete;
  }

  const Context& context_;
  const SystemPaths& paths_;
  const System& system_;
  const DisposalOrder& order_;
  const PrivateKey& key_;
  retire::DisposalWork work_;
  std::optional<retire::Wanted> wanted_;
  std::optional<Ledger> ledger_;
  std::string finished_;  // the record of an earlier run with this consent; empty: there is none
  fs::path folder_;       // of the journal
};

}  // namespace

Result<Exit> run_disposal(const Context& context, const SystemPaths& paths, const System& system,
                          const DisposalOrder& order, const PrivateKey& key) {
  return DisposalRun(context, paths, system, order, key).run();
}

std::string disposal_stem(const retire::RetirementPlan& plan) {
  require(!plan.assets.empty());
  std::string name = lower(plan.assets.front().name);
  std::ranges::replace_if(
      name,
      [](char c) { return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '_'; },
      '-');
  return cat("disposals/", name.substr(0, 100), "-",
             sha256_hex(retire::text_of(plan)).substr(0, 8));
}

}  // namespace cupel
