// SPDX-License-Identifier: Apache-2.0
#include "scan/text/capabilities.h"

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "base/result.h"
#include "base/text.h"

namespace cupel::scan {
namespace {

using Files = std::map<std::string, std::string>;

// "key=value" of everything that a folder of such files says of itself, sorted.
std::string stated(const Files& files) {
  Folder folder{.name = "model", .files = {}, .read = {}};
  for (const auto& [path, text] : files) folder.files.push_back({path, text.size()});
  folder.read = [&](const FolderFile& file, const std::function<void(Bytes)>& use) -> Result<void> {
    use(as_bytes(files.at(file.path)));
    return {};
  };
  std::multiset<std::string> lines;
  for (const auto& each : examine_folder(folder).statements) {
    lines.insert(cat(each.key, "=", each.value));
  }
  std::string out;
  for (const auto& line : lines) out += cat(out.empty() ? "" : "; ", line);
  return out;
}

TEST(Capabilities, OfAChatModelThatCallsToolsAreStated) {
  EXPECT_EQ(
      stated({
          {"config.json",
           R"({"architectures":["Qwen2ForCausalLM"],"model_type":"qwen2","vocab_size":300})"},
          {"tokenizer_config.json",
           R"({"tokenizer_class":"Qwen2Tokenizer","chat_template":"{% if tools %}{{ tools }}{% endif %}"})"},
          {"README.md",
           "---\nlicense: apache-2.0\nlanguage:\n- en\n- de\nbase_model: org/big\n---\n# Model\n"},
      }),
      "architecture=Qwen2ForCausalLM; base_model=org/big; language=de; language=en; "
      "licence=apache-2.0; modality=text; model_type=qwen2; task=conversational; "
      "task=text-generation; tokenizer=Qwen2Tokenizer; tool=chat template");
}

TEST(Capabilities, OfAPictureModelAreStated) {
  EXPECT_EQ(
      stated({
          {"config.json",
           R"({"architectures":["ViTForImageClassification"],"model_type":"vit","image_size":224})"},
          {"preprocessor_config.json", R"({"image_processor_type":"ViTImageProcessor"})"},
      }),
      "architecture=ViTForImageClassification; modality=image; model_type=vit; "
      "task=image-classification");
}

TEST(Capabilities, OfASpeechModelAreStated) {
  EXPECT_EQ(
      stated({
          {"config.json",
           R"({"architectures":["WhisperForConditionalGeneration"],"model_type":"whisper","num_mel_bins":80})"},
          {"preprocessor_config.json", R"({"sampling_rate":16000})"},
          {"README.md",
           "---\npipeline_tag: automatic-speech-recognition\nlicense: [mit, gpl]\n---\n"},
      }),
      "architecture=WhisperForConditionalGeneration; licence=gpl; licence=mit; modality=audio; "
      "modality=text; model_type=whisper; task=automatic-speech-recognition");
}

TEST(Capabilities, OfSeveralKindsOfInputAreStated) {
  EXPECT_EQ(stated({{"config.json",
                     R"({"architectures":["Qwen2VLForConditionalGeneration"],"vision_config":{},)"
                     R"("text_config":{},"video_token_id":7,"audio_config":null})"},
                    {"chat_template.jinja", "{% if item['type'] == 'image' %}{% endif %}"}}),
            "architecture=Qwen2VLForConditionalGeneration; modality=image; modality=text; "
            "modality=video; task=conversational; task=image-text-to-text");
}

TEST(Capabilities, OfPipelinesAndAdaptersAreStated) {
  EXPECT_EQ(stated({{"model_index.json",
                     R"({"_class_name":"StableDiffusionPipeline","text_encoder":["a","B"]})"}}),
            "architecture=StableDiffusionPipeline; modality=image; modality=text; "
            "task=text-to-image");
  EXPECT_EQ(stated({{"adapter_config.json", R"({"peft_type":"LORA","task_type":"CAUSAL_LM",)"
                                            R"("base_model_name_or_path":"org/small"})"}}),
            "adapter=LORA; base_model=org/small; modality=text; task=text-generation");
  EXPECT_EQ(stated({{"modules.json", R"([{"type":"sentence_transformers.models.Transformer"}])"}}),
            "library=sentence-transformers; modality=text; task=sentence-similarity");
}

TEST(Capabilities, AreNotMadeUp) {
  EXPECT_EQ(stated({{"config.json", R"({"hidden_size":3,"vision_config":null})"},
                    {"README.md", "# Model\n\nlicense: mit\n"},
                    {"notes.json", R"({"architectures":["BertModel"]})"}}),
            "");
  EXPECT_EQ(stated({{"config.json", "no JSON"}, {"README.md", "---\n- [\n"}}), "");
}

}  // namespace
}  // namespace cupel::scan
