// SPDX-License-Identifier: Apache-2.0
// package version: which of two versions of a package is the later one, as its ecosystem sees it.
//
// PyPI (PEP 440), npm, crates.io and Go (Semantic Versioning 2.0.0), Debian (deb-version(7)). For
// every other ecosystem, and for a text that is no version of its own, the answer is: unknown.
#pragma once

#include <compare>
#include <optional>
#include <string_view>

namespace cupel {

// `ecosystem` as OSV names it, with or without a release: "PyPI", "Debian:12".
[[nodiscard]] std::optional<std::weak_ordering> compare_versions(std::string_view ecosystem,
                                                                 std::string_view a,
                                                                 std::string_view b);
[[nodiscard]] std::optional<std::weak_ordering> compare_semver(std::string_view a,
                                                               std::string_view b);

}  // namespace cupel
