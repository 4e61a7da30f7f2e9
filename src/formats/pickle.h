// SPDX-License-Identifier: Apache-2.0
// pickle: what a Python pickle (protocols 0 to 5) would import and call when loaded.
//
// The opcode stream is executed on abstract values: constants, imported names,
// results of calls, containers. Nothing of it is ever loaded. All 68 opcodes of
// CPython 3.11's Lib/pickletools.py are known; memo, marks, the extension registry
// and STACK_GLOBAL behave as in the real unpickler, so what a name on the stack
// really is, is known even when it came through the memo.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/byte_reader.h"
#include "vocab/diagnostic.h"

namespace cupel::pickle {

// A name that loading would look up. Each name stands once, where it is first looked up.
struct Import {
  std::string module;       // as the unpickler would see it, before any fix_imports mapping
  std::string name;         // may hold dots: a qualified name
  bool known = true;        // false: computed at load time; `module` is "?" then, and `name` what
                            // it comes out as ("os.system"), where that can be told
  Span span;                // the opcode that imports, with its argument
  std::uint64_t count = 1;  // how often
  // Only pickle.load would do it, which takes joblib's raw arrays for opcodes: nonsense in
  // an honest file, which is loaded by joblib.load.
  bool behind_array = false;
  unsigned protocol = 0;      // of the pickle that imports it; the lowest, when several do
  bool is_attribute = false;  // only getattr, or cloudpickle's _builtin_type, reaches it: nowhere
                              // is it written as a name
  bool operator==(const Import&) const = default;
};

// The place in Reading::imports of what is none of them.
inline constexpr std::size_t kNoImport = SIZE_MAX;

// Something that loading would call. Calls of one callee by one opcode with one
// argument stand once. Only the first kCallArguments calls of one callee by one opcode
// keep their argument, the rest are counted together.
struct Call {
  std::string callee;              // "os.system"; "?" when it cannot be known
  std::size_t import = kNoImport;  // the callee's, or that of what made the callee; of what is
                                   // called without a name ("?"), that of what returned it
  std::string opcode;    // REDUCE, INST, OBJ, NEWOBJ, NEWOBJ_EX; BUILD, SETITEM(S), APPEND(S) and
                         // ADDITEMS when they act on what was imported or made by a call;
                         // "partial" when functools.partial is told to call it later, SETATTR when
                         // setattr changes it
  std::string argument;  // a constant first argument, printable, shortened; may be empty
  bool on_name = false;  // BUILD and the like change the imported thing itself, not an instance
  Span span;
  std::uint64_t count = 1;
  bool behind_array = false;  // as for imports
  bool operator==(const Call&) const = default;
};

// A code object that loading would make of parts that stand in the file.
struct Code {
  std::vector<std::string> names;      // that it looks up: globals, attributes, modules
  std::vector<std::string> constants;  // texts among its constants
  bool known = true;  // false: not all of it is written in the file, or it is too much to keep
  Span span;          // the opcode that makes it
  bool operator==(const Code&) const = default;
};

// Bytes that something would load in its turn, or that begin like a pickle.
struct Payload {
  std::string loader = {};    // "pickle.loads"; empty: nothing in the stream loads it
  Span span = {};             // the opcode that calls the loader, or that holds the bytes
  Span content = {};          // where the bytes stand in the stream …
  std::string computed = {};  // … or, when this is not empty, what they come out as
  bool known = true;          // false: it cannot be told what is loaded
  bool is_code = false;       // marshalled code, no pickle
  bool operator==(const Payload&) const = default;
};

inline constexpr std::size_t kCallArguments = 32;

struct Limits {
  std::uint64_t opcodes = 100'000'000;
  std::size_t stack = 1'000'000;
  std::size_t memo = 10'000'000;
  std::size_t imports = 100'000;          // names and calls told apart
  std::size_t folded_bytes = 16U << 20U;  // of constants that are computed
};

struct Reading {
  bool is_pickle = false;  // it began like one
  bool complete =
      false;  // every pickle of the stream was read to its STOP, and the stream to its end
  unsigned protocol = 0;  // highest seen
  std::uint64_t opcodes = 0;
  std::uint64_t pickles = 0;         // read to their STOP
  std::uint64_t examined_bytes = 0;  // how far the reading came
  std::vector<Import> imports;       // in the order they happen; each place once
  std::vector<Call> calls;
  std::vector<Payload> payloads;
  std::vector<Code> codes;
  std::uint64_t persistent_ids = 0;  // BINPERSID and PERSID: torch's storages
  std::uint64_t raw_bytes = 0;  // array data between opcodes: joblib's arrays, torch's storages
  bool limited = false;         // not complete because of Limits, not of damage
  std::string problem;          // why it is not complete: "STACK_GLOBAL on an empty stack"
  std::uint64_t problem_at = 0;
};

// Reads one pickle or several one behind the other. What was imported and called
// before an error still counts: loading would have done it.
[[nodiscard]] Reading read(Bytes bytes, const Limits& limits = {});

// Where the opcodes of the first pickle begin, up to its STOP or to the first that is damaged.
[[nodiscard]] std::vector<std::uint64_t> opcodes_of(Bytes bytes);

// Whether the bytes begin like a pickle of any protocol: PROTO and a version, or,
// for protocols 0 and 1, a short trial execution that arrives at STOP.
[[nodiscard]] bool looks_like(Bytes head, std::uint64_t size);

}  // namespace cupel::pickle
