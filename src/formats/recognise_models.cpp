// SPDX-License-Identifier: Apache-2.0
// Model formats: those with a reader of their own, and those that are only recognised
// until they have one, so that "not examined" can be said of them.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/format.h"
#include "formats/msgpack.h"
#include "formats/pickle.h"
#include "formats/rdata.h"
#include "formats/safetensors.h"
#include "formats/signature.h"

namespace cupel {
namespace {

bool sniff_safetensors(const Sniff& file) {
  return safetensors::looks_like(file.head, file.size);
}

bool sniff_pickle(const Sniff& file) {
  return pickle::looks_like(file.head, file.size);
}

// The first member's name tells: torch writes data.pkl first, Keras metadata.json or config.json.
bool sniff_torch_zip(const Sniff& file) {
  const auto first = first_member(file.head);
  if (!first) return false;
  constexpr std::array<std::string_view, 6> kTorch = {
      "data.pkl", "version", "byteorder", ".format_version", ".storage_alignment", "constants.pkl"};
  const auto slash = first->rfind('/');
  const auto base = slash == std::string_view::npos ? *first : first->substr(slash + 1);
  return std::ranges::find(kTorch, base) != kTorch.end();
}

bool sniff_keras(const Sniff& file) {
  const auto first = first_member(file.head);
  return first &&
         (*first == "metadata.json" || *first == "config.json" || *first == "model.weights.h5");
}

bool sniff_npz(const Sniff& file) {
  const auto first = first_member(file.head);
  return first && first->ends_with(".npy");
}

bool sniff_gguf(const Sniff& file) {
  return has_signature(file, "GGUF");
}

bool sniff_hdf5(const Sniff& file) {
  return has_signature(file, "\x89HDF\r\n\x1a\n");
}

bool sniff_npy(const Sniff& file) {
  return has_signature(file, "\x93NUMPY");
}

bool sniff_tflite(const Sniff& file) {
  return has_signature(file, "TFL3", 4);
}

bool sniff_lightgbm(const Sniff& file) {
  return has_signature(file, "tree\nversion=") || has_signature(file, "tree\r\nversion=");
}

bool sniff_catboost(const Sniff& file) {
  return has_signature(file, "CBM1");
}

bool sniff_xgboost_json(const Sniff& file) {
  const auto text = as_text(file.head);
  if (!text.starts_with('{')) return false;
  const auto begin = text.substr(0, 512);
  return begin.find("\"learner\"") != std::string_view::npos ||
         (begin.find("\"Config\"") != std::string_view::npos &&
          text.find("\"learner\"") != std::string_view::npos);
}

bool sniff_xgboost_ubj(const Sniff& file) {
  const auto text = as_text(file.head);
  return text.starts_with("{L") && text.substr(0, 64).find("learner") != std::string_view::npos;
}

// Plain ones; compressed ones are gzip, bzip2 or xz files.
bool sniff_rdata(const Sniff& file) {
  return rdata::looks_like(file.head);
}

constexpr std::array<std::string_view, 1> kSafetensorsNames = {".safetensors"};
constexpr std::array<std::string_view, 9> kPickleNames = {
    ".pkl", ".pickle", ".joblib", ".dill", ".pck", ".p", ".sav", ".cloudpickle", ".pcl"};
constexpr std::array<std::string_view, 7> kTorchNames = {".pt",  ".pth", ".ckpt", ".bin",
                                                         ".mar", ".pt2", ".ptl"};
constexpr std::array<std::string_view, 1> kKerasNames = {".keras"};
constexpr std::array<std::string_view, 1> kNpzNames = {".npz"};
constexpr std::array<std::string_view, 1> kGgufNames = {".gguf"};
constexpr std::array<std::string_view, 3> kHdf5Names = {".h5", ".hdf5", ".hdf"};
constexpr std::array<std::string_view, 1> kNpyNames = {".npy"};
constexpr std::array<std::string_view, 1> kTfLiteNames = {".tflite"};
constexpr std::array<std::string_view, 1> kCatBoostNames = {".cbm"};
constexpr std::array<std::string_view, 1> kXgboostUbjNames = {".ubj"};
constexpr std::array<std::string_view, 3> kRDataNames = {".rds", ".rdata", ".rda"};
constexpr std::array<std::string_view, 1> kMsgpackNames = {".msgpack"};

// Many short texts look like a map of MessagePack, so its name must say so, too.
bool sniff_msgpack(const Sniff& file) {
  return lower(file.name).ends_with(".msgpack") && msgpack::looks_like(file.head);
}

}  // namespace

extern constinit const Format kSafetensorsFormat{"safetensors", "safetensors tensor file",
                                                 AssetKind::model, kSafetensorsNames,
                                                 sniff_safetensors};
extern constinit const Format kPickleFormat{"pickle", "Python pickle", AssetKind::model,
                                            kPickleNames, sniff_pickle};
extern constinit const Format kTorchZipFormat{"torch-zip", "PyTorch archive", AssetKind::model,
                                              kTorchNames, sniff_torch_zip};
extern constinit const Format kKerasFormat{"keras", "Keras archive", AssetKind::model, kKerasNames,
                                           sniff_keras};
extern constinit const Format kNpzFormat{"npz", "archive of NumPy arrays", AssetKind::dataset,
                                         kNpzNames, sniff_npz};
extern constinit const Format kGgufFormat{"gguf", "GGUF model", AssetKind::model, kGgufNames,
                                          sniff_gguf};
extern constinit const Format kHdf5Format{"hdf5", "HDF5 file", AssetKind::model, kHdf5Names,
                                          sniff_hdf5};
extern constinit const Format kNpyFormat{"npy", "NumPy array", AssetKind::dataset, kNpyNames,
                                         sniff_npy};
extern constinit const Format kTfLiteFormat{"tflite", "TensorFlow Lite model", AssetKind::model,
                                            kTfLiteNames, sniff_tflite};
extern constinit const Format kLightGbmFormat{
    "lightgbm", "LightGBM text model", AssetKind::model, {}, sniff_lightgbm};
extern constinit const Format kCatBoostFormat{"catboost", "CatBoost model", AssetKind::model,
                                              kCatBoostNames, sniff_catboost};
extern constinit const Format kXgboostJsonFormat{
    "xgboost-json", "XGBoost model in JSON", AssetKind::model, {}, sniff_xgboost_json};
extern constinit const Format kXgboostUbjFormat{"xgboost-ubj", "XGBoost model in UBJSON",
                                                AssetKind::model, kXgboostUbjNames,
                                                sniff_xgboost_ubj};
extern constinit const Format kRDataFormat{"r-data", "R data file", AssetKind::model, kRDataNames,
                                           sniff_rdata};
extern constinit const Format kMsgpackFormat{"msgpack", "parameters in MessagePack (Flax)",
                                             AssetKind::model, kMsgpackNames, sniff_msgpack};

}  // namespace cupel
