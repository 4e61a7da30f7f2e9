// SPDX-License-Identifier: Apache-2.0
#include "formats/json_schema.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace cupel::json_schema {
namespace {

Json json(std::string_view text) {
  auto reading = read_json(text);
  EXPECT_TRUE(reading.value.has_value()) << text << reading.problem;
  return reading.value.value_or(Json());
}

// "pointer: what" of every problem.
std::vector<std::string> told(std::string_view schema, std::string_view document,
                              const Limits& limits = {}) {
  const Json root = json(schema);
  const Json other = json(R"({"definitions":{"short":{"type":"string","maxLength":2}}})");
  const Library library = [&](std::string_view name) {
    return name == "main" ? &root : name == "other" ? &other : nullptr;
  };
  std::vector<std::string> out;
  for (const auto& problem : validate(json(document), "main", library, limits)) {
    out.push_back(cat(problem.pointer, ": ", problem.what));
  }
  return out;
}

using Lines = std::vector<std::string>;

TEST(JsonSchema, ChecksTypesMembersAndValues) {
  constexpr std::string_view kSchema = R"({"type":"object","required":["a"],
    "additionalProperties":false,
    "properties":{"a":{"type":"integer","minimum":1},"b":{"enum":["x","y"]},
                  "c":{"type":["string","null"],"minLength":2},"d":{"const":3}}})";
  EXPECT_EQ(told(kSchema, R"({"a":1,"b":"x","c":null,"d":3})"), Lines{});
  EXPECT_EQ(told(kSchema, R"({"a":1.0})"), Lines{});
  EXPECT_EQ(told(kSchema, "{}"), Lines{": lacks `a`"});
  EXPECT_EQ(told(kSchema, "[]"), Lines{": is no object"});
  EXPECT_EQ(told(kSchema, R"({"a":0,"b":"z"})"),
            (Lines{"/a: is less than 1", "/b: `z` is not one of x, y"}));
  EXPECT_EQ(told(kSchema, R"({"a":1,"c":"é"})"), Lines{"/c: `é` is too short"});
  EXPECT_EQ(told(kSchema, R"({"a":1,"d":4,"e/f":5})"),
            (Lines{"/d: is not `3`", "/e~1f: is a member that nobody knows"}));
}

TEST(JsonSchema, ChecksItemsAndThatTheyDiffer) {
  constexpr std::string_view kSchema =
      R"({"items":{"type":"string"},"uniqueItems":true,"minItems":1,"maxItems":2})";
  EXPECT_EQ(told(kSchema, R"(["a","b"])"), Lines{});
  EXPECT_EQ(told(kSchema, "[]"), Lines{": has too few items"});
  EXPECT_EQ(told(kSchema, R"(["a","a"])"), Lines{"/1: stands there twice"});
  EXPECT_EQ(told(kSchema, R"(["a","b",1])"), (Lines{": has too many items", "/2: is no string"}));
  EXPECT_EQ(told(R"({"uniqueItems":true})", R"([{"a":1,"b":2},{"b":2,"a":1}])"),
            Lines{"/1: stands there twice"});
  constexpr std::string_view kTuple = R"({"items":[{"type":"string"}],"additionalItems":false})";
  EXPECT_EQ(told(kTuple, R"(["a"])"), Lines{});
  EXPECT_EQ(told(kTuple, R"(["a","b"])"), Lines{"/1: may not stand here"});
}

TEST(JsonSchema, FollowsReferencesAndIgnoresWhatStandsBesideThem) {
  constexpr std::string_view kSchema =
      R"({"properties":{"a":{"$ref":"#/definitions/n","type":"string"},
    "b":{"$ref":"other#/definitions/short"},"c":{"$ref":"nowhere"}},
    "definitions":{"n":{"type":"number"}}})";
  EXPECT_EQ(told(kSchema, R"({"a":1,"b":"ab"})"), Lines{});
  EXPECT_EQ(told(kSchema, R"({"a":"x","b":"abc"})"),
            (Lines{"/a: is no number", "/b: `abc` is too long"}));
  EXPECT_EQ(told(kSchema, R"({"c":1})"), Lines{"/c: needs the schema `nowhere`"});
}

TEST(JsonSchema, ChoosesAmongForms) {
  constexpr std::string_view kOne =
      R"({"oneOf":[{"required":["a"]},{"required":["b"],"properties":{"b":{"type":"integer"}}}]})";
  EXPECT_EQ(told(kOne, R"({"a":1})"), Lines{});
  EXPECT_EQ(told(kOne, R"({"a":1,"b":2})"), Lines{": has two forms of which it may have one"});
  EXPECT_EQ(told(kOne, R"({"b":"x"})"), Lines{"/b: is no integer"});
  EXPECT_EQ(told(R"({"anyOf":[{"type":"string"},{"minimum":3}]})", "2").size(), 1U);
  EXPECT_EQ(told(R"({"not":{"type":"string"}})", R"("x")").size(), 1U);
  constexpr std::string_view kIf = R"({"if":{"required":["a"]},"then":{"required":["b"]},
    "else":{"required":["c"]}})";
  EXPECT_EQ(told(kIf, R"({"a":1})"), Lines{": lacks `b`"});
  EXPECT_EQ(told(kIf, "{}"), Lines{": lacks `c`"});
}

TEST(JsonSchema, DemandsFormats) {
  constexpr std::string_view kTime = R"({"format":"date-time"})";
  EXPECT_EQ(told(kTime, R"("2020-04-13T20:20:39+00:00")"), Lines{});
  EXPECT_EQ(told(kTime, R"("2020-04-13")"), Lines{": `2020-04-13` is no date-time"});
  EXPECT_EQ(told(kTime, R"("2020-13-13T20:20:39Z")").size(), 1U);
  EXPECT_EQ(told(R"({"format":"date"})", R"("2020-04-13")"), Lines{});
  EXPECT_EQ(told(R"({"format":"iri-reference"})", R"("uri/to/é#x")"), Lines{});
  EXPECT_EQ(told(R"({"format":"iri-reference"})", R"("a b")").size(), 1U);
  EXPECT_EQ(told(R"({"format":"uri"})", R"("https://h/x")"), Lines{});
  EXPECT_EQ(told(R"({"format":"uri"})", R"("ES256")").size(), 1U);
  EXPECT_EQ(told(R"({"format":"idn-email"})", R"("nobody")").size(), 1U);
}

TEST(JsonSchema, StopsWhenThereIsTooMuchToDo) {
  std::string deep = "1";
  for (int i = 0; i < 60; ++i) deep = "[" + deep + "]";
  // Each level is tried in both forms: 2^60 of them.
  constexpr std::string_view kTwice =
      R"({"anyOf":[{"items":{"$ref":"#"},"minItems":2},{"items":{"$ref":"#"},"maxItems":0}]})";
  EXPECT_FALSE(told(kTwice, deep, {.steps = 10'000}).empty());
}

TEST(JsonSchema, NamesWhatItDoesNotUnderstand) {
  EXPECT_EQ(not_understood(json(R"x({"properties":{"contains":{"contains":{},"format":"ipv4"}},
    "pattern":"(?=a)","enum":[{"anything":1}]})x")),
            (Lines{"contains", "format ipv4", "pattern (?=a)"}));
}

}  // namespace
}  // namespace cupel::json_schema
