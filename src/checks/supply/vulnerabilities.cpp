// SPDX-License-Identifier: Apache-2.0
// supply.vulnerabilities: has any package a known vulnerability that should have been mended?
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.h"
#include "checks/material.h"
#include "checks/supply/advisories.h"
#include "checks/supply/manifests.h"
#include "formats/package_version.h"

namespace cupel {

extern const Check kVulnerabilities;

namespace {

constexpr std::array<std::string_view, 6> kCodes = {"VUL001", "VUL002", "VUL003",
                                                    "VUL004", "VUL005", "VUL006"};
constexpr std::array<TestUnit, 2> kUnits = {{
    {.id = "5.2.3-1/vulnerabilities",
     .provision = "5.2.3-1",
     .kind = UnitKind::functional,
     .rule = Rule::clean,
     .check = "supply.vulnerabilities",
     .criterion = "no package has a known vulnerability beyond its patch deadline, and none is "
                  "known to be malicious",
     .codes = kCodes},
    {.id = "5.4.1-1/vulnerabilities",
     .provision = "5.4.1-1",
     .kind = UnitKind::functional,
     .rule = Rule::clean,
     .check = "supply.vulnerabilities",
     .criterion = "known vulnerabilities of packages are mended within the declared deadlines",
     .codes = kCodes},
}};

constexpr std::string_view kPatching = "5.4.1-1";
constexpr std::int64_t kFreshDays = 30;

// A version of a package, and the files that ask for it.
struct Used {
  std::string ecosystem;
  std::string name;
  std::string version;
  std::vector<Place> places;
};

std::vector<Used> packages_of(const std::vector<Manifest>& manifests) {
  std::map<std::string, Used> used;
  for (const auto& file : package_files(manifests)) {
    for (const auto& package : file.packages) {
      auto& entry = used[bom::package_ref(file.ecosystem, package)];
      entry.ecosystem = file.ecosystem;
      entry.name = package.name;
      entry.version = package.version;
      entry.places.push_back({.path = {file.path}, .line = package.line});
    }
  }
  std::vector<Used> all;
  for (auto& [ref, entry] : used) all.push_back(std::move(entry));
  return all;
}

// Days that are declared for a severity: its own deadline, else that of the next milder one that
// has one (a graver one may not take longer), else `patch_deadline`.
std::optional<std::int64_t> deadline_for(const System& system, std::string_view severity) {
  constexpr std::array<std::string_view, 4> kOrder = {"critical", "high", "moderate", "low"};
  std::string plain = lower(severity);
  if (plain == "medium") plain = "moderate";
  const auto* const at = std::ranges::find(kOrder, plain);
  std::optional<std::int64_t> longest;
  for (const auto* each = kOrder.begin(); each != kOrder.end(); ++each) {
    const auto days = parse_days(system.parameter(kPatching, cat(*each, "_deadline")));
    if (days && at != kOrder.end() && each >= at) return days;
    if (days) longest = std::max(longest.value_or(0), *days);
  }
  if (const auto days = parse_days(system.parameter(kPatching, "patch_deadline"))) return days;
  // A graver severity than any that has a deadline, or one that the record does not say.
  return longest;
}

class Join {
 public:
  Join(const CheckInput& input, Observation& seen, const Advisories& advisories)
      : input_(input), seen_(seen), advisories_(advisories) {}

  void package(const Used& used) {
    const auto name = printable(cat(used.name, used.version.empty() ? "" : " ", used.version), 200);
    if (used.version.empty()) {
      return cannot_tell(used, cat("`", name, "` is not pinned to one version"));
    }
    if (!advisories_.ecosystems.contains(used.ecosystem)) {
      return miss(seen_.coverage, name,
                  cat("the advisories have nothing of ", used.ecosystem, ", where it comes from"));
    }
    if (!compare_versions(used.ecosystem, used.version, used.version)) {
      return cannot_tell(
          used, cat("the version of `", name, "` is none that ", used.ecosystem, " orders"));
    }
    hit(seen_.coverage);
    const auto records = advisories_.by_package.find(package_key(used.ecosystem, used.name));
    if (records == advisories_.by_package.end()) return;
    for (const auto& record : drop_aliases(records->second)) judge(used, name, *record);
  }

  [[nodiscard]] std::size_t affected() const { return affected_.size(); }
  [[nodiscard]] std::size_t overdue() const { return overdue_; }
  [[nodiscard]] Json vulnerabilities() const { return Json::texts(affected_); }
  [[nodiscard]] std::optional<Timestamp> next_deadline() const { return next_; }

 private:
  // GHSA-… and PYSEC-… often tell of one thing: the record that says a severity is kept.
  static std::vector<const osv::Record*> drop_aliases(const std::vector<osv::Record>& records) {
    std::vector<const osv::Record*> order;
    for (const auto& record : records) order.push_back(&record);
    std::ranges::stable_sort(order, [](const osv::Record* a, const osv::Record* b) {
      return !a->severity.empty() && b->severity.empty();
    });
    std::set<std::string_view> known;
    std::vector<const osv::Record*> kept;
    for (const auto* record : order) {
      const bool again = known.contains(record->id) ||
                         std::ranges::any_of(record->aliases, [&](const std::string& alias) {
                           return known.contains(alias);
                         });
      known.insert(record->id);
      known.insert(record->aliases.begin(), record->aliases.end());
      // One record may know of versions that its twin does not: both are asked.
      if (!again || record->severity.empty()) kept.push_back(record);
    }
    return kept;
  }

  void judge(const Used& used, const std::string& name, const osv::Record& record) {
    const auto key = package_key(used.ecosystem, used.name);
    auto answer = osv::Answer::no;
    std::string fixed;
    for (const auto& affected : record.affected) {
      if (package_key(affected.ecosystem, affected.name) != key) continue;
      const auto here = osv::affects(affected, used.version);
      if (here == osv::Answer::yes) fixed = osv::fixed_in(affected, used.version);
      if (here == osv::Answer::yes || answer == osv::Answer::no) answer = here;
      if (answer == osv::Answer::yes) break;
    }
    if (answer == osv::Answer::no) return;
    if (answer == osv::Answer::unknown) {
      return cannot_tell(used, cat("it cannot be told whether ", printable(record.id, 80),
                                   " affects `", name, "`"));
    }
    for (const auto& alias : record.aliases) {
      if (!told_.insert(cat(name, " ", alias)).second) return;
    }
    if (!told_.insert(cat(name, " ", record.id)).second) return;
    affected_.push_back(cat(name, ": ", printable(record.id, 80)));
    tell(used, name, record, fixed);
  }

  void tell(const Used& used, const std::string& name, const osv::Record& record,
            const std::string& fixed) {
    const auto id = printable(record.id, 80);
    Diagnostic diagnostic;
    diagnostic.place = used.places.front();
    if (!record.summary.empty()) diagnostic.notes.push_back(printable(record.summary, 300));
    if (!record.aliases.empty()) {
      diagnostic.notes.push_back(cat("also known as ", printable(join(record.aliases, ", "), 300)));
    }
    diagnostic.help = fixed.empty() ? "no mended version is known: replace it, or put a control "
                                      "before it and record that (5.4.1-1.1)"
                                    : cat("update it to ", printable(fixed, 80), " or later");
    if (id.starts_with("MAL-")) {
      diagnostic.code = "VUL006";
      diagnostic.severity = Severity::critical;
      diagnostic.title = cat("`", name, "` is known to be malicious (", id, ")");
      diagnostic.help = "remove it, and treat every machine that installed it as compromised";
    } else {
      judge_time(name, id, record, diagnostic);
    }
    seen_.diagnostics.push_back(std::move(diagnostic));
  }

  void judge_time(const std::string& name, const std::string& id, const osv::Record& record,
                  Diagnostic& diagnostic) {
    const auto days = deadline_for(input_.system, record.severity);
    const auto published =
        parse_timestamp(record.published.empty() ? record.modified : record.published);
    const auto grade = record.severity.empty() ? std::string("of unsaid severity")
                                               : printable(lower(record.severity), 40);
    if (!days || !published) {
      diagnostic.code = "VUL002";
      diagnostic.severity = Severity::medium;
      diagnostic.title = cat("`", name, "` has a known vulnerability, ", id, " (", grade,
                             "), and no patch deadline is declared for it");
      diagnostic.notes.emplace_back(
          "deadlines stand under 5.4.1-1 of `declares:`: critical_deadline, high_deadline, "
          "moderate_deadline, low_deadline or patch_deadline");
      return;
    }
    const Timestamp due = published->plus_days(*days);
    const bool late = due < input_.now;
    diagnostic.code = late ? "VUL001" : "VUL003";
    diagnostic.severity = late ? Severity::high : Severity::low;
    diagnostic.title = cat("`", name, "` has a known vulnerability, ", id, " (", grade, "); ",
                           count_of(static_cast<std::uint64_t>(*days), "day"), " to mend it ",
                           late ? "ended on " : "end on ", to_date(due));
    if (late) {
      ++overdue_;
    } else {
      next_ = next_ ? std::min(*next_, due) : due;
    }
  }

  void cannot_tell(const Used& used, std::string why) {
    ++seen_.coverage.population;
    seen_.diagnostics.push_back({.code = "VUL004",
                                 .severity = Severity::medium,
                                 .title = std::move(why),
                                 .place = used.places.front(),
                                 .help = "pin it to one version of its registry"});
    if (seen_.coverage.shortfall.empty()) {
      seen_.coverage.shortfall = "versions that cannot be compared";
    }
  }

  const CheckInput& input_;
  Observation& seen_;
  const Advisories& advisories_;
  std::vector<std::string> affected_;
  std::set<std::string> told_;
  std::size_t overdue_ = 0;
  std::optional<Timestamp> next_;
};

void tell_data(Observation& seen, std::string title, Place place, std::string help) {
  seen.diagnostics.push_back({.code = "VUL005",
                              .severity = Severity::medium,
                              .title = std::move(title),
                              .place = std::move(place),
                              .help = std::move(help)});
}

void judge_data(const CheckInput& input, const Advisories& advisories, Observation& seen) {
  constexpr std::string_view kHelp =
      "export them anew from osv.dev, and name the folder or ZIP archive under `advisories:` of "
      "5.4.1-1, or with --advisories";
  const Place nowhere{.path = {"cupel.yaml"}};
  if (advisories.files.empty()) {
    return tell_data(seen, "no advisories were pointed at", nowhere, std::string(kHelp));
  }
  const Place place{.path = {advisories.files.front()->path}};
  for (const auto& [where, why] : advisories.problems) {
    tell_data(seen, cat("`", printable(where, 300), "` ", printable(why, 200)), {.path = {where}},
              std::string(kHelp));
  }
  if (advisories.problems_untold != 0) {
    tell_data(seen, cat(advisories.problems_untold, " more records could not be read"), place,
              std::string(kHelp));
  }
  auto newest = parse_timestamp(advisories.newest);
  for (const auto provision : {std::string_view("5.2.3-1"), kPatching}) {
    const auto said = parse_timestamp(input.system.parameter(provision, "advisories_date"));
    if (said && *said <= input.now && (!newest || *newest < *said)) newest = said;
  }
  const auto most =
      parse_days(input.system.parameter(kPatching, "advisories_max_age")).value_or(kFreshDays);
  if (!newest || newest->plus_days(most) < input.now) {
    tell_data(seen,
              newest ? cat("the advisories are of ", to_date(*newest), ", more than ",
                           count_of(static_cast<std::uint64_t>(most), "day"), " ago")
                     : std::string("the advisories have no record that tells a time"),
              place, std::string(kHelp));
  } else {
    seen.valid_until = newest->plus_days(most);
  }
}

void nothing_to_look_at(const CheckInput& input, Observation& seen) {
  seen.measured = "no package in the inventory";
  if (!input.inventory.complete) return;
  seen.condition = Condition{.provision = {}, .met = false, .why = seen.measured};
}

Result<void> run(const CheckInput& input, const Emit& emit, Task& task) {
  Observation seen = observe(kVulnerabilities, input);
  const auto manifests = TRY(read_manifests(input, task));
  const auto packages = packages_of(manifests);
  for (const auto& manifest : manifests) {
    seen.subjects.push_back(subject_of(*manifest.file));
    if (!manifest.problem.empty()) miss(seen.coverage, manifest.file->path, manifest.problem);
  }
  if (packages.empty() && seen.coverage.population == 0) {
    nothing_to_look_at(input, seen);
    return emit(std::move(seen));
  }
  std::set<std::string, std::less<>> wanted;
  for (const auto& used : packages) wanted.insert(package_key(used.ecosystem, used.name));
  const auto advisories = TRY(read_advisories(input, wanted, task));
  for (const auto* file : advisories.files) {
    if (seen.subjects.size() < 100) {
      seen.subjects.push_back({.kind = "advisories", .name = file->path, .digest = file->sha256});
    }
  }
  judge_data(input, advisories, seen);
  Join join(input, seen, advisories);
  if (advisories.files.empty()) {
    for (const auto& used : packages) miss(seen.coverage, used.name, "there are no advisories");
  } else {
    for (const auto& used : packages) join.package(used);
  }
  if (const auto next = join.next_deadline()) {
    seen.valid_until = seen.valid_until ? std::min(*seen.valid_until, *next) : *next;
  }
  seen.facts = Json::object({{"packages", packages.size()},
                             {"records", advisories.records},
                             {"newest_record", advisories.newest},
                             {"affected", join.affected()},
                             {"overdue", join.overdue()},
                             {"vulnerabilities", join.vulnerabilities()}});
  seen.measured = cat(count_of(packages.size(), "package"), " against ",
                      count_of(advisories.records, "advisory", "advisories"), ": ",
                      count_of(join.affected(), "known vulnerability", "known vulnerabilities"),
                      ", ", join.overdue(), " beyond the deadline");
  return emit(std::move(seen));
}

}  // namespace

constinit const Check kVulnerabilities = {
    .id = "supply.vulnerabilities",
    .question = "has any package a known vulnerability that should have been mended?",
    .codes = kCodes,
    .units = kUnits,
    .run = run};

}  // namespace cupel
