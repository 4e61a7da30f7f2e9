// SPDX-License-Identifier: Apache-2.0
#include "inventory/inventory.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <thread>

#include <fcntl.h>
#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "inventory/digest_cache.h"
#include "support/support.h"

namespace cupel {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

Inventory take(const fs::path& root, const System& system = {},
               const InventoryOptions& options = {}) {
  Task task;
  auto inventory = take_inventory(system, root, options, task);
  EXPECT_TRUE(inventory.ok()) << (inventory.ok() ? "" : inventory.error().what);
  return inventory.ok() ? std::move(inventory).value() : Inventory{};
}

std::string problem_of(const Inventory& inventory, std::string_view path) {
  const auto* file = inventory.file(path);
  return file == nullptr ? "(not listed)" : file->problem;
}

std::set<std::string> told(const Inventory& inventory, std::string_view code) {
  std::set<std::string> paths;
  for (const auto& diagnostic : inventory.diagnostics) {
    if (diagnostic.code == code) paths.insert(diagnostic.place.path.at(0));
  }
  return paths;
}

void make_hole(const fs::path& path, off_t size) {
  const int fd = ::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
  ASSERT_GE(fd, 0);
  ASSERT_EQ(::ftruncate(fd, size), 0);
  ::close(fd);
}

// ---- what is listed, and its digests

TEST(Inventory, EveryFileHasTheDigestOfItsBytes) {
  const TemporaryFolder folder;
  std::map<std::string, std::string> expected;
  // Around the size of the reading buffer, where a loop goes wrong if it does.
  for (const std::size_t size :
       {0U, 1U, 63U, 4096U, 262143U, 262144U, 262145U, 524288U, 1048579U}) {
    std::string text;
    while (text.size() < size) text += static_cast<char>('a' + text.size() * 7 % 26);
    const std::string name = cat("sizes/", size, ".txt");
    folder.write(name, text);
    expected[name] = sha256_hex(text);
  }
  const Inventory inventory = take(folder.path());
  ASSERT_EQ(inventory.files.size(), expected.size());
  for (const auto& [name, digest] : expected) {
    const auto* file = inventory.file(name);
    ASSERT_NE(file, nullptr) << name;
    EXPECT_EQ(file->sha256, digest) << name;
    EXPECT_EQ(file->size_bytes, fs::file_size(folder / name));
    EXPECT_EQ(file->problem, "");
  }
  EXPECT_TRUE(inventory.complete);
  EXPECT_TRUE(std::ranges::is_sorted(inventory.files, {}, &FileEntry::path));
}

TEST(Inventory, OneThreadAndManySeeTheSame) {
  const TemporaryFolder folder;
  for (int i = 0; i < 300; ++i) {
    folder.write(cat("d", i % 7, "/e", i % 3, "/f", i, ".bin"),
                 std::string(static_cast<std::size_t>(i) * 97, 'x'));
  }
  const auto one = to_json(take(folder.path(), {}, {.threads = 1})).canonical();
  const auto many = to_json(take(folder.path(), {}, {.threads = 8})).canonical();
  EXPECT_EQ(one, many);
  const auto again = inventory_from(read_json(one).value.value());
  ASSERT_TRUE(again);
  EXPECT_EQ(to_json(*again).canonical(), one);
}

TEST(Inventory, ASparseFileIsHashedAsTheZerosThatItHolds) {
  const TemporaryFolder folder;
  constexpr std::size_t kSize = 32U << 20U;
  make_hole(folder / "model.bin", kSize);
  EXPECT_EQ(take(folder.path()).files.at(0).sha256, sha256_hex(std::string(kSize, '\0')));
}

TEST(Inventory, AnEmptyFolderIsAnEmptyInventory) {
  const TemporaryFolder folder;
  const Inventory inventory = take(folder.path());
  EXPECT_TRUE(inventory.files.empty());
  EXPECT_TRUE(inventory.assets.empty());
  EXPECT_TRUE(inventory.complete);
}

TEST(Inventory, AFolderThatIsNotThereIsAnError) {
  Task task;
  const auto inventory = take_inventory({}, "/nonexistent/folder", {}, task);
  ASSERT_FALSE(inventory.ok());
  EXPECT_EQ(inventory.error().fault, Fault::missing);
}

TEST(Inventory, KeepsThePermissionBits) {
  const TemporaryFolder folder;
  ::chmod(folder.write("a.csv", "x").c_str(), 0640);
  EXPECT_EQ(take(folder.path()).files.at(0).mode, 0640U);
}

// ---- links and special files

TEST(Inventory, ALinkInsideIsToldAndWhatItLeadsToStandsOnce) {
  const TemporaryFolder folder;
  folder.write("models/v2/model.safetensors", "weights");
  fs::create_symlink("v2", folder / "models/latest");
  fs::create_symlink("../models/latest/model.safetensors",
                     folder.write("docs/x", "").parent_path() / "weights");
  fs::create_symlink(fs::canonical(folder.path()) / "docs", folder / "absolute");
  const Inventory inventory = take(folder.path());
  ASSERT_EQ(inventory.files.size(), 2U);
  EXPECT_EQ(inventory.file("models/v2/model.safetensors")->problem, "");
  EXPECT_EQ(told(inventory, "INV006"),
            (std::set<std::string>{"absolute", "docs/weights", "models/latest"}));
}

TEST(Inventory, LinksThatLeaveDangleOrCircleAreFilesWithAProblem) {
  const TemporaryFolder outside;
  outside.write("secret.txt", "secret");
  const TemporaryFolder folder;
  fs::create_symlink(outside / "secret.txt", folder / "absolute");
  fs::create_directory(folder / "sub");
  fs::create_symlink("../../../etc/passwd", folder / "sub/up");
  fs::create_symlink("nothing-here", folder / "dangling");
  fs::create_symlink("b", folder / "a");
  fs::create_symlink("a", folder / "b");
  fs::create_symlink("sub/../../x", folder / "sneaky");
  folder.write("plain.txt", "x");
  fs::create_symlink("plain.txt/below", folder / "through");
  const Inventory inventory = take(folder.path());
  const auto says = [&](std::string_view path, std::string_view what) {
    EXPECT_NE(problem_of(inventory, path).find(what), std::string::npos)
        << path << ": " << problem_of(inventory, path);
    EXPECT_EQ(inventory.file(path)->sha256, "");
  };
  says("absolute", "leads out of the system's folder");
  says("sub/up", "leads out of the system's folder");
  says("sneaky", "leads out of the system's folder");
  says("dangling", "leads to nothing");
  says("a", "leads in a circle");
  says("b", "leads in a circle");
  says("through", "through a file");
  EXPECT_EQ(problem_of(inventory, "plain.txt"), "");
}

TEST(Inventory, PipesSocketsAndDevicesAreToldAndNeverOpened) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe.pkl").c_str(), 0644), 0);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = (folder / "sock").string();
  ASSERT_LT(path.size(), sizeof address.sun_path);
  path.copy(address.sun_path, path.size());
  ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  const bool device = ::mknod((folder / "null").c_str(), S_IFCHR | 0644, 0x103) == 0;
  const Inventory inventory = take(folder.path());
  ::close(fd);
  EXPECT_NE(problem_of(inventory, "pipe.pkl").find("named pipe"), std::string::npos);
  EXPECT_NE(problem_of(inventory, "sock").find("socket"), std::string::npos);
  if (device) {
    EXPECT_NE(problem_of(inventory, "null").find("device"), std::string::npos);
  }
}

// ---- folders

TEST(Inventory, LooksIntoFoldersTwoHundredDeep) {
  const TemporaryFolder folder;
  std::string path;
  for (int i = 0; i < 200; ++i) path += "d/";
  folder.write(path + "deep.txt", "deep");
  const Inventory inventory = take(folder.path());
  ASSERT_EQ(inventory.files.size(), 1U);
  EXPECT_EQ(inventory.files[0].sha256, sha256_hex("deep"));
}

// Twenty folders with names of 250 characters: longer than any path the kernel takes.
TEST(Inventory, LooksIntoFoldersWhosePathIsLongerThanTheKernelTakes) {
  const TemporaryFolder folder;
  const std::string name(250, 'n');
  int at = ::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(::mkdirat(at, name.c_str(), 0755), 0);
    const int next = ::openat(at, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ASSERT_GE(next, 0);
    ::close(at);
    at = next;
  }
  const int fd = ::openat(at, "deep.txt", O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
  ASSERT_EQ(::write(fd, "deep", 4), 4);
  ::close(fd);
  ::close(at);
  const Inventory inventory = take(folder.path());
  ASSERT_EQ(inventory.files.size(), 1U);
  EXPECT_GT(inventory.files[0].path.size(), 5000U);
  EXPECT_EQ(inventory.files[0].problem, "");
  EXPECT_EQ(inventory.files[0].sha256, sha256_hex("deep"));
}

TEST(Inventory, FoldersLeftOutAreToldOnce) {
  const TemporaryFolder folder;
  folder.write(".git/objects/aa/bb", "x");
  folder.write(".cupel/ledger.db", "x");
  folder.write("sub/.git/HEAD", "x");
  folder.write("kept.txt", "x");
  const Inventory inventory = take(folder.path());
  EXPECT_EQ(inventory.files.size(), 1U);
  EXPECT_EQ(told(inventory, "INV005"), (std::set<std::string>{".git", ".cupel", "sub/.git"}));
  EXPECT_EQ(inventory.diagnostics.size(), 3U);
  EXPECT_TRUE(inventory.complete);
}

TEST(Inventory, InstalledPackagesAreHashedAsCodeAndToldOnce) {
  const TemporaryFolder folder;
  folder.write("service/.venv/lib/python3.11/site-packages/sklearn/data/iris.csv", "1,2\n");
  folder.write("service/.venv/lib/python3.11/site-packages/x.pkl", "\x80\x04K\x01.");
  folder.write("node_modules/left-pad/prompts/a.md", "x");
  folder.write("src/__pycache__/a.cpython-311.pyc", "x");
  const Inventory inventory = take(folder.path());
  ASSERT_EQ(inventory.files.size(), 4U);
  for (const auto& file : inventory.files) {
    EXPECT_EQ(file.kind, AssetKind::code) << file.path;
    EXPECT_FALSE(file.sha256.empty());
  }
  EXPECT_TRUE(inventory.assets.empty());
  EXPECT_EQ(told(inventory, "INV005"), (std::set<std::string>{"node_modules", "service/.venv"}));
}

TEST(Inventory, NamesThatAreNotTextAreToldInEscapes) {
  const TemporaryFolder folder;
  folder.write(
      "bad\xff"
      "name.csv",
      "1,2\n");
  const Inventory inventory = take(folder.path());
  ASSERT_EQ(inventory.files.size(), 1U);
  EXPECT_EQ(inventory.files[0].path, "bad\\xffname.csv");
  EXPECT_EQ(inventory.files[0].problem, "its name is not valid UTF-8");
  EXPECT_TRUE(read_json(to_json(inventory).canonical()).value.has_value());
}

// ---- the world: refused, changing, cancelled

// Runs `body` in a child without root's rights and says whether it returned true there.
template <class Body>
bool holds_for_nobody(const Body& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    const bool dropped = ::setgroups(0, nullptr) == 0 && ::setresgid(65534, 65534, 65534) == 0 &&
                         ::setresuid(65534, 65534, 65534) == 0;
    ::_exit(dropped && body() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool tells_what_is_unreadable(const fs::path& root) {
  const Inventory inventory = take(root);
  return problem_of(inventory, "closed.pkl") == "it cannot be read: permission denied" &&
         inventory.file("closed.pkl")->kind == AssetKind::model &&
         problem_of(inventory, "closed") == "the folder cannot be read: permission denied" &&
         problem_of(inventory, "open.csv").empty() && !inventory.complete;
}

TEST(Inventory, WhatMayNotBeReadIsToldAndTheInventoryIsIncomplete) {
  const TemporaryFolder folder;
  ::chmod(folder.path().c_str(), 0755);
  folder.write("open.csv", "1,2\n");
  ::chmod(folder.write("closed.pkl", "x").c_str(), 0000);
  folder.write("closed/inside.csv", "1,2\n");
  ::chmod((folder / "closed").c_str(), 0000);
  if (::geteuid() == 0) {
    if (!holds_for_nobody([] { return true; })) GTEST_SKIP() << "this root cannot become nobody";
    EXPECT_TRUE(holds_for_nobody([&] { return tells_what_is_unreadable(folder.path()); }));
  } else {
    EXPECT_TRUE(tells_what_is_unreadable(folder.path()));
  }
  ::chmod((folder / "closed").c_str(), 0755);
}

TEST(Inventory, AFileThatGrowsWhileItIsReadHasNoDigest) {
  const TemporaryFolder folder;
  make_hole(folder / "growing.log", 64U << 20U);
  folder.write("quiet.csv", "1,2\n");
  const std::jthread writer([&](const std::stop_token& stop) {
    std::ofstream out(folder / "growing.log", std::ios::app);
    while (!stop.stop_requested()) {
      out << "line\n" << std::flush;
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  });
  const Inventory inventory = take(folder.path());
  EXPECT_EQ(problem_of(inventory, "growing.log"), "it changes while it is read");
  EXPECT_EQ(inventory.file("growing.log")->sha256, "");
  EXPECT_EQ(problem_of(inventory, "quiet.csv"), "");
}

TEST(Inventory, AFileThatIsCutShortWhileItIsReadIsReadAgain) {
  const TemporaryFolder folder;
  const fs::path path = folder / "shrinking.bin";
  make_hole(path, 256U << 20U);
  const std::jthread cutter([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ASSERT_EQ(::truncate(path.c_str(), 4096), 0);
  });
  const Inventory inventory = take(folder.path());
  EXPECT_EQ(problem_of(inventory, "shrinking.bin"), "");
  EXPECT_EQ(inventory.files.at(0).size_bytes, 4096U);
  EXPECT_EQ(inventory.files.at(0).sha256, sha256_hex(std::string(4096, '\0')));
}

// At a gigabyte a second, 64 MiB are the 50 ms within which long work has to stop.
TEST(Inventory, StopsSoonAfterItIsAsked) {
  const TemporaryFolder folder;
  make_hole(folder / "huge.safetensors", off_t{1} << 40U);
  make_hole(folder / "huge2.safetensors", off_t{1} << 40U);
  std::stop_source source;
  Task task(source.get_token(), Task::Clock::time_point::max());
  std::uint64_t done_when_asked = 0;
  std::jthread stopper([&] {
    while (task.progress().done < (1U << 20U)) std::this_thread::yield();
    source.request_stop();
    done_when_asked = task.progress().done;
  });
  const auto inventory = take_inventory({}, folder.path(), {}, task);
  stopper.join();
  ASSERT_FALSE(inventory.ok());
  EXPECT_EQ(inventory.error().fault, Fault::cancelled);
  EXPECT_EQ(task.progress().total, std::uint64_t{2} << 40U);
  EXPECT_LE(task.progress().done - done_when_asked, std::uint64_t{64} << 20U);
}

TEST(Inventory, ProgressCountsTheBytesThatAreRead) {
  const TemporaryFolder folder;
  folder.write("a.bin", std::string(300'000, 'a'));
  folder.write("b.bin", std::string(7, 'b'));
  Task task;
  ASSERT_OK(take_inventory({}, folder.path(), {}, task));
  EXPECT_EQ(task.progress().total, 300'007U);
  EXPECT_EQ(task.progress().done, 300'007U);
}

// ---- the cache

std::uint64_t bytes_read(const fs::path& root, const InventoryOptions& options) {
  Task task;
  const auto inventory = take_inventory({}, root, options, task);
  EXPECT_TRUE(inventory.ok());
  return task.progress().done;
}

TEST(InventoryCache, ASecondRunReadsOnlyWhatChanged) {
  const TemporaryFolder folder;
  const TemporaryFolder state;
  folder.write("old.bin", "12345");
  folder.write("also-old.csv", "1,2\n");
  const InventoryOptions options{.cache = state / "cache"};
  EXPECT_EQ(bytes_read(folder.path(), options), 9U);
  EXPECT_EQ(bytes_read(folder.path(), options), 9U) << "what is fresh must not be remembered";
  std::this_thread::sleep_for(std::chrono::milliseconds(2100));
  EXPECT_EQ(bytes_read(folder.path(), options), 9U);
  EXPECT_EQ(bytes_read(folder.path(), options), 0U);
  const auto first = fs::last_write_time(state / "cache");
  EXPECT_EQ(to_json(take(folder.path(), {}, options)).canonical(),
            to_json(take(folder.path())).canonical());
  EXPECT_EQ(fs::last_write_time(state / "cache"), first) << "an unchanged run writes nothing";
  folder.write("old.bin", "54321");  // same size
  EXPECT_EQ(bytes_read(folder.path(), options), 5U);
  EXPECT_EQ(bytes_read(folder.path(), {.cache = state / "cache", .rehash = true}), 9U);
}

CachedDigest entry_for(const fs::path& path, std::string_view lie) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return {.state = state_of(status), .sha256 = sha256(lie), .format = "pickle"};
}

TEST(InventoryCache, IsBelievedUnlessToldOtherwise) {
  const TemporaryFolder folder;
  const TemporaryFolder state;
  const auto path = folder.write("a.bin", "truth");
  DigestCache cache;
  cache.replace({entry_for(path, "lie")});
  ASSERT_OK(cache.save(state / "cache"));
  EXPECT_EQ(take(folder.path(), {}, {.cache = state / "cache"}).files.at(0).sha256,
            sha256_hex("lie"));
  EXPECT_EQ(take(folder.path(), {}, {.cache = state / "cache", .rehash = true}).files.at(0).sha256,
            sha256_hex("truth"));
}

TEST(InventoryCache, ADamagedOneIsToldAndIgnored) {
  const TemporaryFolder folder;
  const TemporaryFolder state;
  const auto path = folder.write("a.bin", "truth");
  DigestCache cache;
  cache.replace({entry_for(path, "lie")});
  const std::string bytes = cache.bytes();
  for (std::size_t i = 0; i < bytes.size(); i += 7) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    state.write("cache", damaged);
    const Inventory inventory = take(folder.path(), {}, {.cache = state / "cache"});
    ASSERT_EQ(inventory.files.at(0).sha256, sha256_hex("truth")) << "byte " << i;
    ASSERT_EQ(told(inventory, "INV008").size(), 1U);
  }
  for (std::size_t size = 0; size < bytes.size(); size += 11) {
    std::string note;
    EXPECT_EQ(DigestCache::parse(as_bytes(bytes.substr(0, size)), note).size(), 0U);
    EXPECT_NE(note, "");
  }
}

TEST(InventoryCache, OneThatCannotBeWrittenCostsNothingButTime) {
  const TemporaryFolder folder;
  folder.write("a.bin", "truth");
  const Inventory inventory =
      take(folder.path(), {}, {.cache = folder / "none" / "cache", .rehash = true});
  EXPECT_EQ(inventory.files.at(0).sha256, sha256_hex("truth"));
  EXPECT_EQ(told(inventory, "INV008").size(), 1U);
}

TEST(InventoryCache, KeepsWhatItWasGiven) {
  std::vector<CachedDigest> entries;
  entries.reserve(100);
  for (std::uint64_t i = 0; i < 100; ++i) {
    entries.push_back({.state = {.device = i % 3,
                                 .inode = 1000 - i,
                                 .size = i << 33U,
                                 .modified_ns = -static_cast<std::int64_t>(i),
                                 .changed_ns = 7},
                       .sha256 = sha256(cat("file ", i)),
                       .format = i % 2 == 0 ? "" : cat("format", i % 5)});
  }
  DigestCache cache;
  cache.replace(entries);
  std::string note;
  const std::string bytes = cache.bytes();
  const DigestCache again = DigestCache::parse(as_bytes(bytes), note);
  EXPECT_EQ(note, "");
  ASSERT_EQ(again.size(), entries.size());
  for (const auto& entry : entries) {
    const auto* found = again.find(entry.state);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->sha256, entry.sha256);
    EXPECT_EQ(found->format, entry.format);
  }
  FileState other = entries[0].state;
  ++other.changed_ns;
  EXPECT_EQ(again.find(other), nullptr);
}

TEST(InventoryCache, WhatChangedWithinTwoSecondsOfItsReadingIsNotSettled) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const FileState state{.modified_ns = 100 * kSecond, .changed_ns = 90 * kSecond};
  EXPECT_FALSE(DigestCache::settled(state, 101 * kSecond));
  EXPECT_TRUE(DigestCache::settled(state, 102 * kSecond));
  EXPECT_FALSE(DigestCache::settled(state, 50 * kSecond)) << "a time in the future";
  EXPECT_FALSE(
      DigestCache::settled({.modified_ns = 0, .changed_ns = 101 * kSecond}, 102 * kSecond));
}

}  // namespace
}  // namespace cupel
