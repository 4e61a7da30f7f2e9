// SPDX-License-Identifier: Apache-2.0
#include "scan/code/shell.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace cupel::scan {

extern const Examiner kShell;

namespace shell {
namespace {

bool has_word(std::string_view text, std::string_view word) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string_view::npos; ++at) {
    const auto end = at + word.size();
    const bool before = at == 0 || !is_word(text[at - 1]);
    if (before && (end == text.size() || !is_word(text[end]))) return true;
  }
  return false;
}

template <std::size_t N>
bool has_any(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return has_word(text, word); });
}

}  // namespace

std::string_view danger_of(std::string_view line) {
  constexpr std::array<std::string_view, 9> kShells = {"sh",   "bash",   "zsh",     "dash", "ksh",
                                                       "perl", "python", "python3", "ruby"};
  constexpr std::array<std::string_view, 3> kFetchers = {"curl", "wget", "fetch"};
  if (const auto comment = line.find(" #"); comment != std::string_view::npos) {
    line = line.substr(0, comment);
  }
  if (trim(line).starts_with('#')) return {};
  if (line.find("/dev/tcp/") != std::string_view::npos) return "connects a shell to the net";
  if ((has_word(line, "nc") || has_word(line, "ncat")) && has_word(line, "-e")) {
    return "connects a shell to the net";
  }
  bool fetched = false;
  bool decoded = false;
  for (const auto part : split(line, '|')) {
    const bool runs = has_any(part.substr(0, part.find_first_of(";&")), kShells) ||
                      has_word(part, "eval") || has_word(part, "source");
    if (runs && fetched) return "runs what it fetches from the net";
    if (runs && decoded) return "runs what it decodes from a text";
    const bool nested = part.find("$(") != std::string_view::npos ||
                        part.find('`') != std::string_view::npos ||
                        part.find("<(") != std::string_view::npos;
    fetched = fetched || has_any(part, kFetchers);
    decoded = decoded ||
              ((has_word(part, "base64") || has_word(part, "xxd")) && has_word(part, "-d")) ||
              has_word(part, "--decode");
    if (runs && nested && fetched) return "runs what it fetches from the net";
  }
  return {};
}

void examine_line(const Layer& layer, Session& session, std::string_view text, std::uint32_t line,
                  Span span) {
  const auto danger = danger_of(text);
  if (danger.empty()) return;
  Place place = layer.place(span.begin, span.end);
  place.line = line;
  session.tell(layer, {.code = "SHL001",
                       .severity = Severity::high,
                       .title = cat("a line of ", quote(layer.name()), " ", danger),
                       .place = std::move(place),
                       .notes = {printable(trim(text), 200)},
                       .help = "do not run it: fetch, compare digests, review, then run"});
}

}  // namespace shell

namespace {

constexpr std::array<std::string_view, 1> kCodes = {"SHL001"};

bool fits(const Layer& layer) {
  const auto name = lower(file_name(layer.name()));
  const auto text = as_text(sniff_of(layer).head);
  if (text.starts_with("#!") && text.substr(0, 40).find("python") == std::string_view::npos) {
    return true;
  }
  return name.ends_with(".sh") || name.ends_with(".bash") || name.starts_with("dockerfile") ||
         name == "makefile";
}

void examine(const Layer& layer, Session& session) {
  const auto text = as_text(layer.bytes);
  std::uint32_t line = 0;
  std::size_t begin = 0;
  while (begin < text.size()) {
    ++line;
    const auto end = std::min(text.find('\n', begin), text.size());
    shell::examine_line(layer, session, text.substr(begin, end - begin), line, {begin, end});
    begin = end + 1;
  }
}

}  // namespace

constinit const Examiner kShell = {
    .id = "shell", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
