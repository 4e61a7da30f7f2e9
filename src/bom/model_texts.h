// SPDX-License-Identifier: Apache-2.0
// model texts: what a model card, a configuration of Hugging Face or a record of metrics says of
// a model, as facts. Pure; every text has an answer.
#pragma once

#include "bom/build.h"

namespace cupel::bom {

// "config.json", "adapter_config.json", "tokenizer_config.json", "README.md", "metrics.json" …
[[nodiscard]] bool is_model_text(std::string_view file_name);

// Adds what the text says. A card is one by its Markdown; a configuration by its name.
void read_model_text(const Text& text, Component& model);
// The description of a dataset: the first paragraph, and what its front matter says.
void read_dataset_text(const Text& text, Component& dataset);

}  // namespace cupel::bom
