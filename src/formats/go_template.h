// SPDX-License-Identifier: Apache-2.0
// go_template: a template of Go's text/template, as Ollama renders conversations with it → what it
// writes, and where it asks what a message says. The facts are those of a Jinja template: both
// turn a conversation into what a model reads. Ollama gives it no function that reaches code.
#pragma once

#include <string_view>

#include "formats/jinja.h"

namespace cupel::go_template {

[[nodiscard]] jinja::Reading read(std::string_view text, const jinja::Limits& limits = {});

}  // namespace cupel::go_template
