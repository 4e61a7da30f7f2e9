// SPDX-License-Identifier: Apache-2.0
// The loop, the input, the stack and the memo.
#include "formats/pickle/machine.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "formats/pickle/literal.h"

namespace cupel::pickle {

namespace {

constexpr std::size_t kSmallestHidden = 8;  // bytes, of a pickle in a constant

}  // namespace

// What nearly every opcode needs stands first, so that it is inlined.

bool Machine::skip(std::uint64_t count) {
  if (count > stream_.size() - at_) {
    if (__builtin_add_overflow(count, std::uint64_t{at_}, &wanted_)) wanted_ = ~std::uint64_t{0};
    return stop_with(End::truncated, "the stream ends in an argument");
  }
  at_ += static_cast<std::size_t>(count);
  return true;
}

template <unsigned kWidth>
inline bool Machine::number(std::uint64_t& value) {
  const std::byte* const bytes = stream_.data() + at_;
  if (!skip(kWidth)) return false;
  value = 0;
  for (unsigned i = 0; i < kWidth; ++i) {  // one load, to every compiler
    value |= std::to_integer<std::uint64_t>(bytes[i]) << (8U * i);
  }
  return true;
}

bool Machine::push(Value value) {
  if (stack_.size() >= session_.limits().stack) {
    return stop_with(End::limit, "a deeper stack than the limit allows");
  }
  stack_.push_back(value);
  return true;
}

bool Machine::need(std::size_t count) {
  return stack_.size() >= fence_ + count || damaged("the stack is empty");
}

template <unsigned kWidth>
inline bool Machine::counted(Kind kind, bool is_signed) {
  std::uint64_t length = 0;
  if (!number<kWidth>(length)) return false;
  if (is_signed && length > 0x7fff'ffffU) return damaged("a negative length");
  if (!skip(length)) return false;
  if (kind == Kind::bytes && length >= kSmallestHidden) notice_hidden(at_ - length);
  return push(Value(kind, opcode_at_));
}

Machine::Machine(Session& session, std::size_t at, Arrays arrays, unsigned depth)
    : session_(session),
      stream_(session.stream()),
      at_(at),
      opcode_at_(at),
      budget_(session.limits().opcodes -
              std::min(session.limits().opcodes, session.reading().opcodes)),
      memo_(session.limits().memo),
      arena_(1),  // place 0 means: not known
      dicts_(1),
      arrays_(arrays),
      depth_(depth) {
  session_.protocol(0);
  set_checkpoint();
}

End Machine::run() {
  bool going = true;
  while (going) {
    opcode_at_ = at_;
    if (at_ >= checkpoint_ && !pass_checkpoint()) break;
    ++opcodes_;
    going = execute(static_cast<Opcode>(stream_[at_++]));
  }
  if (end_ != End::stop) at_ = opcode_at_;
  return end_;
}

std::vector<std::uint64_t> Machine::trace() {
  std::vector<std::uint64_t> begins;
  bool going = true;
  while (going) {
    opcode_at_ = at_;
    if (at_ >= checkpoint_ && !pass_checkpoint()) break;
    begins.push_back(at_);
    going = execute(static_cast<Opcode>(stream_[at_++]));
  }
  if (end_ != End::stop) begins.pop_back();
  return begins;
}

bool Machine::execute(Opcode opcode) {
  std::uint64_t index = 0;
  switch (opcode) {
    case Opcode::binput:
      return number<1>(index) && memo_put(index);
    case Opcode::long_binput:
      return number<4>(index) && memo_put(index);
    case Opcode::memoize:
      return memo_put(memo_.count());
    case Opcode::binget:
      return number<1>(index) && memo_get(index);
    case Opcode::long_binget:
      return number<4>(index) && memo_get(index);
    case Opcode::mark:
      return begin_mark();
    case Opcode::none:
      return push(Value(Kind::none));
    case Opcode::newtrue:
      return push(Value(Kind::boolean, 1));
    case Opcode::newfalse:
      return push(Value(Kind::boolean, 0));
    case Opcode::binint:
      return fixed(Kind::integer, 4);
    case Opcode::binint1:
      return fixed(Kind::integer, 1);
    case Opcode::binint2:
      return fixed(Kind::integer, 2);
    case Opcode::binfloat:
      return fixed(Kind::real, 8);
    case Opcode::long1:
      return counted<1>(Kind::integer);
    case Opcode::long4:
      return counted<4>(Kind::integer, true);
    case Opcode::short_binunicode:
    case Opcode::short_binstring:
      return counted<1>(Kind::text);
    case Opcode::binunicode:
      return counted<4>(Kind::text);
    case Opcode::binstring:
      return counted<4>(Kind::text, true);
    case Opcode::binunicode8:
      return counted<8>(Kind::text);
    case Opcode::short_binbytes:
      return counted<1>(Kind::bytes);
    case Opcode::binbytes:
      return counted<4>(Kind::bytes);
    case Opcode::binbytes8:
    case Opcode::bytearray8:
      return counted<8>(Kind::bytes);
    default:
      return execute_container(opcode);
  }
}

bool Machine::execute_container(Opcode opcode) {
  std::size_t begin = 0;
  switch (opcode) {
    case Opcode::empty_list:
      return push(Value(Kind::list));
    case Opcode::empty_dict:
      return empty_dict();
    case Opcode::empty_tuple:
      return tuple_of(0);
    case Opcode::empty_set:
      return push(Value(Kind::set));
    case Opcode::tuple1:
      return tuple_of(1);
    case Opcode::tuple2:
      return tuple_of(2);
    case Opcode::tuple3:
      return tuple_of(3);
    case Opcode::tuple:
      return collect(Kind::tuple);
    case Opcode::list:
      return collect(Kind::list);
    case Opcode::frozenset:
      return collect(Kind::set);
    case Opcode::dict:
      return collect_dict();
    case Opcode::append:
      return need(2) && add_items(stack_.size() - 1, "APPEND");
    case Opcode::appends:
      return pop_mark(begin) && add_items(begin, "APPENDS");
    case Opcode::additems:
      return pop_mark(begin) && add_items(begin, "ADDITEMS");
    case Opcode::setitem:
      return need(3) && set_items(stack_.size() - 2, "SETITEM");
    case Opcode::setitems:
      return pop_mark(begin) && set_items(begin, "SETITEMS");
    case Opcode::pop:
      return pop_any();
    case Opcode::pop_mark:
      if (!pop_mark(begin)) return false;
      stack_.resize(begin);
      return true;
    case Opcode::dup:
      return need(1) && push(top());
    default:
      return execute_import_or_call(opcode);
  }
}

bool Machine::execute_import_or_call(Opcode opcode) {
  std::uint64_t code = 0;
  switch (opcode) {
    case Opcode::global:
      return global();
    case Opcode::stack_global:
      return stack_global();
    case Opcode::ext1:
      return number<1>(code) && extension(static_cast<std::int64_t>(code));
    case Opcode::ext2:
      return number<2>(code) && extension(static_cast<std::int64_t>(code));
    case Opcode::ext4:
      return number<4>(code) && extension(static_cast<std::int32_t>(code));
    case Opcode::inst:
      return inst();
    case Opcode::obj:
      return obj();
    case Opcode::reduce:
      return reduce();
    case Opcode::newobj:
      return newobj(false);
    case Opcode::newobj_ex:
      return newobj(true);
    case Opcode::build:
      return build();
    default:
      return execute_rare(opcode);
  }
}

bool Machine::execute_rare(Opcode opcode) {
  std::uint64_t index = 0;
  std::string_view text;
  switch (opcode) {
    case Opcode::proto:
      return protocol();
    case Opcode::frame:
      return frame();
    case Opcode::stop:
      end_ = End::stop;
      static_cast<void>(pop(product_));
      return false;
    case Opcode::put:
      return line_number(index) && memo_put(index);
    case Opcode::get:
      return line_number(index) && memo_get(index);
    case Opcode::integer_line:
      return checked_line(Kind::integer, is_integer_line);
    case Opcode::long_line:
      return checked_line(Kind::integer, [](std::string_view digits) {
        return is_integer_line(digits.substr(0, digits.size() - (digits.ends_with('L') ? 1 : 0)));
      });
    case Opcode::real_line:
      return checked_line(Kind::real, is_real_line);
    case Opcode::string_line:
      return checked_line(Kind::text, is_quoted_line);
    case Opcode::unicode_line:
      return checked_line(Kind::text, nullptr);
    case Opcode::persid:
      ++session_.reading().persistent_ids;
      return line(text) && push(Value(Kind::persistent));
    case Opcode::binpersid:
      if (!need(1)) return false;
      ++session_.reading().persistent_ids;
      top() = persistent_object(top());
      return true;
    case Opcode::next_buffer:
      return push(Value(Kind::opaque));
    case Opcode::readonly_buffer:
      return need(1);
    default:
      return damaged(cat("unknown opcode ", static_cast<unsigned>(opcode)));
  }
}

// --- the input ---

bool Machine::line(std::string_view& text) {
  const auto rest = as_text(stream_.subspan(at_));
  const auto length = rest.find('\n');
  if (length == std::string_view::npos) {
    return stop_with(End::truncated, "the stream ends in a line");
  }
  text = rest.substr(0, length);
  at_ += length + 1;
  return true;
}

bool Machine::line_number(std::uint64_t& value) {
  std::string_view text;
  if (!line(text)) return false;
  const auto read = decimal(text);
  if (!read || *read < 0) return damaged("a memo number that is none");
  value = static_cast<std::uint64_t>(*read);
  structured_ = true;
  return true;
}

bool Machine::fixed(Kind kind, unsigned width) {
  return skip(width) && push(Value(kind, opcode_at_));
}

bool Machine::checked_line(Kind kind, bool (*fits)(std::string_view)) {
  std::string_view text;
  if (!line(text)) return false;
  if (fits != nullptr && !fits(text)) return damaged("a line that is not what its opcode says");
  return push(Value(kind, opcode_at_));
}

bool Machine::protocol() {
  std::uint64_t version = 0;
  if (!number<1>(version)) return false;
  if (version > kHighestProtocol) return damaged(cat("protocol ", version, " does not exist"));
  auto& highest = session_.reading().protocol;
  highest = std::max(highest, static_cast<unsigned>(version));
  protocol_ = static_cast<unsigned>(version);
  session_.protocol(protocol_);
  return true;
}

bool Machine::frame() {
  std::uint64_t length = 0;
  if (!number<8>(length)) return false;
  if (frame_end_ != 0 && at_ < frame_end_) odd("a frame begins inside of another");
  if (length > stream_.size() - at_) {
    odd("a frame is longer than the stream");
    length = stream_.size() - at_;
  }
  frame_end_ = at_ + static_cast<std::size_t>(length);
  set_checkpoint();
  return true;
}

void Machine::set_checkpoint() {
  checkpoint_ = stream_.size();
  if (frame_end_ != 0) checkpoint_ = std::min(checkpoint_, frame_end_);
  // Each opcode takes a byte or more, so the budget cannot run out before this many bytes.
  const std::uint64_t left = budget_ - std::min(budget_, opcodes_);
  if (left < checkpoint_ - std::min(checkpoint_, at_)) {
    checkpoint_ = at_ + static_cast<std::size_t>(left);
  }
}

bool Machine::pass_checkpoint() {
  if (at_ >= stream_.size()) return stop_with(End::truncated, "the stream ends before STOP");
  if (opcodes_ >= budget_) return stop_with(End::limit, "more opcodes than the limit allows");
  if (frame_end_ != 0 && at_ >= frame_end_) {
    if (at_ > frame_end_) odd("an argument crosses the end of its frame");
    frame_end_ = 0;
  }
  set_checkpoint();
  return true;
}

// --- the stack ---

bool Machine::pop(Value& value) {
  if (!need(1)) return false;
  value = top();
  stack_.pop_back();
  return true;
}

bool Machine::pop_any() {
  if (!marks_.empty() && marks_.back() == stack_.size()) {
    std::size_t begin = 0;
    return pop_mark(begin);
  }
  if (!need(1)) return false;
  stack_.pop_back();
  return true;
}

bool Machine::begin_mark() {
  if (marks_.size() >= session_.limits().stack) {
    return stop_with(End::limit, "more marks than the limit allows");
  }
  marks_.push_back(stack_.size());
  fence_ = stack_.size();
  structured_ = true;
  return true;
}

bool Machine::pop_mark(std::size_t& begin) {
  if (marks_.empty()) return damaged("there is no mark");
  begin = marks_.back();
  marks_.pop_back();
  fence_ = marks_.empty() ? 0 : marks_.back();
  return true;
}

// --- the memo ---

bool Machine::memo_put(std::uint64_t index) {
  if (!need(1)) return false;
  if (!memo_.put(index, top())) {
    return stop_with(End::limit, "more memo entries than the limit allows");
  }
  return true;
}

bool Machine::memo_get(std::uint64_t index) {
  const Value* const found = memo_.get(index);
  if (found == nullptr) return damaged(cat("the memo has no entry ", index));
  return push(*found);
}

// --- problems ---

void Machine::odd(std::string_view what) {
  if (!problem_.empty()) return;
  problem_ = what;
  problem_at_ = opcode_at_;
}

bool Machine::stop_with(End end, std::string_view what) {
  odd(what);
  end_ = end;
  return false;
}

}  // namespace cupel::pickle
