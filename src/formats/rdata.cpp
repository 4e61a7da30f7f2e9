// SPDX-License-Identifier: Apache-2.0
#include "formats/rdata.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/text.h"

namespace cupel::rdata {
namespace {

using namespace std::string_view_literals;

constexpr unsigned kDepth = 500;
constexpr std::size_t kTold = 1'000;

enum Type : std::uint8_t {
  symbol = 1,
  list = 2,
  closure = 3,
  environment = 4,
  promise = 5,
  call = 6,
  special = 7,
  builtin = 8,
  characters = 9,
  logical = 10,
  integer = 13,
  real = 14,
  complex = 15,
  strings = 16,
  dots = 17,
  vector = 19,
  expression = 20,
  bytecode = 21,
  pointer = 22,
  weak_reference = 23,
  raw = 24,
  object = 25,
  altrep = 238,
  attributed_list = 239,
  attributed_call = 240,
  base_environment = 241,
  empty_environment = 242,
  bytecode_reference = 243,
  bytecode_definition = 244,
  persistent = 247,
  package = 248,
  loaded_namespace = 249,
  base_namespace = 250,
  missing = 251,
  unbound = 252,
  global_environment = 253,
  null = 254,
  reference = 255,
};

enum class Coding { xdr, native, ascii };

struct Opening {
  Coding coding = Coding::xdr;
  std::size_t bytes = 0;
};

std::optional<Opening> opening_of(Bytes head) {
  auto text = as_text(head);
  Opening out;
  for (const auto magic :
       {"RDX2\n"sv, "RDX3\n"sv, "RDA2\n"sv, "RDA3\n"sv, "RDB2\n"sv, "RDB3\n"sv}) {
    if (!text.starts_with(magic)) continue;
    out.bytes = magic.size();
    text.remove_prefix(magic.size());
    break;
  }
  out.bytes += 2;
  if (text.starts_with("X\n\0\0\0\2"sv) || text.starts_with("X\n\0\0\0\3"sv)) return out;
  out.coding = Coding::ascii;
  if (text.starts_with("A\n2\n") || text.starts_with("A\n3\n")) return out;
  out.coding = Coding::native;
  if (text.starts_with("B\n\2\0\0\0"sv) || text.starts_with("B\n\3\0\0\0"sv)) return out;
  return {};
}

// Numbers and texts, in each of the three ways of writing them.
class Source {
 public:
  Source(Bytes bytes, Coding coding) : in_(bytes), coding_(coding) {}

  [[nodiscard]] bool ok() const { return ok_ && in_.ok(); }
  [[nodiscard]] std::uint64_t offset() const { return in_.offset(); }

  std::int32_t integer() {
    switch (coding_) {
      case Coding::xdr:
        return static_cast<std::int32_t>(in_.u32be());
      case Coding::native:
        return static_cast<std::int32_t>(in_.u32le());
      case Coding::ascii:
        break;
    }
    const auto word = next_word();
    std::int32_t value = 0;
    if (word == "NA") return INT32_MIN;
    const auto parsed = std::from_chars(word.data(), word.data() + word.size(), value);
    if (parsed.ec != std::errc{} || parsed.ptr != word.data() + word.size()) ok_ = false;
    return value;
  }

  // Skips `count` numbers of `width` bytes each; in ASCII each is a word.
  void skip(std::uint64_t count, std::uint64_t width) {
    if (coding_ != Coding::ascii) {
      if (count > (std::uint64_t{1} << 40U)) ok_ = false;
      in_.take(ok_ ? count * width : 0);
      return;
    }
    const auto words = width == 16 ? count * 2 : count;
    for (std::uint64_t i = 0; i < words && ok(); ++i) next_word();
  }

  std::string text(std::uint64_t size) {
    if (coding_ != Coding::ascii) return std::string(as_text(in_.take(size)));
    std::string out;
    skip_space();
    for (std::uint64_t i = 0; i < size && ok(); ++i) out += escaped();
    return out;
  }

 private:
  static bool is_space(std::byte b) {
    return b == std::byte{' '} || (b >= std::byte{9} && b <= std::byte{13});
  }

  void skip_space() {
    auto ahead = in_;
    while (!ahead.done() && is_space(std::byte{ahead.u8()})) in_ = ahead;
  }

  std::string_view next_word() {
    skip_space();
    auto ahead = in_;
    std::uint64_t size = 0;
    while (!ahead.done() && !is_space(std::byte{ahead.u8()})) ++size;
    if (size == 0) ok_ = false;
    return as_text(in_.take(size));
  }

  // A character, or a backslash and what R writes behind it.
  char escaped() {
    const char first = static_cast<char>(in_.u8());
    if (first != '\\') return first;
    const char second = static_cast<char>(in_.u8());
    constexpr std::string_view kLetters = "ntvbrfa";
    constexpr std::string_view kMeaning = "\n\t\v\b\r\f\a";
    const auto at = kLetters.find(second);
    if (at != std::string_view::npos) return kMeaning[at];
    if (second < '0' || second > '7') return second;
    unsigned value = static_cast<unsigned>(second - '0');
    for (int i = 0; i < 2; ++i) {
      auto ahead = in_;
      const auto digit = ahead.u8();
      if (!ahead.ok() || digit < '0' || digit > '7') break;
      value = value * 8 + (digit - '0');
      in_ = ahead;
    }
    return static_cast<char>(value);
  }

  ByteReader in_;
  Coding coding_;
  bool ok_ = true;
};

class Reader {
 public:
  Reader(Bytes bytes, const Opening& opening, Reading& reading)
      : in_(bytes.subspan(opening.bytes), opening.coding),
        shift_(opening.bytes),
        reading_(reading) {}

  void run() {
    const auto version = in_.integer();
    in_.integer();                                // of the writer
    in_.integer();                                // of the oldest reader
    if (version == 3) static_cast<void>(text());  // how texts are encoded
    item(0);
    reading_.examined_bytes = shift_ + in_.offset();
    reading_.complete = in_.ok() && reading_.problem.empty();
    if (!in_.ok()) reading_.problem = "it is cut short, or damaged";
  }

 private:
  [[nodiscard]] bool ok() const { return in_.ok() && reading_.problem.empty(); }
  [[nodiscard]] std::uint64_t here() const { return shift_ + in_.offset(); }

  void stop(std::string_view why) {
    if (reading_.problem.empty()) reading_.problem = std::string(why);
  }

  std::uint64_t length() {
    const auto size = in_.integer();
    if (size >= 0) return static_cast<std::uint64_t>(size);
    if (size != -1) {
      stop("a length is negative");
      return 0;
    }
    const auto high = static_cast<std::uint32_t>(in_.integer());
    return std::uint64_t{high} << 32U | static_cast<std::uint32_t>(in_.integer());
  }

  std::string text() {
    const auto size = in_.integer();
    if (size < 0) return {};  // NA
    return in_.text(static_cast<std::uint64_t>(size));
  }

  void seen(const std::string& name) {
    if (within_ != nullptr && within_->names.size() < kPromiseNames && !name.empty()) {
      within_->names.push_back(name.substr(0, 200));
    }
  }

  // A value, with what it holds. Lists are walked along, not down.
  void item(unsigned depth) {
    while (ok()) {
      if (depth > kDepth) {
        reading_.limited = true;
        return stop("it nests deeper than is read");
      }
      const auto at = here();
      const auto flags = static_cast<std::uint32_t>(in_.integer());
      const auto type = static_cast<std::uint8_t>(flags & 0xffU);
      const bool attributes = (flags & 0x200U) != 0;
      const bool tag = (flags & 0x400U) != 0;
      if (type == promise) return read_promise(depth, at, attributes, tag);
      const bool chain = type == list || type == call || type == closure || type == dots;
      if (!chain) {
        const bool had_own = plain(type, flags, depth, at);
        if (attributes && type != characters && !had_own) item(depth + 1);
        return;
      }
      if (type == closure) code(at);
      if (attributes) item(depth + 1);
      if (tag) item(depth + 1);
      item(depth + 1);
      // What comes behind is the rest of the list: next turn.
    }
  }

  void read_promise(unsigned depth, std::uint64_t at, bool attributes, bool tag) {
    if (attributes) item(depth + 1);
    if (tag) item(depth + 1);  // where it is evaluated
    auto ahead = in_;
    const auto value = static_cast<std::uint32_t>(ahead.integer()) & 0xffU;
    const bool evaluated = value != unbound && value != missing;
    item(depth + 1);  // its value
    Promise found{.begin = at, .evaluated = evaluated, .in_environment = environments_ != 0};
    auto* const outer = within_;
    within_ = &found;
    item(depth + 1);
    within_ = outer;
    found.end = here();
    if (outer != nullptr) {
      for (const auto& name : found.names) seen(name);
    }
    if (reading_.promises.size() < kTold) reading_.promises.push_back(std::move(found));
  }

  void code(std::uint64_t at) {
    ++reading_.functions;
    if (reading_.code.size() < kTold) reading_.code.push_back(at);
  }

  // Whether attributes were read with it.
  bool plain(std::uint8_t type, std::uint32_t flags, unsigned depth, std::uint64_t at) {
    switch (type) {
      case symbol:
        item(depth + 1);
        symbols_.push_back(last_text_.substr(0, 200));
        return true;
      case reference:
        refer(flags);
        return true;
      case environment:
        read_environment(depth);
        return true;
      case persistent:
      case package:
      case loaded_namespace:
        read_package(depth, at);
        return true;
      case special:
      case builtin:
        seen(text());
        return false;
      case characters:
        last_text_ = text();
        seen(last_text_);
        return false;
      case bytecode:
        code(at);
        read_bytecode(depth);
        return false;
      case altrep:
        read_altrep(depth, at);
        return true;
      default:
        return data(type, depth);
    }
  }

  bool data(std::uint8_t type, unsigned depth) {
    switch (type) {
      case logical:
      case integer:
        in_.skip(length(), 4);
        return false;
      case real:
        in_.skip(length(), 8);
        return false;
      case complex:
        in_.skip(length(), 16);
        return false;
      case raw:
        in_.skip(length(), 1);
        return false;
      case strings:
      case vector:
      case expression:
        items(length(), depth);
        return false;
      case pointer:
        ++reading_.pointers;
        symbols_.emplace_back();
        item(depth + 1);
        item(depth + 1);
        return false;
      case weak_reference:
        symbols_.emplace_back();
        return false;
      case object:
        return false;
      default:
        if ((type >= base_environment && type <= empty_environment) ||
            (type >= missing && type <= null) || type == base_namespace) {
          return true;
        }
        stop(cat("there is a value of type ", static_cast<unsigned>(type), ", which is not known"));
        return true;
    }
  }

  void items(std::uint64_t count, unsigned depth) {
    for (std::uint64_t i = 0; i < count && ok(); ++i) item(depth + 1);
  }

  void refer(std::uint32_t flags) {
    auto index = static_cast<std::uint64_t>(flags >> 8U);
    if (index == 0) index = static_cast<std::uint32_t>(in_.integer());
    if (index == 0 || index > symbols_.size()) return stop("it refers to what is not there");
    last_text_ = symbols_[static_cast<std::size_t>(index - 1)];
    seen(last_text_);
  }

  void read_environment(unsigned depth) {
    in_.integer();  // whether it is locked
    symbols_.emplace_back();
    ++environments_;
    for (int part = 0; part < 4; ++part) item(depth + 1);
    --environments_;
  }

  void read_package(unsigned depth, std::uint64_t at) {
    in_.integer();
    const auto count = length();
    std::string name;
    for (std::uint64_t i = 0; i < count && ok(); ++i) {
      item(depth + 1);
      if (i == 0) name = last_text_;
    }
    symbols_.push_back(name.substr(0, 200));
    add_package(name, at);
  }

  void add_package(const std::string& name, std::uint64_t at) {
    const auto known = std::ranges::find(reading_.packages, name, &Package::name);
    if (known == reading_.packages.end() && reading_.packages.size() < 100) {
      reading_.packages.push_back({name, at});
    }
  }

  // A class, its package and a type; then what that class makes of a state.
  void read_altrep(unsigned depth, std::uint64_t at) {
    std::vector<std::string> words;
    while (ok()) {
      const auto flags = static_cast<std::uint32_t>(in_.integer());
      const auto type = static_cast<std::uint8_t>(flags & 0xffU);
      if (type == null) break;
      if (type != list) return stop("a compact vector is not described as R does");
      if ((flags & 0x200U) != 0) item(depth + 1);
      if ((flags & 0x400U) != 0) item(depth + 1);
      last_text_.clear();
      item(depth + 1);
      words.push_back(last_text_);
      if (words.size() > 8) return stop("a compact vector is not described as R does");
    }
    if (words.size() >= 2) add_package(words[1], at);
    item(depth + 1);  // its state
    item(depth + 1);  // its attributes
  }

  void read_bytecode(unsigned depth) {
    in_.integer();  // how many parts are shared
    bytecode_body(depth);
  }

  void bytecode_body(unsigned depth) {
    if (depth > kDepth) {
      reading_.limited = true;
      return stop("it nests deeper than is read");
    }
    item(depth + 1);  // the instructions, as numbers
    const auto count = length();
    for (std::uint64_t i = 0; i < count && ok(); ++i) {
      const auto type = in_.integer();
      if (type == bytecode) {
        bytecode_body(depth + 1);
      } else {
        bytecode_part(type, depth + 1);
      }
    }
  }

  void bytecode_part(std::int32_t type, unsigned depth) {
    while (ok()) {
      if (depth > kDepth) {
        reading_.limited = true;
        return stop("it nests deeper than is read");
      }
      if (type == bytecode_reference) {
        in_.integer();
        return;
      }
      const bool defines = type == bytecode_definition;
      if (defines) {
        in_.integer();
        type = in_.integer();
      }
      const bool attributes = type == attributed_list || type == attributed_call;
      if (!attributes && type != list && type != call) return item(depth);
      if (attributes) item(depth + 1);
      item(depth + 1);  // the tag
      bytecode_part(in_.integer(), depth + 1);
      type = in_.integer();
    }
  }

  Source in_;
  std::uint64_t shift_;
  Reading& reading_;
  std::vector<std::string> symbols_;  // everything that may be referred to; "" without a name
  std::string last_text_;
  Promise* within_ = nullptr;
  unsigned environments_ = 0;  // that are being read
};

}  // namespace

bool looks_like(Bytes head) {
  return opening_of(head).has_value();
}

Reading read(Bytes bytes) {
  Reading reading;
  const auto opening = opening_of(bytes);
  reading.is_rdata = opening.has_value();
  if (opening) Reader(bytes, *opening, reading).run();
  return reading;
}

}  // namespace cupel::rdata
