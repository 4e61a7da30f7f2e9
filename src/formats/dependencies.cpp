// SPDX-License-Identifier: Apache-2.0
#include "formats/dependencies.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/json.h"
#include "base/text.h"
#include "formats/yaml.h"

namespace cupel::dependencies {
namespace {

constexpr std::size_t kMost = 20'000;  // dependencies of one file

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

// "==1.2.3" and "===1.2.3" name one version; "==1.2.*" and ">=1" do not.
bool is_exact(std::string_view specifier) {
  specifier = trim(specifier);
  if (!specifier.starts_with("==")) return false;
  return specifier.find_first_of("*,<>!~") == std::string_view::npos && specifier.size() > 2;
}

// The one version that is_exact() text names.
std::string exact_version(std::string_view specifier) {
  specifier = trim(specifier);
  while (specifier.starts_with('=')) specifier.remove_prefix(1);
  return std::string(trim(specifier));
}

// "name @ https://…#sha256=…" or "git+https://…@<commit>".
Pin pin_of_url(std::string_view url) {
  if (url.find("sha256=") != std::string_view::npos) return Pin::hashed;
  const auto at = url.rfind('@');
  if (url.find("git+") != std::string_view::npos && at != std::string_view::npos) {
    const auto commit = url.substr(at + 1, 40);
    if (commit.size() == 40 && is_hex(commit)) return Pin::hashed;  // a commit is a digest
  }
  return Pin::loose;
}

// One requirement of PEP 508, with pip's --hash options behind it; nothing when it is none.
std::optional<Dependency> requirement(std::string_view text, std::uint32_t line) {
  text = trim(text);
  const auto hash = text.find("--hash");
  const bool hashed = hash != std::string_view::npos;
  text = trim(text.substr(0, hash));
  text = trim(text.substr(0, text.find(';')));
  std::size_t end = 0;
  while (end < text.size() && is_name(text[end])) ++end;
  if (end == 0) return {};
  Dependency found{.name = plain_name(text.substr(0, end)), .pin = Pin::loose, .line = line};
  auto rest = trim(text.substr(end));
  if (rest.starts_with('[')) {
    const auto close = rest.find(']');
    if (close == std::string_view::npos) return {};
    rest = trim(rest.substr(close + 1));
  }
  if (rest.starts_with('(') && rest.ends_with(')')) rest = trim(rest.substr(1, rest.size() - 2));
  if (rest.starts_with('@')) {
    found.pin = pin_of_url(rest);
    return found;
  }
  constexpr std::string_view kOperators = "=<>!~";
  if (!rest.empty() && kOperators.find(rest[0]) == std::string_view::npos) return {};
  if (is_exact(rest)) {
    found.pin = hashed ? Pin::hashed : Pin::version;
    found.version = exact_version(rest);
  }
  return found;
}

void add(Listing& listing, std::string_view text, std::uint32_t line) {
  const bool room = listing.dependencies.size() < kMost;
  if (auto found = room ? requirement(text, line) : std::nullopt) {
    listing.dependencies.push_back(std::move(*found));
  } else {
    listing.unread.push_back(line);
  }
}

// "-r other.txt", "--constraint=other.txt" → "other.txt".
std::optional<std::string_view> included(std::string_view line) {
  for (const std::string_view option : {"-r", "-c", "--requirement", "--constraint"}) {
    if (!line.starts_with(option)) continue;
    const auto rest = line.substr(option.size());
    if (rest.empty() || (rest[0] != ' ' && rest[0] != '=' && rest[0] != '\t')) continue;
    return trim(rest.substr(1));
  }
  return {};
}

void read_requirement_line(Listing& listing, std::string_view line, std::uint32_t number) {
  line = trim(line);
  // Only a '#' behind a space begins a comment: URLs have fragments.
  if (line.starts_with('#')) return;
  if (const auto comment = line.find(" #"); comment != std::string_view::npos) {
    line = trim(line.substr(0, comment));
  }
  if (line.empty()) return;
  if (const auto other = included(line)) {
    listing.includes.emplace_back(*other);
    return;
  }
  // The project's own code, and settings of the installer.
  if (line.starts_with("-e .") || line.starts_with("./") || line == "." ||
      line.starts_with("--index-url") || line.starts_with("--extra-index-url") ||
      line.starts_with("--no-") || line.starts_with("--only-") || line.starts_with("--pre") ||
      line.starts_with("-i ") || line.starts_with("--find-links") || line.starts_with("-f ") ||
      line.starts_with("--trusted-host") || line.starts_with("--require-hashes")) {
    return;
  }
  if (line.starts_with("-e ")) line = trim(line.substr(3));
  if (line.starts_with("git+") || line.starts_with("http")) {
    listing.dependencies.push_back(
        {.name = std::string(line.substr(0, 200)), .pin = pin_of_url(line), .line = number});
    return;
  }
  add(listing, line, number);
}

// --- TOML, as far as manifests use it ---------------------------------------------------------

// What stands between the first pair of quotes, and the text behind it.
std::optional<std::string_view> quoted(std::string_view& rest) {
  const auto open = rest.find_first_of("\"'");
  if (open == std::string_view::npos) return {};
  const auto close = rest.find(rest[open], open + 1);
  if (close == std::string_view::npos) return {};
  const auto text = rest.substr(open + 1, close - open - 1);
  rest = rest.substr(close + 1);
  return text;
}

std::string_view without_comment(std::string_view line) {
  bool in_text = false;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (in_text) {
      in_text = line[i] != quote;
    } else if (line[i] == '"' || line[i] == '\'') {
      in_text = true;
      quote = line[i];
    } else if (line[i] == '#') {
      return line.substr(0, i);
    }
  }
  return line;
}

// Whether an array's closing bracket stands outside its strings.
bool closes(std::string_view line) {
  bool in_text = false;
  char quote = 0;
  int depth = 0;
  for (const char c : line) {
    if (in_text) {
      in_text = c != quote;
    } else if (c == '"' || c == '\'') {
      in_text = true;
      quote = c;
    } else if (c == '[') {
      ++depth;
    } else if (c == ']') {
      --depth;
    }
  }
  return depth < 0;
}

// The version of a Poetry or Pipenv table entry: `name = "==1.2"`, `name = {version = "1.2"}`.
// Poetry reads a bare "1.2.3" as exactly that version, Pipenv wants "==".
void read_entry(Dependency& entry, std::string_view value, bool bare_is_exact) {
  if (trim(value).starts_with('{')) {
    const auto version = value.find("version");
    if (version == std::string_view::npos) {
      entry.pin = pin_of_url(value);
      return;
    }
    value = value.substr(version);
  }
  const auto text = quoted(value);
  if (!text) return;
  const auto version = trim(*text);
  const bool bare = !version.empty() && version[0] >= '0' && version[0] <= '9' &&
                    version.find_first_of("*,<>^~ ") == std::string_view::npos;
  if (!is_exact(version) && !(bare && bare_is_exact)) return;
  entry.pin = Pin::version;
  entry.version = exact_version(version);
}

class TomlManifest {
 public:
  explicit TomlManifest(bool pipfile) : pipfile_(pipfile) {}

  Listing read(std::string_view text) {
    std::uint32_t number = 0;
    for (auto line : split(text, '\n')) {
      ++number;
      line = trim(without_comment(line));
      if (!line.empty()) take(line, number);
    }
    return std::move(listing_);
  }

 private:
  void take(std::string_view line, std::uint32_t number) {
    if (in_array_) {
      strings_of(line, number);
      in_array_ = !closes(line);
    } else if (line.starts_with('[')) {
      table_ = trim(line.substr(1, line.find(']') == std::string_view::npos
                                       ? line.size() - 1
                                       : line.find_last_of(']') - 1));
    } else if (const auto equals = line.find('='); equals != std::string_view::npos) {
      entry(trim(line.substr(0, equals)), trim(line.substr(equals + 1)), number);
    }
  }

  void entry(std::string_view key, std::string_view value, std::uint32_t number) {
    const bool poetry = table_.starts_with("tool.poetry") && table_.ends_with("dependencies");
    const bool pipenv = pipfile_ && (table_ == "packages" || table_ == "dev-packages");
    if (poetry || pipenv) {
      if (key != "python") {
        Dependency found{.name = plain_name(key), .line = number};
        read_entry(found, value, poetry);
        listing_.dependencies.push_back(std::move(found));
      }
      return;
    }
    const bool listed = (table_ == "project" && key == "dependencies") ||
                        table_ == "project.optional-dependencies" || table_ == "dependency-groups";
    if (!listed || !value.starts_with('[')) return;
    strings_of(value.substr(1), number);
    in_array_ = !closes(value.substr(1));
  }

  void strings_of(std::string_view line, std::uint32_t number) {
    while (const auto text = quoted(line)) add(listing_, *text, number);
  }

  bool pipfile_;
  Listing listing_;
  std::string_view table_;
  bool in_array_ = false;
};

// "numpy=1.26.4", "numpy=1.26.4=py311_0", "channel::numpy>=1": conda's own spelling, in which
// a single '=' is a prefix of versions unless a build follows.
void add_conda(Listing& listing, std::string_view text, std::uint32_t line) {
  if (const auto channel = text.find("::"); channel != std::string_view::npos) {
    text = text.substr(channel + 2);
  }
  std::size_t end = 0;
  while (end < text.size() && is_name(text[end])) ++end;
  if (end == 0) {
    listing.unread.push_back(line);
    return;
  }
  const auto rest = trim(text.substr(end));
  const bool built = rest.starts_with('=') && !rest.starts_with("==") &&
                     rest.find('=', 1) != std::string_view::npos;
  const auto dots = std::ranges::count(rest, '.');
  const bool full =
      rest.starts_with('=') && dots >= 2 && rest.find_first_of("*,<>|") == std::string_view::npos;
  const bool pinned = built || full || is_exact(rest);
  auto version = pinned ? exact_version(rest) : std::string();
  version.resize(std::min(version.size(), version.find('=')));
  listing.dependencies.push_back({.name = plain_name(text.substr(0, end)),
                                  .pin = pinned ? Pin::version : Pin::loose,
                                  .line = line,
                                  .version = std::move(version)});
}

}  // namespace

std::string plain_name(std::string_view name) {
  std::string out;
  for (const char c : lower(trim(name))) {
    if (c == '"' || c == '\'') continue;
    const bool between = c == '-' || c == '_' || c == '.';
    if (between && !out.empty() && out.back() == '-') continue;
    out += between ? '-' : c;
  }
  return out;
}

Listing read_requirements(std::string_view text) {
  Listing listing;
  std::string whole;
  std::uint32_t number = 0;
  std::uint32_t first = 0;
  for (auto line : split(text, '\n')) {
    ++number;
    if (whole.empty()) first = number;
    line = trim(line);
    const bool goes_on = line.ends_with('\\');
    if (goes_on) line.remove_suffix(1);
    whole += line;
    whole += ' ';
    if (goes_on) continue;
    read_requirement_line(listing, whole, first);
    whole.clear();
  }
  read_requirement_line(listing, whole, first);
  return listing;
}

Listing read_pyproject(std::string_view text) {
  return TomlManifest(false).read(text);
}

Listing read_pipfile(std::string_view text) {
  return TomlManifest(true).read(text);
}

Listing read_environment(std::string_view text) {
  Listing listing;
  const auto reading = yaml::read(text);
  for (const auto& problem : reading.problems) listing.unread.push_back(problem.at.line);
  const auto take = [&](const yaml::Node* list, bool conda) {
    if (list == nullptr) return;
    for (const auto& item : list->items) {
      if (item.kind == yaml::Kind::mapping) {
        if (const auto* pip = item.find("pip")) {
          for (const auto& each : pip->items) {
            read_requirement_line(listing, each.text, each.begin.line);
          }
        }
      } else if (conda && item.text != "pip" && !item.text.starts_with("python")) {
        add_conda(listing, item.text, item.begin.line);
      } else if (!conda) {
        read_requirement_line(listing, item.text, item.begin.line);
      }
    }
  };
  // MLflow's python_env.yaml names the interpreter beside pip's requirements.
  const bool conda = reading.root.find("python") == nullptr;
  take(reading.root.find("dependencies"), conda);
  if (!conda) take(reading.root.find("build_dependencies"), false);
  return listing;
}

Listing read_setup_cfg(std::string_view text) {
  Listing listing;
  bool inside = false;
  std::uint32_t number = 0;
  for (const auto line : split(text, '\n')) {
    ++number;
    if (line.starts_with("install_requires")) {
      inside = true;
      const auto equals = line.find('=');
      const auto rest = trim(equals == std::string_view::npos ? "" : line.substr(equals + 1));
      if (!rest.empty()) add(listing, rest, number);
    } else if (inside && (line.starts_with(' ') || line.starts_with('\t'))) {
      if (!trim(line).empty()) read_requirement_line(listing, line, number);
    } else if (!trim(line).empty()) {
      inside = false;
    }
  }
  return listing;
}

Listing read_package_json(std::string_view text) {
  Listing listing;
  const auto reading = read_json(text, {.depth = 32, .values = 200'000});
  if (!reading.value) {
    listing.unread.push_back(1);
    return listing;
  }
  for (const std::string_view table : {"dependencies", "devDependencies", "optionalDependencies"}) {
    for (const auto& member : (*reading.value)[table].members()) {
      const std::string_view version = trim(member.value.text());
      const bool exact = !version.empty() && version[0] >= '0' && version[0] <= '9' &&
                         version.find_first_of("xX*<>|^~ -") == std::string_view::npos;
      listing.dependencies.push_back(
          {.name = member.key,
           .pin = exact ? Pin::version : Pin::loose,
           .line = 1,
           .version = std::string(exact ? version : std::string_view())});
    }
  }
  return listing;
}

Listing read_metadata(std::string_view text) {
  constexpr std::string_view kField = "Requires-Dist:";
  Listing listing;
  std::uint32_t number = 0;
  for (const auto line : split(text, '\n')) {
    ++number;
    if (trim(line).empty()) break;  // the description follows
    if (line.starts_with(kField)) add(listing, line.substr(kField.size()), number);
  }
  return listing;
}

Listing read_toml_lock(std::string_view text) {
  Listing listing;
  bool inside = false;  // of a [[package]] or [[packages]] table
  std::uint32_t number = 0;
  for (auto line : split(text, '\n')) {
    ++number;
    line = trim(line);
    if (line.starts_with('[')) {
      inside = line == "[[package]]" || line == "[[packages]]";
      if (inside && listing.dependencies.size() < kMost) {
        listing.dependencies.push_back({.name = {}, .pin = Pin::hashed, .line = number});
      }
      continue;
    }
    const auto equals = line.find('=');
    if (!inside || equals == std::string_view::npos || listing.dependencies.empty()) continue;
    const auto key = trim(line.substr(0, equals));
    auto value = line.substr(equals + 1);
    const auto said = quoted(value);
    if (!said) continue;
    auto& package = listing.dependencies.back();
    if (key == "name" && package.name.empty()) package.name = std::string(*said);
    if (key == "version" && package.version.empty()) package.version = std::string(*said);
  }
  std::erase_if(listing.dependencies, [](const Dependency& each) { return each.name.empty(); });
  return listing;
}

Listing read_pipfile_lock(std::string_view text) {
  Listing listing;
  const auto reading = read_json(text, {.depth = 32, .values = 2'000'000});
  if (!reading.value) {
    listing.unread.push_back(1);
    return listing;
  }
  for (const std::string_view table : {"default", "develop"}) {
    for (const auto& member : (*reading.value)[table].members()) {
      listing.dependencies.push_back({.name = plain_name(member.key),
                                      .pin = Pin::hashed,
                                      .line = 1,
                                      .version = exact_version(member.value["version"].text())});
    }
  }
  return listing;
}

Listing read_package_lock(std::string_view text) {
  constexpr std::string_view kFolder = "node_modules/";
  Listing listing;
  const auto reading = read_json(text, {.depth = 128, .values = 5'000'000});
  if (!reading.value) {
    listing.unread.push_back(1);
    return listing;
  }
  const auto add_package = [&](std::string_view name, const Json& package) {
    if (package["link"].boolean() || name.empty()) return;
    listing.dependencies.push_back({.name = std::string(name),
                                    .pin = Pin::hashed,
                                    .line = 1,
                                    .version = package["version"].text()});
  };
  // Version 2 and 3 list every package by its folder; version 1 nests them.
  for (const auto& member : (*reading.value)["packages"].members()) {
    const auto at = member.key.rfind(kFolder);
    if (at != std::string::npos) {
      add_package(std::string_view(member.key).substr(at + kFolder.size()), member.value);
    }
  }
  if ((*reading.value).has("packages")) return listing;
  std::vector<const Json*> open = {&(*reading.value)["dependencies"]};
  while (!open.empty()) {
    const Json& table = *open.back();
    open.pop_back();
    for (const auto& member : table.members()) {
      add_package(member.key, member.value);
      open.push_back(&member.value["dependencies"]);
    }
  }
  return listing;
}

Listing read_go_sum(std::string_view text) {
  Listing listing;
  std::uint32_t number = 0;
  for (const auto line : split(text, '\n')) {
    ++number;
    const auto words = split(trim(line), ' ');
    if (words.size() != 3 || words[1].ends_with("/go.mod")) continue;
    listing.dependencies.push_back({.name = std::string(words[0]),
                                    .pin = Pin::hashed,
                                    .line = number,
                                    .version = std::string(words[1])});
  }
  return listing;
}

bool lock_has_hashes(std::string_view text) {
  constexpr std::array<std::string_view, 6> kMarks = {"sha256:",  "sha512-", "sha1-",
                                                      "checksum", "h1:",     "integrity"};
  return std::ranges::any_of(
      kMarks, [&](std::string_view mark) { return text.find(mark) != std::string_view::npos; });
}

}  // namespace cupel::dependencies
