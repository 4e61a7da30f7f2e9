// SPDX-License-Identifier: Apache-2.0
// places: a ledger of a test's own, in a folder or on the shared PostgreSQL server.
#pragma once

#include "ledger/ledger.h"
#include "store/places.h"

namespace cupel::test {

class LedgerAt {
 public:
  explicit LedgerAt(Database::Kind kind)
      : url_(kind == Database::Kind::postgres ? new_postgres_database() : std::string()) {}
  [[nodiscard]] LedgerPlace place() const { return {folder_ / "state", url_}; }
  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] std::filesystem::path state() const { return folder_ / "state"; }
  [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }
  [[nodiscard]] Result<Database> database(Database::Mode mode) const {
    return url_.empty() ? Database::open(state() / "ledger.db", mode, 1000)
                        : Database::connect(url_, mode, 1000);
  }

 private:
  TemporaryFolder folder_;
  std::string url_;
};

}  // namespace cupel::test
