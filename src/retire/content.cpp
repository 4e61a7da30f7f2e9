// SPDX-License-Identifier: Apache-2.0
#include "retire/content.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "formats/gguf.h"
#include "formats/npy.h"
#include "formats/safetensors.h"
#include "formats/seven_zip.h"
#include "formats/tar.h"
#include "formats/unpack.h"
#include "formats/zip.h"

namespace cupel::retire {
namespace {

Bytes part_of(Bytes bytes, std::uint64_t begin, std::uint64_t size) {
  if (begin > bytes.size() || size > bytes.size() - begin) return {};
  return bytes.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(size));
}

// What follows the header of a loose object of git, which is compressed with it.
std::optional<Bytes> git_blob(Bytes bytes) {
  const auto head = as_text(bytes.first(std::min<std::size_t>(bytes.size(), 32)));
  if (!head.starts_with("blob ")) return {};
  const auto end = head.find('\0');
  if (end == std::string_view::npos) return {};
  const auto digits = head.substr(5, end - 5);
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return {};
  return bytes.subspan(end + 1);
}

class Inside {
 public:
  Inside(const std::function<void(const ContentLayer&)>& visit, const ContentLimits& limits)
      : visit_(visit), limits_(limits) {}

  std::vector<std::string> look(Bytes file) {
    follow({.bytes = file, .inside = {}}, 0);
    return std::move(missed_);
  }

 private:
  enum class Kind { none, zip, tar, seven_zip, stream, git };

  static Kind kind_of(Bytes bytes) {
    if (bytes.size() < 8) return Kind::none;
    if (zip::looks_like(bytes)) return Kind::zip;
    if (tar::looks_like(bytes)) return Kind::tar;
    if (seven_zip::looks_like(bytes)) return Kind::seven_zip;
    if (git_blob(bytes)) return Kind::git;
    return unpack::recognise(bytes) ? Kind::stream : Kind::none;
  }

  void follow(ContentLayer layer, unsigned depth) {
    if (++layers_ > limits_.layers) {
      if (layers_ == limits_.layers + 1) miss(layer, "it holds too many files");
      return;
    }
    const Kind kind = kind_of(layer.bytes);
    layer.is_container = kind != Kind::none;
    visit_(layer);
    if (kind == Kind::none) return;
    if (depth == limits_.depth) return miss(layer, "archives are nested too deep");
    switch (kind) {
      case Kind::zip:
        return look_into_zip(layer, depth);
      case Kind::tar:
        return look_into_tar(layer, depth);
      case Kind::seven_zip:
        return look_into_seven_zip(layer, depth);
      case Kind::stream:
        return look_into_stream(layer, depth);
      case Kind::git:
        return follow(member(layer, "(blob)", *git_blob(layer.bytes)), depth + 1);
      case Kind::none:
        return;
    }
  }

  static ContentLayer member(const ContentLayer& outer, std::string_view name, Bytes bytes) {
    ContentLayer inner{.bytes = bytes, .inside = outer.inside};
    inner.inside.push_back(printable(name, 300));
    return inner;
  }

  void look_into_zip(const ContentLayer& layer, unsigned depth) {
    const auto reading = zip::read(layer.bytes);
    if (!reading.complete) miss(layer, "the archive is damaged");
    for (const auto& each : reading.members) {
      if (each.compressed_bytes == 0) continue;
      std::vector<std::byte> buffer;
      zip::Limits limits;
      limits.ratio = ~std::uint64_t{0};
      if (each.method != 0) limits.member_bytes = room();
      const auto content = zip::extract(layer.bytes, each, buffer, limits);
      unpacked_ += buffer.size();
      const auto inner = member(layer, each.name, content.ok() ? content.value().bytes : buffer);
      if (!content.ok()) miss(inner, content.error().what);
      if (zip::is_encrypted(each)) miss(inner, "it is encrypted");
      follow(inner, depth + 1);
    }
  }

  void look_into_tar(const ContentLayer& layer, unsigned depth) {
    const auto reading = tar::read(layer.bytes);
    if (!reading.complete) miss(layer, "the archive is damaged");
    for (const auto& each : reading.members) {
      if (each.size_bytes == 0) continue;
      const auto inner =
          member(layer, each.name, part_of(layer.bytes, each.data_offset, each.size_bytes));
      if (each.sparse) miss(inner, "it is stored with holes");
      follow(inner, depth + 1);
    }
  }

  void look_into_seven_zip(const ContentLayer& layer, unsigned depth) {
    const auto reading = seven_zip::read(layer.bytes);
    if (!reading.complete) miss(layer, reading.encrypted ? "it is encrypted" : reading.problem);
    for (std::size_t i = 0; i < reading.folders.size(); ++i) {
      const auto& folder = reading.folders[i];
      if (!folder.unsupported.empty()) {
        miss(layer, folder.unsupported);
        continue;
      }
      std::vector<std::byte> content;
      const auto outcome = seven_zip::extract(layer.bytes, folder, room(), content);
      unpacked_ += content.size();
      if (!outcome.ended) miss(layer, outcome.problem);
      for (const auto& each : reading.members) {
        if (each.folder != i || each.size_bytes == 0) continue;
        follow(member(layer, each.name, part_of(content, each.offset, each.size_bytes)), depth + 1);
      }
    }
  }

  void look_into_stream(const ContentLayer& layer, unsigned depth) {
    const auto codec = *unpack::recognise(layer.bytes);
    std::vector<std::byte> content;
    const auto outcome = unpack::unpack_all(codec, layer.bytes, room(), content);
    unpacked_ += content.size();
    const auto inner = member(layer, cat("(", unpack::to_text(codec), ")"), content);
    if (!outcome.ended) miss(inner, outcome.problem);
    if (!content.empty()) follow(inner, depth + 1);
  }

  // How large the next member may become.
  [[nodiscard]] std::uint64_t room() const {
    return std::min(limits_.member_bytes,
                    limits_.unpacked_bytes - std::min(unpacked_, limits_.unpacked_bytes));
  }

  void miss(const ContentLayer& layer, std::string_view why) {
    constexpr std::size_t kMost = 16;
    if (missed_.size() > kMost) return;
    if (missed_.size() == kMost) return missed_.emplace_back("and more"), void();
    const std::string where = join(layer.inside, "!");
    const std::string_view what = why.empty() ? "it cannot be unpacked" : why;
    missed_.push_back(where.empty() ? std::string(what) : cat(where, ": ", what));
  }

  const std::function<void(const ContentLayer&)>& visit_;
  ContentLimits limits_;
  std::vector<std::string> missed_;
  std::size_t layers_ = 0;
  std::uint64_t unpacked_ = 0;
};

// ".../data/12", as PyTorch names storages in its archives.
bool is_storage(const ContentLayer& layer) {
  if (layer.inside.empty()) return false;
  const std::string_view name = layer.inside.back();
  const auto digits = file_name(name);
  const auto folder = name.substr(0, name.size() - digits.size());
  return !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos &&
         folder.ends_with("data/");
}

std::vector<Bytes> tensors_of_safetensors(Bytes bytes) {
  std::vector<Bytes> tensors;
  const auto reading = safetensors::read(bytes, bytes.size());
  if (!reading.complete) return tensors;
  for (const auto& tensor : reading.tensors) {
    if (tensor.end < tensor.begin) continue;
    tensors.push_back(
        part_of(bytes, 8 + reading.header_bytes + tensor.begin, tensor.end - tensor.begin));
  }
  return tensors;
}

std::vector<Bytes> tensors_of_gguf(Bytes bytes) {
  std::vector<Bytes> tensors;
  const auto reading = gguf::read(bytes);
  for (const auto& tensor : reading.tensors) {
    if (tensor.offset > bytes.size()) continue;
    tensors.push_back(part_of(bytes, reading.data_offset + tensor.offset, tensor.size));
  }
  return tensors;
}

}  // namespace

std::vector<std::string> look_inside(Bytes file,
                                     const std::function<void(const ContentLayer&)>& visit,
                                     const ContentLimits& limits) {
  return Inside(visit, limits).look(file);
}

std::vector<Bytes> tensors_of(const ContentLayer& layer) {
  const Bytes bytes = layer.bytes;
  if (as_text(bytes.first(std::min<std::size_t>(bytes.size(), 4))) == "GGUF") {
    return tensors_of_gguf(bytes);
  }
  if (safetensors::looks_like(bytes, bytes.size())) return tensors_of_safetensors(bytes);
  const auto array = npy::read(bytes);
  if (array.is_npy && array.complete && !array.objects && array.data_offset <= bytes.size()) {
    return {bytes.subspan(static_cast<std::size_t>(array.data_offset))};
  }
  if (is_storage(layer)) return {bytes};
  return {};
}

}  // namespace cupel::retire
