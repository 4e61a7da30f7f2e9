// SPDX-License-Identifier: Apache-2.0
#include "formats/settings.h"

#include <algorithm>

#include "base/text.h"
#include "formats/yaml.h"

namespace cupel::settings {
namespace {

constexpr std::size_t kMost = 100'000;  // settings of one file

std::string plain_key(std::string_view key) {
  std::string out = lower(trim(key));
  std::ranges::replace(out, '-', '_');
  std::erase_if(out, [](char c) { return c == '"' || c == '\''; });
  return out;
}

void flatten(const yaml::Node& node, const std::string& key, Reading& reading) {
  if (reading.settings.size() >= kMost) {
    reading.problem = "it holds too many settings";
    return;
  }
  switch (node.kind) {
    case yaml::Kind::mapping:
      for (std::size_t i = 0; i < node.keys.size(); ++i) {
        const std::string part = plain_key(node.keys[i].text);
        flatten(node.items[i], key.empty() ? part : cat(key, ".", part), reading);
      }
      break;
    case yaml::Kind::sequence:
      for (const auto& item : node.items) flatten(item, key, reading);
      break;
    case yaml::Kind::text:
      reading.settings.push_back({.key = key, .value = node.text, .line = node.begin.line});
      break;
    case yaml::Kind::null:
      reading.settings.push_back({.key = key, .value = {}, .line = node.begin.line});
  }
}

std::string_view without_comment(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool starts = line[i] == '#' || line[i] == ';' || line.substr(i).starts_with("//");
    if (starts && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) return line.substr(0, i);
  }
  return line;
}

std::string_view unquoted(std::string_view value) {
  value = trim(value);
  while (!value.empty() && (value.back() == ';' || value.back() == ',')) value.remove_suffix(1);
  value = trim(value);
  const bool quoted = value.size() >= 2 && value.front() == value.back() &&
                      (value.front() == '"' || value.front() == '\'');
  return quoted ? value.substr(1, value.size() - 2) : value;
}

// "key = value", "key: value", "key value", "key"; "[section]" and "section {" open a section.
class Lines {
 public:
  Reading read(std::string_view text) {
    std::uint32_t number = 0;
    for (auto line : split(text, '\n')) {
      ++number;
      line = trim(without_comment(line));
      if (line.empty()) continue;
      if (reading_.settings.size() >= kMost) {
        reading_.problem = "it holds too many settings";
        break;
      }
      take(line, number);
    }
    return std::move(reading_);
  }

 private:
  void take(std::string_view line, std::uint32_t number) {
    if (line.front() == '[' && line.back() == ']') {
      section_ = plain_key(line.substr(1, line.size() - 2));
      return;
    }
    if (line == "}" || line == "};" || line == "},") {
      section_.clear();
      return;
    }
    if (line.ends_with('{')) {
      section_ = plain_key(line.substr(0, line.size() - 1));
      return;
    }
    if (line.starts_with("export ")) line = trim(line.substr(7));
    const auto mark = line.find_first_of("=: \t");
    const std::string key = plain_key(line.substr(0, mark));
    auto value = mark == std::string_view::npos ? std::string_view{} : trim(line.substr(mark));
    if (!value.empty() && (value.front() == '=' || value.front() == ':')) value.remove_prefix(1);
    const auto plain = unquoted(mark == std::string_view::npos ? std::string_view{} : value);
    const std::string name = unquoted_key(key);
    reading_.settings.push_back({.key = section_.empty() ? name : cat(section_, ".", name),
                                 .value = std::string(plain),
                                 .line = number});
  }

  // "access_log;" is a word with its end mark.
  static std::string unquoted_key(const std::string& key) { return std::string(unquoted(key)); }

  Reading reading_;
  std::string section_;
};

}  // namespace

Syntax syntax_of(std::string_view path) {
  const std::string name = lower(path);
  const bool tree = name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json");
  return tree ? Syntax::yaml : Syntax::lines;
}

Reading read(std::string_view text, Syntax syntax) {
  if (syntax == Syntax::lines) return Lines().read(text);
  const auto tree = yaml::read(text);
  Reading reading;
  flatten(tree.root, "", reading);
  if (!tree.problems.empty()) {
    reading.problem = cat("line ", tree.problems.front().at.line, ": ", tree.problems.front().what);
  }
  return reading;
}

}  // namespace cupel::settings
