// SPDX-License-Identifier: Apache-2.0
#include "retire/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/text.h"

namespace cupel::retire {
namespace {

constexpr std::uint64_t kJournalLimit = 1ULL << 30U;

// Where the last whole line ends.
std::size_t whole_lines(std::string_view text) {
  const auto last = text.rfind('\n');
  return last == std::string_view::npos ? 0 : last + 1;
}

}  // namespace

JournalReading read_journal(std::string_view text) {
  JournalReading reading;
  for (const auto line : split(text.substr(0, whole_lines(text)), '\n')) {
    if (line.empty()) continue;
    const auto json = read_json(line, {.depth = 16, .values = 100'000}).value;
    const std::string step = json ? (*json)["step"].text() : std::string();
    const std::int64_t item = json ? (*json)["item"].integer(-1) : -1;
    if (step == "finished") {
      reading.record = (*json)["record"].text();
      continue;
    }
    if (item < 0 || (step != "overwriting" && step != "done")) {
      reading.problem = cat("`", printable(line, 100), "` is no line of a journal");
      return reading;
    }
    auto& progress = reading.items[static_cast<std::size_t>(item)];
    if (step == "done") {
      progress.result = (*json)["result"];
    } else {
      progress.begun = true;
      progress.device = static_cast<std::uint64_t>((*json)["device"].integer());
      progress.inode = static_cast<std::uint64_t>((*json)["inode"].integer());
    }
  }
  return reading;
}

Result<Journal> Journal::open(const std::filesystem::path& folder, std::string_view plan,
                              const Json& prints, std::string_view consent) {
  TRY(make_folders(folder, 0700));
  TRY(replace_file(folder / "prints.json", prints.canonical(), 0600));
  TRY(replace_file(folder / "consent.json", consent, 0600));
  TRY(replace_file(folder / "plan.json", plan, 0600));
  const auto path = folder / "journal.jsonl";
  File file(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.fd() < 0) return system_error("cannot open", path);
  std::string text = TRY(read_text(path, kJournalLimit));
  const auto whole = whole_lines(text);
  if (whole != text.size() && ::ftruncate(file.fd(), static_cast<off_t>(whole)) != 0) {
    return system_error("cannot cut", path);
  }
  auto before = read_journal(text);
  if (!before.problem.empty()) {
    return fail(Fault::integrity, cat("the journal of this disposal is damaged: ", before.problem),
                cat("look at `", printable(path.string()), "` before you remove it"));
  }
  const File opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.fd() < 0 || ::fsync(opened.fd()) != 0) return system_error("cannot sync", folder);
  return Journal(std::move(file), path, std::move(before));
}

Result<void> Journal::begin(std::size_t item, std::uint64_t device, std::uint64_t inode) {
  return write(Json::object(
      {{"device", device}, {"inode", inode}, {"item", item}, {"step", "overwriting"}}));
}

Result<void> Journal::done(std::size_t item, const Json& result) {
  return write(Json::object({{"item", item}, {"result", result}, {"step", "done"}}));
}

Result<void> Journal::finish(std::string_view record) {
  return write(Json::object({{"record", record}, {"step", "finished"}}));
}

Result<void> Journal::write(const Json& line) {
  const std::string text = line.canonical() + "\n";
  std::string_view left = text;
  while (!left.empty()) {
    const ssize_t wrote = ::write(file_.fd(), left.data(), left.size());
    if (wrote < 0) return system_error("cannot write", path_);
    left.remove_prefix(static_cast<std::size_t>(wrote));
  }
  if (::fdatasync(file_.fd()) != 0) return system_error("cannot sync", path_);
  return {};
}

Result<std::optional<EarlierRun>> find_earlier(const std::filesystem::path& folder) {
  auto journal = read_text(folder / "journal.jsonl", kJournalLimit);
  if (!journal.ok()) {
    if (journal.error().fault == Fault::missing) return std::optional<EarlierRun>{};
    return std::move(journal).error();
  }
  EarlierRun found{.plan = TRY(read_text(folder / "plan.json", kJournalLimit)),
                   .prints = {},
                   .record = read_journal(journal.value()).record};
  auto prints = read_json(TRY(read_text(folder / "prints.json", kJournalLimit)));
  if (!prints.value) {
    return fail(Fault::integrity,
                cat("the prints of an earlier disposal are damaged: ", prints.problem));
  }
  found.prints = std::move(*prints.value);
  return std::optional(std::move(found));
}

}  // namespace cupel::retire
