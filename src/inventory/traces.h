// SPDX-License-Identifier: Apache-2.0
// traces: what the text files of a system show about it beyond their kinds.
//
// Read once, for the first cupel.yaml; within limits, and what was left out is counted.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "inventory/services.h"
#include "vocab/asset.h"

namespace cupel {

struct Trace {
  std::string path;
  std::string sign;  // what shows it: keys, the name of a constant, a package
};

struct Traces {
  Trace server;                       // a server framework; an empty path: none was seen
  std::string deployment;             // a file that deploys a program ("Dockerfile"); empty: none
  std::vector<Trace> configurations;  // of language models, that no asset holds yet
  std::vector<Trace> prompts;         // programs with a prompt in them
  struct Service {
    ServiceUse use;
    std::string path;  // where it was seen first
  };
  std::vector<Service> services;
  std::size_t unread = 0;  // files that would have been read but for the limits
};

inline constexpr std::uint64_t kTraceBytes = 1U << 20U;  // of one file

// The text of a file of the inventory, "" when it cannot be had.
using ReadText = std::function<std::string(std::string_view path)>;
// Installed packages and tests show nothing about the system.
[[nodiscard]] Traces trace(const Inventory& inventory, const ReadText& read);

}  // namespace cupel
