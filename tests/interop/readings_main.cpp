// SPDX-License-Identifier: Apache-2.0
// What a reader of formats/ makes of the files named on standard input, one JSON line for each:
// the other side of tests/interop/*_readings.py. usage: readings FORMAT < PATHS
//
// Bytes become text as Latin-1 does it, and numbers decimal text, so that nothing is lost.
#include <cstdio>
#include <string>

#include "base/json.h"
#include "base/text.h"
#include "formats/gguf.h"
#include "formats/npy.h"
#include "formats/onnx.h"
#include "formats/safetensors.h"
#include "formats/zip.h"
#include "support/each_path.h"

using namespace cupel;

namespace {

Json latin1(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xc0U | (byte >> 6U));
      out += static_cast<char>(0x80U | (byte & 0x3fU));
    }
  }
  return out;
}

template <class Items>
Json numbers(const Items& items) {
  Json out = Json::array();
  for (const auto item : items) out.add(cat(item));
  return out;
}

template <class Problems>
Json problems_of(const Problems& problems) {
  Json out = Json::array();
  for (const auto& problem : problems) out.add(problem.what);
  return out;
}

Json read_safetensors(Bytes bytes) {
  const auto reading = safetensors::read(bytes, bytes.size());
  Json tensors = Json::array();
  for (const auto& tensor : reading.tensors) {
    tensors.add(Json::array({latin1(tensor.name), tensor.dtype, numbers(tensor.shape),
                             cat(tensor.begin), cat(tensor.end)}));
  }
  Json metadata = Json::array();
  for (const auto& [key, value] : reading.metadata) {
    metadata.add(Json::array({latin1(key), latin1(value)}));
  }
  Json problems = Json::array();
  for (const auto& problem : reading.problems) {
    if (problem.refused) problems.add(problem.what);
  }
  return Json::object({{"problems", std::move(problems)},
                       {"header", cat(reading.header_bytes)},
                       {"tensors", std::move(tensors)},
                       {"metadata", std::move(metadata)}});
}

Json value_of(const gguf::Reading& reading, const gguf::Value& value) {
  if (value.item != gguf::Type::string) return latin1(as_text(value.bytes));
  if (value.type == gguf::Type::string) return latin1(as_text(value.bytes));
  Json texts = Json::array();
  for (const auto text : gguf::texts_of(reading, value, SIZE_MAX)) texts.add(latin1(text));
  return texts;
}

Json read_gguf(Bytes bytes) {
  const auto reading = gguf::read(bytes);
  Json pairs = Json::array();
  for (const auto& pair : reading.pairs) {
    pairs.add(Json::array({latin1(pair.key), static_cast<int>(pair.value.type),
                           static_cast<int>(pair.value.item), cat(pair.value.count),
                           value_of(reading, pair.value)}));
  }
  Json tensors = Json::array();
  for (const auto& tensor : reading.tensors) {
    Json sides = Json::array();
    for (std::uint32_t i = 0; i < tensor.dimensions; ++i) sides.add(cat(tensor.sides.at(i)));
    tensors.add(Json::array({latin1(tensor.name), std::move(sides), tensor.type,
                             cat(reading.data_offset + tensor.offset), cat(tensor.size)}));
  }
  Json problems = Json::array();
  for (const auto& problem : reading.problems) {
    if (problem.gravity != gguf::Gravity::odd) problems.add(problem.what);
  }
  return Json::object({{"problems", std::move(problems)},
                       {"complete", reading.complete},
                       {"version", reading.version},
                       {"big_endian", reading.big_endian},
                       {"alignment", cat(reading.alignment)},
                       {"pairs", std::move(pairs)},
                       {"tensors", std::move(tensors)}});
}

Json read_onnx(Bytes bytes) {
  const auto reading = onnx::read(bytes);
  Json nodes = Json::array();
  for (const auto& node : reading.nodes) {
    nodes.add(Json::array({latin1(node.domain), latin1(node.op), node.function}));
  }
  Json functions = Json::array();
  for (const auto& function : reading.functions) {
    functions.add(Json::array({latin1(function.domain), latin1(function.name)}));
  }
  Json externals = Json::array();
  for (const auto& external : reading.externals) {
    externals.add(Json::array({latin1(external.tensor), latin1(external.location)}));
  }
  Json opsets = Json::array();
  for (const auto& [domain, version] : reading.opsets) {
    opsets.add(Json::array({latin1(domain), cat(version)}));
  }
  Json metadata = Json::array();
  for (const auto& [key, value] : reading.metadata) {
    metadata.add(Json::array({latin1(key), latin1(value)}));
  }
  return Json::object({{"problems", problems_of(reading.problems)},
                       {"complete", reading.complete},
                       {"producer", latin1(reading.producer)},
                       {"ir_version", cat(reading.ir_version)},
                       {"tensors", cat(reading.tensors)},
                       {"nodes", std::move(nodes)},
                       {"functions", std::move(functions)},
                       {"externals", std::move(externals)},
                       {"opsets", std::move(opsets)},
                       {"metadata", std::move(metadata)}});
}

Json read_npy(Bytes bytes) {
  const auto reading = npy::read(bytes);
  Json problems = problems_of(reading.problems);
  if (!reading.complete) problems.add("the header is damaged");
  return Json::object({{"problems", std::move(problems)},
                       {"oddities", problems_of(reading.oddities)},
                       {"objects", reading.objects},
                       {"data_offset", cat(reading.data_offset)},
                       {"data_bytes", reading.data_bytes ? cat(*reading.data_bytes) : ""}});
}

Json read_zip(Bytes bytes) {
  const auto reading = zip::read(bytes);
  Json members = Json::array();
  std::vector<std::byte> buffer;
  for (const auto& member : reading.members) {
    const auto content = zip::extract(bytes, member, buffer);
    members.add(Json::object(
        {{"name", latin1(member.name)},
         {"hidden", member.hidden},
         {"encrypted", zip::is_encrypted(member)},
         {"method", member.method},
         {"flags", member.flags},
         {"size", cat(member.size_bytes)},
         {"packed", cat(member.compressed_bytes)},
         {"crc", cat(member.crc32)},
         {"offset", cat(member.header_offset)},
         {"content", content.ok() ? latin1(as_text(content.value().bytes)) : Json()},
         {"matches", content.ok() && content.value().crc_matches && content.value().size_matches},
         {"problem", content.ok() ? "" : content.error().what}}));
  }
  return Json::object({{"problems", problems_of(reading.problems)},
                       {"complete", reading.complete},
                       {"members", std::move(members)}});
}

using Read = Json (*)(Bytes);

Read reader_of(std::string_view format) {
  if (format == "safetensors") return read_safetensors;
  if (format == "gguf") return read_gguf;
  if (format == "onnx") return read_onnx;
  if (format == "npy") return read_npy;
  if (format == "zip") return read_zip;
  return nullptr;
}

}  // namespace

int main(int argc, char** argv) {
  const auto read = reader_of(argc > 1 ? argv[1] : "");
  if (read == nullptr) {
    std::fputs("usage: readings safetensors|gguf|onnx|npy|zip < PATHS\n", stderr);
    return 2;
  }
  return cupel::test::for_each_path([&](const auto&, Bytes bytes) { return read(bytes); });
}
