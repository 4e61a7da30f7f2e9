// SPDX-License-Identifier: Apache-2.0
#include "crypto/note.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/known_key.h"
#include "crypto/merkle.h"
#include "support/support.h"
#include "support/vectors.h"

namespace cupel::note {
namespace {

Verifier verifier() {
  return {.name = "example.org/log", .key = test::known_key().public_key()};
}

Checkpoint checkpoint() {
  return {.origin = "example.org/log", .size = 7, .root = sha256("root")};
}

TEST(Note, VerifiesTheExampleOfTheSpecification) {
  // https://c2sp.org/signed-note: the verifier key and the note of its example.
  const auto known =
      parse_vkey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
  ASSERT_OK(known);
  const std::string text =
      "This is an example message.\n\n"
      "\xE2\x80\x94 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsY"
      "jOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
  // Its text is no checkpoint: the signature is accepted, then the text is refused.
  const auto opened = open(text, known.value());
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().what.find("a checkpoint has an origin"), std::string::npos)
      << opened.error().what;
  std::string forged = text;
  forged[3] ^= 1;
  EXPECT_NE(open(forged, known.value()).error().what.find("does not verify"), std::string::npos);
}

TEST(Note, SignsTheSameTextEveryTime) {
  EXPECT_EQ(vkey(verifier()),
            "example.org/log+1c66b9ea+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea");
  EXPECT_EQ(sign(checkpoint(), "example.org/log", test::known_key()),
            test::slurp(test::test_data("crypto/note/corpus/checkpoint")));
}

TEST(Note, OpensWhatItSigned) {
  const auto text = sign(checkpoint(), "example.org/log", test::known_key());
  const auto opened = open(text, verifier());
  ASSERT_OK(opened);
  EXPECT_EQ(opened.value().origin, "example.org/log");
  EXPECT_EQ(opened.value().size, 7U);
  EXPECT_EQ(opened.value().root, sha256("root"));
  EXPECT_EQ(parse_vkey(vkey(verifier())).value().key, test::known_key().public_key());
}

TEST(Note, IgnoresSignaturesByUnknownKeysAndRefusesABadOneByAKnownKey) {
  const auto other = PrivateKey::generate().value();
  const auto mine = sign(checkpoint(), "example.org/log", test::known_key());
  const auto theirs = sign(checkpoint(), "example.org/witness", other);
  const auto line_of = [](const std::string& note) { return note.substr(note.find("\n\n") + 2); };
  EXPECT_TRUE(open(mine + line_of(theirs), verifier()).ok());
  EXPECT_FALSE(open(theirs, verifier()).ok());
  auto otherwise = checkpoint();
  otherwise.size = 8;
  const auto lie = sign(otherwise, "example.org/log", test::known_key());
  const auto mixed = open(mine + line_of(lie), verifier());
  ASSERT_FALSE(mixed.ok());
  EXPECT_EQ(mixed.error().what, "line 6: the signature does not verify");
}

TEST(Note, RefusesEveryChangedByteAndEveryCut) {
  const auto text = sign(checkpoint(), "example.org/log", test::known_key());
  for (std::size_t i = 0; i < text.size(); ++i) {
    EXPECT_FALSE(open(text.substr(0, i), verifier()).ok()) << "cut at " << i;
    for (int change = 1; change < 256; change *= 2) {
      std::string other = text;
      other[i] = static_cast<char>(other[i] ^ change);
      const auto opened = open(other, verifier());
      ASSERT_FALSE(opened.ok()) << i << " " << change;
      EXPECT_TRUE(opened.error().what.starts_with("line ")) << opened.error().what;
    }
  }
}

TEST(Note, SaysOnWhichLineACheckpointIsWrong) {
  const auto why = [](const std::string& text) {
    return read_unverified(text + "\n\xE2\x80\x94 a AAAAAAA=\n").error().what;
  };
  EXPECT_EQ(why("a\n1\n"), "line 2: a checkpoint has an origin, a size and a root");
  EXPECT_EQ(why("\n1\nx\n"), "line 1: the origin is empty");
  const auto root = to_base64(sha256(""));
  for (const char* size : {"01", "-1", "+1", " 1", "1 ", "", "18446744073709551616", "0x1"}) {
    EXPECT_EQ(why(cat("a\n", size, "\n", root, "\n")),
              "line 2: the size is not a plain decimal number")
        << size;
  }
  EXPECT_EQ(why(cat("a\n1\n", root.substr(4), "\n")),
            "line 3: the root is not the base64 text of 32 bytes");
  EXPECT_TRUE(read_unverified(cat("a\n1\n", root, "\nmore\n\n\xE2\x80\x94 a AAAAAAA=\n")).ok());
  EXPECT_EQ(why(cat("a\n1\n", root, "\nmo\tre\n")), "line 4: a note holds no control characters");
}

TEST(Note, RefusesVerifierKeysThatAreNotWhatTheySay) {
  const auto good = vkey(verifier());
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string other = good;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(parse_vkey(other).ok()) << other;
  }
  for (const char* text : {"", "+", "a+b", "a+00000000+", "a b+00000000+AQ==", "++"}) {
    EXPECT_FALSE(parse_vkey(text).ok()) << text;
  }
}

TEST(Note, CarriesCosignaturesThatSayWhen) {
  const auto log = PrivateKey::generate().value();
  const auto key = PrivateKey::generate().value();
  const Verifier witness{.name = "w.example/1", .key = key.public_key()};
  const auto text = cosigner_vkey(witness);
  ASSERT_OK(parse_cosigner_vkey(text));
  EXPECT_EQ(parse_cosigner_vkey(text).value().key, witness.key);
  EXPECT_FALSE(parse_vkey(text).ok());  // a cosigner signs no checkpoints
  EXPECT_FALSE(parse_cosigner_vkey(vkey(witness)).ok());

  const std::string note = sign({.origin = "o", .size = 3}, "o", log);
  const auto line = cosign(note, 1'679'315'147, witness, key);
  ASSERT_OK(line);
  const auto both = with_signatures(note, line.value());
  ASSERT_OK(both);
  EXPECT_EQ(both.value(), note + line.value());
  EXPECT_EQ(with_signatures(both.value(), line.value()).value(), both.value());
  EXPECT_EQ(cosigned_at(both.value(), witness).value(), 1'679'315'147U);
  EXPECT_EQ(cosigned_at(note, witness).error().fault, Fault::missing);
  ASSERT_OK(open(both.value(), {.name = "o", .key = log.public_key()}));

  // Of another checkpoint, at another time, or cut short: it is refused.
  const std::string other = sign({.origin = "o", .size = 4}, "o", log) + line.value();
  EXPECT_EQ(cosigned_at(other, witness).error().fault, Fault::integrity);
  const auto space = line.value().rfind(' ');
  auto blob = *from_base64(line.value().substr(space + 1, line.value().size() - space - 2));
  for (const std::size_t at : {4U, 11U, 12U, 75U}) {
    auto changed = blob;
    changed[at] ^= std::byte{1};
    EXPECT_FALSE(
        cosigned_at(cat(note, line.value().substr(0, space + 1), to_base64(changed), "\n"), witness)
            .ok());
  }
  blob.pop_back();
  EXPECT_FALSE(
      cosigned_at(cat(note, line.value().substr(0, space + 1), to_base64(blob), "\n"), witness)
          .ok());
  for (const auto* lines : {"x\n", "\xE2\x80\x94 a\n", "\n", "\xE2\x80\x94 a AAAAAAAA"}) {
    EXPECT_FALSE(with_signatures(note, lines).ok()) << lines;
  }
}

TEST(Note, ReadsTheLogOfTessera) {
  const auto folder = test::vectors("tlog-tiles");
  NEED_VECTORS(folder);
  const auto known =
      parse_vkey("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx");
  ASSERT_OK(known);
  const char* leaves[] = {"one",  "two", "three",  "four",  "five",     "six",     "seven", "eit",
                          "nain", "ten", "ileven", "twelf", "threeten", "fourten", "fivten"};
  merkle::Tree tree;
  for (const char* leaf : leaves) {
    tree.append(merkle::leaf_hash(as_bytes(leaf)));
    const auto opened = open(test::slurp(folder / cat("checkpoint.", tree.size())), known.value());
    ASSERT_OK(opened);
    EXPECT_EQ(opened.value().origin, "example.com/log/testdata");
    EXPECT_EQ(opened.value().size, tree.size());
    EXPECT_EQ(opened.value().root, tree.root());
    std::string tile;
    for (std::uint64_t i = 0; i < tree.size(); ++i) {
      tile += as_text(tree.node({.level = 0, .at = i}));
    }
    EXPECT_EQ(test::slurp(folder / cat("tile/0/000.p/", tree.size())), tile);
  }
}

}  // namespace
}  // namespace cupel::note
