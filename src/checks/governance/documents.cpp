// SPDX-License-Identifier: Apache-2.0
// governance.documents: is each declared document there, complete, current, and about this system?
//
// One observation per provision and document. Who signed it is judged later, from the
// attestations; what only people can say stays in the document, and what a machine can hold
// against it is held against it here: the roster, the system's name and version, the assets.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "checks/governance/document.h"
#include "checks/governance/document_kinds.h"
#include "checks/material.h"

namespace cupel {

extern const Check kDocuments;

namespace {

constexpr std::array<std::string_view, 5> kCodes = {"DOC001", "DOC002", "DOC003", "DOC004",
                                                    "DOC005"};

constexpr TestUnit unit(std::string_view id) {
  return {.id = id,
          .provision = id.substr(0, id.find('/')),
          .kind = UnitKind::conceptual,
          .rule = Rule::attested,
          .check = "governance.documents",
          .criterion =
              "a document of a fitting kind is complete, reviewed in time, written for "
              "this system by people of the roster, and signed",
          .codes = kCodes};
}

// Every organisational and hybrid provision that some kind of document serves.
constexpr std::array kUnits = std::to_array<TestUnit>({
    unit("5.1.1-1/document"),   unit("5.1.1-1.1/document"), unit("5.1.1-2/document"),
    unit("5.1.1-2.1/document"), unit("5.1.1-2.2/document"), unit("5.1.2-1/document"),
    unit("5.1.2-1.1/document"), unit("5.1.2-4/document"),   unit("5.1.2-5/document"),
    unit("5.1.2-5.1/document"), unit("5.1.2-7/document"),   unit("5.1.3-1/document"),
    unit("5.1.3-1.3/document"), unit("5.1.3-2/document"),   unit("5.1.3-3/document"),
    unit("5.1.3-4/document"),   unit("5.1.4-1/document"),   unit("5.1.4-2/document"),
    unit("5.1.4-4/document"),   unit("5.1.4-5/document"),   unit("5.2.1-3/document"),
    unit("5.2.2-1/document"),   unit("5.2.2-4/document"),   unit("5.2.2-5/document"),
    unit("5.2.2-6/document"),   unit("5.2.3-2/document"),   unit("5.2.3-2.1/document"),
    unit("5.2.3-2.2/document"), unit("5.2.3-4/document"),   unit("5.2.4-1/document"),
    unit("5.2.4-2/document"),   unit("5.2.5-2.1/document"), unit("5.2.5-3/document"),
    unit("5.3.1-1/document"),   unit("5.3.1-2/document"),   unit("5.3.1-2.1/document"),
    unit("5.3.1-2.2/document"), unit("5.3.1-3/document"),   unit("5.4.1-1/document"),
    unit("5.4.1-1.1/document"), unit("5.4.1-3/document"),   unit("5.5.1-1/document"),
    unit("5.5.1-2/document"),
});

class Inspection {
 public:
  Inspection(const CheckInput& input, const Claim& claim, Observation& seen)
      : input_(input), claim_(claim), seen_(seen) {}

  void inspect(const Document& document, bool claim_is_served) {
    document_ = &document;
    if (!document.front.present || !document.front.reading.problems.empty()) {
      return tell_front_matter();
    }
    kind_ = document_kind(document.kind());
    check_fields();
    check_kind(claim_is_served);
    check_people();
    check_system();
    check_dates();
    if (kind_ != nullptr) {
      check_sections();
      check_extra();
      check_assets();
    }
  }

 private:
  void tell(std::string_view code, std::string_view key, std::string title, std::string help) {
    seen_.diagnostics.push_back({.code = std::string(code),
                                 .severity = Severity::medium,
                                 .title = std::move(title),
                                 .place = place_of(*document_->file, document_->line_of(key)),
                                 .help = std::move(help)});
  }

  void tell_front_matter() {
    const auto& problems = document_->front.reading.problems;
    tell("DOC002", "",
         problems.empty() ? "the document has no front matter"
                          : cat("the front matter cannot be read: ", printable(problems[0].what)),
         "begin the document with a block between two `---` lines that holds title, kind, owner, "
         "author, version, reviewed and system");
  }

  void check_fields() {
    std::vector<std::string> missing;
    for (const std::string_view key :
         {"title", "kind", "owner", "author", "version", "reviewed", "system"}) {
      if (document_->field(key).empty()) missing.emplace_back(key);
    }
    if (missing.empty()) return;
    tell("DOC002", "", cat("the front matter lacks ", name_some(missing, 7)),
         "add the missing keys to the front matter");
  }

  void check_kind(bool claim_is_served) {
    const auto kind = document_->kind();
    if (kind.empty()) return;
    if (kind_ == nullptr) {
      std::vector<std::string_view> known;
      for (const auto& row : document_kinds()) known.push_back(row.id);
      const auto meant = nearest(kind, known);
      tell("DOC002", "kind", cat("there is no kind of document `", printable(kind, 100), "`"),
           meant ? cat("did you mean `", *meant, "`?")
                 : std::string("cupel explain DOC002 lists the kinds"));
      return;
    }
    if (claim_is_served || claim_.excluded) return;
    std::vector<std::string> fitting;
    for (const auto& row : document_kinds()) {
      if (row.serves.contains(claim_.provision)) fitting.emplace_back(row.id);
    }
    tell("DOC003", "kind",
         cat("a document of kind `", kind, "` does not answer ", printable(claim_.provision, 40)),
         fitting.empty() ? std::string("no kind of document answers this provision")
                         : cat("declare a document of kind ", name_some(fitting, 5)));
  }

  void check_people() {
    for (const std::string_view key : {"owner", "author"}) check_person(key);
  }

  void check_person(std::string_view key) {
    const auto name = document_->field(key);
    if (name.empty() || input_.system.person(name) != nullptr) return;
    tell("DOC004", key, cat("the ", key, " `", printable(name, 100), "` is not in the roster"),
         cat("add `", printable(name, 100),
             "` to `people:` of cupel.yaml, or name somebody who is there"));
  }

  // "card-fraud-detection 2.3" speaks for every version 2.3.x.
  void check_system() {
    const auto about = document_->field("system");
    if (about.empty()) return;
    const auto space = about.rfind(' ');
    const auto name = trim(about.substr(0, space));
    const auto version =
        space == std::string_view::npos ? std::string_view{} : about.substr(space + 1);
    const auto& ours = input_.system.version;
    const bool same_version =
        version == ours || (!version.empty() && ours.starts_with(cat(version, ".")));
    if (name == input_.system.name && same_version) return;
    tell("DOC005", "system",
         cat("the document is about `", printable(about, 200), "`, not about `",
             printable(cat(input_.system.name, " ", ours), 200), "`"),
         "review the document for this system and version, then correct `system:`");
  }

  void check_dates() {
    if (!document_->field("reviewed").empty()) check_date("reviewed");
    const auto interval = interval_of(claim_, "review_interval", kYear);
    if (!interval) {
      tell("DOC002", "reviewed", "the declared `review_interval` is not a duration",
           "write it like `365 days` in cupel.yaml");
    }
    const auto reviewed = document_->date("reviewed");
    if (reviewed && interval) seen_.valid_until = reviewed->plus_days(*interval);
  }

  void check_date(std::string_view key) {
    const auto at = document_->date(key);
    if (!at) {
      tell("DOC002", key,
           cat("`", key, ": ", printable(document_->field(key), 60), "` is not a date"),
           "write it like 2026-09-01");
    } else if (*at > input_.now) {
      tell("DOC002", key, cat("`", key, ": ", to_date(*at), "` lies in the future"),
           "write the date on which it happened");
    }
  }

  void check_sections() {
    std::vector<std::string> missing;
    for (const auto title : kind_->sections) {
      const auto* section = document_->section(title);
      if (section == nullptr || !markdown::says_something(section->body)) {
        missing.emplace_back(title);
      }
    }
    if (missing.empty()) return;
    tell("DOC003", "",
         cat(missing.size() == 1 ? "a required section is missing or empty: "
                                 : "required sections are missing or empty: ",
             name_some(missing, 7)),
         cat("write them as `## ", missing.front(), "` …"));
  }

  void check_extra() {
    switch (kind_->extra) {
      case ExtraKey::none:
        break;
      case ExtraKey::sent:
        require_date("sent");
        break;
      case ExtraKey::decided:
        require_date("decided");
        break;
      case ExtraKey::changed:
        require_date("changed");
        break;
      case ExtraKey::model:
        check_model();
        break;
      case ExtraKey::tested:
        require_date("tested");
        check_tester();
        check_tested_subject();
        break;
      case ExtraKey::retention:
        if (!parse_days(document_->field("retention"))) {
          tell("DOC002", "retention", "the front matter does not say for how long logs are kept",
               "add `retention: 400 days`");
        }
        break;
    }
  }

  void require_date(std::string_view key) {
    if (document_->field(key).empty()) {
      tell("DOC002", "", cat("the front matter lacks `", key, "`"), cat("add `", key, ": DATE`"));
    } else {
      check_date(key);
    }
  }

  void check_model() {
    const auto name = document_->field("model");
    const Asset* asset = input_.inventory.find(name);
    if (asset != nullptr && asset->declared.kind == AssetKind::model) return;
    tell("DOC005", "model",
         name.empty() ? std::string("the card does not say which model it is about")
                      : cat("there is no model `", printable(name, 100), "`"),
         "name a model of `assets:` in the front matter as `model:`");
  }

  void check_tester() {
    const auto tester = document_->field("tester");
    if (tester.empty()) {
      tell("DOC002", "", "the front matter does not name the `tester`", "add `tester: NAME`");
      return;
    }
    check_person("tester");
    if (tester == document_->field("author")) {
      tell("DOC004", "tester", "the tester wrote the report alone: tester and author are one",
           "have another person of the roster test, or write");
    }
  }

  // A report speaks for the bytes that were tested and for no others.
  void check_tested_subject() {
    const auto digest = document_->field("subject_sha256");
    const auto& inventory = input_.inventory;
    const bool asset =
        std::ranges::find(inventory.assets, digest, &Asset::digest) != inventory.assets.end();
    const bool file =
        std::ranges::find(inventory.files, digest, &FileEntry::sha256) != inventory.files.end();
    if (!digest.empty() && (asset || file)) return;
    tell("DOC005", "subject_sha256",
         digest.empty() ? std::string("the report does not say which bytes were tested")
                        : std::string("what was tested is not what stands here now"),
         "test the present version, and write its SHA-256 as `subject_sha256:`");
  }

  // Threats and risks are of something: every declared model and dataset has to come up.
  void check_assets() {
    if (kind_->id != "threat-model" && kind_->id != "risk-register") return;
    const std::string body = lower(document_->body());
    std::vector<std::string> left_out;
    for (const auto& asset : input_.system.assets) {
      const bool counts = asset.kind == AssetKind::model || asset.kind == AssetKind::dataset;
      if (counts && !mentions(body, lower(asset.name))) left_out.push_back(asset.name);
    }
    if (left_out.empty()) return;
    tell("DOC003", "", cat("the document does not cover ", name_some(left_out, 5)),
         "name each declared model and dataset, and what threatens it");
  }

  static bool mentions(std::string_view body, std::string_view name) {
    const auto belongs = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    for (auto at = body.find(name); at != std::string_view::npos; at = body.find(name, at + 1)) {
      const auto end = at + name.size();
      if ((at == 0 || !belongs(body[at - 1])) && (end == body.size() || !belongs(body[end]))) {
        return true;
      }
    }
    return false;
  }

  const CheckInput& input_;
  const Claim& claim_;
  Observation& seen_;
  const Document* document_ = nullptr;
  const DocumentKind* kind_ = nullptr;
};

Json facts_of(const Document& document) {
  Json facts = Json::object();
  for (const std::string_view key : {"title", "kind", "owner", "author", "version", "reviewed",
                                     "system", "tester", "subject_sha256"}) {
    if (const auto value = document.field(key); !value.empty()) facts.set(key, value);
  }
  facts.set("sections", document.sections.size());
  return facts;
}

Observation begin(const CheckInput& input, const Claim& claim, const std::string& path) {
  Observation seen = observe(kDocuments, input);
  seen.provision = claim.provision;
  seen.method = Method::examine;
  const FileEntry* file = input.inventory.file(path);
  seen.subjects.push_back(
      {.kind = "document", .name = path, .digest = file == nullptr ? std::string() : file->sha256});
  return seen;
}

Observation about_absent(Observation seen, const Claim& claim, const std::string& path,
                         const DocumentReading& reading) {
  const std::string name = printable(path, 300);
  if (!reading.missing) {
    miss(seen.coverage, path, reading.problem);
    seen.measured = cat("`", name, "` could not be examined: ", reading.problem);
    return seen;
  }
  miss(seen.coverage, path, "it is not there");
  seen.measured = cat("the declared document `", name, "` is not there");
  seen.diagnostics.push_back(
      {.code = "DOC001",
       .severity = Severity::high,
       .title = cat("the declared document `", name, "` is not there"),
       .place = place_of(claim),
       .help = cat("restore `", name, "`, or correct its path in `declares:`")});
  return seen;
}

// One of the documents must be of a kind that answers the provision; the others supplement it.
bool is_served(const Claim& claim, const std::vector<DocumentReading>& readings) {
  return std::ranges::any_of(readings, [&](const DocumentReading& reading) {
    const auto* kind = reading.ok() ? document_kind(reading.document.kind()) : nullptr;
    return kind != nullptr && kind->serves.contains(claim.provision);
  });
}

Result<void> ask(const CheckInput& input, const Claim& claim, const Emit& emit) {
  std::vector<DocumentReading> readings;
  readings.reserve(claim.documents.size());
  for (const auto& path : claim.documents) readings.push_back(TRY(read_document(input, path)));
  const bool served = is_served(claim, readings);
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const auto& reading = readings[i];
    Observation seen = begin(input, claim, claim.documents[i]);
    if (!reading.ok()) {
      TRY(emit(about_absent(std::move(seen), claim, claim.documents[i], reading)));
      continue;
    }
    hit(seen.coverage);
    Inspection(input, claim, seen).inspect(reading.document, served);
    seen.facts = facts_of(reading.document);
    seen.measured = cat("`", printable(claim.documents[i], 300), "`: ",
                        printable(reading.document.kind().empty() ? "document without a kind"
                                                                  : reading.document.kind(),
                                  60),
                        ", reviewed ", printable(reading.document.field("reviewed"), 40), ", ",
                        count_of(seen.diagnostics.size(), "objection"));
    TRY(emit(std::move(seen)));
  }
  return {};
}

Result<void> run(const CheckInput& input, const Emit& emit, Task& task) {
  for (const auto& claim : input.system.declares) {
    TRY(task.step(1));
    TRY(ask(input, claim, emit));
  }
  return {};
}

}  // namespace

constinit const Check kDocuments = {
    .id = "governance.documents",
    .question = "is each declared document there, complete, current and about this system?",
    .codes = kCodes,
    .units = kUnits,
    .run = run};

}  // namespace cupel
