// SPDX-License-Identifier: Apache-2.0
#include "formats/pickle.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "formats/format.h"
#include "formats/pickle/literal.h"
#include "formats/pickle/machine.h"

namespace cupel::pickle {
namespace {

// What torch.save wrote before it wrote zip archives: a number, a version, the
// machine, the object and the storages' keys, each a pickle; then raw storages
// (torch/serialization.py, _legacy_save).
constexpr std::uint64_t kLegacyTorchPickles = 5;
constexpr std::string_view kLegacyTorchMagic("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19",
                                             12);

bool begins_with_protocol(Bytes bytes) {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x80} &&
         std::to_integer<unsigned>(bytes[1]) <= kHighestProtocol;
}

// No unpickler reads these as a pickle: padding.
bool is_padding(Bytes bytes) {
  return std::ranges::all_of(bytes, [](std::byte b) {
    return b == std::byte{0} || b == std::byte{'\n'} || b == std::byte{'\r'};
  });
}

bool is_legacy_torch_magic(Bytes bytes, Value product) {
  return product.is(Kind::integer) &&
         as_text(bytes.subspan(static_cast<std::size_t>(product.payload())))
             .starts_with(kLegacyTorchMagic);
}

struct Pass {
  End end = End::damage;
  std::size_t at = 0;
  std::string problem;
  std::size_t problem_at = 0;
  Value product;
  std::optional<std::size_t> array_wrapper_at;
};

Pass pass(Session& session, std::size_t at, Machine::Arrays arrays) {
  Machine machine(session, at, arrays);
  const End end = machine.run();
  session.reading().opcodes += machine.opcodes();
  return {end,
          machine.at(),
          machine.problem(),
          machine.problem_at(),
          machine.product(),
          machine.array_wrapper_at()};
}

// Whether pickle.load, which takes an array's bytes for opcodes, would get them to call something.
bool calls_behind(const Reading& reading, std::uint64_t from) {
  return std::ranges::any_of(reading.calls, [&](const Call& call) {
    return call.span.begin >= from && (call.opcode == "REDUCE" || call.opcode == "INST" ||
                                       call.opcode == "OBJ" || call.opcode.starts_with("NEWOBJ"));
  });
}

// One pickle. With joblib's arrays in it the stream means one thing to joblib.load and
// another to pickle.load, for which honest arrays are noise that it soon chokes on:
// what that one would import counts when it would also call something.
Pass one_pickle(Session& session, std::size_t at) {
  auto joblib = pass(session, at, Machine::Arrays::as_joblib);
  if (!joblib.array_wrapper_at) return joblib;
  Reading scratch;
  scratch.opcodes = session.reading().opcodes;
  Session other(session.stream(), session.limits(), scratch);
  other.extensions() = session.extensions();
  auto plain = pass(other, at, Machine::Arrays::as_opcodes);
  session.reading().opcodes = scratch.opcodes;
  const auto from = *joblib.array_wrapper_at;
  const bool plain_only = plain.end == End::stop && joblib.end != End::stop;
  if (plain_only || calls_behind(scratch, from)) session.absorb(scratch, from);
  if (plain_only) return plain;
  if (plain.end == End::limit && joblib.problem.empty()) {
    joblib.problem = std::move(plain.problem);
    joblib.problem_at = plain.problem_at;
  }
  return joblib;
}

}  // namespace

Reading read(Bytes bytes, const Limits& limits) {
  Reading reading;
  Session session(bytes, limits, reading);
  std::size_t at = 0;
  bool legacy_torch = false;
  std::uint64_t count = 0;
  const auto note = [&](std::string what, std::size_t where) {
    if (!reading.problem.empty() || what.empty()) return;
    reading.problem = std::move(what);
    reading.problem_at = where;
  };
  do {
    if (count != 0 && is_padding(bytes.subspan(at))) {
      at = bytes.size();
      break;
    }
    const auto findings = reading.imports.size() + reading.calls.size();
    auto one = one_pickle(session, at);
    if (one.end != End::stop) {
      const bool found = reading.imports.size() + reading.calls.size() != findings;
      if (count != 0 && one.end != End::limit && !found &&
          !begins_with_protocol(bytes.subspan(at))) {
        note(cat(bytes.size() - at, " bytes behind the last pickle are none"), at);
      }
      reading.limited = one.end == End::limit && reading.problem.empty();
      note(std::move(one.problem), one.problem_at);
      at = one.at;
      break;
    }
    note(std::move(one.problem), one.problem_at);
    at = one.at;
    count = ++reading.pickles;
    if (count == 1) legacy_torch = is_legacy_torch_magic(bytes, one.product);
    if (legacy_torch && count == kLegacyTorchPickles) {
      reading.raw_bytes += bytes.size() - at;
      at = bytes.size();
    }
  } while (at < bytes.size());
  if (session.overflowed() && reading.problem.empty()) {
    reading.limited = true;
    note("more names and calls than the limit allows", at);
  }
  reading.examined_bytes = at;
  reading.complete = at == bytes.size() && count != 0 && reading.problem.empty();
  reading.is_pickle = begins_with_protocol(bytes) || count != 0 || !reading.imports.empty();
  return reading;
}

std::vector<std::uint64_t> opcodes_of(Bytes bytes) {
  Reading reading;
  Session session(bytes, {}, reading);
  Machine machine(session, 0, Machine::Arrays::as_opcodes);
  return machine.trace();
}

namespace {

// "PK\3\4", of a zip file: the opcode P names an object, and unpicklers refuse a name that is not
// in ASCII before they do anything with it.
bool begins_with_no_name(Bytes head) {
  if (head.front() != std::byte{'P'}) return false;
  const auto line = as_text(head).substr(0, as_text(head).find('\n'));
  return std::ranges::any_of(line, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

}  // namespace

bool looks_like(Bytes head, std::uint64_t size) {
  constexpr std::uint64_t kTrialOpcodes = 4096;
  constexpr std::uint64_t kConvincing = 8;  // opcodes in a row that text or chance hardly has
  if (head.empty() || begins_with_no_name(head)) return false;
  const Limits limits{.opcodes = kTrialOpcodes, .stack = 8192, .memo = 8192, .imports = 4096};
  Reading reading;
  Session session(head, limits, reading);
  std::size_t at = 0;
  End end = End::stop;
  bool structured = false;
  bool long_argument = false;  // one that the rest of the file has room for
  while (end == End::stop && at < head.size() && !is_padding(head.subspan(at))) {
    Machine machine(session, at, Machine::Arrays::as_opcodes);
    end = machine.run();
    reading.opcodes += machine.opcodes();
    structured = structured || machine.structured();
    long_argument = machine.wanted() > head.size() + 4 && machine.wanted() <= size;
    if (end == End::stop) ++reading.pickles;
    at = machine.at();
  }
  const bool goes_on = end == End::stop || end == End::limit || end == End::truncated;
  if (begins_with_protocol(head)) {
    return goes_on || !reading.imports.empty() || reading.opcodes >= kConvincing;
  }
  const bool imports = std::ranges::any_of(
      reading.imports, [](const Import& import) { return is_importable(import.module); });
  if (imports && (reading.pickles != 0 || !reading.calls.empty())) return true;
  if (!goes_on) return false;
  if (long_argument) return true;
  if (reading.pickles != 0) return end == End::stop || reading.opcodes >= kConvincing;
  return size > head.size() && structured && (imports || reading.opcodes >= 2 * kConvincing);
}

}  // namespace cupel::pickle
