// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/require.h"
#include "formats/pickle.h"
#include "scan/scan.h"

using namespace cupel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(reinterpret_cast<const std::byte*>(data), size);
  const pickle::Limits limits{
      .opcodes = 100'000, .stack = 10'000, .memo = 10'000, .imports = 1'000};
  const auto reading = pickle::read(bytes, limits);
  require(reading.examined_bytes <= size);
  require(reading.complete ==
          (reading.problem.empty() && reading.pickles != 0 && reading.examined_bytes == size));
  require(!reading.limited || !reading.complete);
  require(reading.raw_bytes <= size * 2);
  require(reading.imports.size() <= limits.imports && reading.calls.size() <= limits.imports);
  for (const auto& import : reading.imports) {
    require(import.span.begin < import.span.end && import.span.end <= size && import.count > 0);
  }
  for (const auto& call : reading.calls) {
    require(call.span.begin < call.span.end && call.span.end <= size && call.count > 0);
    require(call.argument.size() <= 1000 && !call.callee.empty());
  }
  const auto again = pickle::read(bytes, limits);
  require(again.imports == reading.imports && again.calls == reading.calls);
  require(again.problem == reading.problem && again.opcodes == reading.opcodes);
  // What was found before the damage is found in any longer stream too.
  if (size > 0) {
    const auto cut = pickle::read(bytes.first(size - 1), limits);
    require(cut.imports.empty() || reading.is_pickle);
  }
  for (const auto& code : reading.codes) require(code.span.end <= size);
  // Places of opcodes go up: that is how they are compared with pickletools.
  require(std::ranges::is_sorted(pickle::opcodes_of(bytes)));
  static_cast<void>(pickle::looks_like(bytes, size + 1));
  // The examiner decodes and folds what the machine only points at.
  // What passes under a pickle's name is a pickle, or something else that was examined as such.
  const auto report = scan::examine("m.pkl", bytes);
  require(scan::verdict_of(report) != Verdict::pass || reading.is_pickle ||
          (!report.formats.empty() && report.format != "pickle"));
  return 0;
}
