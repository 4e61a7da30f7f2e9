// SPDX-License-Identifier: Apache-2.0
// Tuples, lists, dicts and sets.
#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "formats/pickle/machine.h"

namespace cupel::pickle {
namespace {

// Arguments and states are short; of a longer tuple only the beginning is known.
constexpr std::size_t kTupleItems = 128;
// Beyond these, contents are not known, and what depends on them says so.
constexpr std::size_t kArenaValues = 4U << 20U;
constexpr std::size_t kDicts = 100'000;
constexpr std::size_t kDictItems = 32;

}  // namespace

Value Machine::make_tuple(std::size_t begin) {
  const std::size_t count = stack_.size() - begin;
  const std::size_t kept = std::min(count, kTupleItems);
  if (arena_.size() + kept + 1 > kArenaValues) return Value(Kind::tuple);
  const std::size_t place = arena_.size();
  arena_.emplace_back(Kind::integer, count);
  for (std::size_t i = begin; i < begin + kept; ++i) arena_.push_back(stack_[i]);
  return Value(Kind::tuple, place);
}

// From then on a tuple may look emptier than it is.
bool Machine::arena_is_full() const {
  return arena_.size() + kTupleItems + 1 > kArenaValues;
}

// Anything that is neither has none: its payload is no place in the arena.
std::size_t Machine::count_of_items(Value tuple) const {
  const bool has_some = (tuple.is(Kind::tuple) || tuple.is(Kind::list)) && tuple.items() != 0;
  return has_some ? static_cast<std::size_t>(arena_[tuple.items()].payload()) : 0;
}

Value Machine::item(Value tuple, std::size_t index) const {
  if (index >= std::min(count_of_items(tuple), kTupleItems)) return Value(Kind::opaque);
  return arena_[tuple.items() + 1 + index];
}

// Of lists only short ones of texts: what str.join is given.
bool Machine::is_worth_keeping(std::size_t begin) const {
  const std::size_t count = stack_.size() - begin;
  return count != 0 && count <= kTupleItems &&
         (stack_[begin].is(Kind::text) || stack_[begin].is(Kind::bytes));
}

Value Machine::list_of(std::size_t begin) {
  return Value(Kind::list, make_tuple(begin).items());
}

bool Machine::tuple_of(std::size_t count) {
  if (!need(count)) return false;
  const std::size_t begin = stack_.size() - count;
  const Value tuple = make_tuple(begin);
  stack_.resize(begin);
  return push(tuple);
}

bool Machine::collect(Kind kind) {
  std::size_t begin = 0;
  if (!pop_mark(begin)) return false;
  Value made(kind);
  if (kind == Kind::tuple) made = make_tuple(begin);
  if (kind == Kind::list && is_worth_keeping(begin)) made = list_of(begin);
  stack_.resize(begin);
  return push(made);
}

bool Machine::empty_dict() {
  // A state that is looked at gets a number of its own, so that copies in the memo are the same.
  const bool wrapper = arrays_ != Arrays::as_opcodes && wrappers_made_ != wrappers_built_;
  if ((!wrapper && distributions_ == 0) || dicts_.size() >= kDicts) {
    return push(Value(Kind::dict));
  }
  dicts_.emplace_back();
  return push(Value(Kind::dict, dicts_.size() - 1));
}

bool Machine::collect_dict() {
  std::size_t begin = 0;
  if (!pop_mark(begin)) return false;
  if ((stack_.size() - begin) % 2 != 0) return damaged("DICT with a key that has no value");
  if (stack_.size() == begin) return empty_dict();
  stack_.resize(begin);
  return push(Value(Kind::dict));
}

bool Machine::set_items(std::size_t begin, std::string_view opcode) {
  if (begin <= fence_) return damaged("items for nothing");
  const std::size_t count = stack_.size() - begin;
  if (count % 2 != 0) return damaged("SETITEMS with a key that has no value");
  const Value target = stack_[begin - 1];
  if (target.is(Kind::dict) && target.payload() != 0) {
    auto& dict = dicts_[static_cast<std::size_t>(target.payload())];
    dict.known = dict.known && dict.items.size() + count / 2 <= kDictItems;
    for (std::size_t i = begin; dict.known && i < stack_.size(); i += 2) {
      dict.items.emplace_back(stack_[i], stack_[i + 1]);
    }
  } else if (count != 0) {
    touch(target, opcode);
  }
  stack_.resize(begin);
  return true;
}

bool Machine::add_items(std::size_t begin, std::string_view opcode) {
  if (begin <= fence_) return damaged("items for nothing");
  Value& target = stack_[begin - 1];
  if (target.is(Kind::list)) {
    const bool is_whole = target.payload() == 0 && opcode == "APPENDS" && is_worth_keeping(begin);
    target = is_whole ? list_of(begin) : Value(Kind::list);
  } else if (stack_.size() != begin) {
    touch(target, opcode);
  }
  stack_.resize(begin);
  return true;
}

// Items put into something that is no container: a method of it is called.
void Machine::touch(Value target, std::string_view opcode) {
  switch (target.kind()) {
    case Kind::name:
      session_.call({.name = target.name(), .on_name = true}, opcode, {}, span());
      break;
    case Kind::result: {
      const std::string_view method = opcode.starts_with("SET")      ? ".__setitem__"
                                      : opcode.starts_with("APPEND") ? ".append"
                                                                     : ".add";
      session_.call({.name = target.name(), .suffix = method}, opcode, {}, span());
      break;
    }
    case Kind::none:
    case Kind::boolean:
    case Kind::integer:
    case Kind::real:
    case Kind::text:
    case Kind::tuple:
      odd(cat(opcode, " on something that cannot hold items"));
      break;
    default:
      break;
  }
}

}  // namespace cupel::pickle
