// SPDX-License-Identifier: Apache-2.0
// packages: what well-known libraries are for, by the name that code imports or a manifest lists.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cupel {

// How a text is read for the modules or packages that it names.
enum class SourceKind { none, python, script, manifest };
[[nodiscard]] SourceKind source_kind(std::string_view path);

// The modules (code) or packages (manifests) that a file names. Pure; every text has an answer.
[[nodiscard]] std::vector<std::string> names_in(SourceKind kind, std::string_view path,
                                                std::string_view text);

// A library, or a module of the language itself, whose purpose is to answer requests.
[[nodiscard]] bool answers_requests(std::string_view name);
// Node's own modules serve only where a server is made of them.
[[nodiscard]] bool answers_requests_with(std::string_view name, std::string_view text);
// A library that runs models on the machine of the program.
[[nodiscard]] bool runs_models(std::string_view name);

}  // namespace cupel
