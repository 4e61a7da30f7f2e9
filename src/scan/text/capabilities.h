// SPDX-License-Identifier: Apache-2.0
// capabilities: what the files of a model folder say that the model is, takes, gives and can use.
//
// Statements, never findings: whoever deploys a model compares them with what it is meant for
// (5.1.3-1.2). A claim is passed on as it stands; what a configuration only implies (a picture
// encoder, a task's kind of input) is said in the words of the Hugging Face hub.
#pragma once

#include <functional>
#include <string_view>

#include "scan/examiner.h"

namespace cupel::scan::capabilities {

// "architecture", "modality", "task", "tool", "licence", "language", "base_model" …
using Stating = std::function<void(std::string_view key, std::string_view value)>;

// Whether a file of this name is one of those below.
[[nodiscard]] bool may_say_some(std::string_view file_name);
// Of config.json, tokenizer_config.json, preprocessor_config.json, model_index.json,
// adapter_config.json, modules.json, *.jinja and README.md.
void read(std::string_view file_name, std::string_view text, const Stating& state);

}  // namespace cupel::scan::capabilities
