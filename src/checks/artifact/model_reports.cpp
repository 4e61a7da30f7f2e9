// SPDX-License-Identifier: Apache-2.0
#include "checks/artifact/model_reports.h"

#include <algorithm>

#include "base/text.h"
#include "checks/material.h"
#include "formats/format.h"

namespace cupel {
namespace {

const Format* format_of(const FileEntry& file) {
  const auto formats = all_formats();
  const auto found = std::ranges::find(formats, file.format, &Format::id);
  return found == formats.end() ? nullptr : *found;
}

// "model.pkl.gz", "classifier.joblib.z": a model's name around what is packed.
bool is_named_as_model(std::string_view path) {
  const auto name = cat(lower(file_name(path)), ".");
  return std::ranges::any_of(all_formats(), [&](const Format* format) {
    return format->kind == AssetKind::model &&
           std::ranges::any_of(format->extensions, [&](std::string_view extension) {
             return extension.size() > 2 && name.find(cat(extension, ".")) != std::string::npos;
           });
  });
}

// What loads as a model, whatever the inventory takes it for: also arrays that may hold
// pickles, and what is packed under a model's name.
bool is_model_file(const FileEntry& file) {
  if (file.kind == AssetKind::model) return true;
  const auto* const format = format_of(file);
  if (format != nullptr && format->kind == AssetKind::other && is_named_as_model(file.path)) {
    return true;
  }
  return format != nullptr &&
         (format->kind == AssetKind::model || format->id == "npy" || format->id == "npz");
}

}  // namespace

// Files that are declared to be a model by themselves count too, whatever they look like.
std::set<std::size_t> model_files(const Inventory& inventory) {
  std::set<std::size_t> chosen;
  for (std::size_t i = 0; i < inventory.files.size(); ++i) {
    if (is_model_file(inventory.files[i]) && !is_vendored(inventory.files[i].path))
      chosen.insert(i);
  }
  for (const auto& asset : inventory.assets) {
    if (!asset.is_declared || asset.declared.kind != AssetKind::model) continue;
    for (const auto index : asset.files) {
      const auto& file = inventory.files[index];
      if (file.path == asset.declared.path || is_model_file(file)) chosen.insert(index);
    }
  }
  return chosen;
}

// The name is part of the question: a loader goes by it.
Result<ExaminedModel> examine_model(const CheckInput& input, const FileEntry& file) {
  auto answer = TRY(ask_once(input, file, cat("model file ", file.path), [&](Bytes bytes) {
    return to_json(scan::examine(file.path, bytes)).canonical();
  }));
  ExaminedModel examined{.report = {}, .problem = std::move(answer.problem)};
  if (!examined.problem.empty()) return examined;
  const auto json = read_json(answer.text).value.value_or(Json());
  if (auto read = scan::report_from(json)) examined.report = std::move(*read);
  return examined;
}

}  // namespace cupel
