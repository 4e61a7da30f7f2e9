// SPDX-License-Identifier: Apache-2.0
// Jinja templates, which turn a conversation into what a model reads: whether rendering one runs
// code, reads files, or tells the model something that its user did not say.
#include "formats/jinja.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "scan/examiner.h"
#include "scan/text/chat_template.h"
#include "scan/text/template_telling.h"

namespace cupel::scan {

extern const Examiner kJinja;

namespace {

namespace words = chat_template;

constexpr std::array<std::string_view, 7> kCodes = {"JNJ001", "JNJ002", "JNJ003", "JNJ004",
                                                    "JNJ005", "JNJ006", "JNJ007"};
constexpr std::array<std::string_view, 20> kGadgets = {
    "gi_frame",  "gi_code",   "gi_yieldfrom", "cr_frame",     "cr_code", "ag_frame",  "ag_code",
    "f_globals", "f_locals",  "f_builtins",   "f_back",       "f_code",  "tb_frame",  "tb_next",
    "co_consts", "func_code", "func_globals", "func_closure", "im_func", "format_map"};
constexpr std::size_t kMostBytes = 4U << 20U;

bool ends_as_template(std::string_view name) {
  constexpr std::array<std::string_view, 4> kEndings = {".jinja", ".jinja2", ".j2", ".jinja.txt"};
  return std::ranges::any_of(kEndings, [&](std::string_view end) { return name.ends_with(end); });
}

bool fits(const Layer& layer) {
  if (layer.bytes.empty()) return false;
  const std::string name = lower(layer.name());
  if (ends_as_template(name)) return true;
  return name.find("chat_template") != std::string::npos && !name.ends_with(".json") &&
         !name.ends_with(".py") && !name.ends_with(".md");
}

class Telling {
 public:
  Telling(const Layer& layer, Session& session, std::string_view text)
      : layer_(layer), session_(session), text_(text) {
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string_view::npos;) {
      lines_.push_back(++at);
    }
  }

  void lookup(const jinja::Lookup& lookup) {
    const std::string of = lookup.of.empty() ? "" : cat(" of ", quote(lookup.of));
    if (lookup.computed) {
      tell("JNJ001", Severity::critical, lookup.span,
           cat("rendering ", quote(layer_.name()), " looks up a name", of,
               " that it puts together out of sight"),
           "no honest template hides what it looks up: do not use it");
    } else if (lookup.unknown && lookup.is_attr) {
      tell("JNJ001", Severity::high, lookup.span,
           cat("rendering ", quote(layer_.name()), " looks up any attribute", of,
               " that its caller names"),
           "do not use this template with values that others choose");
    } else if (lookup.name.find("__") != std::string::npos ||
               std::ranges::find(kGadgets, lookup.name) != kGadgets.end()) {
      tell("JNJ001", Severity::critical, lookup.span,
           cat("rendering ", quote(layer_.name()), " reaches ", quote(lookup.name), of,
               ", a way to Python itself"),
           "do not use this template; render templates of others only in a sandbox");
    } else if (lookup.name.starts_with("_")) {
      tell("JNJ001", Severity::medium, lookup.span,
           cat("rendering ", quote(layer_.name()), " looks up the private name ",
               quote(lookup.name), of),
           "review what that name is: a sandbox would refuse it");
    }
  }

  void inclusion(const jinja::Inclusion& inclusion) {
    tell("JNJ002", Severity::high, inclusion.span,
         cat("rendering ", quote(layer_.name()), " reads ",
             inclusion.source.empty() ? "a file that is named while it runs"
                                      : cat("the file ", quote(inclusion.source))),
         "a chat template needs no other file: do not use it",
         {cat("by {% ", inclusion.statement, " %}")});
  }

  void branch(const jinja::Branch& branch) {
    const auto said = words::words_of(branch.text);
    for (const auto& test : branch.tests) {
      const bool clock = test.subject == jinja::Subject::clock;
      const bool directive =
          !words::instruction_of(branch.text).empty() || !words::address_of(branch.text).empty();
      const bool speaks = said >= kSentence && (clock || !words::is_marker(test.literal));
      if (!speaks && !directive) continue;
      tell("JNJ003", Severity::high, test.span,
           clock
               ? cat(quote(layer_.name()), " tells the model something else when the time has come")
               : cat(quote(layer_.name()), " tells the model something else when a message says ",
                     quote(test.literal)),
           "do not use this template: a conversation must mean the same whatever it is about",
           {cat("it then says: ", printable(trim(branch.text), 300))});
      return;
    }
  }

  void text(const jinja::Literal& literal) {
    if (const auto phrase = words::instruction_of(literal.text); !phrase.empty()) {
      tell("JNJ004", Severity::high, literal.span,
           cat(quote(layer_.name()), " tells the model to act behind its user's back"),
           "do not use this template; take the one that the model was published with",
           {cat("it says: ", printable(around(literal.text, phrase), 300))});
    } else if (const auto address = words::address_of(literal.text); !address.empty()) {
      const bool carries = literal.text.find("![") != std::string::npos ||
                           address.find('?') != std::string::npos ||
                           address.starts_with("javascript:") || words::words_of(literal.text) >= 3;
      if (!carries && address.find("://") == std::string::npos) return;
      tell("JNJ004", carries ? Severity::high : Severity::medium, literal.span,
           cat(quote(layer_.name()), " tells the model of ", quote(address)),
           "review why a template speaks of an address: models repeat what they read");
    }
  }

  void replacement(const jinja::Replacement& replacement) {
    const bool address =
        !words::address_of(replacement.to).empty() || !words::address_of(replacement.from).empty();
    if (!address && words::words_of(replacement.to) >= kSentence) {
      tell("JNJ004", Severity::high, replacement.span,
           cat(quote(layer_.name()), " says something else where a message says ",
               quote(replacement.from)),
           "do not use this template: it puts words into others' mouths",
           {cat("it says: ", printable(trim(replacement.to), 300))});
    } else if (address) {
      tell("JNJ004", Severity::high, replacement.span,
           cat(quote(layer_.name()), " replaces ", quote(replacement.from), " with ",
               quote(replacement.to), " in what was said"),
           "do not use this template: it changes where links lead");
    }
  }

  void insertion(const jinja::Insertion& insertion) {
    if (words::words_of(insertion.text) < kClause) return;
    const bool replaces = insertion.replaces;
    const auto whose = insertion.role == "system" ? "the system message" : "what the user said";
    tell("JNJ007", replaces ? Severity::high : Severity::medium, insertion.span,
         cat(quote(layer_.name()),
             replaces ? " puts words of its own in the place of " : " adds words of its own to ",
             whose),
         replaces ? "do not use this template: take the one that the model was published with"
                  : "review whether the model was published with these words",
         {cat("it says: ", printable(trim(insertion.text), 300))});
  }

  void burden(const jinja::Burden& burden) {
    tell("JNJ006", Severity::medium, burden.span,
         cat("rendering ", quote(layer_.name()), " goes ", burden.count, " times round"),
         "do not use this template: it would keep whoever renders it busy");
  }

  void unseen(std::string_view text, Span span, bool exact) {
    const auto found = words::unseen_in(text);
    if (found.begin == std::string_view::npos) return;
    if (exact) span = {found.begin, found.end};
    tell("JNJ005", Severity::high, span,
         cat(quote(layer_.name()), " holds a character that nobody sees: ",
             quote(text.substr(found.begin, found.end - found.begin))),
         "do not use this template: what a person reviews is not what the model reads");
  }

  // What was not parsed may still be recognised.
  void rest(std::size_t from) {
    const auto at = text_.find("__", from);
    if (at == std::string_view::npos) return;
    tell("JNJ001", Severity::high, {at, at + 2},
         cat(quote(layer_.name()), " is no template that can be read, and names ",
             quote(text_.substr(at, 20))),
         "do not use this template");
  }

 private:
  static constexpr std::size_t kSentence = 5;
  static constexpr std::size_t kClause = 4;

  static std::string_view around(std::string_view text, std::string_view phrase) {
    const auto at = lower(text).find(phrase.substr(0, phrase.find(' ')));
    return at == std::string_view::npos ? text : text.substr(at - std::min<std::size_t>(at, 40));
  }

  void tell(std::string_view code, Severity severity, Span span, std::string title,
            std::string_view help, std::vector<std::string> notes = {}) {
    const auto before = std::ranges::upper_bound(lines_, span.begin) - lines_.begin();
    const auto line = 1 + static_cast<std::uint32_t>(before);
    session_.tell(layer_, finding(code, severity, layer_.place(span.begin, span.end, line),
                                  std::move(title), help, std::move(notes)));
  }

  const Layer& layer_;
  Session& session_;
  std::string_view text_;
  std::vector<std::uint64_t> lines_;  // where each but the first begins
};

}  // namespace

void tell_of_template(const Layer& layer, Session& session, std::string_view text,
                      const jinja::Reading& reading) {
  Telling telling(layer, session, text);
  for (const auto& lookup : reading.lookups) telling.lookup(lookup);
  for (const auto& inclusion : reading.inclusions) telling.inclusion(inclusion);
  for (const auto& branch : reading.branches) telling.branch(branch);
  for (const auto& literal : reading.texts) telling.text(literal);
  for (const auto& literal : reading.literals) {
    telling.text(literal);
    telling.unseen(literal.text, literal.span, false);
  }
  for (const auto& replacement : reading.replacements) telling.replacement(replacement);
  for (const auto& insertion : reading.insertions) telling.insertion(insertion);
  for (const auto& burden : reading.burdens) telling.burden(burden);
  telling.unseen(text, {}, true);
  if (!reading.problem.empty()) {
    telling.rest(reading.examined);
    session.miss(layer, cat("the template cannot be parsed: ", reading.problem),
                 text.size() - std::min(text.size(), reading.examined));
  }
}

namespace {

void examine(const Layer& layer, Session& session) {
  const auto text = as_text(layer.bytes.first(std::min(layer.bytes.size(), kMostBytes)));
  if (text.size() < layer.bytes.size()) {
    session.miss(layer, "a template of this size is not examined to its end",
                 layer.bytes.size() - text.size());
  }
  tell_of_template(layer, session, text, jinja::read(text));
  if (text.find("tools") != std::string_view::npos) session.state(layer, "tool", "chat template");
}

}  // namespace

constinit const Examiner kJinja = {
    .id = "jinja", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
