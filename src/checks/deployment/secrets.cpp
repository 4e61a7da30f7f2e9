// SPDX-License-Identifier: Apache-2.0
// deployment.secrets: does a credential stand in clear text in configuration, prompts or code?
#include "detect/secrets.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "checks/material.h"

namespace cupel {

extern const Check kSecrets;

namespace {

constexpr std::array<std::string_view, 2> kCodes = {"SEC001", "SEC002"};
constexpr std::array<TestUnit, 1> kUnits = {{
    {.id = "5.2.1-4/secrets",
     .provision = "5.2.1-4",
     .kind = UnitKind::functional,
     .rule = Rule::clean,
     .check = "deployment.secrets",
     .criterion = "no file beside models and datasets holds a credential in clear text",
     .codes = kCodes},
}};

constexpr std::size_t kToldPerFile = 20;

// Models and datasets are data: a check of their own formats looks at them.
bool is_searched(const FileEntry& file) {
  return file.kind != AssetKind::model && file.kind != AssetKind::dataset &&
         !is_vendored(file.path);
}

struct LineAndColumn {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

LineAndColumn locate(std::string_view text, std::size_t at) {
  const auto before = text.substr(0, at);
  const auto start = before.rfind('\n');
  const auto line_begin = start == std::string_view::npos ? 0 : start + 1;
  return {.line = static_cast<std::uint32_t>(std::ranges::count(before, '\n') + 1),
          .column = static_cast<std::uint32_t>(columns(before.substr(line_begin)) + 1)};
}

// The credentials that stand in a file's bytes, whatever the file is called, as JSON; "" when
// there is none. Of a credential itself only what may be shown.
std::string credentials_in(std::string_view text) {
  constexpr std::size_t kHead = 4096;
  const bool binary = text.substr(0, kHead).find('\0') != std::string_view::npos;
  const auto reading = find_secrets(text, {.generic = !binary});
  if (reading.secrets.empty()) return {};
  Json list = Json::array();
  for (const auto& secret : reading.secrets) {
    const auto at = binary ? LineAndColumn{0, 0} : locate(text, secret.begin);
    list.add(
        Json::object({{"begin", secret.begin},
                      {"end", secret.end},
                      {"name", secret.name},
                      {"known", secret.known},
                      {"line", at.line},
                      {"column", at.column},
                      {"shown", redacted(text.substr(secret.begin, secret.end - secret.begin))}}));
  }
  return Json::object({{"examined", reading.examined}, {"secrets", std::move(list)}}).canonical();
}

Diagnostic tell(const FileEntry& file, const Json& secret) {
  const bool known = secret["known"].boolean();
  return {
      .code = known ? "SEC001" : "SEC002",
      .severity = known ? Severity::critical : Severity::medium,
      .title = cat(known ? "a credential stands in clear text: "
                         : "this looks like a credential in clear text: ",
                   secret["name"].text()),
      .place = {.path = {file.path},
                .span = Span{static_cast<std::uint64_t>(secret["begin"].integer()),
                             static_cast<std::uint64_t>(secret["end"].integer())},
                .line = static_cast<std::uint32_t>(secret["line"].integer()),
                .column = static_cast<std::uint32_t>(secret["column"].integer())},
      .label = secret["shown"].text(),
      .help = "revoke it, keep the new one in a secret store, and remove it from the history too"};
}

struct Search {
  Observation seen;
  std::size_t known = 0;
  std::size_t likely = 0;
  std::uint64_t bytes = 0;

  void note(const FileEntry& file, const std::string& credentials) {
    if (credentials.empty()) {
      bytes += file.size_bytes;
      return;
    }
    const auto found = read_json(credentials).value.value_or(Json());
    bytes += static_cast<std::uint64_t>(found["examined"].integer());
    std::size_t told = 0;
    for (const auto& secret : found["secrets"].items()) {
      ++(secret["known"].boolean() ? known : likely);
      if (told++ < kToldPerFile) seen.diagnostics.push_back(tell(file, secret));
    }
    seen.subjects.push_back(subject_of(file));
    if (told > kToldPerFile) {
      seen.diagnostics.back().notes.push_back(
          cat(told - kToldPerFile, " more in this file are counted, not told"));
    }
  }
};

// What was searched, file by file; of a large system the system itself, and the files that
// something was found in.
void name_subjects(const CheckInput& input, Observation& seen) {
  constexpr std::size_t kNamed = 500;
  std::vector<SubjectRef> searched;
  for (const auto& file : input.inventory.files) {
    if (is_searched(file)) searched.push_back(subject_of(file));
  }
  if (searched.size() <= kNamed) {
    seen.subjects = std::move(searched);
    return;
  }
  seen.subjects.insert(
      seen.subjects.begin(),
      {.kind = "system", .name = input.system.name, .digest = input.system.digest});
}

Result<void> run(const CheckInput& input, const Emit& emit, Task& task) {
  Search search{.seen = observe(kSecrets, input)};
  std::size_t vendored = 0;
  for (const auto& file : input.inventory.files) {
    TRY(task.step(1));
    vendored += is_vendored(file.path) ? 1U : 0U;
    if (!is_searched(file)) continue;
    const auto found = TRY(ask_once(input, file, "credentials",
                                    [](Bytes bytes) { return credentials_in(as_text(bytes)); }));
    if (found.problem.empty()) {
      search.note(file, found.text);
      hit(search.seen.coverage);
    } else {
      miss(search.seen.coverage, file.path, found.problem);
    }
  }
  auto& seen = search.seen;
  name_subjects(input, seen);
  seen.facts = Json::object({{"files", seen.coverage.examined},
                             {"bytes", search.bytes},
                             {"vendored_files", vendored},
                             {"known", search.known},
                             {"likely", search.likely}});
  seen.measured =
      cat(count_of(search.known, "credential"), " of known formats and ",
          count_of(search.likely, "likely one"), " in ", count_of(seen.coverage.examined, "file"),
          " (", human_bytes(search.bytes), ")");
  if (vendored != 0) {
    seen.measured += cat("; ", count_of(vendored, "file"), " of installed packages not searched");
  }
  return emit(std::move(seen));
}

}  // namespace

constinit const Check kSecrets = {
    .id = "deployment.secrets",
    .question = "does a credential stand in clear text in configuration, prompts or code?",
    .codes = kCodes,
    .units = kUnits,
    .run = run};

}  // namespace cupel
