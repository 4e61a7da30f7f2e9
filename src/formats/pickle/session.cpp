// SPDX-License-Identifier: Apache-2.0
#include "formats/pickle/session.h"

#include <algorithm>

#include "base/text.h"
#include "formats/pickle/value.h"

namespace cupel::pickle {
namespace {

// Numbers of names must fit into a Value, whatever the caller allows.
constexpr std::size_t kMostNames = (1U << 24U) - 1;

// Initial and length tell the opcodes that call apart.
std::uint64_t kind_key(const Session::Callee& callee, std::string_view opcode) {
  return std::uint64_t{callee.name} << 32U | (callee.on_name ? 1U << 24U : 0U) |
         (callee.returned ? 1U << 25U : 0U) |
         static_cast<std::uint64_t>(static_cast<unsigned char>(opcode.front())) << 8U |
         opcode.size();
}

}  // namespace

Session::Session(Bytes stream, const Limits& limits, Reading& reading)
    : stream_(stream), limits_(limits), reading_(reading), folded_left_(limits.folded_bytes) {
  names_.push_back({.dotted = "?"});
}

std::uint32_t Session::import(std::string_view module, std::string_view name, Span span,
                              bool is_attribute) {
  std::string key = cat(module, '\n', name);  // neither can hold one: GLOBAL ends at it …
  if (module.find('\n') != std::string_view::npos) key += '\n';  // … but STACK_GLOBAL's may
  const auto [slot, fresh] =
      name_numbers_.try_emplace(std::move(key), static_cast<std::uint32_t>(names_.size()));
  if (!fresh) {
    auto& known = reading_.imports[names_[slot->second].import];
    ++known.count;
    known.protocol = std::min(known.protocol, protocol_);
    known.is_attribute = known.is_attribute && is_attribute;
    return slot->second;
  }
  if (reading_.imports.size() >= limits_.imports || names_.size() >= kMostNames) {
    name_numbers_.erase(slot);
    overflowed_ = true;
    return kUnknown;
  }
  auto dotted = cat(module, '.', name);
  const auto meaning = meaning_of(dotted);
  names_.push_back(
      {.dotted = std::move(dotted), .import = reading_.imports.size(), .meaning = meaning});
  reading_.imports.push_back({.module = std::string(module),
                              .name = std::string(name),
                              .span = span,
                              .protocol = protocol_,
                              .is_attribute = is_attribute});
  return slot->second;
}

void Session::import_unknown(std::string_view what, Span span) {
  // A module cannot be named "\n", so the key is nobody else's.
  const auto [slot, fresh] = name_numbers_.try_emplace(
      cat("\n\n", what), static_cast<std::uint32_t>(reading_.imports.size()));
  if (!fresh) {
    ++reading_.imports[slot->second].count;
  } else if (reading_.imports.size() >= limits_.imports) {
    name_numbers_.erase(slot);
    overflowed_ = true;
  } else {
    reading_.imports.push_back(
        {.module = "?", .name = std::string(what), .known = false, .span = span});
  }
}

std::optional<std::uint32_t> Session::method(std::string_view name) {
  std::string dotted = cat("str.", name);
  const auto meaning = meaning_of(cat("builtins.", dotted));
  if (meaning == Meaning::none || names_.size() >= kMostNames) return {};
  const auto [slot, fresh] =
      name_numbers_.try_emplace(cat("\n\n\n", name), static_cast<std::uint32_t>(names_.size()));
  if (fresh) names_.push_back({.dotted = std::move(dotted), .meaning = meaning});
  return slot->second;
}

void Session::follow(Payload payload) {
  constexpr std::size_t kComputed = 16;
  const bool is_computed = !payload.computed.empty();
  const std::pair key = is_computed ? std::pair<std::uint64_t, std::uint64_t>(
                                          ~std::uint64_t{0} - payload.computed.size(),
                                          std::hash<std::string>()(payload.computed))
                                    : std::pair(payload.content.begin, payload.content.end);
  if (is_computed && ++computed_ > kComputed) payload.known = false;
  if (payload.known) {
    const auto [slot, fresh] = followed_.try_emplace(key, reading_.payloads.size());
    if (!fresh && slot->second < reading_.payloads.size()) {
      auto& known = reading_.payloads[slot->second];
      if (known.loader.empty()) known.loader = std::move(payload.loader);
      return;
    }
  }
  if (reading_.payloads.size() >= limits_.imports) {
    overflowed_ = true;
    return;
  }
  reading_.payloads.push_back(std::move(payload));
}

const Import& Session::imported(std::uint32_t name) const {
  return reading_.imports[names_[name].import];
}

bool Session::wants_argument(const Callee& callee, std::string_view opcode) const {
  const auto kind = call_kinds_.find(kind_key(callee, opcode));
  return kind == call_kinds_.end() || kind->second.count < kCallArguments;
}

void Session::call(const Callee& callee, std::string_view opcode, std::string_view argument,
                   Span span) {
  auto& kind = call_kinds_[kind_key(callee, opcode)];
  const bool keeps_argument = kind.count++ < kCallArguments;
  if (!keeps_argument && kind.rest != SIZE_MAX) {
    ++reading_.calls[kind.rest].count;
    return;
  }
  if (!keeps_argument) argument = {};
  const auto [slot, fresh] =
      call_places_.try_emplace(cat(callee.name,
                                   callee.on_name    ? '!'
                                   : callee.returned ? '*'
                                                     : ' ',
                                   callee.suffix, ' ', opcode, ' ', argument),
                               reading_.calls.size());
  if (!keeps_argument) kind.rest = slot->second;
  if (!fresh) {
    ++reading_.calls[slot->second].count;
    return;
  }
  if (reading_.calls.size() >= limits_.imports) {
    call_places_.erase(slot);
    kind.rest = SIZE_MAX;
    overflowed_ = true;
    return;
  }
  reading_.calls.push_back(
      {.callee = cat(dotted(callee.returned ? kUnknown : callee.name), callee.suffix),
       .import = names_[callee.name].import,
       .opcode = std::string(opcode),
       .argument = std::string(argument),
       .on_name = callee.on_name,
       .span = span});
}

void Session::code(Code code) {
  std::size_t bytes = 1;
  for (const auto* texts : {&code.names, &code.constants}) {
    for (const auto& text : *texts) bytes += text.size();
  }
  if (reading_.codes.size() >= limits_.imports) {
    overflowed_ = true;
    return;
  }
  if (bytes > folded_left_)
    code = {.names = {}, .constants = {}, .known = false, .span = code.span};
  folded_left_ -= std::min(bytes, folded_left_);
  reading_.codes.push_back(std::move(code));
}

void Session::absorb(const Reading& other, std::uint64_t from) {
  for (const auto& found : other.imports) {
    if (found.span.begin < from) continue;
    const auto known = reading_.imports.size();
    if (found.known) {
      static_cast<void>(import(found.module, found.name, found.span));
    } else {
      import_unknown(found.name, found.span);
    }
    if (reading_.imports.size() != known) reading_.imports.back().behind_array = true;
  }
  for (const auto& found : other.calls) {
    if (found.span.begin < from) continue;
    if (reading_.calls.size() < limits_.imports) {
      reading_.calls.push_back(found);
      reading_.calls.back().behind_array = true;
      reading_.calls.back().import = kNoImport;
    } else {
      overflowed_ = true;
    }
  }
}

}  // namespace cupel::pickle
