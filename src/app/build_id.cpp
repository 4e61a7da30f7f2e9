// SPDX-License-Identifier: Apache-2.0
#include "app/build_id.h"

#include <string_view>

#include <elf.h>
#include <link.h>

#include "base/byte_reader.h"
#include "base/text.h"

namespace cupel {
namespace {

// Notes are records of two sizes, a type, a name and a description, each padded to four bytes.
std::string id_among(Bytes notes) {
  ByteReader in(notes);
  const auto padded = [](std::uint32_t size) { return (std::size_t{size} + 3) & ~std::size_t{3}; };
  while (in.ok() && !in.done()) {
    const std::uint32_t name_size = in.u32le();
    const std::uint32_t size = in.u32le();
    const std::uint32_t type = in.u32le();
    const Bytes name = in.take(padded(name_size));
    const Bytes description = in.take(padded(size));
    if (!in.ok()) break;
    constexpr std::string_view kOwner("GNU\0", 4);
    if (type == NT_GNU_BUILD_ID && as_text(name) == kOwner) return to_hex(description.first(size));
  }
  return {};
}

// The first object that the loader names is the program itself.
int look(dl_phdr_info* info, std::size_t /*size*/, void* into) {
  auto& id = *static_cast<std::string*>(into);
  for (ElfW(Half) i = 0; i < info->dlpi_phnum && id.empty(); ++i) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the loader tells addresses as numbers
    const auto* at = reinterpret_cast<const std::byte*>(info->dlpi_addr + segment.p_vaddr);
    id = id_among({at, segment.p_memsz});
  }
  return 1;
}

}  // namespace

std::string build_id() {
  std::string id;
  ::dl_iterate_phdr(look, &id);
  return id;
}

}  // namespace cupel
