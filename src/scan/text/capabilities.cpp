// SPDX-License-Identifier: Apache-2.0
#include "scan/text/capabilities.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"
#include "formats/loose_json.h"
#include "formats/yaml.h"

namespace cupel::scan::capabilities {
namespace {

using loose_json::Value;

struct Row {
  std::string_view sign;
  std::string_view says;
};

// The last words of an architecture's name → its task. The longer of two comes first.
constexpr std::array<Row, 34> kTasks = {{
    {"ForCausalLM", "text-generation"},
    {"LMHeadModel", "text-generation"},
    {"ForMaskedLM", "fill-mask"},
    {"ForSequenceClassification", "text-classification"},
    {"ForTokenClassification", "token-classification"},
    {"ForVisualQuestionAnswering", "visual-question-answering"},
    {"ForDocumentQuestionAnswering", "document-question-answering"},
    {"ForTableQuestionAnswering", "table-question-answering"},
    {"ForQuestionAnswering", "question-answering"},
    {"ForMultipleChoice", "multiple-choice"},
    {"ForMaskedImageModeling", "image-feature-extraction"},
    {"ForImageClassification", "image-classification"},
    {"ForZeroShotObjectDetection", "zero-shot-object-detection"},
    {"ForObjectDetection", "object-detection"},
    {"ForSemanticSegmentation", "image-segmentation"},
    {"ForInstanceSegmentation", "image-segmentation"},
    {"ForUniversalSegmentation", "image-segmentation"},
    {"ForImageSegmentation", "image-segmentation"},
    {"ForDepthEstimation", "depth-estimation"},
    {"ForKeypointDetection", "keypoint-detection"},
    {"ForImageSuperResolution", "image-to-image"},
    {"ForImageTextRetrieval", "zero-shot-image-classification"},
    {"ForVision2Seq", "image-text-to-text"},
    {"ForImageTextToText", "image-text-to-text"},
    {"ForVideoClassification", "video-classification"},
    {"ForCTC", "automatic-speech-recognition"},
    {"ForSpeechSeq2Seq", "automatic-speech-recognition"},
    {"ForAudioClassification", "audio-classification"},
    {"ForAudioFrameClassification", "audio-classification"},
    {"ForXVector", "audio-classification"},
    {"ForTextToSpeech", "text-to-speech"},
    {"ForTextToWaveform", "text-to-audio"},
    {"ForTextToSpectrogram", "text-to-speech"},
    {"ForTimeSeriesClassification", "time-series-classification"},
}};

// Words in a task's name → what such a model takes or gives.
constexpr std::array<Row, 22> kModalities = {{
    {"text", "text"},
    {"token", "text"},
    {"fill-mask", "text"},
    {"question-answering", "text"},
    {"multiple-choice", "text"},
    {"translation", "text"},
    {"summarization", "text"},
    {"sentence", "text"},
    {"conversational", "text"},
    {"speech-recognition", "text"},
    {"image", "image"},
    {"visual", "image"},
    {"object-detection", "image"},
    {"depth", "image"},
    {"keypoint", "image"},
    {"mask-generation", "image"},
    {"document-question", "image"},
    {"video", "video"},
    {"audio", "audio"},
    {"speech", "audio"},
    {"tabular", "table"},
    {"time-series", "time series"},
}};

// Members of a configuration, at any depth → what the model takes or gives.
constexpr std::array<Row, 28> kMembers = {{
    {"vocab_size", "text"},
    {"text_config", "text"},
    {"tokenizer_class", "text"},
    {"vision_config", "image"},
    {"image_size", "image"},
    {"image_token_id", "image"},
    {"image_token_index", "image"},
    {"image_mean", "image"},
    {"image_processor_type", "image"},
    {"image_processor", "image"},
    {"vision_feature_layer", "image"},
    {"video_config", "video"},
    {"video_token_id", "video"},
    {"video_token_index", "video"},
    {"video_processor_type", "video"},
    {"num_frames", "video"},
    {"audio_config", "audio"},
    {"audio_encoder", "audio"},
    {"audio_token_id", "audio"},
    {"audio_token_index", "audio"},
    {"num_mel_bins", "audio"},
    {"sampling_rate", "audio"},
    {"feat_extract_norm", "audio"},
    {"codebook_size", "audio"},
    {"speech_config", "audio"},
    {"prediction_length", "time series"},
    {"point_cloud", "point cloud"},
    {"node_feat_dim", "graph"},
}};

constexpr std::array<Row, 6> kAdapterTasks = {{
    {"CAUSAL_LM", "text-generation"},
    {"SEQ_2_SEQ_LM", "text2text-generation"},
    {"SEQ_CLS", "text-classification"},
    {"TOKEN_CLS", "token-classification"},
    {"QUESTION_ANS", "question-answering"},
    {"FEATURE_EXTRACTION", "feature-extraction"},
}};

void task(std::string_view name, const Stating& state) {
  state("task", name);
  for (const auto& row : kModalities) {
    if (name.find(row.sign) != std::string_view::npos) state("modality", row.says);
  }
}

// The words that a template looks up say what may be handed to it.
void chat_template(std::string_view text, const Stating& state) {
  if (text.empty()) return;
  state("task", "conversational");
  state("modality", "text");
  const auto mentions = [&](std::string_view word) {
    return text.find(word) != std::string_view::npos;
  };
  if (mentions("tools") || mentions("tool_calls")) state("tool", "chat template");
  if (mentions("documents")) state("tool", "documents of a search");
  for (const auto& [sign, says] :
       {Row{"'image'", "image"}, Row{"\"image\"", "image"}, Row{"'video'", "video"},
        Row{"\"video\"", "video"}, Row{"'audio'", "audio"}, Row{"\"audio\"", "audio"}}) {
    if (mentions(sign)) state("modality", says);
  }
}

// One text, a list of {name, template}, or a mapping of names.
void chat_templates(const Value& value, const Stating& state) {
  chat_template(value.text(), state);
  for (const auto& item : value.items()) {
    chat_template(item.text(), state);
    chat_template(item.find("template").text(), state);
  }
}

void texts(const Value& value, std::string_view key, const Stating& state) {
  if (const auto text = value.text(); !text.empty()) state(key, text);
  for (const auto& item : value.items()) {
    if (const auto text = item.text(); !text.empty()) state(key, text);
  }
}

void architecture(std::string_view name, const loose_json::Document& document,
                  const Stating& state) {
  for (const auto& row : kTasks) {
    if (name.ends_with(row.sign)) return task(row.says, state);
  }
  if (!name.ends_with("ForConditionalGeneration")) return;
  const auto has = [&](std::string_view key) { return document.root().find(key).is_object(); };
  if (has("vision_config")) return task("image-text-to-text", state);
  if (has("audio_config") || document.root().find("num_mel_bins").exists()) {
    return task("automatic-speech-recognition", state);
  }
  task("text2text-generation", state);
}

void members(const loose_json::Document& document, const Stating& state) {
  for (std::uint32_t at = 0; at < document.nodes.size(); ++at) {
    if (document.nodes[at].key == 0) continue;
    const Value value(document, at);
    const auto key = value.key();
    const auto* row = std::ranges::find(kMembers, key, &Row::sign);
    if (row != kMembers.end() && value.raw() != "null") state("modality", row->says);
    if (key == "chat_template" || key == "default_chat_template") chat_templates(value, state);
    if (key == "license" || key == "licence") texts(value, "licence", state);
  }
}

void configuration(const loose_json::Document& document, const Stating& state) {
  const auto root = document.root();
  texts(root.find("architectures"), "architecture", state);
  texts(root.find("model_type"), "model_type", state);
  for (const auto& name : root.find("architectures").items()) {
    architecture(name.text(), document, state);
  }
  const auto quantisation = root.find("quantization_config");
  if (quantisation.exists()) texts(quantisation.find("quant_method"), "quantisation", state);
}

void pipeline(const loose_json::Document& document, const Stating& state) {
  const auto name = document.root().find("_class_name").text();
  if (name.empty()) return;
  state("architecture", name);
  const auto has = [&](std::string_view word) { return name.find(word) != std::string::npos; };
  const bool words = document.root().find("text_encoder").exists();
  if (has("Video")) return task(words ? "text-to-video" : "unconditional-video-generation", state);
  if (has("Audio") || has("Music")) return task("text-to-audio", state);
  if (has("Img2Img") || has("Inpaint") || has("Upscale")) return task("image-to-image", state);
  task(words ? "text-to-image" : "unconditional-image-generation", state);
}

void adapter(const loose_json::Document& document, const Stating& state) {
  const auto root = document.root();
  texts(root.find("peft_type"), "adapter", state);
  texts(root.find("base_model_name_or_path"), "base_model", state);
  const auto kind = root.find("task_type").text();
  for (const auto& row : kAdapterTasks) {
    if (kind == row.sign) task(row.says, state);
  }
}

void sentence_modules(const loose_json::Document& document, const Stating& state) {
  for (const auto& item : document.root().items()) {
    if (!item.find("type").text().starts_with("sentence_transformers.")) continue;
    state("library", "sentence-transformers");
    return task("sentence-similarity", state);
  }
}

void card_member(const yaml::Node& value, std::string_view key, const Stating& state) {
  const auto say = [&](const yaml::Node& node) {
    if (node.kind != yaml::Kind::text || node.text.empty()) return;
    key == "task" ? task(node.text, state) : state(key, node.text);
  };
  say(value);
  for (const auto& item : value.items) say(item);
}

void card(std::string_view text, const Stating& state) {
  constexpr std::array<Row, 8> kFields = {{{"license", "licence"},
                                           {"license_name", "licence"},
                                           {"license_link", "licence"},
                                           {"pipeline_tag", "task"},
                                           {"language", "language"},
                                           {"library_name", "library"},
                                           {"base_model", "base_model"},
                                           {"tags", "tag"}}};
  if (!text.starts_with("---")) return;
  const auto matter = yaml::front_matter(text);
  for (const auto& field : kFields) {
    if (const auto* value = matter.reading.root.find(field.sign)) {
      card_member(*value, field.says, state);
    }
  }
}

constexpr std::array<std::string_view, 10> kFiles = {"config.json",
                                                     "tokenizer_config.json",
                                                     "preprocessor_config.json",
                                                     "processor_config.json",
                                                     "video_preprocessor_config.json",
                                                     "model_index.json",
                                                     "adapter_config.json",
                                                     "modules.json",
                                                     "chat_template.json",
                                                     "readme.md"};

}  // namespace

bool may_say_some(std::string_view file_name) {
  const auto name = lower(file_name);
  return std::ranges::find(kFiles, name) != kFiles.end() || name.ends_with(".jinja");
}

void read(std::string_view file_name, std::string_view text, const Stating& state) {
  const auto name = lower(file_name);
  if (name == "readme.md") return card(text, state);
  if (name.ends_with(".jinja")) return chat_template(text, state);
  const auto document = loose_json::read(text);
  if (document.nodes.empty()) return;
  if (name == "config.json") configuration(document, state);
  if (name == "model_index.json") pipeline(document, state);
  if (name == "adapter_config.json") adapter(document, state);
  if (name == "modules.json") sentence_modules(document, state);
  if (name == "tokenizer_config.json") {
    texts(document.root().find("tokenizer_class"), "tokenizer", state);
  }
  members(document, state);
}

}  // namespace cupel::scan::capabilities
