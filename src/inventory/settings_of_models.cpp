// SPDX-License-Identifier: Apache-2.0
#include "inventory/settings_of_models.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "inventory/kinds.h"

namespace cupel {
namespace {

constexpr std::size_t kPromptLength = 40;
constexpr int kMostTries = 100;  // constants of one file whose text is looked at

// One of these among the keys, and a second of either table.
constexpr auto kTelling = std::to_array<std::string_view>(
    {"temperature", "system_prompt", "max_tokens", "max_new_tokens", "max_output_tokens", "top_p",
     "top_k", "embedding", "embeddings", "embedding_model", "chunk_size", "chunk_overlap",
     "retriever", "llm", "llm_config", "context_window", "prompt_template"});
constexpr auto kCommon = std::to_array<std::string_view>(
    {"model", "model_name", "model_id", "provider", "api_base", "base_url", "prompt"});

template <std::size_t N>
bool among(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

// "chunk-size" and "CHUNK_SIZE" are one key.
std::string plain_key(std::string_view key) {
  std::string plain = lower(key);
  std::ranges::replace(plain, '-', '_');
  return plain;
}

class Keys {
 public:
  void take(std::string_view key) {
    const std::string plain = plain_key(key);
    if (among(kTelling, plain)) telling_.insert(plain);
    if (among(kCommon, plain)) common_.insert(plain);
  }

  [[nodiscard]] std::string verdict() const {
    if (telling_.empty() || telling_.size() + common_.size() < 2) return {};
    const auto first = telling_.begin();
    return cat(*first, " and ", telling_.size() > 1 ? *std::next(first) : *common_.begin());
  }

 private:
  std::set<std::string> telling_;
  std::set<std::string> common_;
};

// "  - model_name: x", "temperature = 0.7": the word before the sign.
void take_line(Keys& keys, std::string_view line) {
  line = trim(line);
  if (line.starts_with("- ")) line = trim(line.substr(2));
  const bool quoted = line.starts_with('"') || line.starts_with('\'');
  if (quoted) line.remove_prefix(1);
  const auto end = static_cast<std::size_t>(std::ranges::find_if_not(line, is_word) - line.begin());
  if (end == 0 || end > 40) return;
  auto rest = line.substr(end);
  if (quoted && !rest.empty()) rest.remove_prefix(1);
  rest = trim(rest);
  if (rest.starts_with(':') || rest.starts_with('=')) keys.take(line.substr(0, end));
}

// "temperature": of JSON, wherever it stands on the line.
void take_json(Keys& keys, std::string_view text) {
  for (auto at = text.find("\":"); at != std::string_view::npos; at = text.find("\":", at + 1)) {
    std::size_t begin = at;
    while (begin > 0 && at - begin < 40 && is_word(text[begin - 1])) --begin;
    if (begin > 0 && text[begin - 1] == '"') keys.take(text.substr(begin, at - begin));
  }
}

// Files of these names configure tools, or list packages.
bool is_of_tools(std::string_view path) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"package.json", "package-lock.json", "npm-shrinkwrap.json", "pyproject.toml", "Cargo.toml",
       "Pipfile", "composer.json", "environment.yml", "environment.yaml", "pnpm-lock.yaml",
       "mkdocs.yml", "cupel.yaml"});
  const auto name = file_name(path);
  return among(kNames, name) || name.starts_with("tsconfig") || name.starts_with('.');
}

// "DEFAULT_SYSTEM_PROMPT", "promptTemplate".
bool names_prompt(std::string_view name) {
  std::string plain = lower(name);
  std::erase(plain, '_');
  return plain.find("systemprompt") != std::string::npos ||
         plain.find("prompttemplate") != std::string::npos;
}

// The name that a line gives a value: "NAME = ", "NAME: str = ", "export const NAME = ".
std::string_view assigned_name(std::string_view line) {
  line = trim(line);
  for (const std::string_view word : {"export ", "const ", "let ", "var "}) {
    if (line.starts_with(word)) line = trim(line.substr(word.size()));
  }
  const auto end = static_cast<std::size_t>(std::ranges::find_if_not(line, is_word) - line.begin());
  const auto rest = trim(line.substr(end));
  const bool assigns = rest.starts_with("= ") || rest == "=" || rest.starts_with("=\"") ||
                       rest.starts_with("='") || rest.starts_with("=`") ||
                       (rest.starts_with(':') && rest.find('=') != std::string_view::npos);
  return assigns ? line.substr(0, end) : std::string_view();
}

// Takes one literal off the front and answers its length; 0 when there is none.
std::size_t take_literal(std::string_view& text) {
  for (int prefix = 0; prefix < 2 && !text.empty() && is_word(text[0]); ++prefix) {
    text.remove_prefix(1);  // r"", f"", rb""
  }
  for (const std::string_view quote : {R"(""")", "'''", "\"", "'", "`"}) {
    if (!text.starts_with(quote)) continue;
    std::size_t at = quote.size();
    while (at < text.size() && !text.substr(at).starts_with(quote)) {
      const bool one_line = quote == "\"" || quote == "'";
      if (one_line && text[at] == '\n') return 0;
      at += text[at] == '\\' ? std::size_t{2} : std::size_t{1};
    }
    if (at >= text.size()) return 0;
    text.remove_prefix(at + quote.size());
    return at - quote.size();
  }
  return 0;
}

// The literals that stand behind the sign, joined as the language joins them.
std::size_t literal_length(std::string_view text) {
  text = trim(text.substr(0, 64U << 10U));
  for (const std::string_view wrapper : {"textwrap.dedent(", "dedent(", "("}) {
    if (text.starts_with(wrapper)) text = trim(text.substr(wrapper.size()));
  }
  std::size_t length = 0;
  while (const std::size_t next = take_literal(text)) {
    length += next;
    text = trim(text);
  }
  return length;
}

}  // namespace

std::string model_settings_in(std::string_view path, std::string_view text) {
  if (is_of_tools(path)) return {};
  Keys keys;
  const std::string ending = extension(path);
  if (ending == ".json") {
    take_json(keys, text);
  } else if (ending == ".yaml" || ending == ".yml" || ending == ".toml" || ending == ".ini" ||
             ending == ".cfg" || ending == ".conf") {
    for (const auto line : split(text, '\n')) take_line(keys, line);
  }
  return keys.verdict();
}

std::string prompt_constant_in(std::string_view text) {
  std::size_t at = 0;
  int tries = 0;
  for (const auto line : split(text, '\n')) {
    const auto name = assigned_name(line);
    if (!name.empty() && names_prompt(name) && ++tries <= kMostTries) {
      const auto sign = text.find('=', at);
      if (sign != std::string_view::npos &&
          literal_length(text.substr(sign + 1)) >= kPromptLength) {
        return std::string(name);
      }
    }
    at += line.size() + 1;
  }
  return {};
}

}  // namespace cupel
