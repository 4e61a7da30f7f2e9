// SPDX-License-Identifier: Apache-2.0
#include "formats/tensorflow.h"

#include <algorithm>
#include <cctype>

#include "formats/protobuf.h"

namespace cupel::tensorflow {
namespace {

using protobuf::Field;
using protobuf::Message;

constexpr std::size_t kMostOperators = 100'000;
constexpr std::size_t kMostTexts = 1'000;
constexpr std::size_t kMostTextBytes = 1'000;

bool is_name(std::string_view text) {
  return !text.empty() && text.size() < 200 &&
         std::ranges::all_of(
             text,
             [](char c) {
               return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '>' ||
                      c == '.' || c == '/' || c == '-' || c == ':';
             });
}

bool is_node(Bytes bytes) {
  return is_name(protobuf::text_of(bytes, 1)) && is_name(protobuf::text_of(bytes, 2));
}
bool is_function(Bytes bytes) {
  return protobuf::any_field(bytes, 1, [](Bytes b) { return is_name(protobuf::text_of(b, 1)); }) &&
         protobuf::any_field(bytes, 3, is_node);
}
bool is_library(Bytes bytes) {
  return protobuf::any_field(bytes, 1, is_function);
}
bool is_graph(Bytes bytes) {
  return protobuf::any_field(bytes, 1, is_node) || protobuf::any_field(bytes, 2, is_library);
}
bool is_meta_graph(Bytes bytes) {
  return protobuf::any_field(bytes, 2, is_graph);
}
bool is_keras_node(Bytes bytes) {
  return is_name(protobuf::text_of(bytes, 3)) && protobuf::text_of(bytes, 5).starts_with('{');
}

class Walk {
 public:
  Reading run(Bytes bytes, Kind kind) {
    reading_.kind = kind;
    reading_.complete = true;
    const Message message(bytes);
    if (kind == Kind::saved_model) saved_model(message);
    if (kind == Kind::meta_graph) meta_graph(message);
    if (kind == Kind::graph) graph(message);
    if (kind == Kind::keras_metadata) keras_metadata(message);
    return std::move(reading_);
  }

 private:
  template <class Use>
  void each(Message message, const Use& use) {
    while (const auto field = message.next()) use(*field);
    if (message.sound() || !reading_.complete) return;
    reading_.complete = false;
    reading_.damage = {message.offset(), message.offset()};
  }

  static void keep(std::vector<Text>& texts, std::string_view owner, std::string_view op,
                   const Field& field, std::size_t limit = kMostTextBytes) {
    if (texts.size() >= kMostTexts) return;
    texts.push_back({.owner = std::string(owner.substr(0, kMostTextBytes)),
                     .op = std::string(op.substr(0, kMostTextBytes)),
                     .text = std::string(field.text().substr(0, limit)),
                     .span = {field.body, field.body + field.bytes.size()}});
  }

  void saved_model(Message message) {
    each(message, [&](const Field& field) {
      if (field.has_bytes(2)) meta_graph(Message(field));
    });
  }

  void meta_graph(Message message) {
    each(message, [&](const Field& field) {
      if (field.has_bytes(1)) information(Message(field));
      if (field.has_bytes(2)) graph(Message(field));
      if (field.has_bytes(6)) asset(Message(field));
      if (field.has_bytes(7)) objects(Message(field));
    });
  }

  void information(Message message) {
    each(message, [&](const Field& field) {
      if (field.has_bytes(4) && reading_.tags.size() < 20) reading_.tags.emplace_back(field.text());
      if (field.has_bytes(5)) reading_.version = field.text().substr(0, 100);
    });
  }

  void asset(Message message) {
    each(message, [&](const Field& field) {
      if (field.has_bytes(2)) keep(reading_.assets, "asset_file_def", "", field);
    });
  }

  // SavedObjectGraph.nodes → SavedObject.user_object → SavedUserObject.metadata.
  void objects(Message message) {
    each(message, [&](const Field& node) {
      if (!node.has_bytes(1)) return;
      each(Message(node), [&](const Field& kind) {
        if (!kind.has_bytes(4)) return;
        const auto identifier = protobuf::text_of(kind.bytes, 1);
        each(Message(kind), [&](const Field& field) {
          if (field.has_bytes(3) && !field.bytes.empty()) {
            keep(reading_.metadata, identifier, "", field, field.bytes.size());
          }
        });
      });
    });
  }

  void keras_metadata(Message message) {
    each(message, [&](const Field& node) {
      if (!node.has_bytes(1)) return;
      const auto path = protobuf::text_of(node.bytes, 3);
      each(Message(node), [&](const Field& field) {
        if (field.has_bytes(5)) keep(reading_.metadata, path, "", field, field.bytes.size());
      });
    });
  }

  void graph(Message message) {
    each(message, [&](const Field& field) {
      if (field.has_bytes(1)) node(field, {});
      if (field.has_bytes(2)) library(Message(field));
    });
  }

  void library(Message message) {
    each(message, [&](const Field& field) {
      if (field.has_bytes(1)) function(field);
    });
  }

  void function(const Field& field) {
    std::string name;
    each(Message(field), [&](const Field& inner) {
      if (inner.has_bytes(1)) name = protobuf::text_of(inner.bytes, 1).substr(0, kMostTextBytes);
    });
    if (reading_.functions.size() < kMostOperators) reading_.functions.insert(name);
    each(Message(field), [&](const Field& inner) {
      if (inner.has_bytes(3)) node(inner, name);
    });
  }

  void node(const Field& field, std::string_view function) {
    std::string_view name;
    std::string_view op;
    each(Message(field), [&](const Field& inner) {
      if (inner.has_bytes(1)) name = inner.text();
      if (inner.has_bytes(2)) op = inner.text();
    });
    auto at = reading_.operators.find(op);
    if (at == reading_.operators.end()) {
      if (reading_.operators.size() >= kMostOperators) {
        reading_.complete = false;
        return;
      }
      at = reading_.operators
               .emplace(std::string(op), Use{.count = 0,
                                             .first_node = std::string(name.substr(0, 300)),
                                             .function = std::string(function),
                                             .first = field.span})
               .first;
    }
    ++at->second.count;
    each(Message(field), [&](const Field& inner) {
      if (inner.has_bytes(5)) attribute(inner, name, op);
    });
  }

  // map<string, AttrValue>: texts, lists of texts, tensors of texts.
  void attribute(const Field& entry, std::string_view node, std::string_view op) {
    each(Message(entry), [&](const Field& value) {
      if (!value.has_bytes(2)) return;
      each(Message(value), [&](const Field& inner) {
        if (inner.has_bytes(2)) text(inner, node, op);
        if (inner.has_bytes(8)) tensor(Message(inner), node, op);
        if (!inner.has_bytes(1)) return;
        each(Message(inner), [&](const Field& item) {
          if (item.has_bytes(2)) text(item, node, op);
          if (item.has_bytes(8)) tensor(Message(item), node, op);
        });
      });
    });
  }

  void text(const Field& field, std::string_view node, std::string_view op) {
    if (field.text().substr(0, 4096).find("://") != std::string_view::npos) {
      keep(reading_.addresses, node, op, field);
    }
  }

  void tensor(Message message, std::string_view node, std::string_view op) {
    each(message, [&](const Field& field) {
      if (field.has_bytes(8) && reads_like_path(field.text())) {
        keep(reading_.constants, node, op, field);
      }
    });
  }

  Reading reading_;
};

}  // namespace

bool reads_like_path(std::string_view text) {
  if (text.size() < 2 || text.size() > 1'000) return false;
  return text.starts_with('/') || text.find("../") != std::string_view::npos ||
         text.find("://") != std::string_view::npos || text.find(":\\") != std::string_view::npos;
}

Kind kind_of(Bytes bytes) {
  if (protobuf::any_field(bytes, 2, is_meta_graph)) return Kind::saved_model;
  if (is_meta_graph(bytes)) return Kind::meta_graph;
  if (protobuf::any_field(bytes, 1, is_keras_node)) return Kind::keras_metadata;
  if (is_graph(bytes)) return Kind::graph;
  return Kind::none;
}

Reading read(Bytes bytes, Kind kind) {
  return Walk().run(bytes, kind);
}

}  // namespace cupel::tensorflow
