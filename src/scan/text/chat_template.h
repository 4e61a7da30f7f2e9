// SPDX-License-Identifier: Apache-2.0
// chat_template: what a text that a template writes would make a model do.
//
// Words are a weak witness: each rule here is one that none of the templates of well-known
// models breaks (tests/scan/text/chat_template_test.cpp says which those are).
#pragma once

#include <string>
#include <string_view>

#include "formats/jinja.h"

namespace cupel::scan::chat_template {

// Words of a sentence, markup and placeholders aside.
[[nodiscard]] std::size_t words_of(std::string_view text);
// "<think>", "/no_think", "[INST]": what a protocol between a template and a model looks like.
[[nodiscard]] bool is_marker(std::string_view literal);
// What the text tells the model to do behind its user's back; "" when nothing.
[[nodiscard]] std::string_view instruction_of(std::string_view text);
// A place on the net that the text names; "" when none.
[[nodiscard]] std::string address_of(std::string_view text);
// The first character that nobody sees or that turns the direction of writing; npos when none.
struct Unseen {
  std::size_t begin = std::string_view::npos;
  std::size_t end = 0;
  std::uint32_t code = 0;
};
[[nodiscard]] Unseen unseen_in(std::string_view text);

}  // namespace cupel::scan::chat_template
