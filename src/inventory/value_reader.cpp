// SPDX-License-Identifier: Apache-2.0
#include "inventory/value_reader.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/text.h"
#include "base/time.h"
#include "inventory/values.h"

namespace cupel::system_file {
namespace {

using yaml::Kind;
using yaml::Mark;
using yaml::Node;

constexpr std::size_t kMostDiagnostics = 200;  // beyond this nobody reads on
constexpr std::size_t kMostKept = 2000;        // of which the first in the file are shown
constexpr std::size_t kMostCandidates = 2000;  // names that a misspelt one is compared with
constexpr std::size_t kLongestGuess = 64;      // longer words are not misspellings
constexpr std::size_t kShown = 80;             // bytes of a value that a message quotes

std::string found(const Node& node) {
  switch (node.kind) {
    case Kind::null:
      return "nothing stands here";
    case Kind::sequence:
      return "a list stands here";
    case Kind::mapping:
      return "keys with values stand here";
    case Kind::text:
      break;
  }
  return cat(quoted(node.quoted ? cat('"', node.text, '"') : node.text), " stands here");
}

bool is_moment(std::string_view text) {
  return parse_timestamp(text).has_value();
}

}  // namespace

std::string quoted(std::string_view text) {
  return cat("`", printable(text, kShown), "`");
}

std::string listed(const std::vector<std::string_view>& words) {
  std::string out;
  for (const auto word : words) {
    if (!out.empty()) out += ", ";
    out += word;
  }
  return out;
}

Place ValueReader::place(Mark at) const {
  return {.path = {std::string(file_)}, .line = at.line, .column = at.column};
}

void ValueReader::tell(std::string_view code, Mark at, std::string title, std::string help,
                       std::string label) {
  if (at.line == 0) at = {.line = 1, .column = 1};
  if (broken_.contains({at.line, at.column})) return;
  if (diagnostics_.size() >= kMostKept) {
    ++more_;
    return;
  }
  if (!told_.insert({at.line, at.column, cat(code, title)}).second) return;
  diagnostics_.push_back({.code = std::string(code),
                          .severity = Severity::high,
                          .title = std::move(title),
                          .place = place(at),
                          .label = std::move(label),
                          .notes = {},
                          .help = std::move(help)});
}

void ValueReader::tell(const yaml::Problem& problem) {
  switch (problem.trouble) {
    case yaml::Trouble::syntax:
      tell("CFG016", problem.at, cat("this is not YAML: ", problem.what),
           "mend this line; what follows it was not read");
      break;
    case yaml::Trouble::duplicate:
      tell("CFG014", problem.at, problem.what, "keep one of the two and remove the other");
      return;  // the value of either is worth a look
    case yaml::Trouble::feature:
      tell("CFG015", problem.at, cat("YAML that is not read here: ", problem.what),
           "use plain keys and values, each once, so that what people review is what is read");
      break;
    case yaml::Trouble::limit:
      tell("CFG017", problem.at, cat("the file is too much: ", problem.what),
           "split the system, or check that this is the file you meant");
      break;
  }
  broken_.insert({problem.at.line, problem.at.column});
}

void ValueReader::wrong_type(const Node& node, std::string_view what, std::string_view wanted,
                             std::string help) {
  tell("CFG002", node.begin, cat(what, " wants ", wanted, ", and ", found(node)), std::move(help));
}

std::vector<Diagnostic> ValueReader::diagnostics() && {
  std::vector<std::size_t> order(diagnostics_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) {
    return std::tuple(diagnostics_[i].place.line, diagnostics_[i].place.column, i);
  });
  std::vector<Diagnostic> sorted;
  for (const auto i : order) {
    if (sorted.size() == kMostDiagnostics) break;
    sorted.push_back(std::move(diagnostics_[i]));
  }
  const std::size_t left = order.size() - sorted.size() + more_;
  if (left != 0) sorted.back().notes.push_back(cat("and ", left, " more"));
  return sorted;
}

// Past the diagnostics that are shown, guessing would only cost time.
std::string ValueReader::did_you_mean(std::string_view word,
                                      const std::vector<std::string_view>& candidates) const {
  if (word.size() > kLongestGuess || diagnostics_.size() > kMostDiagnostics) return {};
  const auto meant = nearest(word, candidates);
  return meant ? cat("did you mean ", quoted(*meant), "?") : std::string();
}

const std::string* ValueReader::scalar(const Node& node, std::string_view key,
                                       std::string_view wanted) {
  if (node.kind != Kind::text) {
    wrong_type(node, quoted(key), wanted, cat("write it as `", printable(key, kShown), ": …`"));
    return nullptr;
  }
  if (trim(node.text).empty()) {
    tell("CFG020", node.begin, cat(quoted(key), " is empty"),
         "write a value, or leave the key out");
    return nullptr;
  }
  return &node.text;
}

// Text that every reader of YAML takes for text.
const std::string* ValueReader::text(const Node& node, std::string_view key) {
  const auto* value = scalar(node, key, "text");
  if (value == nullptr || node.quoted) return value;
  if (!is_number_word(*value) && !flag_from(lower(*value))) return value;
  wrong_type(node, quoted(key), "text",
             cat("put it in quotes: \"", printable(*value, kShown), "\""));
  return nullptr;
}

const std::string* ValueReader::line(const Node& node, std::string_view key) {
  const auto* value = text(node, key);
  if (value == nullptr || is_plain_line(*value)) return value;
  tell("CFG020", node.begin, cat(quoted(key), " holds line breaks or hidden characters"),
       cat("written visibly it is ", quoted(*value), "; use one short line of visible text"));
  return nullptr;
}

const std::string* ValueReader::word(const Node& node, std::string_view key, Words words) {
  const auto* value = scalar(node, key, "a word");
  if (value == nullptr || std::ranges::find(words, *value) != words.end()) return value;
  const std::vector<std::string_view> all(words.begin(), words.end());
  tell("CFG003", node.begin, cat(quoted(key), " cannot be ", quoted(*value)),
       cat("it is one of: ", listed(all)), did_you_mean(*value, all));
  return nullptr;
}

std::optional<std::string> ValueReader::path(const Node& node, std::string_view key) {
  const auto* value = line(node, key);
  if (value == nullptr) return {};
  auto inside = path_inside(*value);
  if (!inside) {
    tell("CFG006", node.begin, cat("the path ", quoted(*value), " leaves the system's folder"),
         "write it relative to the folder of this file, and keep the file inside");
  } else if (value->find('\\') != std::string::npos) {
    tell("CFG006", node.begin, cat("the path ", quoted(*value), " has a backslash"),
         "write `/` between folders");
    return {};
  }
  return inside;
}

std::optional<bool> ValueReader::flag(const Node& node, std::string_view key) {
  const auto* value = scalar(node, key, "true or false");
  if (value == nullptr) return {};
  const auto flag = node.quoted ? std::nullopt : flag_from(*value);
  if (!flag) {
    wrong_type(node, quoted(key), "true or false", "write `true` or `false`, without quotes");
  }
  return flag;
}

const std::string* ValueReader::ruled(const Node& node, std::string_view key,
                                      bool (*rule)(std::string_view), std::string_view code,
                                      std::string_view wanted, std::string help) {
  const auto* value = scalar(node, key, wanted);
  if (value == nullptr || rule(*value)) return value;
  tell(code, node.begin, cat(quoted(*value), " is not ", wanted), std::move(help));
  return nullptr;
}

const std::string* ValueReader::digest(const Node& node, std::string_view key) {
  std::string help = "a SHA-256 is 64 digits of 0-9 and a-f, as `sha256sum FILE` prints it";
  if (is_sha256(lower(node.text))) {
    help = "write it in lower case, so that one digest has one spelling";
  } else if (columns(node.text) != 64) {
    help += cat("; this has ", count_of(columns(node.text), "character"));
  }
  return ruled(node, key, is_sha256, "CFG009", "a SHA-256 digest", std::move(help));
}

const std::string* ValueReader::single(const Node& node, std::string_view key, Type type,
                                       Words words) {
  switch (type) {
    case Type::name:
      return line(node, key);
    case Type::text:
      return text(node, key);
    case Type::word:
      return word(node, key, words);
    case Type::digest:
      return digest(node, key);
    case Type::url:
      return ruled(node, key, is_url, "CFG013", "a URL",
                   "write it with its scheme: https://host/path");
    case Type::public_key:
      return ruled(node, key, is_public_key, "CFG012", "an Ed25519 public key",
                   "it is base64 of 32 bytes (44 characters), as `cupel key new` prints it");
    case Type::moment:
      return ruled(node, key, is_moment, "CFG010", "a date",
                   "write 2026-03-01, or with the time 2026-03-01T09:30:00Z");
    case Type::person: {
      const auto* value = line(node, key);
      if (value != nullptr) people_used_.push_back({*value, key, node.begin});
      return value;
    }
    default:
      return nullptr;
  }
}

std::vector<std::string> ValueReader::several(const Node& node, std::string_view key, Type type,
                                              Words words) {
  std::vector<std::string> out;
  if (node.kind != Kind::sequence) {
    const std::string example =
        node.kind == Kind::text ? cat("[", printable(node.text, kShown), "]") : "[…, …]";
    wrong_type(node, quoted(key), "a list",
               cat("write it in brackets: `", key, ": ", example, "`"));
    return out;
  }
  if (node.items.empty() && type == Type::words) {
    tell("CFG020", node.begin, cat(quoted(key), " is empty"),
         cat("name at least one of: ", listed({words.begin(), words.end()})));
  }
  Seen seen;
  for (const auto& item : node.items) {
    if (item.kind == Kind::text) unique(seen, item, cat("an entry of `", key, "`"));
    if (type == Type::paths) {
      if (auto inside = path(item, key)) out.push_back(std::move(*inside));
      continue;
    }
    const auto* value = type == Type::words ? word(item, key, words) : line(item, key);
    if (value == nullptr) continue;
    if (type == Type::assets) assets_used_.push_back({*value, key, item.begin});
    out.push_back(*value);
  }
  return out;
}

void ValueReader::unique(Seen& seen, const Node& node, std::string_view what) {
  const auto [first, added] = seen.insert({node.text, node.begin});
  if (added) return;
  tell("CFG005", node.begin,
       cat(quoted(node.text), " stands twice as ", what, ", first on line ", first->second.line),
       "give each its own, or remove one of the two");
}

void ValueReader::resolve(const std::vector<Reference>& references,
                          const std::vector<std::string_view>& names, std::string_view where) {
  const std::set<std::string_view> known(names.begin(), names.end());
  const auto compared = static_cast<std::ptrdiff_t>(std::min(names.size(), kMostCandidates));
  const std::vector<std::string_view> candidates(names.begin(), names.begin() + compared);
  for (const auto& reference : references) {
    if (known.contains(reference.name)) continue;
    tell("CFG007", reference.at,
         cat(quoted(reference.key), " names ", quoted(reference.name), ", which is not in `", where,
             "`"),
         cat("add it to `", where, ":`, or use a name that stands there"),
         did_you_mean(reference.name, candidates));
  }
}

void ValueReader::resolve_people(const std::vector<std::string_view>& names) {
  resolve(people_used_, names, "people");
}

void ValueReader::resolve_assets(const std::vector<std::string_view>& names) {
  resolve(assets_used_, names, "assets");
}

}  // namespace cupel::system_file
