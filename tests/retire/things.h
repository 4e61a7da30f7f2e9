// SPDX-License-Identifier: Apache-2.0
// things: files that hold the same tensors in different wrappings, as tests of this room need them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "formats/zip/builder.h"

namespace cupel::test {

// Bytes that no other seed gives, and that do not repeat.
inline std::string noise(unsigned seed, std::size_t size) {
  std::string out;
  std::uint64_t state = seed * 0x9e3779b97f4a7c15U + 1;
  while (out.size() < size) {
    state ^= state << 13U;
    state ^= state >> 7U;
    state ^= state << 17U;
    out += static_cast<char>(state & 0xffU);
  }
  return out;
}

struct TensorOf {
  std::string name;
  std::string data;
};

// One-dimensional tensors of bytes.
inline std::string safetensors_of(const std::vector<TensorOf>& tensors,
                                  std::string_view note = "x") {
  std::string header = cat(R"({"__metadata__":{"note":")", note, "\"}");
  std::string data;
  for (const auto& tensor : tensors) {
    header +=
        cat(",\"", tensor.name, R"(":{"dtype":"U8","shape":[)", tensor.data.size(),
            R"(],"data_offsets":[)", data.size(), ",", data.size() + tensor.data.size(), "]}");
    data += tensor.data;
  }
  header += "}";
  while (header.size() % 8 != 0) header += ' ';
  return little_endian(header.size(), 8) + header + data;
}

inline std::string npy_of(std::string_view data) {
  std::string header =
      cat("{'descr': '|u1', 'fortran_order': False, 'shape': (", data.size(), ",), }");
  while ((header.size() + 11) % 64 != 0) header += ' ';
  header += '\n';
  return cat("\x93NUMPY", std::string("\1\0", 2), little_endian(header.size(), 2), header, data);
}

// As torch.save lays it out; what the pickle says is of no matter to whoever compares storages.
inline std::string torch_of(const std::vector<TensorOf>& tensors) {
  std::vector<ZipMember> members = {{.name = "model/data.pkl", .content = "\x80\x02}q\1."}};
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    members.push_back({.name = cat("model/data/", i), .content = tensors[i].data});
  }
  return zip_of(members);
}

}  // namespace cupel::test
