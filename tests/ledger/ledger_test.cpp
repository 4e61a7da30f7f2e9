// SPDX-License-Identifier: Apache-2.0
#include "ledger/ledger.h"

#include <fstream>
#include <functional>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "crypto/merkle.h"
#include "ledger/leaf.h"
#include "store/database.h"
#include "support/process.h"
#include "support/support.h"

namespace cupel {
namespace {

const FixedClock kClock(Timestamp{1'790'000'000'000});

Draft draft(std::string body) {
  return {.type = entry_type::kObservation,
          .actor = "cupel 0.0.2",
          .subjects = {},
          .body = std::move(body)};
}

Ledger open(const std::filesystem::path& state, Ledger::Mode mode = Ledger::Mode::write) {
  auto ledger = Ledger::open(state, mode, kClock, 200);
  EXPECT_TRUE(ledger.ok()) << (ledger.ok() ? "" : ledger.error().what);
  return std::move(ledger).value();
}

void append(Ledger& ledger, int count) {
  for (int i = 0; i < count; ++i) {
    ASSERT_OK(ledger.append(draft(cat("{\"n\":", ledger.size(), "}"))));
  }
}

TEST(Ledger, FirstOpenMakesItsKeyForItsOwnerOnly) {
  const test::TemporaryFolder folder;
  const auto ledger = open(folder / "a/state");
  struct stat status{};
  ASSERT_EQ(::stat((folder / "a/state/ledger-key.pem").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(test::slurp(folder / "a/state/ledger-key.pub"), ledger.vkey() + "\n");
  EXPECT_EQ(note::parse_vkey(ledger.vkey()).value().name, ledger.origin());
  EXPECT_EQ(ledger.size(), 0U);
  EXPECT_EQ(ledger.checkpoint().error().fault, Fault::missing);
  EXPECT_EQ(ledger.root_hex().value(), to_hex(merkle::empty_root()));
  EXPECT_EQ(ledger.entry(0).error().fault, Fault::missing);
}

TEST(Ledger, GivesBackWhatWasAppendedAlsoAfterItWasClosed) {
  const test::TemporaryFolder folder;
  const std::string subject = sha256_hex("model");
  std::vector<Receipt> receipts;
  {
    auto ledger = open(folder / "state");
    const Draft drafts[] = {draft("first"),
                            {.type = entry_type::kAttestation,
                             .actor = "Ana Duarte",
                             .subjects = {subject},
                             .media_type = "application/vnd.dsse+json",
                             .body = std::string("\0\xff second", 9)}};
    receipts = ledger.append(drafts).value();
    ASSERT_EQ(receipts.size(), 2U);
  }
  for (const auto mode : {Ledger::Mode::read, Ledger::Mode::write, Ledger::Mode::examine}) {
    const auto ledger = open(folder / "state", mode);
    ASSERT_EQ(ledger.size(), 2U);
    const auto entry = ledger.entry(1).value();
    EXPECT_EQ(entry.index, 1U);
    EXPECT_EQ(entry.body, std::string("\0\xff second", 9));
    EXPECT_EQ(entry.actor, "Ana Duarte");
    EXPECT_EQ(entry.type, entry_type::kAttestation);
    EXPECT_EQ(entry.media_type, "application/vnd.dsse+json");
    EXPECT_EQ(entry.at, kClock.now());
    EXPECT_EQ(to_hex(merkle::leaf_hash(as_bytes(entry.leaf))), receipts[1].leaf_hash);
    const auto leaf = read_json(entry.leaf).value.value();
    EXPECT_EQ(leaf.canonical(), entry.leaf);
    EXPECT_EQ(leaf["subjects"].items()[0].text(), subject);
    EXPECT_EQ(leaf["body_sha256"].text(),
              to_hex(commitment(from_hex(entry.salt).value(), entry.body)));
    const auto bare = ledger.entries(0, 99, false).value();
    ASSERT_EQ(bare.size(), 2U);
    EXPECT_EQ(bare[0].body, "");
    EXPECT_FALSE(bare[0].erased);
  }
}

TEST(Ledger, ABatchIsOneCheckpointAndEqualBodiesAreStoredOnce) {
  const test::TemporaryFolder folder;
  {
    auto ledger = open(folder / "state");
    const std::vector<Draft> drafts(5, draft(std::string(100'000, 'x')));
    ASSERT_OK(ledger.append(drafts));
    ASSERT_OK(ledger.append(std::span<const Draft>()));
    // The same body is not recognisable from outside: every entry has its own salt.
    EXPECT_NE(ledger.entry(0).value().salt, ledger.entry(1).value().salt);
  }
  const auto database =
      Database::open(folder / "state/ledger.db", Database::Mode::read, 100).value();
  EXPECT_EQ(database.number("SELECT count(*) FROM checkpoint").value(), 1);
  EXPECT_EQ(database.number("SELECT count(*) FROM sealed").value(), 1);
  EXPECT_EQ(database.number("SELECT count(*) FROM entry").value(), 5);
}

TEST(Ledger, RefusedDraftsLeaveNothingOfTheirBatch) {
  const test::TemporaryFolder folder;
  auto ledger = open(folder / "state");
  append(ledger, 1);
  auto no_type = draft("");
  no_type.type = "No Type";
  auto no_actor = draft("");
  no_actor.actor = "";
  auto bad_text = draft("");
  bad_text.actor = "\xff";
  auto bad_subject = draft("");
  bad_subject.subjects = {"abc"};
  auto long_actor = draft("");
  long_actor.actor = std::string(5000, 'a');
  for (const auto& bad : {no_type, no_actor, bad_text, bad_subject, long_actor}) {
    const Draft batch[] = {draft("good"), bad};
    const auto refused = ledger.append(batch);
    ASSERT_FALSE(refused.ok());
    EXPECT_TRUE(refused.error().fault == Fault::usage || refused.error().fault == Fault::limit);
    EXPECT_EQ(ledger.size(), 1U);
  }
  append(ledger, 1);
  Task task;
  EXPECT_TRUE(ledger.verify({}, {}, task).value().self_consistent);
}

TEST(Ledger, ManySubjectsAreFoldedSoThatTheLeafStaysSmall) {
  const test::TemporaryFolder folder;
  auto ledger = open(folder / "state");
  auto many = draft("{}");
  Sha256 expected;
  for (int i = 0; i < 20'000; ++i) {
    many.subjects.push_back(sha256_hex(cat(i)));
    expected.add(many.subjects.back()).add("\n");
  }
  ASSERT_OK(ledger.append(many));
  const auto leaf = read_json(ledger.entry(0).value().leaf).value.value();
  ASSERT_EQ(leaf["subjects"].items().size(), 1U);
  EXPECT_EQ(leaf["subjects"].items()[0].text(), "list:" + to_hex(expected.finish()));
}

TEST(Ledger, ASecondWriterWaitsAndIsThenToldAndAReaderIsNot) {
  const test::TemporaryFolder folder;
  auto writer = open(folder / "state");
  append(writer, 2);
  const auto second = Ledger::open(folder / "state", Ledger::Mode::write, kClock, 50);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().fault, Fault::limit);
  const auto reader = open(folder / "state", Ledger::Mode::read);
  append(writer, 3);
  // One moment of the ledger, whatever is written meanwhile.
  EXPECT_EQ(reader.size(), 2U);
  EXPECT_EQ(reader.entries(0, 100).value().size(), 2U);
  EXPECT_EQ(open(folder / "state", Ledger::Mode::read).size(), 5U);
}

TEST(Ledger, EveryProofHoldsForAStranger) {
  const test::TemporaryFolder folder;
  auto ledger = open(folder / "state");
  for (std::uint64_t size = 1; size <= 20; ++size) {
    append(ledger, 1);
    for (std::uint64_t index = 0; index < size; ++index) {
      const auto text = ledger.prove(index).value();
      const auto blank = text.find("\n\n");
      const auto lines = split(std::string_view(text).substr(0, blank), '\n');
      ASSERT_GE(lines.size(), 2U);
      EXPECT_EQ(lines[0], "c2sp.org/tlog-proof@v1");
      EXPECT_EQ(lines[1], cat("index ", index));
      std::vector<Digest> proof;
      for (std::size_t i = 2; i < lines.size(); ++i) {
        const auto bytes = from_base64(lines[i]).value();
        ASSERT_EQ(bytes.size(), 32U);
        std::ranges::copy(bytes, proof.emplace_back().begin());
      }
      const auto checkpoint =
          note::open(text.substr(blank + 2), note::parse_vkey(ledger.vkey()).value());
      ASSERT_OK(checkpoint);
      EXPECT_EQ(checkpoint.value().size, size);
      const auto leaf = merkle::leaf_hash(as_bytes(ledger.entry(index).value().leaf));
      EXPECT_TRUE(merkle::verify_inclusion(leaf, index, size, proof, checkpoint.value().root));
    }
  }
  EXPECT_EQ(ledger.prove(20).error().fault, Fault::missing);
}

TEST(Ledger, WithoutItsKeyItCanBeReadButNotWritten) {
  const test::TemporaryFolder folder;
  {
    auto ledger = open(folder / "state");
    append(ledger, 2);
  }
  folder.write("state/ledger-key.pem", PrivateKey::generate().value().pem().value());
  const auto wrong = Ledger::open(folder / "state", Ledger::Mode::write, kClock, 50);
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().fault, Fault::integrity);
  std::filesystem::remove(folder / "state/ledger-key.pem");
  const auto lost = Ledger::open(folder / "state", Ledger::Mode::write, kClock, 50);
  ASSERT_FALSE(lost.ok());
  EXPECT_EQ(lost.error().fault, Fault::missing);
  EXPECT_FALSE(std::filesystem::exists(folder / "state/ledger-key.pem")) << "no new key is made";
  EXPECT_EQ(open(folder / "state", Ledger::Mode::read).size(), 2U);
}

TEST(Ledger, AnOlderCopyPutBackIsNoticed) {
  const test::TemporaryFolder folder;
  {
    auto ledger = open(folder / "state");
    append(ledger, 2);
  }
  std::filesystem::copy(folder / "state/ledger.db", folder / "old.db");
  {
    auto ledger = open(folder / "state");
    append(ledger, 2);
  }
  std::filesystem::copy(folder / "old.db", folder / "state/ledger.db",
                        std::filesystem::copy_options::overwrite_existing);
  for (const auto mode : {Ledger::Mode::read, Ledger::Mode::write}) {
    const auto shrunk = Ledger::open(folder / "state", mode, kClock, 50);
    ASSERT_FALSE(shrunk.ok());
    EXPECT_EQ(shrunk.error().fault, Fault::integrity);
    EXPECT_NE(shrunk.error().what.find("shrunk"), std::string::npos) << shrunk.error().what;
  }
  Task task;
  const auto found = open(folder / "state", Ledger::Mode::examine).verify({}, {}, task).value();
  ASSERT_EQ(found.problems.size(), 1U);
  EXPECT_EQ(found.problems[0].where, "ledger-checkpoint");
}

TEST(Ledger, ALogFileLeftBehindOrADatabaseLostIsNoticed) {
  const test::TemporaryFolder folder;
  auto writer = open(folder / "state");
  append(writer, 3);
  // A copy of the folder as it is while the writer works, without the write-ahead log.
  for (const char* name : {"ledger.db", "ledger-key.pem", "ledger-key.pub", "ledger-checkpoint"}) {
    std::filesystem::create_directories(folder / "copy");
    std::filesystem::copy(folder / "state" / name, folder / "copy" / name);
  }
  const auto copied = Ledger::open(folder / "copy", Ledger::Mode::write, kClock, 50);
  ASSERT_FALSE(copied.ok());
  EXPECT_EQ(copied.error().fault, Fault::integrity);
  std::filesystem::remove(folder / "copy/ledger.db");
  const auto lost = Ledger::open(folder / "copy", Ledger::Mode::write, kClock, 50);
  ASSERT_FALSE(lost.ok());
  EXPECT_EQ(lost.error().fault, Fault::integrity);
}

TEST(Ledger, ThereIsNoneUntilAWriterMakesOne) {
  const test::TemporaryFolder folder;
  const auto none = Ledger::open(folder / "state", Ledger::Mode::read, kClock, 50);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().fault, Fault::missing);
  EXPECT_FALSE(std::filesystem::exists(folder / "state"));
}

TEST(Ledger, ADatabaseOfAnotherProgramIsRefused) {
  const test::TemporaryFolder folder;
  std::filesystem::create_directories(folder / "state");
  {
    const auto other = Database::open(folder / "state/ledger.db", Database::Mode::write, 50);
    ASSERT_OK(other.value().run("CREATE TABLE entry(seq INTEGER PRIMARY KEY)"));
  }
  const auto refused = Ledger::open(folder / "state", Ledger::Mode::write, kClock, 50);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().fault, Fault::integrity);
}

// As somebody who may read the folder and nothing else; root may write everywhere.
int as_nobody(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(99);
    ::_exit(work());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

void make_read_only(const std::filesystem::path& folder, bool read_only) {
  namespace fs = std::filesystem;
  for (const auto& file : fs::directory_iterator(folder)) {
    fs::permissions(file, read_only ? fs::perms{0444} : fs::perms{0644});
  }
  fs::permissions(folder, read_only ? fs::perms{0555} : fs::perms{0755});
}

// The published checkpoint is replaced ten times a second; what was acknowledged in between must
// be missed all the same when the log file that held it is lost.
TEST(Ledger, MissesWhatWasAcknowledgedSinceItsCheckpointWasReplaced) {
  const test::TemporaryFolder folder;
  const auto size_in = [&](const char* name) {
    const auto checkpoint = note::read_unverified(test::slurp(folder / "state" / name));
    return checkpoint.ok() ? checkpoint.value().size : 0;
  };
  {
    auto writer = open(folder / "state");
    append(writer, 1);
    append(writer, 20);
    EXPECT_EQ(size_in("ledger-tail"), 21U);
    std::filesystem::create_directories(folder / "copy");
    for (const char* name : {"ledger.db", "ledger-key.pub", "ledger-tail"}) {
      std::filesystem::copy(folder / "state" / name, folder / "copy" / name);
    }
    writer.settle();
    EXPECT_EQ(size_in("ledger-checkpoint"), 21U);
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "state/ledger-tail"));
  const auto without_its_log = Ledger::open(folder / "copy", Ledger::Mode::read, kClock, 50);
  ASSERT_FALSE(without_its_log.ok());
  EXPECT_EQ(without_its_log.error().fault, Fault::integrity);
}

TEST(Ledger, IsReadFromAReadOnlyFolderAlsoAfterACrash) {
  const test::TemporaryFolder folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms{0755});
  auto writer = open(folder / "state");
  append(writer, 3);
  const auto check = [&](const char* name, const std::vector<const char*>& files) {
    const auto copy = folder / name;
    std::filesystem::create_directories(copy);
    for (const char* file : files) std::filesystem::copy(folder / "state" / file, copy / file);
    make_read_only(copy, true);
    EXPECT_EQ(as_nobody([&] {
                const auto ledger = Ledger::open(copy, Ledger::Mode::read, kClock, 50);
                if (!ledger.ok()) return 1;
                Task task;
                const auto found = ledger.value().verify({}, {}, task);
                return found.ok() && found.value().self_consistent && found.value().size == 3 ? 0
                                                                                              : 2;
              }),
              0)
        << name;
    test::Process read_only_medium({CUPEL_LEDGER_APPENDER, copy.string(), "verify"},
                                   {{"LD_PRELOAD", CUPEL_FAULTY_IO},
                                    {"ASAN_OPTIONS", "verify_asan_link_order=0:detect_leaks=0"},
                                    {"FAULTY_IO_READ_ONLY", copy.string()}});
    EXPECT_EQ(read_only_medium.wait(), 0) << name << read_only_medium.complained();
    EXPECT_EQ(read_only_medium.said(), "3\n");
    make_read_only(copy, false);
  };
  check("crashed", {"ledger.db", "ledger.db-wal", "ledger-checkpoint", "ledger-tail"});
  check("crashed-with-shm",
        {"ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger-checkpoint", "ledger-tail"});
  {
    const auto closed = std::move(writer);
  }
  check("closed", {"ledger.db", "ledger-checkpoint"});
}

}  // namespace
}  // namespace cupel
