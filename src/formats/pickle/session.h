// SPDX-License-Identifier: Apache-2.0
// Session: what all pickles of one reading share: the input, what was found, the
// extension registry (which outlives a pickle in a real process) and the budget.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "formats/pickle.h"
#include "formats/pickle/meaning.h"

namespace cupel::pickle {

class Session {
 public:
  Session(Bytes stream, const Limits& limits, Reading& reading);

  [[nodiscard]] Bytes stream() const { return stream_; }
  [[nodiscard]] const Limits& limits() const { return limits_; }
  [[nodiscard]] Reading& reading() { return reading_; }

  // The number of an imported name, recorded when it is new. kUnknown for a name
  // that is computed at load time, and for all names once there are too many.
  static constexpr std::uint32_t kUnknown = 0;
  [[nodiscard]] std::uint32_t import(std::string_view module, std::string_view name, Span span,
                                     bool is_attribute = false);
  // The protocol that the pickle being read says it has.
  void protocol(unsigned version) { protocol_ = version; }
  void import_unknown(std::string_view what, Span span);
  // "os.system" of a number.
  [[nodiscard]] const std::string& dotted(std::uint32_t name) const { return names_[name].dotted; }
  // REQUIRES: is_imported(name).
  [[nodiscard]] const Import& imported(std::uint32_t name) const;
  [[nodiscard]] bool is_imported(std::uint32_t name) const {
    return names_[name].import != kNoImport;
  }
  [[nodiscard]] Meaning meaning(std::uint32_t name) const { return names_[name].meaning; }
  // A method of texts and bytes that gives a constant ("join"): the number that stands for it.
  [[nodiscard]] std::optional<std::uint32_t> method(std::string_view name);
  [[nodiscard]] bool is_method(std::uint32_t name) const {
    return !is_imported(name) && meaning(name) != Meaning::none;
  }

  // What would be loaded in its turn; the same bytes only once.
  void follow(Payload payload);
  // How much may still be made of constants that are computed; each takes what it needs.
  std::size_t& folded_left() { return folded_left_; }

  // What a call is made on: the number of a name and how it is written.
  struct Callee {
    std::uint32_t name = kUnknown;
    bool on_name = false;
    std::string_view suffix = {};  // ".__setstate__"
    bool returned = false;         // not the name itself is called, but what it returned
  };
  // Whether the argument of this call is worth rendering: only the first
  // kCallArguments calls of one callee by one opcode keep theirs.
  [[nodiscard]] bool wants_argument(const Callee& callee, std::string_view opcode) const;
  void call(const Callee& callee, std::string_view opcode, std::string_view argument, Span span);

  void code(Code code);

  // What copyreg.add_extension was called with; nothing: names that are not constants.
  using Extensions = std::map<std::int64_t, std::optional<std::pair<std::string, std::string>>>;
  Extensions& extensions() { return extensions_; }

  // Takes over what another session over the same stream found behind an array at `from`.
  void absorb(const Reading& other, std::uint64_t from);

  // True once more was found than is kept: the reading is not complete then.
  [[nodiscard]] bool overflowed() const { return overflowed_; }

 private:
  struct Name {
    std::string dotted;
    std::size_t import = kNoImport;  // in reading_.imports
    Meaning meaning = Meaning::none;
  };
  struct CallKind {  // calls of one callee by one opcode
    std::uint64_t count = 0;
    std::size_t rest = SIZE_MAX;  // in reading_.calls: those whose argument is not kept
  };

  Bytes stream_;
  const Limits& limits_;
  Reading& reading_;
  std::vector<Name> names_;
  std::unordered_map<std::string, std::uint32_t> name_numbers_;
  std::unordered_map<std::string, std::size_t> call_places_;  // in reading_.calls
  std::unordered_map<std::uint64_t, CallKind> call_kinds_;
  Extensions extensions_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::size_t>
      followed_;  // where, how long; or a hash
  std::size_t folded_left_;
  std::size_t computed_ = 0;  // payloads that are
  unsigned protocol_ = 0;
  bool overflowed_ = false;
};

}  // namespace cupel::pickle
