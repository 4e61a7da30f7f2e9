// SPDX-License-Identifier: Apache-2.0
#include "crypto/note.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace cupel::note {
namespace {

constexpr std::string_view kDash = "\xE2\x80\x94 ";  // em dash, space
constexpr std::byte kEd25519{0x01};
constexpr std::byte kCosignature{0x04};
constexpr std::size_t kNoteLimit = 1U << 20U;
constexpr std::size_t kSignatureLimit = 100;
constexpr std::uint64_t kLastTime = ~std::uint64_t{0} >> 1U;

using KeyId = std::array<std::byte, 4>;

KeyId key_id(const Verifier& verifier, std::byte type = kEd25519) {
  const Digest digest =
      Sha256().add(verifier.name).add("\n").add(Bytes(&type, 1)).add(verifier.key.raw()).finish();
  KeyId id{};
  std::copy_n(digest.begin(), id.size(), id.begin());
  return id;
}

bool is_name(std::string_view name) {
  return !name.empty() && is_utf8(name) && std::ranges::none_of(name, [](char c) {
    return c == '+' || static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
  });
}

Error refuse(std::size_t line, std::string_view why) {
  return fail(Fault::integrity, cat("line ", line, ": ", why));
}

// The lines of a text that ends with a newline, without their newlines.
std::vector<std::string_view> lines_of(std::string_view text) {
  text.remove_suffix(1);
  return split(text, '\n');
}

struct Parts {
  std::string_view text;                     // ends with a newline
  std::vector<std::string_view> signatures;  // one line each
  std::size_t first_line = 0;                // of the signatures, counted from 1
};

Result<void> check_characters(std::string_view note) {
  if (note.size() > kNoteLimit) return fail(Fault::limit, "a note has at most 1 MiB");
  if (!is_utf8(note)) return refuse(1, "the note is not valid UTF-8");
  std::size_t line = 1;
  for (const char c : note) {
    if (c == '\n') {
      ++line;
    } else if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') {
      return refuse(line, "a note holds no control characters");
    }
  }
  return {};
}

Result<Parts> take_apart(std::string_view note) {
  TRY(check_characters(note));
  const auto blank = note.rfind("\n\n");
  if (blank == std::string_view::npos) return refuse(1, "no empty line before the signatures");
  Parts parts{.text = note.substr(0, blank + 1), .signatures = {}, .first_line = 0};
  const std::string_view rest = note.substr(blank + 2);
  parts.first_line = static_cast<std::size_t>(std::ranges::count(parts.text, '\n')) + 2;
  if (rest.empty()) return refuse(parts.first_line, "the note is not signed");
  if (!rest.ends_with('\n')) return refuse(parts.first_line, "the last line does not end");
  parts.signatures = lines_of(rest);
  if (parts.signatures.size() > kSignatureLimit) {
    return refuse(parts.first_line + kSignatureLimit, "a note carries at most 100 signatures");
  }
  return parts;
}

struct SignatureLine {
  std::string_view name;
  std::vector<std::byte> blob;  // key id and signature
};

Result<SignatureLine> read_signature(std::string_view line, std::size_t number) {
  if (!line.starts_with(kDash)) return refuse(number, "a signature line starts with a dash");
  line.remove_prefix(kDash.size());
  const auto space = line.rfind(' ');
  if (space == std::string_view::npos || !is_name(line.substr(0, space))) {
    return refuse(number, "a signature line names its key");
  }
  auto blob = from_base64(line.substr(space + 1));
  if (!blob || blob->size() < 5) return refuse(number, "the signature is not proper base64");
  return SignatureLine{.name = line.substr(0, space), .blob = std::move(*blob)};
}

Result<Checkpoint> read_checkpoint(std::string_view text) {
  const auto lines = lines_of(text);
  if (lines.size() < 3)
    return refuse(lines.size(), "a checkpoint has an origin, a size and a root");
  if (lines[0].empty()) return refuse(1, "the origin is empty");
  Checkpoint checkpoint;
  checkpoint.origin = lines[0];
  const auto [end, problem] =
      std::from_chars(lines[1].data(), lines[1].data() + lines[1].size(), checkpoint.size);
  if (problem != std::errc{} || end != lines[1].data() + lines[1].size() ||
      cat(checkpoint.size) != lines[1]) {
    return refuse(2, "the size is not a plain decimal number");
  }
  const auto root = from_base64(lines[2]);
  if (!root || root->size() != checkpoint.root.size()) {
    return refuse(3, "the root is not the base64 text of 32 bytes");
  }
  std::ranges::copy(*root, checkpoint.root.begin());
  for (std::size_t i = 3; i < lines.size(); ++i) {
    if (lines[i].empty()) return refuse(i + 1, "an extension line is empty");
  }
  return checkpoint;
}

std::string vkey_of(const Verifier& verifier, std::byte type) {
  std::vector<std::byte> key{type};
  key.insert(key.end(), verifier.key.raw().begin(), verifier.key.raw().end());
  return cat(verifier.name, "+", to_hex(Bytes(key_id(verifier, type))), "+", to_base64(key));
}

Result<Verifier> read_vkey(std::string_view text, std::byte type) {
  const auto refuse_key = [](std::string_view why) {
    return fail(Fault::integrity, cat("not a verifier key: ", why),
                "it reads NAME+HASH+BASE64, as in `ledger-key.pub`");
  };
  const auto first = text.find('+');
  const auto second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) return refuse_key("it has no two `+`");
  const std::string_view name = text.substr(0, first);
  if (!is_name(name)) return refuse_key("its name is empty or holds a space");
  const auto key = from_base64(text.substr(second + 1));
  if (!key || key->empty()) return refuse_key("its last part is not proper base64");
  if (key->front() != type) {
    return refuse_key(type == kEd25519 ? "it is of a kind other than Ed25519"
                                       : "it is not one that cosigns with Ed25519");
  }
  auto verifier =
      Verifier{.name = std::string(name), .key = TRY(PublicKey::from_raw(Bytes(*key).subspan(1)))};
  if (to_hex(Bytes(key_id(verifier, type))) != text.substr(first + 1, second - first - 1)) {
    return refuse_key("its hash does not match its name and key");
  }
  return verifier;
}

// What a cosignature signs: its time, and the text of the checkpoint.
std::string cosigned_text(std::string_view text, std::uint64_t seconds) {
  return cat("cosignature/v1\ntime ", seconds, "\n", text);
}

}  // namespace

std::string vkey(const Verifier& verifier) {
  return vkey_of(verifier, kEd25519);
}

Result<Verifier> parse_vkey(std::string_view text) {
  return read_vkey(text, kEd25519);
}

std::string sign(const Checkpoint& checkpoint, std::string_view name, const PrivateKey& key) {
  const std::string text =
      cat(checkpoint.origin, "\n", checkpoint.size, "\n", to_base64(checkpoint.root), "\n");
  const KeyId id = key_id({.name = std::string(name), .key = key.public_key()});
  const Signature signature = key.sign(as_bytes(text));
  std::vector<std::byte> blob(id.begin(), id.end());
  blob.insert(blob.end(), signature.begin(), signature.end());
  return cat(text, "\n", kDash, name, " ", to_base64(blob), "\n");
}

Result<Checkpoint> open(std::string_view note, const Verifier& verifier) {
  const Parts parts = TRY(take_apart(note));
  const KeyId id = key_id(verifier);
  bool verified = false;
  for (std::size_t i = 0; i < parts.signatures.size(); ++i) {
    const std::size_t number = parts.first_line + i;
    const auto line = TRY(read_signature(parts.signatures[i], number));
    const Bytes blob(line.blob);
    if (line.name != verifier.name || !std::ranges::equal(blob.first(4), id)) continue;
    if (!verifier.key.verify(as_bytes(parts.text), blob.subspan(4))) {
      return refuse(number, "the signature does not verify");
    }
    verified = true;
  }
  if (!verified) {
    return refuse(parts.first_line,
                  cat("no signature is by `", printable(verifier.name, 200), "`"));
  }
  return read_checkpoint(parts.text);
}

Result<Checkpoint> read_unverified(std::string_view note) {
  return read_checkpoint(TRY(take_apart(note)).text);
}

std::string cosigner_vkey(const Verifier& cosigner) {
  return vkey_of(cosigner, kCosignature);
}

Result<Verifier> parse_cosigner_vkey(std::string_view text) {
  return read_vkey(text, kCosignature);
}

Result<std::string> cosign(std::string_view note, std::uint64_t seconds, const Verifier& cosigner,
                           const PrivateKey& key) {
  const std::string_view text = TRY(take_apart(note)).text;
  TRY(read_checkpoint(text));
  const KeyId id = key_id(cosigner, kCosignature);
  std::vector<std::byte> blob(id.begin(), id.end());
  for (unsigned shift = 64; shift != 0; shift -= 8) {
    blob.push_back(static_cast<std::byte>(seconds >> (shift - 8)));
  }
  const Signature signature = key.sign(as_bytes(cosigned_text(text, seconds)));
  blob.insert(blob.end(), signature.begin(), signature.end());
  return cat(kDash, cosigner.name, " ", to_base64(blob), "\n");
}

Result<std::uint64_t> cosigned_at(std::string_view note, const Verifier& cosigner) {
  const Parts parts = TRY(take_apart(note));
  const KeyId id = key_id(cosigner, kCosignature);
  std::optional<std::uint64_t> at;
  for (std::size_t i = 0; i < parts.signatures.size(); ++i) {
    const std::size_t number = parts.first_line + i;
    const auto line = TRY(read_signature(parts.signatures[i], number));
    const Bytes blob(line.blob);
    if (line.name != cosigner.name || !std::ranges::equal(blob.first(4), id)) continue;
    ByteReader in(blob.subspan(4));
    const std::uint64_t seconds = in.u64be();
    const Bytes signature = in.take(Signature().size());
    if (!in.ok() || !in.done() || seconds > kLastTime ||
        !cosigner.key.verify(as_bytes(cosigned_text(parts.text, seconds)), signature)) {
      return refuse(number, "the cosignature does not verify");
    }
    at = std::max(at.value_or(0), seconds);
  }
  if (!at) {
    return fail(Fault::missing, cat("no cosignature is by `", printable(cosigner.name, 200), "`"));
  }
  return *at;
}

Result<std::string> with_signatures(std::string_view note, std::string_view lines) {
  const Parts parts = TRY(take_apart(note));
  std::string all(note);
  if (lines.empty()) return all;
  if (!lines.ends_with('\n')) return refuse(1, "a signature line ends with a newline");
  TRY(check_characters(lines));
  std::size_t number = 0;
  for (const auto line : lines_of(lines)) {
    TRY(read_signature(line, ++number));
    if (std::ranges::find(parts.signatures, line) == parts.signatures.end()) {
      all += cat(line, "\n");
    }
  }
  TRY(take_apart(all));
  return all;
}

}  // namespace cupel::note
