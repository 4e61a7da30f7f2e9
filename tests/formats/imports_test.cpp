// SPDX-License-Identifier: Apache-2.0
#include "formats/imports.h"

#include <gtest/gtest.h>

namespace cupel {
namespace {

using Names = std::vector<std::string>;

TEST(Imports, ReadWhatPythonAsksFor) {
  EXPECT_EQ(imports::of_python("import flask as f, os\n"
                               "  from google import genai\n"
                               "from http.server import (HTTPServer,\n"
                               "from .own import thing\n"
                               "from x import *\n"
                               "imported = 1\n"),
            (Names{"flask", "os", "google", "google.genai", "http.server", "http.server.HTTPServer",
                   "x"}));
}

TEST(Imports, ReadNotebooks) {
  EXPECT_EQ(imports::of_python("   \"import openai\\n\",\n"), Names{"openai"});
}

TEST(Imports, ReadWhatScriptsAskFor) {
  EXPECT_EQ(imports::of_script("const a = require('express');\nimport x from \"@ai-sdk/openai\";\n"
                               "import 'koa';\nimport h from 'node:http';\nimport z from './z';\n"),
            (Names{"express", "@ai-sdk/openai", "http", "koa"}));
}

TEST(Imports, KnowThePackageOfAModule) {
  EXPECT_EQ(imports::package_of("flask.json"), "flask");
  EXPECT_EQ(imports::package_of("express/lib/router"), "express");
  EXPECT_EQ(imports::package_of("@langchain/openai/azure"), "@langchain/openai");
  EXPECT_EQ(imports::package_of("@scope"), "@scope");
}

}  // namespace
}  // namespace cupel
