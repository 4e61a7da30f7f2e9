// SPDX-License-Identifier: Apache-2.0
// cupel at another time: the product with a clock that CUPEL_NOW sets. Only tests have it,
// because a program whose clock can be set could make stale evidence fresh.
#include <cstdlib>

#include "app/app.h"

int main(int argc, char** argv) {
  const char* text = std::getenv("CUPEL_NOW");  // NOLINT(concurrency-mt-unsafe): one thread
  const auto now = cupel::parse_timestamp(text == nullptr ? "" : text);
  if (!now) return 2;
  const cupel::FixedClock clock(*now);
  return cupel::run_program({argv + 1, argv + argc}, clock);
}
