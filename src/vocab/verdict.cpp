// SPDX-License-Identifier: Apache-2.0
#include "vocab/verdict.h"

#include <array>

namespace cupel {
namespace {

constexpr std::array<std::string_view, 4> kVerdicts = {"pass", "fail", "inconclusive",
                                                       "not_applicable"};

}  // namespace

std::string_view to_text(Verdict verdict) {
  return kVerdicts.at(static_cast<std::size_t>(verdict));
}

std::optional<Verdict> verdict_from(std::string_view text) {
  for (std::size_t i = 0; i < kVerdicts.size(); ++i) {
    if (kVerdicts.at(i) == text) return static_cast<Verdict>(i);
  }
  return {};
}

Verdict roll_up(Verdict a, Verdict b) {
  if (a == Verdict::not_applicable) return b;
  if (b == Verdict::not_applicable) return a;
  if (a == Verdict::fail || b == Verdict::fail) return Verdict::fail;
  if (a == Verdict::inconclusive || b == Verdict::inconclusive) return Verdict::inconclusive;
  return Verdict::pass;
}

std::string_view to_text(DecidedBy by) {
  switch (by) {
    case DecidedBy::nobody:
      return "nobody";
    case DecidedBy::machine:
      return "machine";
    case DecidedBy::people:
      return "people";
  }
  return {};
}

}  // namespace cupel
