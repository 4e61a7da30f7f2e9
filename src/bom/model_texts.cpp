// SPDX-License-Identifier: Apache-2.0
#include "bom/model_texts.h"

#include <algorithm>
#include <array>

#include "base/json.h"
#include "base/text.h"
#include "formats/markdown.h"
#include "formats/yaml.h"

namespace cupel::bom {
namespace {

constexpr std::size_t kLongest = 1'000;  // bytes of one value

constexpr auto kNames = std::to_array<std::string_view>(
    {"config.json", "adapter_config.json", "tokenizer_config.json", "metrics.json", "readme.md"});

struct Member {
  std::string_view member;
  std::string_view key;
  Truth truth;
};
// Of config.json: what loading goes by is observed, what is a name or a promise is declared.
constexpr auto kConfiguration = std::to_array<Member>({
    {"architectures", "architecture", Truth::observed},
    {"model_type", "architecture_family", Truth::observed},
    {"torch_dtype", "number_format", Truth::observed},
    {"dtype", "number_format", Truth::observed},
    {"vocab_size", "vocabulary_size", Truth::observed},
    {"max_position_embeddings", "context_length", Truth::observed},
    {"num_hidden_layers", "layers", Truth::observed},
    {"hidden_size", "hidden_size", Truth::observed},
    {"transformers_version", "made_with", Truth::declared},
    {"_name_or_path", "base_model", Truth::declared},
    {"tokenizer_class", "tokenizer", Truth::observed},
    {"base_model_name_or_path", "base_model", Truth::declared},
    {"peft_type", "adapter", Truth::observed},
});

// Of the front matter of a card, as Hugging Face has it.
constexpr auto kFrontMatter = std::to_array<Member>({
    {"license", "licence", Truth::declared},
    {"base_model", "base_model", Truth::declared},
    {"pipeline_tag", "task", Truth::declared},
    {"datasets", "dataset", Truth::declared},
    {"language", "language", Truth::declared},
    {"tags", "tag", Truth::declared},
    {"library_name", "made_with", Truth::declared},
    {"author", "author", Truth::declared},
    {"version", "version", Truth::declared},
    {"size_categories", "size", Truth::declared},
    {"task_categories", "task", Truth::declared},
    {"hardware", "hardware", Truth::declared},
});

struct Heading {
  std::string_view word;  // of a plain title
  std::string_view key;
};
constexpr auto kHeadings = std::to_array<Heading>({
    {"intended use", "intended_use"},
    {"uses", "intended_use"},
    {"direct use", "intended_use"},
    {"out of scope", "out_of_scope"},
    {"limit", "limitations"},
    {"bias", "limitations"},
    {"failure mode", "limitations"},
    {"training data", "training"},
    {"training procedure", "training"},
    {"training details", "training"},
    {"training", "training"},
    {"evaluation", "metric"},
    {"metrics", "metric"},
    {"performance", "metric"},
    {"results", "metric"},
    {"ethical", "ethics"},
    {"guardrail", "controls"},
    {"safety", "controls"},
    {"hardware", "hardware"},
    {"environment", "energy"},
    {"input", "input"},
    {"output", "output"},
    {"statistic", "statistics"},
    {"collection", "collection"},
    {"preprocessing", "preprocessing"},
});

std::string one_line(std::string_view body) {
  std::string out;
  for (const auto line : split(body, '\n')) {
    if (line.starts_with('#')) break;  // a section below
    const auto plain = trim(line);
    if (plain.empty() && out.size() > 400) break;
    if (plain.empty() || plain.starts_with("|--")) continue;
    if (!out.empty()) out += ' ';
    out += plain;
    if (out.size() > kLongest) break;
  }
  return printable(out, kLongest);
}

void add_values(const yaml::Node& node, const Member& rule, const std::string& seen,
                Component& model) {
  if (node.kind == yaml::Kind::sequence) {
    for (const auto& item : node.items) {
      model.add(rule.key, printable(item.text, kLongest), rule.truth, seen);
    }
  } else {
    model.add(rule.key, printable(node.text, kLongest), rule.truth, seen);
  }
}

struct Card {
  std::string_view front;
  std::string_view body;
};

Card parts_of(std::string_view text) {
  if (!text.starts_with("---\n")) return {{}, text};
  const auto end = text.find("\n---", 3);
  if (end == std::string_view::npos) return {{}, text};
  return {text.substr(4, end - 3), text.substr(end + 4)};
}

void read_front_matter(std::string_view front, const std::string& path, Component& model) {
  if (front.empty()) return;
  const auto reading = yaml::read(front);
  for (const auto& rule : kFrontMatter) {
    const auto* node = reading.root.find(rule.member);
    if (node != nullptr) add_values(*node, rule, cat(path, ", ", rule.member), model);
  }
}

// The paragraph behind the first heading, unless another heading follows at once.
std::string first_paragraph(std::string_view body) {
  std::string out;
  for (const auto line : split(body, '\n')) {
    const auto plain = trim(line);
    if (plain.starts_with('#')) {
      if (!out.empty()) break;
      continue;
    }
    if (plain.empty()) {
      if (!out.empty()) break;
      continue;
    }
    if (!out.empty()) out += ' ';
    out += plain;
  }
  return printable(out, kLongest);
}

void read_card(const Text& text, Component& model) {
  const auto [front, body] = parts_of(text.text);
  read_front_matter(front, text.path, model);
  if (const auto first = first_paragraph(body); !first.empty()) {
    model.add("description", first, Truth::declared, text.path);
  }
  for (const auto& section : markdown::sections(body, 200)) {
    if (section.level < 2 || !markdown::says_something(section.body)) continue;
    const auto title = markdown::plain_title(section.title);
    const auto* const rule = std::ranges::find_if(kHeadings, [&](const Heading& heading) {
      return title.find(heading.word) != std::string::npos;
    });
    if (rule == kHeadings.end()) continue;
    model.add(rule->key, one_line(section.body), Truth::declared,
              cat(text.path, ", ", printable(section.title, 80)));
  }
}

std::string text_of(const Json& value) {
  return printable(value.is_text() ? value.text() : value.canonical(), kLongest);
}

void read_configuration(const Text& text, const Json& json, Component& model) {
  for (const auto& rule : kConfiguration) {
    if (!json.has(rule.member)) continue;
    const auto seen = cat(text.path, ", ", rule.member);
    const Json& value = json[rule.member];
    if (value.is_array()) {
      for (const auto& item : value.items()) model.add(rule.key, text_of(item), rule.truth, seen);
    } else if (!value.is_null() && !value.is_object()) {
      model.add(rule.key, text_of(value), rule.truth, seen);
    }
  }
  const Json& method = json["quantization_config"]["quant_method"];
  model.add("quantisation", text_of(method.is_text() ? method : Json("")), Truth::observed,
            cat(text.path, ", quantization_config"));
}

// Numbers with names: what the makers measured.
void read_metrics(const Text& text, const Json& json, const std::string& before, int depth,
                  Component& model) {
  constexpr std::size_t kMost = 60;
  for (const auto& [key, value] : json.members()) {
    const auto name = before.empty() ? printable(key, 80) : cat(before, ".", printable(key, 80));
    if (model.all("metric").size() >= kMost) return;
    if (value.is_number()) {
      model.add("metric", cat(name, "=", value.canonical()), Truth::declared, text.path);
    } else if (value.is_object() && depth < 3) {
      read_metrics(text, value, name, depth + 1, model);
    }
  }
}

}  // namespace

bool is_model_text(std::string_view file_name) {
  return std::ranges::find(kNames, lower(file_name)) != kNames.end();
}

void read_model_text(const Text& text, Component& model) {
  const auto name = lower(file_name(text.path));
  if (!name.ends_with(".json")) return read_card(text, model);
  const auto reading = read_json(text.text, {.depth = 32, .values = 200'000});
  if (!reading.value) return;
  if (name == "metrics.json") return read_metrics(text, *reading.value, "", 0, model);
  read_configuration(text, *reading.value, model);
}

void read_dataset_text(const Text& text, Component& dataset) {
  read_card(text, dataset);
}

}  // namespace cupel::bom
