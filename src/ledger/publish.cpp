// SPDX-License-Identifier: Apache-2.0
// The log of a ledger as tiles: each file of it, and all of them in a folder.
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "ledger/tiles.h"

namespace cupel::tiles {
namespace {

// From so many files on, the file system is synced once instead of each of them.
constexpr std::size_t kMany = 32;

// The size that `folder` has been brought to; zero when nothing was published there.
Result<std::uint64_t> published_size(const Ledger& ledger, const std::filesystem::path& folder) {
  const auto file = folder / "checkpoint";
  std::error_code ignored;
  if (!std::filesystem::exists(std::filesystem::symlink_status(file, ignored))) return 0U;
  const auto refuse = [&](std::string_view why) {
    return fail(Fault::integrity, cat("`", printable(file.string()), "` ", why),
                "publish into a new folder; keep this one: it may be evidence");
  };
  const auto there = note::open(TRY(read_text(file)), TRY(note::parse_vkey(ledger.vkey())));
  if (!there.ok()) return refuse(cat("is not by this ledger: ", there.error().what));
  const auto& checkpoint = there.value();
  if (checkpoint.size > ledger.size()) return refuse("covers more entries than the ledger has");
  const auto nodes = TRY(ledger.nodes(merkle::cover({.begin = 0, .end = checkpoint.size})));
  if (merkle::fold(nodes) != checkpoint.root) return refuse("is of another history");
  return checkpoint.size;
}

// A file without a sync: whoever writes many syncs them together.
Result<void> write_file(const std::filesystem::path& path, std::string_view text) {
  const std::filesystem::path next = path.string() + ".new";
  const File file(
      ::open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (file.fd() < 0) return system_error("cannot create", next);
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t wrote = ::write(file.fd(), rest.data(), rest.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return system_error("cannot write", next);
    rest.remove_prefix(static_cast<std::size_t>(wrote));
  }
  if (::rename(next.c_str(), path.c_str()) != 0) return system_error("cannot replace", path);
  return {};
}

Result<File> open_folder(const std::filesystem::path& folder) {
  File opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.fd() < 0) return system_error("cannot open", folder);
  return opened;
}

// Makes a folder below `root`, durably: replace_file syncs a file's own folder and none above.
Result<void> make_durable(const std::filesystem::path& root, const std::filesystem::path& folder) {
  if (folder == root || std::filesystem::exists(folder)) return {};
  TRY(make_durable(root, folder.parent_path()));
  TRY(make_folders(folder));
  const File above = TRY(open_folder(folder.parent_path()));
  if (::fsync(above.fd()) != 0) return system_error("cannot sync", folder.parent_path());
  return {};
}

Result<void> sync_all(const std::filesystem::path& folder) {
  const File opened = TRY(open_folder(folder));
  if (::syncfs(opened.fd()) != 0) return system_error("cannot sync", folder);
  return {};
}

}  // namespace

Result<std::string> file_of(const Ledger& ledger, const Place& place) {
  if (place.at * kWidth + place.width > count_at(place.level, ledger.size())) {
    return fail(Fault::missing, cat("the log has no ", path_of(place), " yet"));
  }
  if (place.level) return tile_text(TRY(ledger.nodes(nodes_of(place))));
  const std::uint64_t begin = place.at * kWidth;
  std::vector<std::string> leaves;
  for (auto& entry : TRY(ledger.entries(begin, begin + place.width, false))) {
    leaves.push_back(std::move(entry.leaf));
  }
  return bundle_text(leaves);
}

Result<Published> publish(const Ledger& ledger, const std::filesystem::path& folder, Task& task) {
  TRY(make_folders(folder));
  const std::uint64_t from = TRY(published_size(ledger, folder));
  const std::string newest = TRY(ledger.checkpoint());
  const std::uint64_t to = TRY(note::read_unverified(newest)).size;
  if (to <= from) return Published{.size = from, .files = 0};
  const auto places = added(from, to);
  const bool many = places.size() > kMany;
  task.expect(places.size());
  for (const auto& place : places) {
    const auto path = folder / path_of(place);
    TRY(many ? make_folders(path.parent_path()) : make_durable(folder, path.parent_path()));
    const std::string text = TRY(file_of(ledger, place));
    TRY(many ? write_file(path, text) : replace_file(path, text));
    TRY(task.step(1));
  }
  if (many) TRY(sync_all(folder));
  TRY(replace_file(folder / "checkpoint", newest));
  return Published{.size = to, .files = places.size() + 1};
}

}  // namespace cupel::tiles
