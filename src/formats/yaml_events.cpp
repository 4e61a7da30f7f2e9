// SPDX-License-Identifier: Apache-2.0
#include "formats/yaml_events.h"

#include <optional>

#include <yaml.h>

namespace cupel::yaml_events {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) {
    ready_ = yaml_parser_initialize(&parser_) == 1;
    if (ready_) {
      yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                   text.size());
    }
  }
  ~Reader() {
    if (ready_) yaml_parser_delete(&parser_);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  void run(Reading& out, std::size_t most) {
    bool more = ready_;
    while (more) {
      yaml_event_t event;
      if (yaml_parser_parse(&parser_, &event) != 1) {
        out.problem = parser_.problem != nullptr ? parser_.problem : "it cannot be read";
        return;
      }
      more = event.type != YAML_STREAM_END_EVENT;
      take(event, out);
      yaml_event_delete(&event);
      if (out.events.size() >= most || open_.size() > 200) {
        out.problem = "it is too large or too deep to be examined";
        return;
      }
    }
  }

 private:
  struct Open {
    bool mapping = false;
    std::optional<std::string> key;  // whose value comes next
    std::string name;                // of the member that this is the value of
  };

  static std::string text_of(const unsigned char* text) {
    return text == nullptr ? std::string() : reinterpret_cast<const char*>(text);
  }

  // The key under which a value stands; a list's items stand under the key of the list.
  std::string take_key() {
    if (open_.empty()) return {};
    auto& open = open_.back();
    if (!open.mapping) return open.name;
    std::string out = open.key.value_or("");
    open.key.reset();
    return out;
  }

  void take(const yaml_event_t& event, Reading& out) {
    Event told;
    told.line = static_cast<std::uint32_t>(event.start_mark.line) + 1;
    told.span = {event.start_mark.index, event.end_mark.index};
    switch (event.type) {
      case YAML_SCALAR_EVENT:
        told.tag = text_of(event.data.scalar.tag);
        told.value.assign(reinterpret_cast<const char*>(event.data.scalar.value),
                          std::min<std::size_t>(event.data.scalar.length, 4096));
        scalar(std::move(told), out);
        break;
      case YAML_MAPPING_START_EVENT:
        told.tag = text_of(event.data.mapping_start.tag);
        opened(true, std::move(told), out);
        break;
      case YAML_SEQUENCE_START_EVENT:
        told.tag = text_of(event.data.sequence_start.tag);
        opened(false, std::move(told), out);
        break;
      case YAML_MAPPING_END_EVENT:
      case YAML_SEQUENCE_END_EVENT:
        if (!open_.empty()) open_.pop_back();
        break;
      case YAML_ALIAS_EVENT:
        take_key();
        break;
      default:
        break;
    }
  }

  void scalar(Event told, Reading& out) {
    const bool is_key = !open_.empty() && open_.back().mapping && !open_.back().key;
    if (is_key) {
      open_.back().key = told.value;
    } else {
      told.key = take_key();
    }
    if (!told.tag.empty() || !told.key.empty()) out.events.push_back(std::move(told));
  }

  void opened(bool mapping, Event told, Reading& out) {
    // A mapping that is itself a key has no name; its parent then waits for the value.
    const bool is_key = !open_.empty() && open_.back().mapping && !open_.back().key;
    std::string name;
    if (is_key)
      open_.back().key = "";
    else
      name = take_key();
    if (!told.tag.empty()) out.events.push_back(std::move(told));
    open_.push_back({mapping, std::nullopt, std::move(name)});
  }

  yaml_parser_t parser_ = {};
  bool ready_ = false;
  std::vector<Open> open_;
};

}  // namespace

Reading read(std::string_view text, std::size_t most) {
  Reading out;
  Reader(text).run(out, most);
  return out;
}

}  // namespace cupel::yaml_events
