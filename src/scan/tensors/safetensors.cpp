// SPDX-License-Identifier: Apache-2.0
// safetensors: no code, but a header that readers must agree on.
#include "formats/safetensors.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "scan/examiner.h"
#include "scan/text/hidden.h"

namespace cupel::scan {

extern const Examiner kSafetensors;

namespace {

constexpr std::array<std::string_view, 4> kCodes = {"SFT001", "SFT002", "TXT001", "TXT002"};

bool fits(const Layer& layer) {
  return safetensors::looks_like(sniff_of(layer).head, layer.bytes.size()) ||
         lower(layer.name()).ends_with(".safetensors");
}

// Tensors, their elements, and the number format of most bytes.
void state_sizes(const Layer& layer, Session& session, const safetensors::Reading& reading) {
  if (!reading.complete) return;
  std::uint64_t parameters = 0;
  std::map<std::string_view, std::uint64_t> formats;
  for (const auto& tensor : reading.tensors) {
    std::uint64_t elements = 1;
    for (const auto side : tensor.shape) {
      if (__builtin_mul_overflow(elements, side, &elements)) return;
    }
    if (__builtin_add_overflow(parameters, elements, &parameters)) return;
    if (tensor.end > tensor.begin) formats[tensor.dtype] += tensor.end - tensor.begin;
  }
  session.state(layer, "tensors", cat(reading.tensors.size()));
  session.state(layer, "parameters", cat(parameters));
  const auto most = std::ranges::max_element(formats, {}, [](const auto& e) { return e.second; });
  if (most != formats.end()) session.state(layer, "number_format", most->first);
}

void examine(const Layer& layer, Session& session) {
  const auto reading = safetensors::read(layer.bytes, layer.bytes.size());
  for (const auto& problem : reading.problems) {
    Place place = layer.place();
    place.span = problem.span;
    place.pointer = problem.tensor;
    session.tell(
        layer,
        {.code = problem.refused ? "SFT001" : "SFT002",
         .severity = problem.refused ? Severity::high : Severity::medium,
         .title = cat(quote(file_name(layer.name())), ": ", problem.what),
         .place = std::move(place),
         .help = problem.refused ? "get the file again from where it was made, and compare digests"
                                 : "save it again with the safetensors library"});
  }
  state_sizes(layer, session, reading);
  const Span header{8, std::min<std::uint64_t>(8 + reading.header_bytes, layer.bytes.size())};
  for (const auto& [key, value] : reading.metadata) {
    if (key == "license" || key == "licence") session.state(layer, "licence", value);
    if (key == "modelspec.architecture") session.state(layer, "architecture", value);
    examine_hidden_text(layer, session, key, value, header);
    examine_hidden_text(layer, session, "__metadata__", key, header);
  }
}

}  // namespace

constinit const Examiner kSafetensors = {
    .id = "safetensors", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
