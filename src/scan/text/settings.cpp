// SPDX-License-Identifier: Apache-2.0
// Settings in JSON that loaders act on: Keras configurations, chat templates in tokenizers, and
// the keys of Hugging Face, MLflow, PEFT and Hydra that name code or files.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/loose_json.h"
#include "scan/examiner.h"
#include "scan/keras/keras_objects.h"
#include "scan/text/named_code.h"
#include "scan/text/skops.h"

namespace cupel::scan {

extern const Examiner kSettings;

namespace {

using loose_json::Value;

constexpr std::array<std::string_view, 6> kCodes = {"KRS001", "KRS002", "KRS003",
                                                    "KRS004", "SET001", "SET002"};

bool fits(const Layer& layer) {
  const auto head = as_text(sniff_of(layer).head);
  const auto at = head.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (at == std::string_view::npos || head.size() < 2) return false;
  if (head[at] == '{') {
    const auto next = head.find_first_not_of(" \t\r\n", at + 1);
    return next == std::string_view::npos || head[next] == '"' || head[next] == '}';
  }
  return head[at] == '[' && lower(layer.name()).ends_with(".json");
}

void follow_template(const Layer& layer, Session& session, const std::string& name,
                     const Value& value) {
  const auto text = value.text();
  if (!text.empty()) session.follow(layer, name, as_bytes(text));
}

// One text, a list of {name, template}, or a mapping of names.
void chat_template(const Layer& layer, Session& session, const Value& value) {
  follow_template(layer, session, "chat_template", value);
  std::size_t n = 0;
  for (const auto& item : value.items()) {
    const auto name = cat("chat_template.", item.key().empty() ? cat(n++) : item.key());
    follow_template(layer, session, name, item);
    for (const auto& part : item.items()) {
      if (part.key() == "template") follow_template(layer, session, name, part);
    }
  }
}

void examine(const Layer& layer, Session& session) {
  const auto text = as_text(layer.bytes);
  const bool keras = keras::may_be_keras(text);
  // Large ones are vocabularies and trees, mostly; they are read when a key of interest stands
  // there.
  constexpr std::size_t kSmall = 1U << 20U;
  if (text.size() > kSmall && !keras && !named_code::may_name_code(text)) return;
  const auto document = loose_json::read(text);
  if (!document.complete()) {
    session.miss(layer, cat("its JSON cannot be read to the end: ", document.problem),
                 layer.bytes.size() - std::min(layer.bytes.size(), document.examined));
  }
  if (keras) keras::examine_objects(layer, session, document);
  const bool skops = skops::may_be_skops(text);
  if (skops) skops::examine_nodes(layer, session, document);
  for (std::uint32_t at = 0; at < document.nodes.size(); ++at) {
    if (document.nodes[at].key == 0) continue;
    const Value value(document, at);
    const auto key = value.key();
    if (key == "chat_template" || key == "default_chat_template") {
      chat_template(layer, session, value);
    } else if (!skops || key != "__module__") {
      named_code::examine_member(layer, session, key, value);
    }
  }
}

}  // namespace

constinit const Examiner kSettings = {
    .id = "settings", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
