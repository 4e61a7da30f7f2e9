// SPDX-License-Identifier: Apache-2.0
#include "checks/supply/advisories.h"

#include <algorithm>

#include "base/text.h"
#include "checks/material.h"
#include "formats/zip.h"

namespace cupel {
namespace {

constexpr std::uint64_t kRecordBytes = 8U << 20U;
constexpr std::size_t kProblems = 20;

class Reader {
 public:
  Reader(const std::set<std::string, std::less<>>& wanted, Task& task)
      : wanted_(wanted), task_(task) {}

  Result<void> file(const CheckInput& input, const AssetReader& reader, const FileEntry& file) {
    const bool is_zip = file.path.ends_with(".zip");
    if (!is_zip && !file.path.ends_with(".json")) return {};
    found_.files.push_back(&file);
    if (!file.problem.empty()) {
      tell(file.path, file.problem);
      return {};
    }
    // A check examines only through examine(); the reader is the one that has the file.
    CheckInput through{.system = input.system,
                       .inventory = input.inventory,
                       .baseline = input.baseline,
                       .reader = reader,
                       .recall = input.recall,
                       .now = input.now,
                       .collector = input.collector};
    Result<void> taken;
    const auto problem = TRY(examine(through, file, [&](Bytes bytes) {
      taken = is_zip ? archive(file.path, bytes) : record(file.path, as_text(bytes));
    }));
    TRY(std::move(taken));
    if (!problem.empty()) tell(file.path, problem);
    return {};
  }

  Advisories take() && { return std::move(found_); }

 private:
  void tell(std::string_view where, std::string_view why) {
    if (found_.problems.size() < kProblems) {
      found_.problems.emplace_back(where, why);
    } else {
      ++found_.problems_untold;
    }
  }

  Result<void> archive(std::string_view path, Bytes bytes) {
    const auto reading = zip::read(bytes, {.members = 2'000'000, .member_bytes = kRecordBytes});
    if (!reading.is_zip || !reading.complete || !reading.problems.empty()) {
      tell(path, "is no whole ZIP archive");
      return {};
    }
    std::vector<std::byte> buffer;
    for (const auto& member : reading.members) {
      if (!member.name.ends_with(".json")) continue;
      buffer.clear();
      const auto content = zip::extract(bytes, member, buffer, {.member_bytes = kRecordBytes});
      const auto where = cat(path, "!", member.name);
      if (!content.ok()) {
        tell(where, content.error().what);
      } else if (!content.value().crc_matches || !content.value().size_matches) {
        tell(where, "is damaged");
      } else {
        TRY(record(where, as_text(content.value().bytes)));
      }
    }
    return {};
  }

  Result<void> record(std::string_view where, std::string_view text) {
    TRY(task_.step(1));
    auto reading = osv::read(text);
    if (!reading.record) {
      tell(where, reading.problem);
      return {};
    }
    osv::Record& record = *reading.record;
    ++found_.records;
    found_.newest = std::max(found_.newest, record.modified);
    std::set<std::string> keys;
    for (const auto& affected : record.affected) {
      const std::string_view ecosystem = affected.ecosystem;
      ++found_.ecosystems[std::string(ecosystem.substr(0, ecosystem.find(':')))];
      auto key = package_key(affected.ecosystem, affected.name);
      if (wanted_.contains(key)) keys.insert(std::move(key));
    }
    if (record.withdrawn) return {};
    for (const auto& key : keys) found_.by_package[key].push_back(record);
    return {};
  }

  const std::set<std::string, std::less<>>& wanted_;
  Task& task_;
  Advisories found_;
};

}  // namespace

std::string package_key(std::string_view ecosystem, std::string_view name) {
  ecosystem = ecosystem.substr(0, ecosystem.find(':'));
  return cat(ecosystem, " ", osv::plain_name(ecosystem, name));
}

Result<Advisories> read_advisories(const CheckInput& input,
                                   const std::set<std::string, std::less<>>& wanted, Task& task) {
  Reader reader(wanted, task);
  std::set<std::string> named;
  for (const std::string_view provision : {"5.2.3-1", "5.4.1-1"}) {
    auto path = input.system.parameter(provision, "advisories");
    while (path.ends_with('/')) path.pop_back();
    if (!path.empty()) named.insert(std::move(path));
  }
  for (const auto& file : input.inventory.files) {
    const bool is_named = std::ranges::any_of(named, [&](const std::string& path) {
      return file.path == path || file.path.starts_with(path + "/");
    });
    if (is_named) TRY(reader.file(input, input.reader, file));
  }
  if (input.advisories != nullptr) {
    for (const auto& file : input.advisories->files) {
      TRY(reader.file(input, *input.advisories->reader, file));
    }
  }
  return std::move(reader).take();
}

}  // namespace cupel
