// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "scan/told.h"

namespace cupel::scan {
namespace {

TEST(Skops, NodesOfHonestModelsPass) {
  EXPECT_EQ(
      told("schema.json",
           R"({"__class__":"LogisticRegression","__module__":"sklearn.linear_model._logistic",)"
           R"("__loader__":"ObjectNode","content":{"__class__":"dict","__module__":"builtins",)"
           R"("__loader__":"DictNode","content":{"tol":{"__class__":"str","__module__":"builtins",)"
           R"("__loader__":"JsonNode","content":"0.1"},"w":{"__class__":"ndarray",)"
           R"("__module__":"numpy","__loader__":"NdArrayNode"}}},"_skops_version":"0.16.0"})"),
      "");
}

TEST(Skops, NodesThatNameOtherThingsAreTold) {
  EXPECT_EQ(
      told("schema.json", R"({"__class__":"system","__module__":"os","__loader__":"TypeNode"})"),
      "SET001 critical schema.json@35");
  EXPECT_EQ(
      told("schema.json", R"({"__class__":"f","__module__":"numpy","__loader__":"FunctionNode",)"
                          R"("content":{"module_path":"os","function":"system"}})"),
      "SET001 critical schema.json@91; SET001 high schema.json@30");
  EXPECT_EQ(told("schema.json",
                 R"({"__class__":"X","__module__":"mine.code","__loader__":"ObjectNode"})"),
            "SET001 medium schema.json@30");
  EXPECT_EQ(told("schema.json", R"({"__class__":"system","__module__":"builtins",)"
                                R"("__loader__":"MethodNode"})"),
            "SET001 critical schema.json@35");
}

}  // namespace
}  // namespace cupel::scan
