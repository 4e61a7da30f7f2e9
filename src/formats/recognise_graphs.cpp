// SPDX-License-Identifier: Apache-2.0
// Formats of computation graphs, by the head of their content: protobuf messages, XML, JSON, and
// the objects of Torch7.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/format.h"
#include "formats/tensorflow.h"

namespace cupel {
namespace {

// A field of a protobuf message of which only the head is there: with a length, where it ends may
// lie beyond it.
struct HeadField {
  std::uint64_t number = 0;
  unsigned wire = 0;
  std::uint64_t value = 0;  // the number, or the length of what follows
  Bytes body = {};          // what the head shows of it
};
constexpr unsigned kVarint = 0;
constexpr unsigned kLength = 2;

// The fields of a message, as far as its head shows them.
class HeadFields {
 public:
  explicit HeadFields(Bytes head) : head_(head), in_(head) {}

  // False at the end of the head.
  bool next(HeadField& field) {
    std::uint64_t key = 0;
    if (in_.done() || !varint(key) || !varint(field.value)) return false;
    field.number = key >> 3U;
    field.wire = static_cast<unsigned>(key & 7U);
    field.body = {};
    if (field.wire != kLength) return true;
    const auto shown = std::min<std::uint64_t>(field.value, head_.size() - in_.offset());
    field.body = head_.subspan(in_.offset(), static_cast<std::size_t>(shown));
    in_.take(field.value);  // beyond the head: the reading ends
    return true;
  }

 private:
  bool varint(std::uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = in_.u8();
      if (!in_.ok()) return false;
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }

  Bytes head_;
  ByteReader in_;
};

// onnx.proto, ModelProto: ir_version = 1, graph = 7, opset_import = 8. Fields may come in any
// order; every one that the head shows must be of this message.
bool sniff_onnx(const Sniff& file) {
  constexpr std::array<std::uint64_t, 11> kBytesFields = {2, 3, 4, 6, 7, 8, 14, 20, 25, 26, 27};
  HeadFields head(file.head);
  bool version = false;
  bool body = false;
  std::size_t fields = 0;
  for (HeadField field; head.next(field); ++fields) {
    if (field.wire == kVarint && field.number == 1) {
      if (field.value == 0 || field.value > 1000) return false;
      version = true;
    } else if (field.wire == kLength &&
               std::ranges::find(kBytesFields, field.number) != kBytesFields.end()) {
      if (field.value > file.size) return false;
      body = body || field.number == 7 || field.number == 8;
    } else if (field.wire != kVarint || field.number != 5) {
      return false;
    }
  }
  return version && (body || (fields > 1 && lower(file.name).ends_with(".onnx")));
}

// saved_model.proto: schema version 1, then a meta graph. A message that short says little,
// so the name, which TensorFlow prescribes, decides.
bool sniff_saved_model(const Sniff& file) {
  const auto name = lower(file.name);
  const bool named =
      name.ends_with("saved_model.pb") || name.ends_with(".pb") || name.ends_with(".meta");
  return named && file.head.size() >= 2 &&
         (file.head[0] == std::byte{0x08} || file.head[0] == std::byte{0x0a} ||
          file.head[0] == std::byte{0x12});
}

// A graph as text. YAML knows a key `library`, too: what is a graph also names an operator.
bool sniff_tensorflow_text(const Sniff& file) {
  const auto text = as_text(file.head);
  return tensorflow::is_text_graph(text) && (text.find("op: \"") != std::string_view::npos ||
                                             text.find("meta_graphs {") != std::string_view::npos);
}

// framework.proto, ProgramDesc: its first block has the index 0 and the parent -1.
bool sniff_paddle(const Sniff& file) {
  HeadField block;
  if (!HeadFields(file.head).next(block)) return false;
  if (block.number != 1 || block.wire != kLength || block.value > file.size) return false;
  constexpr std::uint64_t kNone = UINT64_MAX;  // how an int32 of -1 is written
  HeadFields inner(block.body);
  HeadField index;
  HeadField parent;
  return inner.next(index) && inner.next(parent) && index.number == 1 && index.wire == kVarint &&
         index.value == 0 && parent.number == 2 && parent.wire == kVarint &&
         (parent.value == kNone || parent.value == UINT32_MAX);
}

// ModelDescription: an input or an output first, whose own first field is its name.
bool begins_like_features(Bytes description) {
  HeadField feature;
  HeadField name;
  return HeadFields(description).next(feature) && feature.wire == kLength &&
         (feature.number == 1 || feature.number == 10) && HeadFields(feature.body).next(name) &&
         name.number == 1 && name.wire == kLength && name.value > 0 && is_utf8(as_text(name.body));
}

// Model.proto: specificationVersion = 1, description = 2, isUpdatable = 10, then the model, whose
// kind is the field's number.
bool sniff_coreml(const Sniff& file) {
  constexpr std::uint64_t kFirstKind = 200;
  constexpr std::uint64_t kLastKind = 3000;
  HeadFields head(file.head);
  HeadField field;
  if (!head.next(field) || field.number != 1 || field.wire != kVarint) return false;
  if (field.value == 0 || field.value > 99) return false;
  bool described = false;
  bool kind = false;
  while (head.next(field)) {
    if (field.wire == kLength && field.value > file.size) return false;
    if (field.wire == kLength && field.number == 2) {
      described = begins_like_features(field.body);
      if (!described) return false;
    } else if (field.wire == kLength && field.number >= kFirstKind && field.number <= kLastKind) {
      kind = true;
    } else if (field.wire != kVarint || field.number != 10) {
      return false;
    }
  }
  return described || (kind && lower(file.name).ends_with(".mlmodel"));
}

// The document behind a byte order mark and white space; "" when it is no XML.
std::string_view xml_of(const Sniff& file) {
  auto text = as_text(file.head);
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  text = trim(text);
  return text.starts_with('<') ? text : std::string_view();
}

bool sniff_pmml(const Sniff& file) {
  return xml_of(file).find("<PMML") != std::string_view::npos;
}

bool sniff_openvino(const Sniff& file) {
  const auto text = xml_of(file);
  const auto net = text.find("<net ");
  return net != std::string_view::npos && text.find("<layer", net) != std::string_view::npos;
}

// NNVM's graphs, which MXNet saves: the nodes first, and of each its operator, name and inputs.
bool sniff_mxnet(const Sniff& file) {
  auto text = trim(as_text(file.head));
  if (!text.starts_with('{')) return false;
  text = trim(text.substr(1));
  return text.starts_with("\"nodes\"") && text.find("\"op\"") != std::string_view::npos &&
         text.find("\"name\"") != std::string_view::npos &&
         text.find("\"inputs\"") != std::string_view::npos;
}

// torch7/File.lua: an object (4) or a table (3) with the index 1; of an object its version, "V 1",
// of a table the number of its entries and the kind of the first.
bool sniff_torch7(const Sniff& file) {
  constexpr std::uint32_t kTable = 3;
  constexpr std::uint32_t kObject = 4;
  ByteReader in(file.head);
  const auto kind = in.u32le();
  if (in.u32le() != 1) return false;
  if (kind == kObject) return in.u32le() == 3 && as_text(in.take(2)) == "V ";
  const auto name = lower(file.name);
  if (kind != kTable || !(name.ends_with(".t7") || name.ends_with(".th7"))) return false;
  const auto count = in.u32le();
  return in.ok() && count <= file.size && (count == 0 || in.u32le() <= 8);
}

constexpr std::array<std::string_view, 1> kOnnxNames = {".onnx"};
constexpr std::array<std::string_view, 1> kSavedModelNames = {".pb"};
constexpr std::array<std::string_view, 1> kPaddleNames = {".pdmodel"};
constexpr std::array<std::string_view, 1> kCoremlNames = {".mlmodel"};
constexpr std::array<std::string_view, 1> kPmmlNames = {".pmml"};
constexpr std::array<std::string_view, 2> kTorch7Names = {".t7", ".th7"};

}  // namespace

extern constinit const Format kOnnxFormat{"onnx", "ONNX model", AssetKind::model, kOnnxNames,
                                          sniff_onnx};
extern constinit const Format kTfSavedModelFormat{
    "tensorflow-graph", "TensorFlow graph", AssetKind::model, kSavedModelNames, sniff_saved_model};
extern constinit const Format kTfTextFormat{
    "tensorflow-text", "TensorFlow graph as text", AssetKind::model, {}, sniff_tensorflow_text};
extern constinit const Format kPaddleFormat{"paddle", "PaddlePaddle program", AssetKind::model,
                                            kPaddleNames, sniff_paddle};
extern constinit const Format kCoremlFormat{"coreml", "Core ML model", AssetKind::model,
                                            kCoremlNames, sniff_coreml};
extern constinit const Format kPmmlFormat{"pmml", "PMML model", AssetKind::model, kPmmlNames,
                                          sniff_pmml};
extern constinit const Format kOpenvinoFormat{
    "openvino", "OpenVINO model", AssetKind::model, {}, sniff_openvino};
extern constinit const Format kMxnetFormat{
    "mxnet-symbol", "MXNet symbol", AssetKind::model, {}, sniff_mxnet};
extern constinit const Format kTorch7Format{"torch7", "Torch7 object", AssetKind::model,
                                            kTorch7Names, sniff_torch7};

}  // namespace cupel
