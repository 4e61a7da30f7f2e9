// SPDX-License-Identifier: Apache-2.0
// require(condition): aborts, in every build, when we were wrong.
//
// It guards what only our own mistake can break. Nothing an attacker sends may
// reach one: hostile input is a Diagnostic, a refusing world is an Error.
#pragma once

namespace cupel {

[[noreturn]] void require_failed(const char* condition, const char* file, int line);

}  // namespace cupel

// NOLINTNEXTLINE(*-macro-usage): needs the text of the condition and the place.
#define require(...) \
  ((__VA_ARGS__) ? static_cast<void>(0) : ::cupel::require_failed(#__VA_ARGS__, __FILE__, __LINE__))
