// SPDX-License-Identifier: Apache-2.0
// HDF5 files, in which Keras 1 and 2 save whole models and every Keras its weights: what their
// configuration makes, and which other files opening them reads.
#include "formats/hdf5.h"

#include <array>

#include "base/text.h"
#include "scan/examiner.h"
#include "scan/keras/keras_objects.h"

namespace cupel::scan {

extern const Examiner kHdf5;

namespace {

constexpr std::array<std::string_view, 2> kCodes = {"HDF001", "HDF002"};

bool fits(const Layer& layer) {
  constexpr std::string_view kSignature = "\x89HDF\r\n\x1a\n";
  const auto text = as_text(layer.bytes);
  for (std::size_t at = 0; at < text.size() && at <= (1U << 20U); at = at == 0 ? 512 : at * 2) {
    if (text.substr(at, kSignature.size()) == kSignature) return true;
  }
  return false;
}

void tell_outside(const Layer& layer, Session& session, const hdf5::Outside& outside) {
  const bool link = outside.reach == hdf5::Reach::external_link;
  const bool virtual_source = outside.reach == hdf5::Reach::virtual_source;
  std::vector<std::string> notes;
  if (!outside.name.empty()) notes.push_back(cat("as ", quote(outside.name)));
  if (!link && !virtual_source) {
    notes.emplace_back("CVE-2026-1669: the bytes of that file become weights of the model");
  }
  session.tell(
      layer,
      {.code = "HDF001",
       .severity = Severity::high,
       .title = virtual_source
                    ? cat("opening ", quote(layer.name()), " reads datasets of other files")
                    : cat("opening ", quote(layer.name()), " reads the file ", quote(outside.file),
                          link ? " through an external link" : " as its storage"),
       .place = layer.place(outside.span.begin, outside.span.end),
       .notes = std::move(notes),
       .help = "do not load this file: a model that was saved whole needs no other file"});
}

void examine(const Layer& layer, Session& session) {
  const auto reading = hdf5::read(layer.bytes);
  for (const auto& outside : reading.outside) tell_outside(layer, session, outside);
  for (const auto& text : reading.texts) {
    const auto piece = layer.bytes.subspan(text.begin, text.end - text.begin);
    if (!keras::may_be_keras(as_text(piece))) continue;
    session.follow(layer, cat("attribute at byte ", text.begin), piece);
  }
  if (reading.problem.empty()) return;
  session.tell(layer, {.code = "HDF002",
                       .severity = Severity::high,
                       .title = cat(quote(layer.name()), " is damaged: ", reading.problem),
                       .place = layer.place(),
                       .help = "get the file again from where it was made, and compare digests"});
  session.miss(layer, reading.problem, 1);
}

}  // namespace

constinit const Examiner kHdf5 = {.id = "hdf5", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
