// SPDX-License-Identifier: Apache-2.0
// GGUF: numbers that are read by code written in C, and templates that are executed.
#include "formats/gguf.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "base/text.h"
#include "formats/signature.h"
#include "scan/examiner.h"
#include "scan/text/hidden.h"

namespace cupel::scan {

extern const Examiner kGguf;

namespace {

constexpr std::array<std::string_view, 5> kCodes = {"GGF001", "GGF002", "GGF003", "TXT001",
                                                    "TXT002"};
constexpr std::string_view kTemplate = "tokenizer.chat_template";
constexpr std::size_t kTold = 32;

bool fits(const Layer& layer) {
  return has_signature(sniff_of(layer), "GGUF");
}

// llama.h, enum llama_ftype.
constexpr std::array<std::string_view, 41> kFileTypes = {
    "F32",      "F16",    "Q4_0",    "Q4_1",      "Q4_1 some F16", "Q4_2",     "Q4_3",
    "Q8_0",     "Q5_0",   "Q5_1",    "Q2_K",      "Q3_K_S",        "Q3_K_M",   "Q3_K_L",
    "Q4_K_S",   "Q4_K_M", "Q5_K_S",  "Q5_K_M",    "Q6_K",          "IQ2_XXS",  "IQ2_XS",
    "Q2_K_S",   "IQ3_XS", "IQ3_XXS", "IQ1_S",     "IQ4_NL",        "IQ3_S",    "IQ3_M",
    "IQ2_S",    "IQ2_M",  "IQ4_XS",  "IQ1_M",     "BF16",          "Q4_0_4_4", "Q4_0_4_8",
    "Q4_0_8_8", "TQ1_0",  "TQ2_0",   "MXFP4 MoE", "NVFP4",         "Q1_0"};

struct Said {
  std::string_view key;
  std::string_view statement;
};
constexpr std::array<Said, 10> kSaid = {{
    {"general.architecture", "architecture"},
    {"general.name", "name"},
    {"general.license", "licence"},
    {"general.license.link", "licence"},
    {"general.source.url", "source"},
    {"general.source.huggingface.repository", "source"},
    {"general.repo_url", "source"},
    {"general.author", "author"},
    {"general.organization", "author"},
    {"tokenizer.ggml.model", "tokenizer"},
}};

bool is_base_model(std::string_view key) {
  return key.starts_with("general.base_model.") &&
         (key.ends_with(".name") || key.ends_with(".repo_url"));
}

void state_text(const Layer& layer, Session& session, const gguf::Pair& pair) {
  const auto text = as_text(pair.value.bytes);
  for (const auto& said : kSaid) {
    if (pair.key == said.key) session.state(layer, said.statement, text);
  }
  if (is_base_model(pair.key)) session.state(layer, "base_model", text);
}

void state_quantisation(const Layer& layer, Session& session, const gguf::Reading& reading) {
  const auto* file_type = reading.find("general.file_type");
  if (file_type != nullptr && file_type->number < kFileTypes.size()) {
    return session.state(layer, "quantisation",
                         kFileTypes.at(static_cast<std::size_t>(file_type->number)));
  }
  std::map<std::uint32_t, std::uint64_t> sizes;
  for (const auto& tensor : reading.tensors) sizes[tensor.type] += tensor.size;
  const auto most = std::ranges::max_element(sizes, {}, [](const auto& e) { return e.second; });
  if (most != sizes.end()) {
    session.state(layer, "quantisation", gguf::name_of_tensor_type(most->first));
  }
}

// The product of the sides, or nothing when it does not fit: a file may claim anything.
std::optional<std::uint64_t> elements_of(const gguf::Tensor& tensor) {
  std::uint64_t product = 1;
  for (std::uint32_t i = 0; i < std::min<std::uint32_t>(tensor.dimensions, 4); ++i) {
    if (__builtin_mul_overflow(product, tensor.sides.at(i), &product)) return {};
  }
  return product;
}

void state_sizes(const Layer& layer, Session& session, const gguf::Reading& reading) {
  if (!reading.complete) return;
  std::uint64_t parameters = 0;
  for (const auto& tensor : reading.tensors) {
    const auto elements = elements_of(tensor);
    if (!elements || __builtin_add_overflow(parameters, *elements, &parameters)) return;
  }
  session.state(layer, "tensors", cat(reading.tensors.size()));
  session.state(layer, "parameters", cat(parameters));
  for (const auto& pair : reading.pairs) {
    const bool is_text = pair.value.is_text() || pair.value.type == gguf::Type::array;
    if (pair.key.ends_with(".context_length") && !is_text) {
      session.state(layer, "context_length", cat(pair.value.number));
    }
  }
}

// llama.cpp takes `tokenizer.chat_template`, and by name `tokenizer.chat_template.<name>`.
bool is_template(std::string_view key) {
  return key == kTemplate || (key.starts_with(kTemplate) && key[kTemplate.size()] == '.');
}

void examine_pair(const Layer& layer, Session& session, const gguf::Reading& reading,
                  const gguf::Pair& pair) {
  if (pair.value.is_text()) {
    state_text(layer, session, pair);
    if (is_template(pair.key)) {
      return session.follow(layer, cat(pair.key, ".jinja"), pair.value.bytes, true);
    }
    return examine_hidden_text(layer, session, pair.key, as_text(pair.value.bytes), pair.span);
  }
  if (pair.key == "general.tags" || pair.key == "general.languages") {
    for (const auto text : gguf::texts_of(reading, pair.value, kTold)) {
      session.state(layer, pair.key == "general.tags" ? "tag" : "language", text);
    }
  } else if (is_template(pair.key)) {
    // A list of templates is no list that readers know: examined all the same.
    for (const auto text : gguf::texts_of(reading, pair.value, kTold)) {
      session.follow(layer, cat(pair.key, ".jinja"), as_bytes(text), true);
    }
  }
}

void tell_problem(const Layer& layer, Session& session, const gguf::Problem& problem) {
  constexpr std::string_view kAgain =
      "get the file again from where it was made, and compare digests";
  Place place = layer.place(problem.span.begin, problem.span.end);
  place.pointer = problem.pointer;
  Diagnostic diagnostic{.code = "GGF001",
                        .severity = Severity::high,
                        .title = cat(quote(layer.name()), ": ", problem.what),
                        .place = std::move(place),
                        .help = std::string(kAgain)};
  if (problem.gravity == gguf::Gravity::odd) {
    diagnostic.code = "GGF002";
    diagnostic.severity = Severity::medium;
    diagnostic.help = "convert the model again with the tools of llama.cpp";
  } else if (problem.gravity == gguf::Gravity::overflow) {
    diagnostic.code = "GGF003";
    diagnostic.notes = {
        "readers that trusted such a number wrote beyond their memory "
        "(CVE-2024-21802, CVE-2024-21825, CVE-2024-21836, CVE-2024-23496, "
        "CVE-2024-23605, CVE-2025-53630)"};
    diagnostic.help = "do not load this file: no converter writes such a number";
  }
  session.tell(layer, std::move(diagnostic));
}

void examine_tail(const Layer& layer, Session& session, const gguf::Reading& reading) {
  if (!reading.complete || reading.data_end >= layer.bytes.size()) return;
  const auto tail = layer.bytes.subspan(static_cast<std::size_t>(reading.data_end));
  const bool sound = std::ranges::all_of(tail, [](std::byte b) { return b == std::byte{0}; });
  if (sound && tail.size() <= reading.alignment) return;
  session.tell(layer, {.code = "GGF002",
                       .severity = Severity::medium,
                       .title = cat(quote(layer.name()), ": ", tail.size(),
                                    " bytes behind the last tensor belong to none"),
                       .place = layer.place(reading.data_end, layer.bytes.size()),
                       .help = "convert the model again with the tools of llama.cpp"});
  session.follow(layer, "tail", tail);
}

void examine(const Layer& layer, Session& session) {
  const auto reading = gguf::read(layer.bytes);
  for (const auto& problem : reading.problems) tell_problem(layer, session, problem);
  if (!reading.complete) session.miss(layer, "it could not be read to the end of its tensor list");
  for (const auto& pair : reading.pairs) examine_pair(layer, session, reading, pair);
  state_quantisation(layer, session, reading);
  state_sizes(layer, session, reading);
  examine_tail(layer, session, reading);
}

}  // namespace

constinit const Examiner kGguf = {.id = "gguf", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
