// SPDX-License-Identifier: Apache-2.0
// advisories: an export of vulnerability data (OSV) that the user points at, read for the packages
// of one system.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "checks/check.h"
#include "formats/osv.h"

namespace cupel {

struct Advisories {
  // Where the export stands: files of the system's folder, or beside it.
  std::vector<const FileEntry*> files;
  // Records by package: "PyPI numpy". Withdrawn ones are left out.
  std::map<std::string, std::vector<osv::Record>, std::less<>> by_package;
  std::map<std::string, std::size_t, std::less<>> ecosystems;  // with the number of their records
  std::size_t records = 0;
  std::string newest;  // the latest `modified` of all records, RFC 3339
  std::vector<std::pair<std::string, std::string>> problems;  // file or member, and why
  std::size_t problems_untold = 0;
};

// "PyPI numpy", without the release of a distribution, the name in its plain spelling.
[[nodiscard]] std::string package_key(std::string_view ecosystem, std::string_view name);

// The export that `advisories:` of 5.2.3-1 or 5.4.1-1 names in the system's folder, and the one
// that the caller points at. Only records of packages in `wanted` are kept.
[[nodiscard]] Result<Advisories> read_advisories(const CheckInput& input,
                                                 const std::set<std::string, std::less<>>& wanted,
                                                 Task& task);

}  // namespace cupel
