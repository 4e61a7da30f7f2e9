// SPDX-License-Identifier: Apache-2.0
#include "provenance/bundle.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <utility>

#include "base/text.h"

namespace cupel {
namespace {

constexpr std::size_t kBundleLimit = 1U << 30U;
constexpr std::size_t kItems = 1000;  // certificates, log entries, hashes: real ones have a few
constexpr std::string_view kWritten = "application/vnd.dev.sigstore.bundle.v0.3+json";
constexpr std::array<std::string_view, 4> kMediaTypes = {
    kWritten, "application/vnd.dev.sigstore.bundle+json;version=0.3",
    "application/vnd.dev.sigstore.bundle+json;version=0.2",
    "application/vnd.dev.sigstore.bundle+json;version=0.1"};

// The first problem that was met; everything after it reads as empty.
class Reader {
 public:
  void refuse(std::string why) {
    if (problem_.empty()) problem_ = std::move(why);
  }
  [[nodiscard]] const std::string& problem() const { return problem_; }

  void only(const Json& json, std::string_view what,
            std::initializer_list<std::string_view> allowed) {
    if (!json.is_object()) return refuse(cat(what, " is missing"));
    for (const auto& member : json.members()) {
      if (std::ranges::find(allowed, member.key) == allowed.end()) {
        refuse(cat(what, " has the unknown member `", printable(member.key, 80), "`"));
      }
    }
  }

  std::string base64(const Json& json, std::string_view what) {
    auto bytes = json.is_text() ? dsse::decode_base64(json.text()) : std::nullopt;
    if (!bytes || bytes->empty()) refuse(cat(what, " is not proper base64"));
    return std::move(bytes).value_or("");
  }

  // A 64-bit number, which JSON of protocol buffers writes as text.
  std::int64_t number(const Json& json, std::string_view what) {
    if (json.is_integer() && json.integer() >= 0) return json.integer();
    const std::string& text = json.text();
    std::int64_t value = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0) {
      refuse(cat(what, " is not a number"));
      return 0;
    }
    return value;
  }

  const Json::Array& list(const Json& json, std::string_view what) {
    if (!json.is_array() && !json.is_null()) refuse(cat(what, " is not a list"));
    if (json.items().size() > kItems) refuse(cat(what, " has more than ", kItems, " items"));
    return json.items();
  }

 private:
  std::string problem_;
};

std::optional<LogEntry::Proof> read_proof(Reader& in, const Json& json) {
  if (!json.is_object()) return {};
  LogEntry::Proof proof;
  proof.index = in.number(json["logIndex"], "the index of the inclusion proof");
  proof.size = in.number(json["treeSize"], "the tree size of the inclusion proof");
  proof.root = in.base64(json["rootHash"], "the root of the inclusion proof");
  for (const auto& hash : in.list(json["hashes"], "the inclusion proof")) {
    proof.hashes.push_back(in.base64(hash, "a hash of the inclusion proof"));
    if (!in.problem().empty()) break;
  }
  proof.checkpoint = json["checkpoint"]["envelope"].text();
  return proof;
}

LogEntry read_entry(Reader& in, const Json& json) {
  LogEntry entry;
  entry.log_id = in.base64(json["logId"]["keyId"], "the id of the log");
  entry.kind = json["kindVersion"]["kind"].text();
  entry.version = json["kindVersion"]["version"].text();
  entry.index = in.number(json["logIndex"], "the log's index");
  if (!json["integratedTime"].is_null()) {
    entry.integrated_time = in.number(json["integratedTime"], "the time of the log entry");
  }
  entry.body = in.base64(json["canonicalizedBody"], "the body of the log entry");
  const Json& promise = json["inclusionPromise"]["signedEntryTimestamp"];
  if (!promise.is_null()) entry.promise = in.base64(promise, "the log's promise");
  entry.proof = read_proof(in, json["inclusionProof"]);
  return entry;
}

void read_certificates(Reader& in, const Json::Array& items, Bundle& bundle) {
  for (const auto& item : items) {
    bundle.certificates.push_back(in.base64(item["rawBytes"], "a certificate"));
    if (!in.problem().empty()) return;
  }
  if (bundle.certificates.empty()) in.refuse("there is no certificate in the chain");
}

void read_key(Reader& in, const Json& json, BundleReading& reading, Bundle& bundle) {
  bundle.key_hint = json["hint"].text();
  if (json["rawBytes"].is_null()) {
    if (!json["hint"].is_text()) in.refuse("the public key has neither hint nor rawBytes");
    return;
  }
  bundle.key_pem = in.base64(json["rawBytes"], "the public key");
  reading.notes.emplace_back(
      "the bundle carries its own public key, as versions before 1.1 did; it is not relied upon");
}

void read_material(Reader& in, const Json& json, BundleReading& reading, Bundle& bundle) {
  if (!json.is_object()) return in.refuse("there is no verificationMaterial");
  const int kinds = static_cast<int>(json.has("publicKey")) +
                    static_cast<int>(json.has("x509CertificateChain")) +
                    static_cast<int>(json.has("certificate"));
  if (kinds != 1) {
    return in.refuse(kinds == 0 ? "it says neither key nor certificate of who signed"
                                : "it says in several ways who signed");
  }
  for (const auto& entry : in.list(json["tlogEntries"], "tlogEntries")) {
    bundle.log.push_back(read_entry(in, entry));
    if (!in.problem().empty()) return;
  }
  const Json& stamps = json["timestampVerificationData"]["rfc3161Timestamps"];
  for (const auto& stamp : in.list(stamps, "rfc3161Timestamps")) {
    bundle.timestamps.push_back(in.base64(stamp["signedTimestamp"], "a time stamp"));
    if (!in.problem().empty()) return;
  }
  if (json.has("publicKey")) {
    bundle.method = SigningMethod::key;
    read_key(in, json["publicKey"], reading, bundle);
  } else if (json.has("certificate")) {
    bundle.method = SigningMethod::sigstore;
    read_certificates(in, {json["certificate"]}, bundle);
    if (bundle.log.empty()) in.refuse("a keyless signature needs an entry of a transparency log");
  } else {
    const auto& chain = in.list(json["x509CertificateChain"]["certificates"], "the chain");
    bundle.method = bundle.log.empty() ? SigningMethod::certificate : SigningMethod::sigstore;
    read_certificates(in, chain, bundle);
  }
}

}  // namespace

std::string_view name_of(SigningMethod method) {
  constexpr std::array<std::string_view, 3> kNames = {"key", "certificate", "sigstore"};
  return kNames[static_cast<std::size_t>(method)];
}

BundleReading read_bundle(std::string_view text) {
  BundleReading reading;
  if (text.size() > kBundleLimit) {
    reading.problem = "the bundle is larger than 1 GiB";
    return reading;
  }
  const auto json = read_json(text, {.depth = 32, .values = 200'000});
  if (!json.value) {
    reading.problem = cat("it is no JSON: byte ", json.offset, ": ", json.problem);
    return reading;
  }
  Reader in;
  Bundle bundle;
  const Json& top = *json.value;
  in.only(top, "the bundle", {"mediaType", "verificationMaterial", "dsseEnvelope"});
  if (std::ranges::find(kMediaTypes, top["mediaType"].text()) == kMediaTypes.end()) {
    in.refuse(cat("the media type `", printable(top["mediaType"].text(), 100),
                  "` is not one of a Sigstore bundle"));
  }
  in.only(top["dsseEnvelope"], "dsseEnvelope", {"payload", "payloadType", "signatures"});
  for (const auto& signature : top["dsseEnvelope"]["signatures"].items()) {
    in.only(signature, "the signature", {"sig", "keyid"});
  }
  if (in.problem().empty()) read_material(in, top["verificationMaterial"], reading, bundle);
  auto envelope = dsse::envelope_from(top["dsseEnvelope"]);
  if (!envelope.envelope) in.refuse(std::move(envelope.problem));
  reading.problem = in.problem();
  if (!reading.problem.empty()) return reading;
  bundle.envelope = *std::move(envelope.envelope);
  reading.bundle = std::move(bundle);
  return reading;
}

std::string make_bundle(std::string_view payload_type, std::string_view payload,
                        const SigningKey& key, const std::vector<std::string>& certificates) {
  Json material = Json::object();
  if (certificates.empty()) {
    material.set("publicKey", Json::object({{"hint", key.public_key().hint()}}));
  } else {
    Json chain = Json::array();
    for (const auto& der : certificates) {
      chain.add(Json::object({{"rawBytes", to_base64(as_bytes(der))}}));
    }
    material.set("x509CertificateChain", Json::object({{"certificates", std::move(chain)}}));
  }
  material.set("tlogEntries", Json::array());
  const Json bundle = Json::object({{"mediaType", kWritten},
                                    {"verificationMaterial", std::move(material)},
                                    {"dsseEnvelope", dsse::sealed(payload_type, payload, key)}});
  return bundle.pretty() + "\n";
}

}  // namespace cupel
