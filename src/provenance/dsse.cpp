// SPDX-License-Identifier: Apache-2.0
#include "provenance/dsse.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"

namespace cupel::dsse {
namespace {

constexpr std::size_t kEnvelopeLimit = 16U << 20U;

EnvelopeReading refuse(std::string why) {
  return {.envelope = {}, .problem = std::move(why)};
}

}  // namespace

// Verifiers must take the URL-safe alphabet too; a text that mixes both is neither.
std::optional<std::string> decode_base64(std::string_view text) {
  std::string standard(text);
  const bool url_safe = text.find_first_of("-_") != std::string_view::npos;
  if (url_safe) {
    if (text.find_first_of("+/") != std::string_view::npos) return {};
    std::ranges::replace(standard, '-', '+');
    std::ranges::replace(standard, '_', '/');
  }
  const auto bytes = from_base64(standard);
  if (!bytes) return {};
  return std::string(as_text(*bytes));
}

std::string pae(std::string_view type, std::string_view payload) {
  return cat("DSSEv1 ", type.size(), " ", type, " ", payload.size(), " ", payload);
}

std::string seal(std::string_view type, std::string_view payload, const PrivateKey& key) {
  const Signature signature = key.sign(as_bytes(pae(type, payload)));
  Json signatures = Json::array();
  signatures.add(Json::object(
      {{"keyid", key.public_key().fingerprint()}, {"sig", to_base64(Bytes(signature))}}));
  return Json::object({{"payload", to_base64(as_bytes(payload))},
                       {"payloadType", type},
                       {"signatures", std::move(signatures)}})
      .canonical();
}

Json sealed(std::string_view type, std::string_view payload, const SigningKey& key) {
  const std::string signature = key.sign(as_bytes(pae(type, payload)));
  Json signatures = Json::array();
  signatures.add(Json::object({{"sig", to_base64(as_bytes(signature))}, {"keyid", ""}}));
  return Json::object({{"payload", to_base64(as_bytes(payload))},
                       {"payloadType", type},
                       {"signatures", std::move(signatures)}});
}

EnvelopeReading read_envelope(std::string_view text) {
  if (text.size() > kEnvelopeLimit) return refuse("the envelope is larger than 16 MiB");
  const auto reading = read_json(text, {.depth = 16, .values = 10'000});
  if (!reading.value) {
    return refuse(cat("the envelope, byte ", reading.offset, ": ", reading.problem));
  }
  return envelope_from(*reading.value);
}

EnvelopeReading envelope_from(const Json& json) {
  if (!json["payload"].is_text() || !json["payloadType"].is_text() ||
      !json["signatures"].is_array()) {
    return refuse("it is no signed envelope: payload, payloadType and signatures are needed");
  }
  auto payload = decode_base64(json["payload"].text());
  if (!payload) return refuse("the payload is not proper base64");
  const auto& signatures = json["signatures"].items();
  if (signatures.empty()) return refuse("not signed");
  if (signatures.size() != 1) {
    return refuse(cat("it carries ", signatures.size(), " signatures where one belongs"));
  }
  const Json& keyid = signatures[0]["keyid"];
  if (!keyid.is_null() && !keyid.is_text()) return refuse("its keyid is no text");
  auto signature = decode_base64(signatures[0]["sig"].text());
  if (!signature || signature->empty()) return refuse("the signature is not proper base64");
  return {.envelope = Envelope{.payload_type = json["payloadType"].text(),
                               .payload = *std::move(payload),
                               .keyid = keyid.text(),
                               .signature = *std::move(signature)},
          .problem = {}};
}

bool verify(const Envelope& envelope, const PublicKey& key) {
  return key.verify(as_bytes(pae(envelope.payload_type, envelope.payload)),
                    as_bytes(envelope.signature));
}

bool verify(const Envelope& envelope, const VerificationKey& key) {
  return key.verify(as_bytes(pae(envelope.payload_type, envelope.payload)),
                    as_bytes(envelope.signature));
}

}  // namespace cupel::dsse
