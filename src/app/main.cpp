// SPDX-License-Identifier: Apache-2.0
#include "app/app.h"
#include "base/time.h"

int main(int argc, char** argv) {
  const cupel::SystemClock clock;
  return cupel::run_program({argv + 1, argv + argc}, clock);
}
