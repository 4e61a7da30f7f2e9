// SPDX-License-Identifier: Apache-2.0
#include "reports/sarif/record.h"

namespace cupel {

Record& Record::text(std::string_view key, std::string_view value, std::size_t limit) {
  std::string& out = this->key(key);
  out += '"';
  for (const char c : printable(value, limit)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
  return *this;
}

std::string array_of(const std::vector<std::string>& items) {
  return cat("[", join(items, ","), "]");
}

}  // namespace cupel
