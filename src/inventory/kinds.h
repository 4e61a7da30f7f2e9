// SPDX-License-Identifier: Apache-2.0
// kinds: what a file probably is, from its content, its name and where it lies.
//
// A guess decides what is asked to be declared; what a person declares overrides it.
#pragma once

#include <string>
#include <string_view>

#include "formats/format.h"
#include "vocab/asset.h"

namespace cupel {

// The id of the format that the first bytes show; empty when none is recognised. Beside the
// readers of `formats` it knows signatures of kinds of files that nothing reads yet.
[[nodiscard]] std::string recognise_format(const Sniff& file);

[[nodiscard]] AssetKind guess_kind(std::string_view path, std::string_view format);

// A file that says how a model is built or how its input is cut into tokens
// (config.json, tokenizer.json …), by its name.
[[nodiscard]] bool configures_a_model(std::string_view path);
// Weights in a form that model hubs publish, beside a config.json.
[[nodiscard]] bool is_hub_weights(std::string_view path, std::string_view format);

// The folder of installed packages that the path lies in ("service/.venv"); empty when in none.
// What lies there is code that was installed, whatever its form.
[[nodiscard]] std::string_view installed_in(std::string_view path);

// Parts of a path: "a/b" of "a/b/c.txt"; ".txt" in lower case.
[[nodiscard]] std::string_view folder_name(std::string_view path);
[[nodiscard]] std::string extension(std::string_view path);

}  // namespace cupel
