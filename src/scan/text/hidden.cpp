// SPDX-License-Identifier: Apache-2.0
#include "scan/text/hidden.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "detect/secrets.h"

namespace cupel::scan {
namespace {

constexpr std::size_t kMostBytes = 8U << 20U;
constexpr std::size_t kLeastBase64 = 24;

// What honest descriptions do not contain, whatever the language of their prose: each is a call
// or a command, spelled so that it would run.
constexpr std::array<std::string_view, 26> kCalls = {
    "__import__(",     "os.system(",   "os.popen(",      "os.exec",         "os.spawn",
    "subprocess.",     "pty.spawn(",   "builtins.exec",  "builtins.eval",   "eval(compile(",
    "exec(compile(",   "exec(base64",  "eval(base64",    "exec(__import__", "eval(__import__",
    "__subclasses__",  "__globals__",  "marshal.loads(", "pickle.loads(",   "socket.socket(",
    "/dev/tcp/",       "curl -s http", "| bash",         "|bash",           "powershell -",
    "javascript:eval("};
// Alone they may be prose; where a line begins with them, or a call follows, they are code.
constexpr std::array<std::string_view, 8> kBeginnings = {
    "import os", "import subprocess", "import socket", "from os import",
    "#!/bin/",   "#!/usr/bin/",       "exec(",         "eval("};

std::size_t find_call(std::string_view text) {
  std::size_t found = std::string_view::npos;
  for (const auto call : kCalls) found = std::min(found, text.find(call));
  return found;
}

std::size_t find_beginning(std::string_view text) {
  for (std::size_t line = 0; line < text.size();) {
    auto at = text.find_first_not_of(" \t;", line);
    if (at == std::string_view::npos) break;
    for (const auto beginning : kBeginnings) {
      if (text.substr(at).starts_with(beginning)) return at;
    }
    at = text.find_first_of("\n;", at);
    if (at == std::string_view::npos) break;
    line = at + 1;
  }
  return std::string_view::npos;
}

bool is_base64(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

// A whole text, or a word of it, that decodes: hidden content is handed on.
void follow_base64(const Layer& layer, Session& session, std::string_view key,
                   std::string_view text) {
  constexpr unsigned kMost = 16;
  unsigned followed = 0;
  for (std::size_t at = 0; at < text.size() && followed < kMost;) {
    if (!is_base64(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && is_base64(text[end])) ++end;
    const auto body = text.substr(at, end - at);
    at = end;
    if (body.size() < kLeastBase64) continue;
    const auto bytes =
        from_base64(cat(body, std::string_view("===").substr(0, (4 - body.size() % 4) % 4)));
    if (!bytes) continue;
    ++followed;
    session.follow(layer, cat(key, " (base64)"), *bytes);
    const auto decoded = as_text(*bytes);
    if (is_utf8(decoded) && (find_call(decoded) != std::string_view::npos ||
                             find_beginning(decoded) != std::string_view::npos)) {
      session.tell(layer, {.code = "TXT001",
                           .severity = Severity::high,
                           .title = cat(quote(key), " of ", quote(layer.name()),
                                        " holds code, encoded in base64"),
                           .place = {.path = layer.path, .pointer = std::string(key)},
                           .notes = {cat("it decodes to `", printable(decoded, 120), "`")},
                           .help = "find out who wrote this, and what reads it, before using the "
                                   "model"});
    }
  }
}

void tell_secrets(const Layer& layer, Session& session, std::string_view key, std::string_view text,
                  Span span) {
  for (const auto& secret : find_secrets(text, {.generic = false, .findings = 10}).secrets) {
    Place place = layer.place(span.begin, span.end);
    place.pointer = std::string(key.substr(0, 1000));
    session.tell(layer, {.code = "TXT002",
                         .severity = Severity::high,
                         .title = cat(quote(key), " of ", quote(layer.name()),
                                      " holds a credential: ", secret.name),
                         .place = std::move(place),
                         .notes = {redacted(text.substr(secret.begin, secret.end - secret.begin))},
                         .help = "revoke it, then save the model without it"});
  }
}

}  // namespace

void examine_hidden_text(const Layer& layer, Session& session, std::string_view key,
                         std::string_view text, Span span) {
  if (text.size() < 8) return;
  if (text.size() > kMostBytes) {
    session.miss(layer, cat("the text of ", quote(key), " is too long to be examined"),
                 text.size() - kMostBytes);
    text = text.substr(0, kMostBytes);
  }
  const auto at = std::min(find_call(text), find_beginning(text));
  if (at != std::string_view::npos) {
    Place place = layer.place(span.begin, span.end);
    place.pointer = std::string(key.substr(0, 1000));
    const auto shown = at < 20 ? 0 : at - 20;
    session.tell(layer, {.code = "TXT001",
                         .severity = Severity::high,
                         .title = cat(quote(key), " of ", quote(layer.name()), " holds code"),
                         .place = std::move(place),
                         .notes = {cat("`", printable(text.substr(shown), 120), "`"),
                                   "loading the file does not run it; something else may"},
                         .help = "find out who wrote this, and what reads it, before using the "
                                 "model"});
  }
  tell_secrets(layer, session, key, text, span);
  follow_base64(layer, session, key, text);
}

}  // namespace cupel::scan
