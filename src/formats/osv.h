// SPDX-License-Identifier: Apache-2.0
// osv: one record of the Open Source Vulnerability format (https://ossf.github.io/osv-schema/),
// and whether a version of a package is affected by it.
//
// An export is a folder, or a ZIP archive, of such records. Pure and bounded; a record that is
// not understood is said to be one, and an order of versions that is not known is "unknown",
// never "not affected".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cupel::osv {

enum class EventKind { introduced, fixed, last_affected, limit };
struct Event {
  EventKind kind = EventKind::introduced;
  std::string version;
};

struct Range {
  std::string type;  // SEMVER, ECOSYSTEM, GIT
  std::vector<Event> events;
};

struct Affected {
  std::string ecosystem;  // "PyPI", "Debian:12"
  std::string name;       // as the ecosystem spells it
  std::vector<Range> ranges;
  std::vector<std::string> versions;
};

struct Record {
  std::string id;  // "GHSA-…", "PYSEC-…", "MAL-…": the package itself is malicious
  std::string modified;
  std::string published;
  bool withdrawn = false;
  std::vector<std::string> aliases;
  std::string summary;
  std::string severity;  // in the database's words: "HIGH"; may be empty
  std::vector<Affected> affected;
};

struct Reading {
  std::optional<Record> record;
  std::string problem;  // why there is none
};
[[nodiscard]] Reading read(std::string_view text);

// "Scikit_Learn" of PyPI is "scikit-learn"; elsewhere a name is what it is.
[[nodiscard]] std::string plain_name(std::string_view ecosystem, std::string_view name);

enum class Answer { no, yes, unknown };
// `affected` is of the package that is meant.
[[nodiscard]] Answer affects(const Affected& affected, std::string_view version);

// The lowest version that mends it, where the record says one; "" otherwise.
[[nodiscard]] std::string fixed_in(const Affected& affected, std::string_view version);

}  // namespace cupel::osv
