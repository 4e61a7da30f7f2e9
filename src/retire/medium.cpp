// SPDX-License-Identifier: Apache-2.0
#include "retire/medium.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "base/file.h"
#include "base/text.h"

namespace cupel::retire {
namespace {

enum class Writing { in_place, elsewhere, memory, network, unknown };

struct FileSystem {
  std::uint32_t magic;
  std::string_view name;
  Writing writing;
};

// Numbers of statfs(2), where they are listed.
constexpr std::array kFileSystems = std::to_array<FileSystem>({
    {0xEF53, "ext4", Writing::in_place},         {0x58465342, "xfs", Writing::in_place},
    {0x3153464a, "jfs", Writing::in_place},      {0x4d44, "vfat", Writing::in_place},
    {0x2011BAB0, "exfat", Writing::in_place},    {0x9123683E, "btrfs", Writing::elsewhere},
    {0x2FC12FC1, "zfs", Writing::elsewhere},     {0xCA451A4E, "bcachefs", Writing::elsewhere},
    {0xF2F52010, "f2fs", Writing::elsewhere},    {0x3434, "nilfs", Writing::elsewhere},
    {0x794C7630, "overlay", Writing::elsewhere}, {0x01021994, "tmpfs", Writing::memory},
    {0x858458F6, "ramfs", Writing::memory},      {0x6969, "nfs", Writing::network},
    {0xFF534D42, "cifs", Writing::network},      {0xFE534D42, "smb2", Writing::network},
    {0x00C36400, "ceph", Writing::network},      {0x01021997, "9p", Writing::network},
    {0x65735546, "fuse", Writing::unknown},
});

const FileSystem* file_system_named(std::string_view name) {
  const auto found = std::ranges::find(kFileSystems, name, &FileSystem::name);
  return found == kFileSystems.end() ? nullptr : &*found;
}

std::string hex_of(std::uint32_t number) {
  std::array<std::byte, 4> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::byte>(number >> (8 * (3 - i)));
  }
  return cat("0x", to_hex(bytes));
}

// A line that the kernel tells about a device; empty when there is none.
std::string line_of(const std::filesystem::path& file) {
  std::error_code problem;
  const auto real = std::filesystem::canonical(file, problem);
  if (problem) return {};
  auto opened = File::open(real);
  if (!opened.ok()) return {};
  std::array<std::byte, 256> bytes{};
  const auto got = opened.value().read_at(0, bytes.data(), bytes.size());
  if (!got.ok()) return {};
  return printable(trim(as_text(Bytes(bytes).first(got.value()))));
}

void ask_device(dev_t device, Medium& medium) {
  const std::filesystem::path folder(cat("/sys/dev/block/", major(device), ":", minor(device)));
  // Of a partition, the disk is one folder up.
  for (const char* up : {"", ".."}) {
    const auto disk = folder / up;
    const std::string rotational = line_of(disk / "queue/rotational");
    if (rotational.empty()) continue;
    medium.rotational = rotational == "1";
    medium.manufacturer = line_of(disk / "device/vendor");
    medium.model = line_of(disk / "device/model");
    medium.serial = line_of(disk / "device/serial");
    if (medium.serial.empty()) medium.serial = line_of(disk / "serial");
    return;
  }
}

bool has_shared_extents(int fd) {
  constexpr std::uint32_t kExtents = 64;
  alignas(fiemap) std::array<std::byte, sizeof(fiemap) + kExtents * sizeof(fiemap_extent)> room{};
  auto* map = reinterpret_cast<fiemap*>(room.data());
  std::uint64_t from = 0;
  for (int turns = 0; turns < 100'000; ++turns) {
    room.fill(std::byte{0});
    map->fm_start = from;
    map->fm_length = ~std::uint64_t{0} - from;
    map->fm_extent_count = kExtents;
    if (::ioctl(fd, FS_IOC_FIEMAP, map) != 0 || map->fm_mapped_extents == 0) return false;
    const auto* extents = reinterpret_cast<const fiemap_extent*>(room.data() + sizeof(fiemap));
    for (std::uint32_t i = 0; i < map->fm_mapped_extents; ++i) {
      if ((extents[i].fe_flags & FIEMAP_EXTENT_SHARED) != 0) return true;
      if ((extents[i].fe_flags & FIEMAP_EXTENT_LAST) != 0) return false;
      from = extents[i].fe_logical + extents[i].fe_length;
    }
  }
  return false;
}

std::string type_of(const Medium& medium, const FileSystem* file_system) {
  if (file_system != nullptr && file_system->writing == Writing::memory) return "memory";
  if (file_system != nullptr && file_system->writing == Writing::network) return "network";
  if (!medium.rotational) return "unknown";
  return *medium.rotational ? "magnetic disk" : "flash";
}

}  // namespace

Medium medium_of(int fd) {
  Medium medium;
  struct statfs system{};
  struct stat status{};
  if (::fstatfs(fd, &system) != 0 || ::fstat(fd, &status) != 0) {
    medium.file_system = "unknown";
    medium.type = "unknown";
    return medium;
  }
  const auto magic = static_cast<std::uint32_t>(system.f_type);
  const auto known = std::ranges::find(kFileSystems, magic, &FileSystem::magic);
  medium.file_system = known == kFileSystems.end() ? hex_of(magic) : std::string(known->name);
  ask_device(status.st_dev, medium);
  medium.type = type_of(medium, known == kFileSystems.end() ? nullptr : &*known);
  medium.shares_blocks = has_shared_extents(fd);
  return medium;
}

std::vector<std::string> cannot_assure(const Medium& medium) {
  std::vector<std::string> sentences;
  const FileSystem* known = file_system_named(medium.file_system);
  const Writing writing = known == nullptr ? Writing::unknown : known->writing;
  if (writing == Writing::elsewhere) {
    sentences.push_back(cat("the file system (", medium.file_system,
                            ") writes new blocks instead of overwriting: the old ones stay until "
                            "they are used again, and in snapshots"));
  } else if (writing == Writing::network) {
    sentences.push_back(cat("the file lies on a server (", medium.file_system,
                            "): what it keeps, caches and copies cannot be seen from here"));
  } else if (writing == Writing::unknown) {
    sentences.push_back(
        cat("the file system (", medium.file_system, ") is not known to overwrite in place"));
  }
  if (medium.shares_blocks) {
    sentences.emplace_back(
        "the file shared blocks with another file (reflink or snapshot): "
        "those were not overwritten");
  }
  if (writing == Writing::memory) {
    sentences.emplace_back("pages may have been written to swap");
  } else if (medium.rotational == false) {
    sentences.emplace_back(
        "a flash device levels wear: cells that it no longer maps keep their "
        "content until it erases them (purge the device, or destroy it)");
  } else if (!medium.rotational && writing != Writing::network) {
    sentences.emplace_back(
        "what device lies underneath cannot be told from here (a virtual disk, "
        "a container): what it keeps is its operator's to say");
  }
  return sentences;
}

Json to_json(const Medium& medium) {
  return Json::object({{"file_system", medium.file_system},
                       {"type", medium.type},
                       {"manufacturer", medium.manufacturer},
                       {"model", medium.model},
                       {"serial_number", medium.serial},
                       {"rotational", medium.rotational ? Json(*medium.rotational) : Json()},
                       {"shares_blocks", medium.shares_blocks}});
}

Medium medium_from(const Json& json) {
  Medium medium{.file_system = json["file_system"].text(),
                .type = json["type"].text(),
                .manufacturer = json["manufacturer"].text(),
                .model = json["model"].text(),
                .serial = json["serial_number"].text(),
                .rotational = {},
                .shares_blocks = json["shares_blocks"].boolean()};
  if (json["rotational"].is_bool()) medium.rotational = json["rotational"].boolean();
  return medium;
}

}  // namespace cupel::retire
