// SPDX-License-Identifier: Apache-2.0
#include "formats/modelfile.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace cupel {
namespace {

// "2 from=./a.gguf", one for each command; then why the reading stopped.
std::vector<std::string> commands(std::string_view text) {
  std::vector<std::string> out;
  const auto reading = modelfile::read(text);
  for (const auto& command : reading.commands) {
    EXPECT_EQ(text.substr(command.span.begin, command.span.end - command.span.begin),
              command.value);
    const auto key = command.key.empty() ? std::string() : cat(" ", command.key);
    out.push_back(cat(command.line, " ", command.name, key, "=", command.value));
  }
  if (!reading.problem.empty()) out.push_back(cat(reading.problem, " at ", reading.at));
  return out;
}
using Lines = std::vector<std::string>;

TEST(Modelfile, ReadsCommandsAsOllamaDoes) {
  EXPECT_EQ(commands("# first\r\nfrom  ./a.gguf \n\n  SYSTEM \"\"\"two\n\"lines\" \"\"\"  \n"
                     "PARAMETER stop \"<|im_end|>\"\nMESSAGE user hello \"you\"\nLICENSE \"a\nb\""),
            (Lines{"2 from=./a.gguf", "4 system=two\n\"lines\" ", "6 parameter stop=<|im_end|>",
                   "7 message user=hello \"you\"", "8 license=a\nb"}));
  EXPECT_EQ(commands("TEMPLATE \"\"\"{{ .Prompt }}\"\"\""), Lines{"1 template={{ .Prompt }}"});
  // A text ends with the line that ends with its quotes, not before.
  EXPECT_EQ(commands("SYSTEM \"a\" b\nc\""), Lines{"1 system=a\" b\nc"});
}

TEST(Modelfile, TellsWhereOllamaStops) {
  EXPECT_EQ(commands("FROM a\nRUN x"), (Lines{"1 from=a", "`run` is no command at 10"}));
  EXPECT_EQ(commands("FROM\na"), Lines{"`from` lacks a value at 4"});
  EXPECT_EQ(commands("PARAMETER \n"), Lines{"`parameter` lacks a value at 10"});
  EXPECT_EQ(commands("SYSTEM \"\"\"a\nb"), Lines{"a text is not closed at 13"});
  EXPECT_EQ(commands("1"), Lines{"`` is no command at 0"});
  EXPECT_FALSE(modelfile::read("SYSTEM x").has_from);
  EXPECT_EQ(modelfile::read("FROM a\nFROM b\nFROM c", {.commands = 2}).problem,
            "there are more commands than are read");
}

TEST(Modelfile, KnowsItsFirstCommand) {
  EXPECT_TRUE(modelfile::begins_like_one("# x\n\nFrom y"));
  EXPECT_FALSE(modelfile::begins_like_one("# x"));
  EXPECT_FALSE(modelfile::begins_like_one("formal"));
}

}  // namespace
}  // namespace cupel
