// SPDX-License-Identifier: Apache-2.0
// settings_of_models: does a text configure a language model, or hold a prompt for one?
//
// Guesses for a first cupel.yaml, careful ones: one common word ("model") is no configuration,
// and a short or computed string is no prompt. Pure; every text has an answer.
#pragma once

#include <string>
#include <string_view>

namespace cupel {

// Keys of YAML, TOML, JSON or INI that together show the configuration of a language model or of
// its retrieval: "temperature and max_tokens"; empty when they do not.
[[nodiscard]] std::string model_settings_in(std::string_view path, std::string_view text);

// The name of a constant of Python, JavaScript or TypeScript that holds a prompt of 40
// characters or more; empty when there is none.
[[nodiscard]] std::string prompt_constant_in(std::string_view text);

}  // namespace cupel
