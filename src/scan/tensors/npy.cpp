// SPDX-License-Identifier: Apache-2.0
// NumPy arrays: numbers, unless their elements are objects, which are a pickle.
#include "formats/npy.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/signature.h"
#include "scan/examiner.h"

namespace cupel::scan {

extern const Examiner kNpy;

namespace {

constexpr std::array<std::string_view, 3> kCodes = {"NPY001", "NPY002", "NPY003"};

constexpr std::string_view kSignature = "\x93NUMPY";

bool fits(const Layer& layer) {
  return has_signature(sniff_of(layer), kSignature);
}

void tell_problems(const Layer& layer, Session& session, const npy::Reading& reading) {
  std::vector<std::string> notes;
  for (const auto& problem : reading.problems) notes.push_back(problem.what);
  if (reading.called) notes.emplace_back("a reader that evaluates the header runs what it names");
  const Span span = reading.problems.empty() ? Span{} : reading.problems.front().span;
  session.tell(layer,
               {.code = "NPY001",
                .severity = Severity::high,
                .title = reading.complete
                             ? cat("NumPy refuses the header of ", quote(file_name(layer.name())))
                             : cat("the header of ", quote(file_name(layer.name())), " is damaged"),
                .place = reading.complete ? layer.place(span.begin, span.end) : layer.place(),
                .notes = std::move(notes),
                .help = "save the array again"});
}

void tell_oddities(const Layer& layer, Session& session, const npy::Reading& reading) {
  for (const auto& odd : reading.oddities) {
    session.tell(layer, {.code = "NPY002",
                         .severity = Severity::medium,
                         .title = cat(quote(file_name(layer.name())), ": ", odd.what),
                         .place = layer.place(odd.span.begin, odd.span.end),
                         .help = "save the array again with NumPy, and compare"});
  }
}

// np.save() writes one array behind another into a file that stays open, and np.load() reads them
// one by one. What else stands there, nobody reads as an array.
void examine_rest(const Layer& layer, Session& session, std::size_t begin) {
  std::size_t number = 1;
  while (as_text(layer.bytes.subspan(begin)).starts_with(kSignature)) {
    const auto rest = layer.bytes.subspan(begin);
    const auto next = npy::read(rest);
    const auto whole = next.data_offset + next.data_bytes.value_or(rest.size());
    const auto size = next.complete ? std::min<std::uint64_t>(whole, rest.size()) : rest.size();
    session.follow(layer, cat("array ", ++number), rest.first(static_cast<std::size_t>(size)));
    begin += static_cast<std::size_t>(size);
  }
  const auto rest = layer.bytes.subspan(begin);
  if (std::ranges::all_of(rest, [](std::byte b) { return b == std::byte{0}; })) return;
  session.tell(layer, {.code = "NPY003",
                       .severity = Severity::medium,
                       .title = cat(human_bytes(rest.size()), " stand behind the array ",
                                    quote(file_name(layer.name()))),
                       .place = layer.place(begin, layer.bytes.size()),
                       .help = "ask whoever made the file what they are"});
  session.follow(layer, "(behind the array)", rest);
}

void examine(const Layer& layer, Session& session) {
  const auto reading = npy::read(layer.bytes);
  if (!reading.complete) session.miss(layer, "its header is damaged");
  if (!reading.complete || !reading.problems.empty()) tell_problems(layer, session, reading);
  if (!reading.complete) return;
  tell_oddities(layer, session, reading);
  const auto data = layer.bytes.subspan(static_cast<std::size_t>(reading.data_offset));
  if (reading.objects) {
    session.follow(layer, "objects.pkl", data, true);
  } else if (!reading.data_bytes) {
    session.miss(layer, "how long the array is cannot be told", data.size());
    session.follow(layer, "(behind the header)", data);
  } else if (*reading.data_bytes < data.size()) {
    examine_rest(layer, session,
                 static_cast<std::size_t>(reading.data_offset + *reading.data_bytes));
  }
}

}  // namespace

constinit const Examiner kNpy = {.id = "npy", .codes = kCodes, .fits = fits, .examine = examine};

}  // namespace cupel::scan
