// SPDX-License-Identifier: Apache-2.0
// Machine: executes one pickle, from its first opcode to STOP, on abstract values.
//
// It follows CPython's _pickle.c: the fence that a MARK sets, MEMOIZE's numbers,
// POP of a mark. Where implementations differ it goes on as the more lenient one
// would and tells the difference as a problem, so that nothing a loader would do
// is missed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/pickle/meaning.h"
#include "formats/pickle/memo.h"
#include "formats/pickle/opcode.h"
#include "formats/pickle/session.h"
#include "formats/pickle/value.h"

namespace cupel::pickle {

enum class End {
  stop,       // STOP was reached
  truncated,  // the input ended first
  damage,     // an opcode that no unpickler would accept
  limit,      // more than the limits allow
};

class Machine {
 public:
  // How arrays between opcodes are taken: as opcodes, as pickle.load would; or as
  // joblib.load would, which reads raw bytes where a NumpyArrayWrapper was built.
  enum class Arrays { as_opcodes, as_joblib };

  Machine(Session& session, std::size_t at, Arrays arrays, unsigned depth = 0);

  [[nodiscard]] End run();
  // Runs, and tells where each opcode that was executed began.
  [[nodiscard]] std::vector<std::uint64_t> trace();

  [[nodiscard]] std::size_t at() const { return at_; }  // behind STOP, or the opcode that failed
  // Where the first NumpyArrayWrapper was built, if one was: from there on the two
  // ways of taking arrays differ.
  [[nodiscard]] std::optional<std::size_t> array_wrapper_at() const { return array_wrapper_at_; }
  [[nodiscard]] std::uint64_t opcodes() const { return opcodes_; }
  // Whether MARK or a memo opcode was met: text hardly ever has them.
  [[nodiscard]] bool structured() const { return structured_; }
  // The first thing that was not as it should be, and where; empty: nothing.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] std::size_t problem_at() const { return problem_at_; }
  // When the stream ended inside of an argument: where that one would have ended.
  [[nodiscard]] std::uint64_t wanted() const { return wanted_; }
  // What STOP would have returned.
  [[nodiscard]] Value product() const { return product_; }

 private:
  struct Dict {
    std::vector<std::pair<Value, Value>> items;
    bool known = true;
  };

  // Each gives false when the run is over; end_ then says why.
  bool execute(Opcode opcode);
  bool execute_container(Opcode opcode);
  bool execute_import_or_call(Opcode opcode);
  bool execute_rare(Opcode opcode);

  // The input.
  bool skip(std::uint64_t count);
  template <unsigned kWidth>
  bool number(std::uint64_t& value);
  bool line(std::string_view& text);
  bool line_number(std::uint64_t& value);
  bool fixed(Kind kind, unsigned width);
  template <unsigned kWidth>
  bool counted(Kind kind, bool is_signed = false);
  bool checked_line(Kind kind, bool (*fits)(std::string_view));
  bool protocol();
  bool frame();
  bool pass_checkpoint();
  void set_checkpoint();

  // The stack.
  bool push(Value value);
  bool pop(Value& value);
  bool pop_any();
  bool need(std::size_t count);
  bool begin_mark();
  bool pop_mark(std::size_t& begin);
  Value& top() { return stack_.back(); }

  // The memo.
  bool memo_put(std::uint64_t index);
  bool memo_get(std::uint64_t index);

  // Containers.
  [[nodiscard]] Value make_tuple(std::size_t begin);
  [[nodiscard]] bool is_worth_keeping(std::size_t begin) const;
  [[nodiscard]] Value list_of(std::size_t begin);
  bool collect(Kind kind);
  bool tuple_of(std::size_t count);
  bool empty_dict();
  bool collect_dict();
  bool set_items(std::size_t begin, std::string_view opcode);
  bool add_items(std::size_t begin, std::string_view opcode);
  void touch(Value target, std::string_view opcode);

  // Imports and calls.
  bool import(std::string_view module, std::string_view name);
  bool global();
  bool stack_global();
  bool extension(std::int64_t code);
  bool inst();
  bool obj();
  bool reduce();
  bool newobj(bool with_keywords);
  bool build();
  [[nodiscard]] Value persistent_object(Value id) const;
  void build_partial(Value target, Value state);
  [[nodiscard]] bool delays_known(Value callee) const;
  bool call(Value callee, Value arguments, std::string_view opcode);
  bool apply(Value callee, Value arguments, std::string_view opcode, Value& made);
  void call_name(Value callee, Value arguments, std::string_view opcode);
  [[nodiscard]] Value model(std::uint32_t callee, Value arguments);
  [[nodiscard]] Value called_for(Value callee, Value arguments, std::string_view opcode);
  [[nodiscard]] Value given_state(Value made, Value state);
  void delay(Value callee);
  [[nodiscard]] Value named_by(std::uint32_t callee, Value arguments);
  [[nodiscard]] Value attribute_of(Value object, Value name, Value arguments);
  void set_attribute(Value object, Value name);
  void add_extension(Value arguments);
  [[nodiscard]] std::optional<std::string> constant(Value value) const;
  [[nodiscard]] std::string shown_argument(std::uint32_t callee, Value arguments) const;
  [[nodiscard]] std::string code_names(Value arguments) const;
  void note_function(Value code);
  void note_code(Value arguments);
  void note_names(Code& code, Value names);
  void note_constants(Code& code, Value constants, unsigned depth);
  [[nodiscard]] std::string first_argument(Value arguments) const;

  // Constants that are computed, and bytes that are loaded.
  [[nodiscard]] std::optional<std::string> fold(Value value, unsigned depth = 0);
  [[nodiscard]] std::optional<std::string> fold_call(Meaning meaning, Value arguments,
                                                     unsigned depth);
  [[nodiscard]] std::optional<std::string> fold_items(std::string_view between, Value items,
                                                      unsigned depth);
  [[nodiscard]] std::optional<std::string> fold_item(Value arguments, unsigned depth);
  [[nodiscard]] Value call_method(Value method, Value arguments);
  void follow(std::uint32_t loader, Value content);
  void notice_hidden(std::size_t begin);

  // Distributions of scipy.stats.
  void build_distribution(std::uint32_t name, Value state);
  [[nodiscard]] bool is_state_of_distribution(Value state) const;

  // joblib's arrays.
  void build_dtype(Value state);
  bool read_array(Value state);
  bool read_object_array();
  void leave_frame(std::size_t array_begin);
  [[nodiscard]] bool element_bytes(Value dtype, std::uint64_t& bytes, bool& objects) const;
  [[nodiscard]] bool array_bytes(Value shape, std::uint64_t element, std::uint64_t& bytes) const;

  [[nodiscard]] bool arena_is_full() const;
  // A tuple's items; how many there are, when known.
  [[nodiscard]] std::size_t count_of_items(Value tuple) const;
  [[nodiscard]] Value item(Value tuple, std::size_t index) const;

  [[nodiscard]] Span span() const { return {opcode_at_, at_}; }
  void odd(std::string_view what);  // a problem, but some unpickler would go on
  bool stop_with(End end, std::string_view what);
  bool damaged(std::string_view what) { return stop_with(End::damage, what); }

  Session& session_;
  Bytes stream_;
  std::size_t at_;
  std::size_t opcode_at_;
  std::size_t checkpoint_ = 0;  // where pass_checkpoint() must be asked next
  std::size_t frame_begin_ = 0;
  std::size_t frame_end_ = 0;  // 0: outside of frames
  std::uint64_t opcodes_ = 0;
  std::uint64_t budget_;
  std::vector<Value> stack_;
  std::size_t fence_ = 0;  // the stack's height at the last mark
  std::vector<std::size_t> marks_;
  Memo memo_;
  std::vector<Value> arena_;  // tuples: a count, then that many items (at most kTupleItems)
  std::vector<Dict> dicts_;   // followed only where a state is looked at
  unsigned calling_ = 0;      // modelled callables that call others
  unsigned protocol_ = 0;
  std::uint64_t wrappers_made_ = 0;
  std::uint64_t wrappers_built_ = 0;
  bool dtype_rebuilt_ = false;
  std::uint64_t distributions_ = 0;  // made so far
  Arrays arrays_;
  std::optional<std::size_t> array_wrapper_at_;
  unsigned depth_;
  bool structured_ = false;
  std::string problem_;
  std::size_t problem_at_ = 0;
  std::uint64_t wanted_ = 0;
  End end_ = End::stop;
  Value product_;
};

}  // namespace cupel::pickle
