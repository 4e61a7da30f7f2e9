// SPDX-License-Identifier: Apache-2.0
#include "provenance/model_signature.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/text.h"

namespace cupel {
namespace {

// What versions before 0.3 signed in place of PAE: Python's repr of the payload, and a capital V.
std::string old_pae(std::string_view payload) {
  std::string repr;
  for (const char c : payload) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      repr += "\\n";
    } else if (c == '\r') {
      repr += "\\r";
    } else if (c == '\t') {
      repr += "\\t";
    } else if (c == '\\' || c == '\'') {
      repr += cat("\\", c);
    } else if (byte < 0x20 || byte >= 0x7f) {
      repr += cat("\\x", to_hex(as_bytes(std::string_view(&c, 1))));
    } else {
      repr += c;
    }
  }
  return cat("DSSEV1 ", kInTotoType.size(), " ", kInTotoType, " ", payload.size(), " b'", repr,
             "'");
}

class Check {
 public:
  Check(const SignatureTrust& trust, Timestamp now) : trust_(trust), now_(now) {}

  SignatureReading run(std::string_view text) {
    auto bundle = read_bundle(text);
    reading_.notes = std::move(bundle.notes);
    if (!bundle.bundle) return refuse(cat("the bundle: ", bundle.problem));
    reading_.method = bundle.bundle->method;
    if (!check_signature(*bundle.bundle)) return std::move(reading_);
    if (bundle.bundle->envelope.payload_type != kInTotoType) {
      return refuse(cat("what was signed is of the type `",
                        printable(bundle.bundle->envelope.payload_type, 100), "`"));
    }
    auto manifest = read_manifest(bundle.bundle->envelope.payload);
    std::ranges::move(manifest.notes, std::back_inserter(reading_.notes));
    reading_.manifest = std::move(manifest.manifest);
    reading_.problem = std::move(manifest.problem);
    return std::move(reading_);
  }

 private:
  SignatureReading refuse(std::string why) {
    fail(std::move(why));
    return std::move(reading_);
  }
  bool fail(std::string why) {
    reading_.problem = std::move(why);
    return false;
  }

  bool check_signature(const Bundle& bundle) {
    if (trust_.key) return check_key(bundle);
    if (trust_.keyless) return check_keyless(bundle);
    return check_certificate(bundle);
  }

  bool check_key(const Bundle& bundle) {
    if (bundle.method != SigningMethod::key) {
      return fail(
          cat("it was signed by the method ", name_of(bundle.method), ", not by a bare key"));
    }
    if (!bundle.key_hint.empty() && bundle.key_hint != trust_.key->hint()) {
      reading_.notes.emplace_back("the bundle hints at another key than the one that was given");
    }
    reading_.signer = cat("key ", trust_.key->hint().substr(0, 16));
    return holds(bundle.envelope, *trust_.key) || fail("the signature is not by this key");
  }

  bool check_certificate(const Bundle& bundle) {
    if (bundle.method != SigningMethod::certificate) {
      return fail(
          cat("it was signed by the method ", name_of(bundle.method), ", not with certificates"));
    }
    std::vector<Certificate> chain;
    for (const auto& der : bundle.certificates) {
      auto certificate = Certificate::from_der(as_bytes(der));
      if (!certificate.ok()) return fail("a certificate in the bundle is damaged");
      chain.push_back(std::move(certificate).value());
    }
    const Certificate leaf = chain.front();
    const auto key = leaf.key();
    if (!key.ok()) return fail(cat("the certificate: ", key.error().what));
    reading_.signer = printable(leaf.subject(), 200);
    if (!holds(bundle.envelope, key.value())) {
      return fail("the signature is not by the key of the certificate");
    }
    const auto verified = chain_of(leaf, chain, trust_.roots, now_);
    if (!verified.problem.empty()) {
      return fail(
          cat("the certificate `", reading_.signer, "` is not trusted: ", verified.problem));
    }
    return leaf.may_sign() || fail("the certificate is not for signing");
  }

  bool check_keyless(const Bundle& bundle) {
    auto keyless = cupel::check_keyless(bundle, trust_.keyless->root, trust_.keyless->identity);
    reading_.signer = printable(keyless.name, 200);
    if (!keyless.good) return fail(std::move(keyless.problem));
    reading_.signed_at = keyless.at;
    return true;
  }

  bool holds(const dsse::Envelope& envelope, const VerificationKey& key) {
    if (dsse::verify(envelope, key)) return true;
    const std::string old = old_pae(envelope.payload);
    const Bytes signature = as_bytes(envelope.signature);
    if (!key.verify_sha256(as_bytes(old), signature) && !key.verify(as_bytes(old), signature)) {
      return false;
    }
    reading_.notes.emplace_back("signed in the way of versions before 1.0");
    return true;
  }

  const SignatureTrust& trust_;
  Timestamp now_;
  SignatureReading reading_;
};

// The file that a resource is of, or is a shard of.
std::string_view file_of(const Resource& resource, bool shards) {
  if (!shards) return resource.name;
  const auto shard = shard_of(resource.name);
  return shard ? shard->path : std::string_view(resource.name);
}

}  // namespace

SignatureReading read_model_signature(std::string_view bundle, const SignatureTrust& trust,
                                      Timestamp now) {
  return Check(trust, now).run(bundle);
}

ModelDifference compare_model(const ModelManifest& manifest, const std::vector<Resource>& there) {
  const bool shards = manifest.shard_size != 0;
  std::map<std::string_view, std::string_view> on_disk;
  std::set<std::string_view> files_there;
  std::set<std::string_view> files_signed;
  for (const auto& resource : there) {
    on_disk.emplace(resource.name, resource.digest);
    files_there.insert(file_of(resource, shards));
  }
  std::set<std::string> changed;
  std::set<std::string> missing;
  std::set<std::string_view> names;
  for (const auto& resource : manifest.resources) {
    const auto file = file_of(resource, shards);
    files_signed.insert(file);
    names.insert(resource.name);
    const auto found = on_disk.find(resource.name);
    if (found != on_disk.end() && found->second == resource.digest) continue;
    (files_there.contains(file) ? changed : missing).emplace(file);
  }
  std::set<std::string> extra;
  for (const auto& resource : there) {
    if (names.contains(resource.name)) continue;
    const auto file = file_of(resource, shards);
    (files_signed.contains(file) ? changed : extra).emplace(file);
  }
  return {.missing = {missing.begin(), missing.end()},
          .extra = {extra.begin(), extra.end()},
          .changed = {changed.begin(), changed.end()}};
}

}  // namespace cupel
