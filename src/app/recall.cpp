// SPDX-License-Identifier: Apache-2.0
#include "app/recall.h"

#include "app/build_id.h"

namespace cupel {
namespace {

ResultCache opened(const std::filesystem::path& file, bool anew, std::string& note) {
  const std::string build = build_id();
  if (anew || build.empty()) return ResultCache(build);
  return ResultCache::load(file, build, note);
}

}  // namespace

CachedRecall::CachedRecall(std::filesystem::path file, bool anew)
    : file_(std::move(file)), usable_(!build_id().empty()), cache_(opened(file_, anew, note_)) {}

std::optional<std::string> CachedRecall::find(std::string_view question, std::string_view sha256) {
  if (!usable_) return {};
  return cache_.with([&](ResultCache& cache) -> std::optional<std::string> {
    const auto* answer = cache.find(question, sha256);
    return answer == nullptr ? std::nullopt : std::optional(*answer);
  });
}

void CachedRecall::keep(std::string_view question, std::string_view sha256, std::string answer) {
  if (!usable_) return;
  cache_.with([&](ResultCache& cache) { cache.put(question, sha256, std::move(answer)); });
}

Result<void> CachedRecall::save() {
  return cache_.with([&](ResultCache& cache) -> Result<void> {
    if (!usable_ || !cache.changed()) return {};
    return cache.save(file_);
  });
}

}  // namespace cupel
