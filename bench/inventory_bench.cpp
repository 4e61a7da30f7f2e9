// SPDX-License-Identifier: Apache-2.0
// inventory_bench FOLDER [CACHE]: takes one inventory and says what it took.
#include <chrono>
#include <cstdio>

#include "inventory/inventory.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: inventory_bench FOLDER [CACHE]\n");
    return 2;
  }
  cupel::InventoryOptions options;
  if (argc > 2) options.cache = argv[2];
  cupel::Task task;
  const auto start = std::chrono::steady_clock::now();
  const auto inventory = cupel::take_inventory({}, argv[1], options, task);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  if (!inventory.ok()) {
    std::fprintf(stderr, "error: %s\n", inventory.error().what.c_str());
    return 3;
  }
  const double bytes = static_cast<double>(task.progress().done);
  std::printf("%zu files, %zu assets, %.0f bytes read in %.3f s (%.2f GB/s)\n",
              inventory.value().files.size(), inventory.value().assets.size(), bytes, took.count(),
              bytes / took.count() / 1e9);
  return 0;
}
