// SPDX-License-Identifier: Apache-2.0
// Modelfiles, by which Ollama makes a model: the files that it takes weights from, and the
// template and the words that it gives to whoever talks to it.
#include "formats/modelfile.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/go_template.h"
#include "scan/examiner.h"
#include "scan/text/chat_template.h"
#include "scan/text/hidden.h"
#include "scan/text/paths.h"
#include "scan/text/template_telling.h"

namespace cupel::scan {

extern const Examiner kModelfile;

namespace {

constexpr std::array<std::string_view, 9> kCodes = {
    "JNJ003", "JNJ004", "JNJ005", "JNJ007", "MDF001", "MDF002", "MDF003", "TXT001", "TXT002"};
constexpr std::size_t kMostBytes = 4U << 20U;

// There is no signature, and a Dockerfile begins with FROM, too: the name, or a command that
// only a Modelfile has.
bool fits(const Layer& layer) {
  if (layer.bytes.empty() || layer.bytes.size() > kMostBytes) return false;
  const std::string name = lower(file_name(layer.name()));
  if (name.starts_with("modelfile") || name.ends_with("modelfile")) return true;
  const auto text = as_text(layer.bytes);
  if (!modelfile::begins_like_one(text)) return false;
  constexpr std::array<std::string_view, 5> kOwn = {"parameter", "template", "adapter", "system",
                                                    "message"};
  const auto reading = modelfile::read(text);
  return std::ranges::any_of(reading.commands, [&](const modelfile::Command& command) {
    return std::ranges::find(kOwn, command.name) != kOwn.end();
  });
}

// A blob of Ollama's own store, as `ollama show --modelfile` writes it: named by its digest.
bool is_blob(std::string_view path) {
  constexpr std::string_view kBefore = "models/blobs/sha256";
  const auto at = path.rfind(kBefore);
  if (at == std::string_view::npos || path.find("..") != std::string_view::npos) return false;
  const auto digest = path.substr(at + kBefore.size() + 1);
  return digest.size() == 64 &&
         digest.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

class Telling {
 public:
  Telling(const Layer& layer, Session& session) : layer_(layer), session_(session) {}

  void command(const modelfile::Command& command) {
    if (command.name == "from" || command.name == "adapter") return file(command);
    if (command.name == "template") return conversation(command);
    if (command.name == "license") return session_.state(layer_, "licence", command.value);
    if (command.name == "system" || command.name == "message") return words(command);
  }

  void problem(const modelfile::Reading& reading) {
    if (reading.problem.empty() && reading.has_from) return;
    tell("MDF002", Severity::medium, {reading.at, reading.at}, 0,
         cat("Ollama refuses ", quote(layer_.name()), ": ",
             reading.problem.empty() ? "it names no model" : reading.problem),
         "correct the file, and examine it again");
  }

 private:
  void file(const modelfile::Command& command) {
    const auto path = command.value;
    session_.state(layer_, command.name == "from" ? "base_model" : "adapter", path);
    const auto what = command.name == "from" ? "the model" : "the adapter";
    const auto why = path_escape(path);
    if (is_blob(path)) {
      tell("MDF001", Severity::low, command.span, command.line,
           cat(what, " is a blob of the store of the machine where it was written"),
           "say by name which model it is made from", {cat("it is ", quote(path))});
    } else if (why == "is an address" || is_host(path)) {
      tell("MDF003", Severity::medium, command.span, command.line,
           cat("making the model fetches ", what, " from ", quote(path)),
           "fetch it first, examine it, and name the file");
    } else if (!why.empty()) {
      tell("MDF001", Severity::high, command.span, command.line,
           cat(what, " is read from ", quote(path), ", which ", why),
           "do not make a model of this: name files that stand beside the Modelfile");
    }
  }

  // "example.com/models/x:latest": a registry other than the usual ones.
  static bool is_host(std::string_view path) {
    const auto host = lower(path.substr(0, path.find('/')));
    if (host.size() == path.size() || host.starts_with('.')) return false;
    if (host.find_first_of(".:") == std::string::npos && host != "localhost") return false;
    constexpr std::array<std::string_view, 4> kUsual = {"registry.ollama.ai", "ollama.com", "hf.co",
                                                        "huggingface.co"};
    return std::ranges::find(kUsual, host) == kUsual.end();
  }

  // Examined as a layer of its own, so that places are those of the template.
  void conversation(const modelfile::Command& command) {
    Layer layer{.bytes = as_bytes(command.value), .path = layer_.path, .depth = layer_.depth + 1};
    layer.path.emplace_back("TEMPLATE");
    session_.state(layer_, "chat_template", command.value);
    tell_of_template(layer, session_, command.value, go_template::read(command.value));
  }

  void words(const modelfile::Command& command) {
    const auto key =
        command.name == "system" ? std::string("SYSTEM") : cat("MESSAGE ", command.key);
    if (command.name == "system") session_.state(layer_, "system_prompt", command.value);
    examine_hidden_text(layer_, session_, key, command.value, command.span);
    const auto unseen = chat_template::unseen_in(command.value);
    if (unseen.begin == std::string_view::npos) return;
    const auto begin = command.span.begin + unseen.begin;
    tell("JNJ005", Severity::high, {begin, begin + unseen.end - unseen.begin}, command.line,
         cat(key, " holds a character that nobody sees: ",
             quote(command.value.substr(unseen.begin, unseen.end - unseen.begin))),
         "do not use this file: what a person reviews is not what the model reads");
  }

  void tell(std::string_view code, Severity severity, Span span, std::uint32_t line,
            std::string title, std::string_view help, std::vector<std::string> notes = {}) {
    session_.tell(layer_, finding(code, severity, layer_.place(span.begin, span.end, line),
                                  std::move(title), help, std::move(notes)));
  }

  const Layer& layer_;
  Session& session_;
};

void examine(const Layer& layer, Session& session) {
  const auto text = as_text(layer.bytes);
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    return session.miss(layer, "a Modelfile in UTF-16 is not read");
  }
  const auto reading = modelfile::read(text.substr(text.starts_with("\xef\xbb\xbf") ? 3 : 0));
  Telling telling(layer, session);
  for (const auto& command : reading.commands) telling.command(command);
  telling.problem(reading);
  if (!reading.problem.empty()) {
    session.miss(layer, "what follows the first mistake is not read", text.size() - reading.at);
  }
}

}  // namespace

constinit const Examiner kModelfile = {
    .id = "modelfile", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
