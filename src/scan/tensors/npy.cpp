// SPDX-License-Identifier: Apache-2.0
// NumPy arrays: numbers, unless their elements are objects, which are a pickle.
#include "formats/npy.h"

#include <array>

#include "base/text.h"
#include "formats/signature.h"
#include "scan/examiner.h"

namespace cupel::scan {

extern const Examiner kNpy;

namespace {

constexpr std::array<std::string_view, 1> kCodes = {"NPY001"};

bool fits(const Layer& layer) {
  return has_signature(sniff_of(layer), "\x93NUMPY");
}

void examine(const Layer& layer, Session& session) {
  const auto reading = npy::read(layer.bytes);
  if (!reading.complete) {
    session.miss(layer, "its header is damaged");
    session.tell(layer,
                 {.code = "NPY001",
                  .severity = Severity::high,
                  .title = cat("the header of ", quote(file_name(layer.name())), " is damaged"),
                  .help = "save the array again"});
    return;
  }
  if (!reading.objects) return;
  session.follow(layer, "objects.pkl",
                 layer.bytes.subspan(static_cast<std::size_t>(reading.data_offset)), true);
}

}  // namespace

constinit const Examiner kNpy = {.id = "npy", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
