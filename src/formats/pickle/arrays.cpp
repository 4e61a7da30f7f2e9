// SPDX-License-Identifier: Apache-2.0
// joblib's arrays: raw bytes that stand in the stream behind a NumpyArrayWrapper.
//
// They are skipped only when their length is known exactly: joblib would go on
// behind them, and opcodes hidden there would be missed (or invented). Layout:
// joblib/numpy_pickle.py, NumpyArrayWrapper.read_array (joblib 0.10 to 1.5).
#include <optional>

#include "base/text.h"
#include "formats/pickle/literal.h"
#include "formats/pickle/machine.h"

namespace cupel::pickle {

// numpy.dtype's state may change the size of an element behind our back.
void Machine::build_dtype(Value state) {
  constexpr std::size_t kElementSize = 5;  // (version, order, subdtype, names, fields, size, …)
  const Value size = item(state, kElementSize);
  const auto number = size.is(Kind::integer) ? integer_at(stream_, size.payload()) : std::nullopt;
  if (!state.is(Kind::tuple) || !number) {
    dtype_rebuilt_ = true;
    return;
  }
  if (*number == -1) return;
  std::uint64_t bytes = 0;
  bool objects = false;
  if (!element_bytes(top(), bytes, objects) || bytes != static_cast<std::uint64_t>(*number)) {
    dtype_rebuilt_ = true;
  }
}

bool Machine::element_bytes(Value dtype, std::uint64_t& bytes, bool& objects) const {
  if (!dtype.is(Kind::result) || session_.meaning(dtype.name()) != Meaning::dtype) return false;
  const Value code = item(Value(Kind::tuple, dtype.items()), 0);
  if (!code.is(Kind::text)) return false;
  const auto text = text_at(stream_, code.payload(), 32);
  if (!text) return false;
  std::string_view rest = *text;
  if (!rest.empty() && std::string_view("<>=|").find(rest.front()) != std::string_view::npos) {
    rest.remove_prefix(1);
  }
  if (rest.empty()) return false;
  const char kind = rest.front();
  rest.remove_prefix(1);
  objects = kind == 'O';
  if (objects) return true;
  const auto size = decimal(rest);
  if (std::string_view("biufcmMSUV").find(kind) == std::string_view::npos) return false;
  if (!size || *size < 0 || *size > 1'000'000'000) return false;
  bytes = static_cast<std::uint64_t>(*size) * (kind == 'U' ? 4U : 1U);
  return true;
}

bool Machine::array_bytes(Value shape, std::uint64_t element, std::uint64_t& bytes) const {
  if (!shape.is(Kind::tuple) || shape.items() == 0) return false;
  bytes = element;
  for (std::size_t i = 0; i < count_of_items(shape); ++i) {
    const Value side = item(shape, i);
    const auto length = side.is(Kind::integer) ? integer_at(stream_, side.payload()) : std::nullopt;
    if (!length || *length < 0) return false;
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(*length), &bytes)) return false;
  }
  return true;
}

bool Machine::read_array(Value state) {
  constexpr std::string_view kUnknown = "an array whose length cannot be known";
  // A wrapper that is built twice may hold what an earlier state said.
  if (++wrappers_built_ > wrappers_made_ || dtype_rebuilt_) return damaged(kUnknown);
  if (!state.is(Kind::dict) || state.payload() == 0) return damaged(kUnknown);
  const auto& dict = dicts_[static_cast<std::size_t>(state.payload())];
  if (!dict.known) return damaged(kUnknown);
  Value shape(Kind::opaque);
  Value dtype(Kind::opaque);
  std::optional<Value> alignment;
  for (const auto& [key, value] : dict.items) {
    if (!key.is(Kind::text)) return damaged(kUnknown);
    const auto name = text_at(stream_, key.payload(), 64);
    if (name == "shape") shape = value;
    if (name == "dtype") dtype = value;
    if (name == "numpy_array_alignment_bytes") alignment = value;
  }
  std::uint64_t element = 0;
  std::uint64_t bytes = 0;
  bool objects = false;
  if (!element_bytes(dtype, element, objects)) return damaged(kUnknown);
  top() = Value(Kind::opaque);  // the array takes the wrapper's place
  if (objects) return read_object_array();
  if (!array_bytes(shape, element, bytes)) return damaged(kUnknown);
  const std::size_t begin = at_;
  if (alignment && !alignment->is(Kind::none)) {
    const auto padding = skip(1) ? std::to_integer<std::uint64_t>(stream_[at_ - 1]) : 0;
    if (!skip(padding)) return false;
  }
  if (end_ != End::stop || !skip(bytes)) return false;
  session_.reading().raw_bytes += at_ - begin;
  leave_frame(begin);
  return true;
}

// An array of objects is a pickle of its own, with its own memo.
bool Machine::read_object_array() {
  constexpr unsigned kDepth = 8;
  if (depth_ >= kDepth) return stop_with(End::limit, "pickles nested deeper than the limit allows");
  const std::size_t begin = at_;
  Machine inner(session_, at_, Arrays::as_opcodes, depth_ + 1);
  const End end = inner.run();
  session_.protocol(protocol_);
  opcodes_ += inner.opcodes();
  at_ = inner.at();
  if (end != End::stop) return stop_with(end, cat("in an array of objects: ", inner.problem()));
  if (!inner.problem().empty()) odd(inner.problem());
  leave_frame(begin);
  return true;
}

// Raw bytes stand between frames: joblib commits the frame before it writes an array.
void Machine::leave_frame(std::size_t array_begin) {
  if (frame_end_ != 0 && array_begin < frame_end_) odd("an array inside of a frame");
  frame_end_ = 0;
  set_checkpoint();
}

}  // namespace cupel::pickle
