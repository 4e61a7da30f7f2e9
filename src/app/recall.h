// SPDX-License-Identifier: Apache-2.0
// CachedRecall: the Recall of a state folder, kept in a file from cycle to cycle.
#pragma once

#include <filesystem>

#include "base/guarded.h"
#include "checks/check.h"
#include "store/result_cache.h"

namespace cupel {

class CachedRecall final : public Recall {
 public:
  // `anew`: what the file says is not used, and replaced when it is saved.
  CachedRecall(std::filesystem::path file, bool anew);

  std::optional<std::string> find(std::string_view question, std::string_view sha256) override;
  void keep(std::string_view question, std::string_view sha256, std::string answer) override;

  // Why the file that stands there was of no use; "" when it was, or when there was none.
  [[nodiscard]] const std::string& note() const { return note_; }
  // Nothing is written when nothing changed, or when the build has no name to keep it under.
  [[nodiscard]] Result<void> save();

 private:
  std::filesystem::path file_;
  bool usable_;
  std::string note_;
  Guarded<ResultCache> cache_;
};

}  // namespace cupel
