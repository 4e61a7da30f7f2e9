// SPDX-License-Identifier: Apache-2.0
// model_options: what `sign` and `verify` share of their command lines.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/command.h"
#include "inventory/model_folder.h"

namespace cupel {

inline constexpr Option kHuggingFaceCacheOption = {
    .name = "--hugging-face-cache",
    .argument = "",
    .help = "PATH is a snapshot in the Hugging Face cache, whose files are links"};
inline constexpr Option kRehashOption = {
    .name = "--rehash", .argument = "", .help = "read every file, whatever was remembered"};

// Where digests of models are remembered: $XDG_CACHE_HOME/cupel, else ~/.cache/cupel. Empty when
// neither can be known.
[[nodiscard]] std::filesystem::path model_cache();

// The signature's path relative to the model, when it lies inside of it; it is never signed.
[[nodiscard]] std::vector<std::string> signature_inside(const std::filesystem::path& model,
                                                        const std::filesystem::path& signature);

// --ignore, --hugging-face-cache and --rehash.
[[nodiscard]] Result<ModelRules> model_rules(const Context& context,
                                             const std::filesystem::path& model);

// Reads the model with a progress line.
[[nodiscard]] Result<ModelFiles> read_model_shown(const Context& context,
                                                  const std::filesystem::path& model,
                                                  const ModelRules& rules);

// The last part of the model's path, also for "." and "models/".
[[nodiscard]] std::string model_name(const std::filesystem::path& model);

}  // namespace cupel
