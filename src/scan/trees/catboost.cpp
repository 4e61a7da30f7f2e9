// SPDX-License-Identifier: Apache-2.0
// CatBoost: "CBM1", the size of a FlatBuffer, that buffer, parts of the model.
// Source: catboost/libs/model/flatbuffers/model.fbs
#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/flatbuffer.h"
#include "scan/text/hidden.h"
#include "scan/trees/trees.h"

namespace cupel::scan {
namespace {

using flatbuffer::File;
using flatbuffer::Table;

constexpr std::uint64_t kHeader = 8;

class Walk {
 public:
  Walk(const Layer& layer, Session& session, Bytes core)
      : layer_(layer), session_(session), file_(core) {}

  void run() {
    const auto core = file_.root();
    const auto version = file_.text(core, 0);
    if (core && !version.starts_with("FlabuffersModel_v")) {
      tell(cat("it is of the unknown version ", quote(version)), "FormatVersion");
    }
    trees(file_.table(core, 1));
    information(core);
    if (file_.sound()) return;
    session_.miss(layer_, "it could not be read to its end", 1);
    const auto at = kHeader + file_.damage();
    tell_tree(layer_, session_, "an offset leads out of the file, or to no table", "", {at, at});
  }

 private:
  void tell(std::string_view what, std::string_view pointer) {
    tell_tree(layer_, session_, what, pointer);
  }

  void information(const Table& core) {
    const auto pairs = file_.vector(core, 2, 4);
    for (std::uint32_t i = 0; i < std::min(pairs.count, 1000U) && file_.sound(); ++i) {
      const auto pair = file_.item(pairs, i);
      const auto key = file_.text(pair, 0);
      const auto value = file_.text(pair, 1);
      if (key == "catboost_version_info") session_.state(layer_, "producer", value);
      examine_hidden_text(layer_, session_, key, value, {pair.at + kHeader, pair.at + kHeader});
    }
  }

  // Each tree is a run of the list of splits; a symmetric one has 2^n leaves.
  void trees(const Table& trees) {
    if (!trees) return;
    const auto splits = file_.vector(trees, 1, 4);
    const auto sizes = file_.vector(trees, 2, 4);
    const auto starts = file_.vector(trees, 3, 4);
    const auto leaves = file_.vector(trees, 8, 8);
    const auto steps = file_.vector(trees, 10, 4);
    if (starts.count != 0 && starts.count != sizes.count) {
      tell("its trees have more or fewer beginnings than sizes", "TreeStartOffsets");
    }
    std::uint64_t at = 0;
    std::uint64_t needed = 0;
    for (std::uint32_t i = 0; i < sizes.count; ++i) {
      const auto size = file_.number_item(sizes, i, 4);
      const auto start = i < starts.count ? file_.number_item(starts, i, 4) : at;
      if (size > splits.count || start > splits.count - size) {
        return tell(
            cat("tree ", i, " takes splits ", start, " to ", start + size, " of ", splits.count),
            cat("TreeSizes/", i));
      }
      at += size;
      if (steps.count == 0 && size < 32) needed += 1ULL << size;
    }
    const auto outputs = std::max<std::uint64_t>(file_.number(trees, 0, 4), 1);
    if (steps.count == 0 && (outputs > leaves.count || needed > leaves.count / outputs)) {
      if (needed != 0) {
        tell(cat("its trees need ", needed, " leaves of ", outputs, ", and it has ", leaves.count),
             "LeafValues");
      }
    }
    for (std::uint32_t i = 0; i < steps.count; ++i) {
      const auto step = file_.number_item(steps, i, 4);
      if (i + (step & 0xffffU) >= steps.count || i + (step >> 16U) >= steps.count) {
        return tell(cat("node ", i, " leads out of the trees"), "NonSymmetricStepNodes");
      }
    }
  }

  const Layer& layer_;
  Session& session_;
  File file_;
};

}  // namespace

void examine_catboost(const Layer& layer, Session& session) {
  ByteReader in(layer.bytes);
  in.take(4);
  const auto size = in.u32le();
  const auto core = in.take(size);
  if (!in.ok()) {
    session.miss(layer, "it could not be read to its end");
    return tell_tree(layer, session,
                     cat("it claims ", size, " bytes, and ", layer.bytes.size(), " are there"), "",
                     {0, std::min<std::uint64_t>(kHeader, layer.bytes.size())});
  }
  Walk(layer, session, core).run();
}

}  // namespace cupel::scan
