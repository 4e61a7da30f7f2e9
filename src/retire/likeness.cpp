// SPDX-License-Identifier: Apache-2.0
#include "retire/likeness.h"

#include <algorithm>
#include <functional>

#include "base/text.h"
#include "crypto/digest.h"

namespace cupel::retire {
namespace {

// Zeros and other fillings stand in many models that have nothing to do with each other.
bool tells(Bytes tensor) {
  return tensor.size() >= Wanted::kLeastBytes &&
         std::ranges::adjacent_find(tensor, std::ranges::not_equal_to{}) != tensor.end();
}

}  // namespace

Fingerprint fingerprint_of(std::string_view path, Bytes bytes) {
  Fingerprint print{
      .path = std::string(path), .sha256 = sha256_hex(bytes), .size_bytes = bytes.size()};
  // What could not be unpacked is not known again; the whole file is.
  static_cast<void>(look_inside(bytes, [&](const ContentLayer& layer) {
    for (const Bytes tensor : tensors_of(layer)) {
      if (tells(tensor)) print.tensors.emplace(sha256_hex(tensor), tensor.size());
    }
  }));
  return print;
}

Json to_json(const Fingerprint& print) {
  Json tensors = Json::object();
  for (const auto& [digest, bytes] : print.tensors) tensors.set(digest, bytes);
  return Json::object({{"path", print.path},
                       {"sha256", print.sha256},
                       {"size_bytes", print.size_bytes},
                       {"tensors", std::move(tensors)}});
}

std::optional<Fingerprint> fingerprint_from(const Json& json) {
  if (!json["path"].is_text() || !json["sha256"].is_text() || json["size_bytes"].integer(-1) < 0) {
    return {};
  }
  Fingerprint print{.path = json["path"].text(),
                    .sha256 = json["sha256"].text(),
                    .size_bytes = static_cast<std::uint64_t>(json["size_bytes"].integer())};
  for (const auto& [digest, bytes] : json["tensors"].members()) {
    if (bytes.integer(-1) < 0) return {};
    print.tensors.emplace(digest, static_cast<std::uint64_t>(bytes.integer()));
  }
  return print;
}

Wanted::Wanted(std::vector<Fingerprint> prints) : prints_(std::move(prints)) {
  for (std::size_t i = 0; i < prints_.size(); ++i) {
    const auto& print = prints_[i];
    if (print.size_bytes >= kLeastBytes) {
      whole_.emplace(print.sha256, i);
      sizes_.insert(print.size_bytes);
    }
    for (const auto& [digest, bytes] : print.tensors) {
      tensor_[digest].push_back(i);
      sizes_.insert(bytes);
    }
  }
}

// One file, layer by layer.
class LikenessSearch {
 public:
  explicit LikenessSearch(const Wanted& wanted) : wanted_(wanted) {}

  void look_at(const ContentLayer& layer) {
    const bool leaf = !layer.is_container && !layer.bytes.empty();
    leaves_ += leaf ? 1 : 0;
    if (const auto whole = find_whole(layer.bytes)) {
      copied_leaves_ += leaf ? 1 : 0;
      // An archive that is itself a copy: what is in it are copies, too.
      whole_container_ = whole_container_ || (layer.is_container && layer.inside.empty());
      if (!whole_) whole_ = Hit{.print = *whole, .inside = layer.inside};
    }
    for (const Bytes tensor : tensors_of(layer)) {
      if (!wanted_.sizes_.contains(tensor.size()) || !tells(tensor)) continue;
      const auto found = wanted_.tensor_.find(sha256_hex(tensor));
      if (found == wanted_.tensor_.end()) continue;
      for (const auto print : found->second) tensors_[print].insert(found->first);
    }
  }

  [[nodiscard]] std::optional<Likeness> result(std::string_view path, Bytes bytes) const {
    Likeness likeness{.path = std::string(path)};
    if (whole_) {
      likeness.kind = whole_->inside.empty() ? LikenessKind::same : LikenessKind::inside;
      likeness.of = wanted_.prints_[whole_->print].path;
      likeness.inside = whole_->inside;
      likeness.nothing_else = whole_container_ || leaves_ == copied_leaves_;
    } else if (const auto best = best_by_tensors()) {
      const auto& print = wanted_.prints_[*best];
      likeness.of = print.path;
      likeness.found = tensors_.at(*best).size();
      likeness.total = print.tensors.size();
      likeness.kind =
          likeness.found == likeness.total ? LikenessKind::converted : LikenessKind::partly;
    } else {
      return {};
    }
    likeness.sha256 = sha256_hex(bytes);
    likeness.size_bytes = bytes.size();
    return likeness;
  }

 private:
  struct Hit {
    std::size_t print = 0;
    std::vector<std::string> inside;
  };

  [[nodiscard]] std::optional<std::size_t> find_whole(Bytes bytes) const {
    if (bytes.size() < Wanted::kLeastBytes || !wanted_.sizes_.contains(bytes.size())) return {};
    const auto found = wanted_.whole_.find(sha256_hex(bytes));
    return found == wanted_.whole_.end() ? std::optional<std::size_t>{} : found->second;
  }

  // The file of which the largest share was found.
  [[nodiscard]] std::optional<std::size_t> best_by_tensors() const {
    std::optional<std::size_t> best;
    double share = 0;
    for (const auto& [print, found] : tensors_) {
      const double of = static_cast<double>(found.size()) /
                        static_cast<double>(wanted_.prints_[print].tensors.size());
      if (of > share) {
        share = of;
        best = print;
      }
    }
    return best;
  }

  const Wanted& wanted_;
  std::optional<Hit> whole_;
  bool whole_container_ = false;
  std::size_t leaves_ = 0;
  std::size_t copied_leaves_ = 0;
  std::map<std::size_t, std::set<std::string>> tensors_;  // of which print, which were found
};

Comparison Wanted::compare(std::string_view path, Bytes bytes, const ContentLimits& limits) const {
  LikenessSearch search(*this);
  Comparison comparison;
  comparison.missed =
      look_inside(bytes, [&](const ContentLayer& layer) { search.look_at(layer); }, limits);
  comparison.likeness = search.result(path, bytes);
  return comparison;
}

std::string describe(const Likeness& likeness) {
  const std::string of = cat("`", printable(likeness.of, 200), "`");
  switch (likeness.kind) {
    case LikenessKind::same:
      return cat("the same bytes as ", of);
    case LikenessKind::inside:
      return cat(of, " stands in it as `", printable(join(likeness.inside, "!"), 300), "`",
                 likeness.nothing_else ? ", and nothing else" : ", among other things");
    case LikenessKind::converted:
      return cat("the data of every tensor of ", of, " (", likeness.total, ")");
    case LikenessKind::partly:
      return cat("the data of ", likeness.found, " of ", likeness.total, " tensors of ", of);
  }
  return {};
}

}  // namespace cupel::retire
