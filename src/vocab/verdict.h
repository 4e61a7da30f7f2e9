// SPDX-License-Identifier: Apache-2.0
// Verdict: what is concluded from evidence (ETSI TS 103 701 pattern: pass, fail, inconclusive).
#pragma once

#include <optional>
#include <string_view>

namespace cupel {

enum class Verdict { pass, fail, inconclusive, not_applicable };
[[nodiscard]] std::string_view to_text(Verdict verdict);
[[nodiscard]] std::optional<Verdict> verdict_from(std::string_view text);

// Any fail is a fail; else anything inconclusive is inconclusive; else pass.
// not_applicable says nothing and gives way to the other.
[[nodiscard]] Verdict roll_up(Verdict a, Verdict b);

// Who decided: a machine alone, or people whose signed word was needed too.
enum class DecidedBy { nobody, machine, people };
[[nodiscard]] std::string_view to_text(DecidedBy by);

}  // namespace cupel
