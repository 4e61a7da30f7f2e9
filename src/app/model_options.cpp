// SPDX-License-Identifier: Apache-2.0
#include "app/model_options.h"

#include <cstdlib>

#include "base/text.h"

namespace cupel {
namespace {

namespace fs = std::filesystem;

}  // namespace

fs::path model_cache() {
  // NOLINTBEGIN(concurrency-mt-unsafe): one thread, and nobody of ours changes the environment
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/') {
    return fs::path(cache) / "cupel";
  }
  const char* home = std::getenv("HOME");
  // NOLINTEND(concurrency-mt-unsafe)
  return home != nullptr && *home == '/' ? fs::path(home) / ".cache" / "cupel" : fs::path();
}

std::vector<std::string> signature_inside(const fs::path& model, const fs::path& signature) {
  std::error_code error;
  if (!fs::is_directory(model, error)) return {};
  const auto relative =
      fs::weakly_canonical(signature, error).lexically_relative(fs::weakly_canonical(model, error));
  if (relative.empty() || *relative.begin() == ".." || relative == ".") return {};
  return {relative.generic_string()};
}

Result<ModelRules> model_rules(const Context& context, const fs::path& model) {
  ModelRules rules;
  rules.remember = model_cache();
  rules.rehash = context.options.has("--rehash");
  if (context.options.has("--hugging-face-cache")) rules.links = Links::hugging_face;
  for (const auto& path : context.options.values("--ignore")) {
    rules.ignore.push_back(TRY(ignored_path(model, path)));
  }
  return rules;
}

Result<ModelFiles> read_model_shown(const Context& context, const fs::path& model,
                                    const ModelRules& rules) {
  Task task(context.stop, Task::Clock::time_point::max());
  const ProgressLine line(context.terminal, task, "hashing", ProgressLine::Unit::bytes);
  auto files = TRY(read_model(model, rules, task));
  if (!files.note.empty()) {
    context.terminal.note(cat("note: the remembered digests were not used: ", files.note));
  }
  return files;
}

std::string model_name(const fs::path& model) {
  std::error_code error;
  const auto whole = fs::canonical(model, error);
  return error ? model.filename().string() : whole.filename().string();
}

}  // namespace cupel
