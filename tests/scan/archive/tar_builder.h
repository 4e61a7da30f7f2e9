// SPDX-License-Identifier: Apache-2.0
// TarBuilder: an archive, header by header, so that each of them can lie.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace cupel::test {

struct TarMember {
  std::string name;
  std::string content = {};
  char type = '0';
  std::string link = {};
  long size = -1;  // as the header has it; -1: that of the content
  bool ustar = true;
};

inline std::string octal(std::uint64_t value, int width) {
  std::string out(static_cast<std::size_t>(width), '0');
  for (auto at = out.rbegin(); at != out.rend() && value != 0; ++at, value /= 8) {
    *at = static_cast<char>('0' + value % 8);
  }
  return out;
}

inline std::string tar_member(const TarMember& member) {
  std::string header(512, '\0');
  const auto put = [&](std::size_t at, std::string_view text) {
    header.replace(at, text.size(), text);
  };
  put(0, std::string_view(member.name).substr(0, 100));
  put(100, "0000644");
  const auto size = member.size < 0 ? member.content.size() : static_cast<std::size_t>(member.size);
  put(124, octal(size, 11));
  put(136, octal(0, 11));
  put(148, "        ");
  header[156] = member.type;
  put(157, member.link);
  if (member.ustar) put(257, std::string_view("ustar\00000", 8));
  std::uint64_t sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  put(148, octal(sum, 6) + std::string(1, '\0'));
  const auto padding = (512 - member.content.size() % 512) % 512;
  return header + member.content + std::string(padding, '\0');
}

inline std::string tar_of(const std::vector<TarMember>& members) {
  std::string out;
  for (const auto& member : members) out += tar_member(member);
  return out + std::string(1024, '\0');
}

// One record of a pax header: its length counts itself.
inline std::string pax_record(std::string_view key, std::string_view value) {
  const auto rest = key.size() + value.size() + 3;
  auto size = rest + 1;
  while (std::to_string(size).size() + rest != size) ++size;
  return std::to_string(size) + " " + std::string(key) + "=" + std::string(value) + "\n";
}

}  // namespace cupel::test
