// SPDX-License-Identifier: Apache-2.0
// modelfile: the commands of a Modelfile of Ollama: which weights it takes, and what it has the
// model told. Source: github.com/ollama/ollama, parser/parser.go.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_reader.h"
#include "vocab/diagnostic.h"

namespace cupel::modelfile {

struct Command {
  std::string name;             // lower case: "from", "adapter", "template", "parameter" …
  std::string_view key = {};    // of a parameter its name, of a message its role
  std::string_view value = {};  // without quotes
  Span span = {};               // of the value
  std::uint32_t line = 1;
};

struct Reading {
  std::vector<Command> commands;
  std::string problem;  // why Ollama stops reading; "" at the end
  std::uint64_t at = 0;
  bool has_from = false;
};

struct Limits {
  std::size_t commands = 10'000;
};

// Whether the first command is FROM: the same is true of a Dockerfile.
[[nodiscard]] bool begins_like_one(std::string_view text);
// Views of `text`.
[[nodiscard]] Reading read(std::string_view text, const Limits& limits = {});

}  // namespace cupel::modelfile
