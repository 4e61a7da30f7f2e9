// SPDX-License-Identifier: Apache-2.0
// Torch7 objects (.t7): functions among them are Lua bytecode, which loading turns into code.
// Source: torch7/File.lua
#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/text.h"
#include "scan/examiner.h"

namespace cupel::scan {

extern const Examiner kTorch7;

namespace {

constexpr std::array<std::string_view, 1> kCodes = {"LUA001"};
constexpr unsigned kMostDepth = 200;

bool fits(const Layer& layer) {
  const auto name = lower(layer.name());
  return name.ends_with(".t7") || name.ends_with(".th7") || is_format(layer, "torch7");
}

enum Kind : std::uint32_t {
  nil = 0,
  number = 1,
  text = 2,
  table = 3,
  object = 4,
  boolean = 5,
  old_function = 6,
  recursive_function = 7,
  other_function = 8,
};

class Walk {
 public:
  Walk(const Layer& layer, Session& session) : layer_(layer), session_(session), in_(layer.bytes) {}

  // Signatures of bytecode stand wherever a function does, whatever the walk understood.
  void run() {
    const auto bytes = as_text(layer_.bytes);
    for (const std::string_view signature : {"\x1bLua", "\x1bLJ"}) {
      const auto at = bytes.find(signature);
      if (at != std::string_view::npos) function(at, at + signature.size());
    }
    value(0);
    if (sound_ && in_.ok()) return;
    session_.miss(layer_, why_.empty() ? "it could not be read to its end" : why_,
                  layer_.bytes.size() - std::min(in_.offset(), layer_.bytes.size()));
  }

 private:
  void stop(std::string_view why) {
    sound_ = false;
    if (why_.empty()) why_ = why;
  }

  void function(std::uint64_t begin, std::uint64_t end) {
    session_.tell(layer_, {.code = "LUA001",
                           .severity = Severity::critical,
                           .title = cat("loading ", quote(layer_.name()),
                                        " turns bytecode of Lua into a function"),
                           .place = layer_.place(begin, end),
                           .label = "the bytecode",
                           .help = "do not load this file; save the numbers without functions"});
  }

  void value(unsigned depth) {
    if (depth > kMostDepth) return stop("it is nested too deeply");
    const auto begin = in_.offset();
    const auto kind = in_.u32le();
    if (!in_.ok() || !sound_) return;
    switch (kind) {
      case nil:
        return;
      case number:
        in_.take(8);
        return;
      case boolean:
        in_.take(4);
        return;
      case text:
        in_.take(in_.u32le());
        return;
      case table:
        if (seen(in_.u32le())) return;
        return entries(depth);
      case object:
        return torch(depth);
      case old_function:
      case recursive_function:
      case other_function:
        if (kind != old_function && seen(in_.u32le())) return;
        in_.take(in_.u32le());
        function(begin, std::max<std::uint64_t>(in_.offset(), begin));
        return value(depth + 1);  // what the function closes over
      default:
        return stop(cat("a value is of the unknown kind ", kind));
    }
  }

  void entries(unsigned depth) {
    const auto count = in_.u32le();
    for (std::uint32_t i = 0; i < count && in_.ok() && sound_; ++i) {
      value(depth + 1);
      value(depth + 1);
    }
  }

  bool seen(std::uint32_t index) { return !seen_.insert(index).second; }

  std::string_view word() { return as_text(in_.take(in_.u32le())); }

  void torch(unsigned depth) {
    if (seen(in_.u32le())) return;
    auto name = word();
    if (name.starts_with("V ")) name = word();
    if (!in_.ok()) return;
    session_.import(printable(name, 200), "unknown");
    if (name.starts_with("torch.") && name.ends_with("Tensor")) {
      const auto sides = in_.u32le();
      if (sides > 64) return stop("a tensor has too many dimensions");
      in_.take(16ULL * sides + 8);
      return value(depth + 1);
    }
    if (name.starts_with("torch.") && name.ends_with("Storage")) return storage(name);
    value(depth + 1);  // other classes are written as a table
  }

  void storage(std::string_view name) {
    std::uint64_t width = 1;
    constexpr std::array<std::pair<std::string_view, std::uint64_t>, 6> kWidths = {
        {{"Double", 8}, {"Float", 4}, {"Long", 8}, {"Int", 4}, {"Short", 2}, {"Half", 2}}};
    for (const auto& [of, bytes] : kWidths) {
      if (name.find(of) != std::string_view::npos) width = bytes;
    }
    const auto count = in_.u64le();
    if (count > layer_.bytes.size() / width) return stop("a storage is larger than the file");
    in_.take(count * width);
  }

  const Layer& layer_;
  Session& session_;
  ByteReader in_;
  std::set<std::uint32_t> seen_;
  bool sound_ = true;
  std::string why_;
};

void examine(const Layer& layer, Session& session) {
  Walk(layer, session).run();
}

}  // namespace

constinit const Examiner kTorch7 = {
    .id = "torch7", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
