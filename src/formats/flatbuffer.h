// SPDX-License-Identifier: Apache-2.0
// flatbuffer: tables, vectors and texts of a FlatBuffer, each held against the file before it is
// used. Source: https://flatbuffers.dev/internals/
//
//   flatbuffer::File file(bytes);
//   const auto root = file.root();
//   const auto name = file.text(root, 3);
//   if (!file.sound()) damaged_at(file.damage());
//
// What stands outside of the file reads as absent, and is remembered as damage.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/byte_reader.h"
#include "base/text.h"

namespace cupel::flatbuffer {

struct Table {
  std::uint64_t at = 0;      // 0: there is none
  std::uint64_t fields = 0;  // where its list of fields begins
  std::uint16_t fields_bytes = 0;
  std::uint16_t bytes = 0;
  explicit operator bool() const { return at != 0; }
};

struct Vector {
  std::uint64_t at = 0;  // of the first item
  std::uint32_t count = 0;
};

class File {
 public:
  explicit File(Bytes bytes) : bytes_(bytes) {}

  [[nodiscard]] Table root() { return table_at(0); }

  // Field `index` of the table; the fallback where it has none.
  [[nodiscard]] std::uint64_t number(const Table& table, unsigned index, unsigned width,
                                     std::uint64_t fallback = 0) {
    const auto at = field(table, index, width);
    return at == 0 ? fallback : read(at, width);
  }
  [[nodiscard]] Table table(const Table& table, unsigned index) {
    const auto at = field(table, index, 4);
    return at == 0 ? Table{} : table_at(at);
  }
  [[nodiscard]] Vector vector(const Table& table, unsigned index, unsigned width) {
    const auto at = field(table, index, 4);
    return at == 0 ? Vector{} : vector_at(at, width);
  }
  [[nodiscard]] std::string_view text(const Table& table, unsigned index) {
    const auto found = vector(table, index, 1);
    return as_text(bytes_.subspan(static_cast<std::size_t>(found.at), found.count));
  }
  [[nodiscard]] Bytes content(const Vector& vector, unsigned width = 1) const {
    return bytes_.subspan(static_cast<std::size_t>(vector.at),
                          static_cast<std::size_t>(vector.count) * width);
  }

  // Item `index` < count.
  [[nodiscard]] Table item(const Vector& vector, std::uint32_t index) {
    return table_at(vector.at + std::uint64_t{index} * 4);
  }
  [[nodiscard]] std::string_view text_item(const Vector& vector, std::uint32_t index) {
    const auto found = vector_at(vector.at + std::uint64_t{index} * 4, 1);
    return as_text(bytes_.subspan(static_cast<std::size_t>(found.at), found.count));
  }
  [[nodiscard]] std::uint64_t number_item(const Vector& vector, std::uint32_t index,
                                          unsigned width) const {
    return read(vector.at + std::uint64_t{index} * width, width);
  }

  [[nodiscard]] bool sound() const { return sound_; }
  [[nodiscard]] std::uint64_t damage() const { return damage_; }
  // Behind the last byte that anything read so far stands in.
  [[nodiscard]] std::uint64_t end() const { return end_; }

 private:
  [[nodiscard]] std::uint64_t read(std::uint64_t at, unsigned width) const {
    std::uint64_t value = 0;
    for (unsigned i = width; i-- > 0;) {
      value =
          (value << 8U) | std::to_integer<std::uint64_t>(bytes_[static_cast<std::size_t>(at + i)]);
    }
    return value;
  }
  bool holds(std::uint64_t at, std::uint64_t size) {
    if (at <= bytes_.size() && size <= bytes_.size() - at) {
      end_ = std::max(end_, at + size);
      return true;
    }
    if (sound_) damage_ = std::min<std::uint64_t>(at, bytes_.size());
    sound_ = false;
    return false;
  }
  template <class Nothing>
  Nothing refuse(std::uint64_t at) {
    if (sound_) damage_ = std::min<std::uint64_t>(at, bytes_.size());
    sound_ = false;
    return {};
  }

  Table table_at(std::uint64_t reference) {
    if (!holds(reference, 4)) return {};
    const auto at = reference + read(reference, 4);
    if (at == reference) return refuse<Table>(at);
    if (!holds(at, 4)) return {};
    const auto back = static_cast<std::int32_t>(static_cast<std::uint32_t>(read(at, 4)));
    const auto fields = static_cast<std::int64_t>(at) - back;
    if (fields < 0 || !holds(static_cast<std::uint64_t>(fields), 4)) return refuse<Table>(at);
    Table table{
        .at = at,
        .fields = static_cast<std::uint64_t>(fields),
        .fields_bytes = static_cast<std::uint16_t>(read(static_cast<std::uint64_t>(fields), 2)),
        .bytes = static_cast<std::uint16_t>(read(static_cast<std::uint64_t>(fields) + 2, 2))};
    const bool sound = table.fields_bytes >= 4 && table.fields_bytes % 2 == 0 && table.bytes >= 4;
    if (!sound) return refuse<Table>(table.fields);
    if (!holds(table.fields, table.fields_bytes) || !holds(table.at, table.bytes)) return {};
    return table;
  }

  Vector vector_at(std::uint64_t reference, unsigned width) {
    if (!holds(reference, 4)) return {};
    const auto at = reference + read(reference, 4);
    if (!holds(at, 4)) return {};
    const auto count = static_cast<std::uint32_t>(read(at, 4));
    if (!holds(at + 4, std::uint64_t{count} * width)) return {};
    return {.at = at + 4, .count = count};
  }

  // Where the field stands; 0 when the table has none.
  std::uint64_t field(const Table& table, unsigned index, unsigned width) {
    const auto slot = 4U + 2U * index;
    if (!table || slot + 2 > table.fields_bytes) return 0;
    const auto offset = read(table.fields + slot, 2);
    if (offset == 0) return 0;
    if (offset < 4 || offset + width > table.bytes) return refuse<std::uint64_t>(table.at);
    return table.at + offset;
  }

  Bytes bytes_;
  bool sound_ = true;
  std::uint64_t damage_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace cupel::flatbuffer
