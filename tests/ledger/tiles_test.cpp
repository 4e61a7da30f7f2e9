// SPDX-License-Identifier: Apache-2.0
#include "ledger/tiles.h"

#include <fstream>
#include <map>
#include <thread>

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/text.h"
#include "support/support.h"
#include "support/vectors.h"

namespace cupel {
namespace {

const FixedClock kClock(Timestamp{1'790'000'000'000});

using tiles::Place;

TEST(Tiles, NameTheirFilesAsTheSpecificationDoes) {
  EXPECT_EQ(tiles::path_of({.level = 0, .at = 1'234'067, .width = 256}), "tile/0/x001/x234/067");
  EXPECT_EQ(tiles::path_of({.level = 0, .at = 273, .width = 112}), "tile/0/273.p/112");
  EXPECT_EQ(tiles::path_of({.level = {}, .at = 0, .width = 256}), "tile/entries/000");
  EXPECT_EQ(tiles::path_of({.level = 2, .at = 1000, .width = 1}), "tile/2/x001/000.p/1");
  for (const std::uint64_t at : {0ULL, 7ULL, 999ULL, 1000ULL, 1'234'067ULL, 999'999'999ULL}) {
    for (const unsigned width : {1U, 255U, 256U}) {
      const Place place{.level = 0, .at = at, .width = width};
      EXPECT_EQ(tiles::read_path(tiles::path_of(place)), place);
    }
  }
}

TEST(Tiles, ReadOnlyTheOneSpellingOfAPath) {
  for (const auto* path : {"",
                           "tile",
                           "tile/0",
                           "tile/0/",
                           "tile/0/0",
                           "tile/0/00",
                           "tile/0/0000",
                           "tile/00/000",
                           "tile/8/000",
                           "tile/-1/000",
                           "tile/0/x000/001",
                           "tile/0/001/002",
                           "tile/0/x001",
                           "tile/0/x001/x002",
                           "tile/0/000.p",
                           "tile/0/000.p/",
                           "tile/0/000.p/0",
                           "tile/0/000.p/00",
                           "tile/0/000.p/256",
                           "tile/0/000.p/01",
                           "tile/0/000/5",
                           "tile/0/000.p/5/6",
                           "/tile/0/000",
                           "tile//000",
                           "tile/0/../000",
                           "tile/entry/000",
                           "tile/0/000.q/5",
                           "tile/0/ 00",
                           "tile/0/x999/x999/x999/x999/x999/x999/999",
                           "tile/7/000/",
                           "tile/0/x001/x001/x001/x001/x001/x001/x001/x001/001"}) {
    EXPECT_FALSE(tiles::read_path(path)) << path;
  }
}

// The example of the specification: 70,000 entries.
TEST(Tiles, AreThoseThatALogOf70000EntriesHas) {
  const auto all = tiles::added(0, 70'000);
  std::map<std::string, int> full;
  std::vector<std::string> partial;
  for (const auto& place : all) {
    if (place.width == tiles::kWidth) {
      ++full[place.level ? cat(*place.level) : "entries"];
    } else {
      partial.push_back(tiles::path_of(place));
    }
  }
  EXPECT_EQ(full, (std::map<std::string, int>{{"0", 273}, {"1", 1}, {"entries", 273}}));
  EXPECT_EQ(partial, (std::vector<std::string>{"tile/entries/273.p/112", "tile/0/273.p/112",
                                               "tile/1/001.p/17", "tile/2/000.p/1"}));
}

TEST(Tiles, ThatGrowAreWrittenAgainAndNoOthers) {
  const auto paths = [](std::uint64_t from, std::uint64_t to) {
    std::vector<std::string> names;
    for (const auto& place : tiles::added(from, to)) names.push_back(tiles::path_of(place));
    return names;
  };
  EXPECT_EQ(paths(0, 0), std::vector<std::string>());
  EXPECT_EQ(paths(10, 12), (std::vector<std::string>{"tile/entries/000.p/12", "tile/0/000.p/12"}));
  EXPECT_EQ(paths(255, 256),
            (std::vector<std::string>{"tile/entries/000", "tile/0/000", "tile/1/000.p/1"}));
  EXPECT_EQ(paths(256, 257), (std::vector<std::string>{"tile/entries/001.p/1", "tile/0/001.p/1"}));
}

TEST(Tiles, AreReadOnlyWhenTheyHoldExactlyWhatTheirNameSays) {
  const std::vector<std::string> entries = {"abc", "", std::string(tiles::kEntryLimit, 'x')};
  const std::string bundle = tiles::bundle_text(entries);
  EXPECT_EQ(tiles::read_bundle(as_bytes(bundle), 3).items, entries);
  EXPECT_EQ(tiles::read_bundle(as_bytes(bundle), 2).problem,
            "more follows at byte 7, behind its end");
  EXPECT_FALSE(tiles::read_bundle(as_bytes(bundle), 4).items);
  for (const std::size_t cut : {0U, 1U, 4U, 6U}) {
    EXPECT_FALSE(tiles::read_bundle(as_bytes(bundle).first(cut), 3).items) << cut;
  }
  EXPECT_FALSE(tiles::read_tile(as_bytes(std::string(63, 'x')), 2).items);
  EXPECT_EQ(tiles::read_tile(as_bytes(std::string(64, 'x')), 2).items->size(), 2U);
}

// The root of what a stranger finds in the folder, which must be that of its checkpoint.
void expect_whole(const std::filesystem::path& folder, std::uint64_t size,
                  std::string_view checkpoint_name = "checkpoint") {
  const auto checkpoint = note::read_unverified(test::slurp(folder / checkpoint_name));
  ASSERT_OK(checkpoint);
  ASSERT_EQ(checkpoint.value().size, size);
  merkle::Tree tree;
  for (const auto& place : tiles::added(0, size)) {
    const std::string file = test::slurp(folder / tiles::path_of(place));
    if (place.level) {
      const auto tile = tiles::read_tile(as_bytes(file), place.width);
      ASSERT_TRUE(tile.items) << tiles::path_of(place) << ": " << tile.problem;
      const auto nodes = tiles::nodes_of(place);
      for (std::size_t i = 0; i < nodes.size(); ++i) {
        ASSERT_EQ((*tile.items)[i], tree.node(nodes[i])) << tiles::path_of(place);
      }
    } else {
      const auto bundle = tiles::read_bundle(as_bytes(file), place.width);
      ASSERT_TRUE(bundle.items) << tiles::path_of(place) << ": " << bundle.problem;
      for (const auto& entry : *bundle.items) tree.append(merkle::leaf_hash(as_bytes(entry)));
    }
  }
  EXPECT_EQ(tree.root(), checkpoint.value().root);
}

// The log that the authors of Tessera committed, with each of its checkpoints.
TEST(Tiles, OfTheSampleLogGiveEveryRootThatWasSigned) {
  const auto folder = test::vectors("tlog-tiles");
  NEED_VECTORS(folder);
  for (unsigned size = 1; size <= 15; ++size) {
    expect_whole(folder, size, cat("checkpoint.", size));
  }
}

Ledger make(const std::filesystem::path& state) {
  auto ledger = Ledger::open(state, Ledger::Mode::write, kClock, 200);
  EXPECT_TRUE(ledger.ok());
  return std::move(ledger).value();
}

void append(Ledger& ledger, std::size_t count) {
  std::vector<Draft> drafts(count);
  for (auto& draft : drafts) {
    draft.type = entry_type::kObservation;
    draft.actor = "a";
    draft.body =
        cat("{\"n\":", ledger.size() + static_cast<std::size_t>(&draft - drafts.data()), "}");
  }
  ASSERT_OK(ledger.append(drafts));
}

TEST(Publish, BringsAFolderUpToTheLedgerAndLeavesFullTilesAlone) {
  const test::TemporaryFolder folder;
  auto ledger = make(folder / "state");
  Task task;
  append(ledger, 10);
  ASSERT_OK(tiles::publish(ledger, folder / "log", task));
  expect_whole(folder / "log", 10);
  append(ledger, 300);
  ASSERT_OK(tiles::publish(ledger, folder / "log", task));
  expect_whole(folder / "log", 310);
  const auto first = folder / "log/tile/entries/000";
  const auto written = std::filesystem::last_write_time(first);
  append(ledger, 3'000 - 310);
  const auto published = tiles::publish(ledger, folder / "log", task);
  ASSERT_OK(published);
  EXPECT_EQ(published.value().size, 3'000U);
  expect_whole(folder / "log", 3'000);
  EXPECT_EQ(std::filesystem::last_write_time(first), written);
  EXPECT_EQ(tiles::publish(ledger, folder / "log", task).value().files, 0U);
}

TEST(Publish, RefusesTheFolderOfAnotherHistory) {
  const test::TemporaryFolder folder;
  Task task;
  {
    auto ledger = make(folder / "state");
    append(ledger, 3);
    ASSERT_OK(tiles::publish(ledger, folder / "log", task));
  }
  // The owner of the key makes the ledger anew.
  std::filesystem::remove(folder / "state/ledger.db");
  std::filesystem::remove(folder / "state/ledger-checkpoint");
  auto rebuilt = make(folder / "state");
  const auto publish = [&] { return tiles::publish(rebuilt, folder / "log", task); };
  ASSERT_OK(rebuilt.append(
      {.type = entry_type::kObservation, .actor = "b", .subjects = {}, .body = "{}"}));
  EXPECT_EQ(publish().error().fault, Fault::integrity);
  append(rebuilt, 9);
  EXPECT_EQ(publish().error().fault, Fault::integrity);
  auto other = make(folder / "other");
  append(other, 9);
  EXPECT_EQ(tiles::publish(other, folder / "log", task).error().fault, Fault::integrity);
}

// Stopped after any number of files: what was published stays whole, and the next one completes it.
TEST(Publish, StoppedBetweenAnyTwoFilesLeavesAWholeLog) {
  const test::TemporaryFolder folder;
  auto ledger = make(folder / "state");
  Task task;
  append(ledger, 250);
  ASSERT_OK(tiles::publish(ledger, folder / "log", task));
  for (std::uint64_t stop = 0; stop < 9; stop += 2) {
    append(ledger, 100);
    const std::stop_source source;
    Task limited(source.get_token(), Task::Clock::time_point::max());
    {
      const std::jthread stopper([&](const std::stop_token& over) {
        while (limited.progress().done < stop && !over.stop_requested()) std::this_thread::yield();
        std::stop_source(source).request_stop();
      });
      static_cast<void>(tiles::publish(ledger, folder / "log", limited));
    }
    const auto there = note::read_unverified(test::slurp(folder / "log/checkpoint"));
    ASSERT_OK(there);
    expect_whole(folder / "log", there.value().size);
  }
  ASSERT_OK(tiles::publish(ledger, folder / "log", task));
  expect_whole(folder / "log", ledger.size());
}

TEST(Publish, LeavesTheOldLogWhenTheDiskRefuses) {
  const test::TemporaryFolder folder;
  auto ledger = make(folder / "state");
  Task task;
  append(ledger, 3);
  ASSERT_OK(tiles::publish(ledger, folder / "log", task));
  append(ledger, 300);
  // A file where a folder should be.
  std::ofstream(folder / "log/tile/1");
  EXPECT_FALSE(tiles::publish(ledger, folder / "log", task).ok());
  expect_whole(folder / "log", 3);
  std::filesystem::remove(folder / "log/tile/1");
  ASSERT_OK(tiles::publish(ledger, folder / "log", task));
  expect_whole(folder / "log", 303);
}

TEST(Proofs, AreOfTheCheckpointThatIsGiven) {
  const test::TemporaryFolder folder;
  auto ledger = make(folder / "state");
  append(ledger, 5);
  const std::string early = ledger.checkpoint().value();
  append(ledger, 5);
  const auto proof = ledger.prove(4, early);
  ASSERT_OK(proof);
  EXPECT_TRUE(proof.value().ends_with("\n\n" + early));
  EXPECT_EQ(ledger.prove(7, early).error().fault, Fault::missing);
  auto other = make(folder / "other");
  append(other, 5);
  EXPECT_EQ(other.prove(4, early).error().fault, Fault::integrity);
  const auto path = ledger.consistency(5, 10);
  ASSERT_OK(path);
  EXPECT_TRUE(merkle::verify_consistency(
      5, 10, note::read_unverified(early).value().root,
      note::read_unverified(ledger.checkpoint().value()).value().root, path.value()));
}

}  // namespace
}  // namespace cupel
