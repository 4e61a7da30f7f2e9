// SPDX-License-Identifier: Apache-2.0
#include "provenance/keyless.h"

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/merkle.h"
#include "embedded/trusted_root.h"
#include "provenance/manifest.h"

namespace cupel {
namespace {

constexpr std::string_view kIssuer = "1.3.6.1.4.1.57264.1.8";     // a DER UTF8String
constexpr std::string_view kOldIssuer = "1.3.6.1.4.1.57264.1.1";  // the bare text
constexpr std::string_view kLogged = "1.3.6.1.4.1.11129.2.4.2";   // a list of SCTs
constexpr std::size_t kItems = 100;

// --- trusted_root.json ---

class RootReader {
 public:
  TrustRootReading read(std::string_view text) {
    const auto json = read_json(text, {.depth = 16, .values = 100'000});
    if (!json.value) return {.root = {}, .problem = cat("byte ", json.offset, ": ", json.problem)};
    const Json& top = *json.value;
    if (!top["mediaType"].text().starts_with("application/vnd.dev.sigstore.trustedroot")) {
      return {.root = {}, .problem = "it is no Sigstore trusted root: see its mediaType"};
    }
    TrustRoot root;
    root.transparency_logs = logs(top["tlogs"]);
    root.certificate_logs = logs(top["ctlogs"]);
    root.certificate_authorities = authorities(top["certificateAuthorities"]);
    root.timestamp_authorities = authorities(top["timestampAuthorities"]);
    if (problem_.empty() &&
        (root.transparency_logs.empty() || root.certificate_authorities.empty())) {
      problem_ = "it names no transparency log or no certificate authority";
    }
    if (!problem_.empty()) return {.root = {}, .problem = std::move(problem_)};
    return {.root = std::move(root), .problem = {}};
  }

 private:
  void refuse(std::string why) {
    if (problem_.empty()) problem_ = std::move(why);
  }

  std::string bytes(const Json& json) {
    auto read = dsse::decode_base64(json.text());
    if (!read || read->empty()) refuse("a rawBytes or keyId is not proper base64");
    return std::move(read).value_or("");
  }

  TrustRoot::Period period(const Json& json) {
    TrustRoot::Period period;
    const auto moment = [&](const Json& at) -> std::optional<Timestamp> {
      if (at.is_null()) return {};
      auto time = parse_timestamp(at.text());
      if (!time) refuse(cat("`", printable(at.text(), 60), "` is no time"));
      return time;
    };
    period.begin = moment(json["start"]);
    period.end = moment(json["end"]);
    return period;
  }

  std::vector<TrustRoot::Log> logs(const Json& json) {
    std::vector<TrustRoot::Log> found;
    for (const auto& item : json.items()) {
      if (found.size() >= kItems) refuse("it names more than 100 logs");
      if (!problem_.empty()) return {};
      auto key = VerificationKey::from_spki(as_bytes(bytes(item["publicKey"]["rawBytes"])));
      // A log with a key of another type can vouch for nothing here; the others still can.
      if (!key.ok()) continue;
      // Of the key alone, or of the log's name and key in logs of the newer kind.
      const std::string id = bytes(item["logId"]["keyId"]);
      found.push_back({.url = item["baseUrl"].text(),
                       .id = id,
                       .key = std::move(key).value(),
                       .period = period(item["publicKey"]["validFor"])});
    }
    return found;
  }

  std::vector<TrustRoot::Authority> authorities(const Json& json) {
    std::vector<TrustRoot::Authority> found;
    for (const auto& item : json.items()) {
      if (found.size() >= kItems) refuse("it names more than 100 authorities");
      if (!problem_.empty()) return {};
      TrustRoot::Authority authority{
          .url = item["uri"].text(), .chain = {}, .period = period(item["validFor"])};
      for (const auto& raw : item["certChain"]["certificates"].items()) {
        auto certificate = Certificate::from_der(as_bytes(bytes(raw["rawBytes"])));
        if (!certificate.ok()) {
          refuse("a certificate of an authority is damaged");
          return {};
        }
        authority.chain.push_back(std::move(certificate).value());
      }
      if (authority.chain.empty()) refuse("an authority has no certificates");
      found.push_back(std::move(authority));
    }
    return found;
  }

  std::string problem_;
};

// --- the bundle ---

// The content of a DER UTF8String of less than 64 KiB, or nothing.
std::optional<std::string> utf8_string(std::string_view der) {
  ByteReader in(as_bytes(der));
  if (in.u8() != 0x0c) return {};
  std::size_t size = in.u8();
  if (size == 0x81) {
    size = in.u8();
  } else if (size == 0x82) {
    size = in.u16be();
  } else if (size >= 0x80) {
    return {};
  }
  const auto content = in.take(size);
  if (!in.ok() || !in.done()) return {};
  return std::string(as_text(content));
}

std::string big_endian(std::uint64_t value, int bytes) {
  std::string out;
  for (int at = bytes - 1; at >= 0; --at) {
    out += static_cast<char>((value >> (8 * static_cast<unsigned>(at))) & 0xffU);
  }
  return out;
}

std::optional<Digest> digest_of(std::string_view raw) {
  Digest digest{};
  if (raw.size() != digest.size()) return {};
  std::ranges::copy(as_bytes(raw), digest.begin());
  return digest;
}

class Check {
 public:
  Check(const Bundle& bundle, const TrustRoot& root, const SignerIdentity& identity)
      : bundle_(bundle), root_(root), identity_(identity) {}

  KeylessReading run() {
    reading_.good =
        signer() && envelope() && logged() && moment() && chain() && certificate_log() && name();
    return std::move(reading_);
  }

 private:
  bool fail(std::string why) {
    reading_.problem = std::move(why);
    return false;
  }
  bool done(std::string step) {
    reading_.steps.push_back(std::move(step));
    return true;
  }

  bool signer() {
    auto leaf = Certificate::from_der(as_bytes(bundle_.certificates.front()));
    if (!leaf.ok()) return fail("the signer's certificate is damaged");
    leaf_ = std::move(leaf).value();
    auto key = leaf_->key();
    if (!key.ok()) return fail("the signer's certificate has a key of another type");
    key_ = std::move(key).value();
    return true;
  }

  bool envelope() {
    if (!dsse::verify(bundle_.envelope, *key_)) {
      return fail("the signature is not by the key of the certificate");
    }
    return done("the signature is by the key of the certificate");
  }

  // At least one entry must hold wholly; one that does not is no signature's fault but a lie.
  bool logged() {
    for (const auto& entry : bundle_.log) {
      if (!check_entry(entry)) return false;
    }
    return true;
  }

  bool check_entry(const LogEntry& entry) {
    const auto log = std::ranges::find(root_.transparency_logs, entry.log_id, &TrustRoot::Log::id);
    if (log == root_.transparency_logs.end()) {
      return fail("the transparency log is not one that the trusted root names");
    }
    if (!entry.proof) return fail("the log entry has no inclusion proof");
    if (!check_proof(entry) || !check_checkpoint(*entry.proof, *log)) return false;
    if (!entry.promise.empty() && !check_promise(entry, *log)) return false;
    if (!check_body(entry)) return false;
    // The promise alone signs the time: the proof says only that the entry is there.
    if (!entry.promise.empty() && entry.integrated_time > 0) {
      const Timestamp at{entry.integrated_time * 1000};
      if (!log->period.has(at)) return fail("the log's key was not in use at that time");
      times_.push_back(at);
    }
    return done(cat("entry ", entry.index, " of ", printable(log->url, 100), " is about it"));
  }

  bool check_proof(const LogEntry& entry) {
    std::vector<Digest> hashes;
    for (const auto& hash : entry.proof->hashes) {
      const auto digest = digest_of(hash);
      if (!digest) return fail("a hash of the inclusion proof has not 32 bytes");
      hashes.push_back(*digest);
    }
    const auto root = digest_of(entry.proof->root);
    const bool good = root && merkle::verify_inclusion(
                                  merkle::leaf_hash(as_bytes(entry.body)),
                                  static_cast<std::uint64_t>(entry.proof->index),
                                  static_cast<std::uint64_t>(entry.proof->size), hashes, *root);
    return good || fail("the log's inclusion proof does not hold");
  }

  // A signed note whose first signature line of this key counts: id = first bytes of the log's id.
  bool check_checkpoint(const LogEntry::Proof& proof, const TrustRoot::Log& log) {
    const std::string& note = proof.checkpoint;
    const auto gap = note.rfind("\n\n");
    if (gap == std::string::npos) return fail("the log's checkpoint is no signed note");
    const std::string_view text = std::string_view(note).substr(0, gap + 1);
    const auto lines = split(text, '\n');
    if (lines.size() < 4) return fail("the log's checkpoint is too short");
    if (lines[1] != cat(proof.size) || lines[2] != to_base64(as_bytes(proof.root))) {
      return fail("the log's checkpoint is of another tree than its proof");
    }
    for (const auto line : split(std::string_view(note).substr(gap + 2), '\n')) {
      const auto space = line.rfind(' ');
      if (!line.starts_with("\u2014 ") || space == std::string_view::npos) continue;
      const auto blob = dsse::decode_base64(line.substr(space + 1));
      if (!blob || blob->size() < 5 ||
          !is_key_id(std::string_view(*blob).substr(0, 4), line, log)) {
        continue;
      }
      if (log.key.verify(as_bytes(text), as_bytes(std::string_view(*blob).substr(4)))) {
        return done(cat("the log signed its tree of ", proof.size, " entries"));
      }
      return fail("the signature on the log's checkpoint does not hold");
    }
    return fail("the log's checkpoint is not signed by the log");
  }

  // Rekor v1 abbreviates the log's id; v2 follows signed-note: SHA-256(name, 0x0A, 0x01, key).
  static bool is_key_id(std::string_view id, std::string_view line, const TrustRoot::Log& log) {
    if (id == std::string_view(log.id).substr(0, 4)) return true;
    if (log.key.type() != KeyType::ed25519) return false;
    constexpr std::size_t kDash = 4;  // "— "
    const auto name = line.substr(kDash, line.rfind(' ') - kDash);
    const std::string_view raw =
        std::string_view(log.key.spki()).substr(log.key.spki().size() - 32);
    const auto hash = sha256(cat(name, "\n", std::string_view("\x01"), raw));
    return as_text(hash).substr(0, 4) == id;
  }

  bool check_promise(const LogEntry& entry, const TrustRoot::Log& log) {
    const auto promised = Json::object({{"body", to_base64(as_bytes(entry.body))},
                                        {"integratedTime", entry.integrated_time},
                                        {"logID", to_hex(as_bytes(entry.log_id))},
                                        {"logIndex", entry.index}})
                              .canonical();
    return log.key.verify(as_bytes(promised), as_bytes(entry.promise)) ||
           fail("the log's promise (signed entry timestamp) does not hold");
  }

  bool check_body(const LogEntry& entry) {
    const auto json = read_json(entry.body, {.depth = 16, .values = 10'000});
    if (!json.value || (*json.value)["kind"].text() != entry.kind) {
      return fail("the body of the log entry is not of the kind that it says");
    }
    const Json& spec = (*json.value)["spec"];
    if (entry.kind == "dsse" && (*json.value)["apiVersion"].text() == "0.0.1") {
      return check_dsse_body(spec);
    }
    if (entry.kind == "hashedrekord" && (*json.value)["apiVersion"].text() == "0.0.2") {
      return check_hashed_body(spec["hashedRekordV002"]);
    }
    return fail(cat("log entries of the kind `", printable(entry.kind, 40), " ",
                    printable(entry.version, 20), "` are not known here"));
  }

  bool check_dsse_body(const Json& spec) {
    const auto& signatures = spec["signatures"].items();
    const bool about_it =
        spec["payloadHash"]["algorithm"].text() == "sha256" &&
        spec["payloadHash"]["value"].text() == sha256_hex(bundle_.envelope.payload) &&
        signatures.size() == 1 &&
        dsse::decode_base64(signatures[0]["signature"].text()) == bundle_.envelope.signature;
    if (!about_it) return fail("the log entry is about another signature");
    const auto pem = dsse::decode_base64(signatures[0]["verifier"].text()).value_or("");
    const auto logged = Certificate::from_pem(pem);
    if (!logged.ok() || logged.value().size() != 1 || logged.value()[0].der() != leaf_->der()) {
      return fail("the log entry is about a signature by another certificate");
    }
    return true;
  }

  bool check_hashed_body(const Json& spec) {
    const auto pae = dsse::pae(bundle_.envelope.payload_type, bundle_.envelope.payload);
    const bool about_it =
        spec["data"]["algorithm"].text() == "SHA2_256" &&
        dsse::decode_base64(spec["data"]["digest"].text()) == std::string(as_text(sha256(pae))) &&
        dsse::decode_base64(spec["signature"]["content"].text()) == bundle_.envelope.signature;
    if (!about_it) return fail("the log entry is about another signature");
    const auto der =
        dsse::decode_base64(spec["signature"]["verifier"]["x509Certificate"]["rawBytes"].text());
    return der == leaf_->der() || fail("the log entry is about a signature by another certificate");
  }

  // The time is the log's word, or an authority's over the bare signature.
  bool moment() {
    for (const auto& stamp : bundle_.timestamps) {
      if (!check_stamp(stamp)) return false;
    }
    if (times_.empty()) return fail("nothing trusted says when it was signed");
    reading_.at = times_.front();
    for (const auto at : times_) {
      if (at < leaf_->not_before() || at > leaf_->not_after()) {
        return fail(
            cat("it was signed at ", to_rfc3339(at), ", when the certificate was not valid"));
      }
    }
    return done(cat("it was signed at ", to_rfc3339(reading_.at)));
  }

  bool check_stamp(std::string_view stamp) {
    std::string problem = "the trusted root names no time stamping authority";
    for (const auto& authority : root_.timestamp_authorities) {
      const auto token = read_timestamp_token(as_bytes(stamp), as_bytes(bundle_.envelope.signature),
                                              authority.chain, {authority.chain.back()});
      if (token.at && authority.period.has(*token.at)) {
        times_.push_back(*token.at);
        return done(cat("time stamped by ", printable(authority.url, 100)));
      }
      problem = token.at ? "the time stamping authority was not in use then" : token.problem;
    }
    return fail(std::move(problem));
  }

  bool chain() {
    std::string problem = "no certificate authority of the trusted root was in use then";
    for (const auto& authority : root_.certificate_authorities) {
      if (!authority.period.has(reading_.at)) continue;
      const auto reading = chain_of(*leaf_, authority.chain, {authority.chain.back()}, reading_.at);
      if (reading.problem.empty()) {
        if (!leaf_->may_sign()) return fail("the certificate is not for signing");
        issuer_ = reading.chain.size() > 1 ? reading.chain[1] : reading.chain[0];
        return done(cat("the certificate is by ", printable(authority.url, 100)));
      }
      problem =
          cat("the certificate is of no authority that the trusted root names: ", reading.problem);
    }
    return fail(std::move(problem));
  }

  // RFC 6962 §3.2: what the log signed is the certificate without this very list.
  bool certificate_log() {
    const auto extension = leaf_->extension(kLogged);
    if (!extension) return fail("the certificate does not prove that it was logged");
    const auto issuer_key = issuer_->key();
    if (!issuer_key.ok()) return fail("the issuer's key is of another type");
    // An OCTET STRING around the list, whose length is written twice.
    ByteReader in(as_bytes(*extension));
    if (in.u8() != 0x04) return fail("the list of logs in the certificate is damaged");
    const auto length = in.u8();
    if (length == 0x81) in.take(1);
    if (length == 0x82) in.take(2);
    in.u16be();
    while (in.ok() && !in.done()) {
      const auto entry = in.take(in.u16be());
      if (!in.ok()) break;
      if (check_sct(entry, issuer_key.value())) {
        return done("the certificate was logged before it was used");
      }
    }
    return fail("no log that the trusted root names vouches for the certificate");
  }

  bool check_sct(Bytes entry, const VerificationKey& issuer) {
    ByteReader in(entry);
    if (in.u8() != 0) return false;  // version 1
    const auto id = as_text(in.take(32));
    const auto at = in.u64be();
    const auto extensions = in.take(in.u16be());
    const auto algorithms = in.u16be();
    const auto signature = in.take(in.u16be());
    constexpr std::uint16_t kSha256Ecdsa = 0x0403;
    if (!in.ok() || !in.done() || algorithms != kSha256Ecdsa) return false;
    const auto log = std::ranges::find(root_.certificate_logs, id, &TrustRoot::Log::id);
    if (log == root_.certificate_logs.end()) return false;
    if (!log->period.has({static_cast<std::int64_t>(at)})) return false;
    const std::string precertificate = leaf_->precertificate();
    const std::string text =
        cat(big_endian(0, 2), big_endian(at, 8), big_endian(1, 2), issuer.log_id(),
            big_endian(precertificate.size(), 3), precertificate, big_endian(extensions.size(), 2),
            as_text(extensions));
    return log->key.verify(as_bytes(text), signature);
  }

  bool name() {
    const auto names = leaf_->names();
    reading_.name = names.empty() ? "" : names.front();
    auto issuer = leaf_->extension(kIssuer);
    if (issuer) {
      issuer = utf8_string(*issuer);
    } else {
      issuer = leaf_->extension(kOldIssuer);
    }
    reading_.issuer = issuer.value_or("");
    if (std::ranges::find(names, identity_.name) == names.end()) {
      return fail(cat("it was signed by `", printable(reading_.name, 200), "`, not by `",
                      printable(identity_.name, 200), "`"));
    }
    reading_.name = identity_.name;
    if (identity_.issuer.empty() || reading_.issuer != identity_.issuer) {
      return fail(cat("`", printable(reading_.issuer, 200), "` vouched for who signed, not `",
                      printable(identity_.issuer, 200), "`"));
    }
    return done(cat("signed by ", printable(reading_.name, 200), ", for whom ",
                    printable(reading_.issuer, 200), " vouches"));
  }

  const Bundle& bundle_;
  const TrustRoot& root_;
  const SignerIdentity& identity_;
  KeylessReading reading_;
  std::optional<Certificate> leaf_;
  std::optional<Certificate> issuer_;
  std::optional<VerificationKey> key_;
  std::vector<Timestamp> times_;
};

}  // namespace

std::string_view public_trust_root() {
  return embedded::trusted_root();
}

TrustRootReading read_trust_root(std::string_view text) {
  return RootReader().read(text);
}

KeylessReading check_keyless(const Bundle& bundle, const TrustRoot& root,
                             const SignerIdentity& identity) {
  if (bundle.method != SigningMethod::sigstore || bundle.certificates.empty() ||
      bundle.log.empty()) {
    KeylessReading reading;
    reading.problem = "it is not a keyless signature";
    return reading;
  }
  return Check(bundle, root, identity).run();
}

}  // namespace cupel
