// SPDX-License-Identifier: Apache-2.0
// imports: which modules a source file asks for, read from its lines alone.
//
// Light and pure: nothing is parsed as a program, every text has an answer, and what is imported
// under a computed name is not seen.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cupel::imports {

// "import flask as f, os" → flask, os; "from google import genai" → google, google.genai; also in
// notebooks, where each line stands in quotes. Relative imports are the program's own code.
[[nodiscard]] std::vector<std::string> of_python(std::string_view text);

// require('express'), from "fastify", import "koa" → the name; "node:http" → http.
[[nodiscard]] std::vector<std::string> of_script(std::string_view text);

// "flask" of "flask.json"; "@scope/name" of "@scope/name/part"; "express" of "express/lib".
[[nodiscard]] std::string_view package_of(std::string_view module);

}  // namespace cupel::imports
