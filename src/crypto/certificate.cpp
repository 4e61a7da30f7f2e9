// SPDX-License-Identifier: Apache-2.0
#include "crypto/certificate.h"

#include <ctime>
#include <utility>

#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

#include "base/text.h"
#include "crypto/openssl.h"

namespace cupel {
namespace {

using openssl::Bio;
using openssl::With;
using openssl::X509Handle;

using Store = std::unique_ptr<X509_STORE, With<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, With<X509_STORE_CTX_free>>;
using Object = std::unique_ptr<ASN1_OBJECT, With<ASN1_OBJECT_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, With<GENERAL_NAMES_free>>;
using Response = std::unique_ptr<TS_RESP, With<TS_RESP_free>>;
using Token = std::unique_ptr<PKCS7, With<PKCS7_free>>;
using TokenInfo = std::unique_ptr<TS_TST_INFO, With<TS_TST_INFO_free>>;
using TokenCheck = std::unique_ptr<TS_VERIFY_CTX, With<TS_VERIFY_CTX_free>>;

// Frees the stack and its references to certificates.
struct StackCloser {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};
using Stack = std::unique_ptr<STACK_OF(X509), StackCloser>;

constexpr std::size_t kPemLimit = 4U << 20U;
constexpr std::size_t kCertificates = 1000;
constexpr int kMinimumSecurity = 2;  // 112 bits: no RSA under 2048, no SHA-1
// Fulcio's name for people of providers without mail addresses.
constexpr const char* kUserName = "1.3.6.1.4.1.57264.1.7";

Timestamp moment(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return {static_cast<std::int64_t>(::timegm(&parts)) * 1000};
}

X509Handle parsed(std::string_view der) {
  const unsigned char* at = openssl::raw(as_bytes(der));
  X509Handle certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  openssl::forget_errors();
  const bool whole = at == openssl::raw(as_bytes(der)) + der.size();
  return whole ? std::move(certificate) : nullptr;
}

std::string text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::optional<std::string> name_in(const GENERAL_NAME* name) {
  int type = 0;
  const void* value = GENERAL_NAME_get0_value(name, &type);
  if (type == GEN_EMAIL || type == GEN_URI || type == GEN_DNS) {
    return text_of(static_cast<const ASN1_STRING*>(value));
  }
  if (type != GEN_OTHERNAME) return {};
  const auto* const other = static_cast<const OTHERNAME*>(value);
  const Object user(OBJ_txt2obj(kUserName, 1));
  if (OBJ_cmp(other->type_id, user.get()) != 0 || other->value->type != V_ASN1_UTF8STRING) {
    return {};
  }
  return text_of(other->value->value.utf8string);
}

Stack stack_of(const std::vector<Certificate>& certificates) {
  Stack stack(sk_X509_new_null());
  require(stack != nullptr);
  for (const auto& certificate : certificates) {
    auto handle = parsed(certificate.der());
    require(handle != nullptr && sk_X509_push(stack.get(), handle.get()) > 0);
    (void)handle.release();  // the stack's now
  }
  return stack;
}

// A store that trusts each of these certificates by itself, whoever issued it.
Store store_of(const std::vector<Certificate>& roots, Timestamp at) {
  Store store(X509_STORE_new());
  require(store != nullptr);
  for (const auto& root : roots) {
    const auto handle = parsed(root.der());
    require(handle != nullptr && X509_STORE_add_cert(store.get(), handle.get()) == 1);
  }
  auto* const rules = X509_STORE_get0_param(store.get());
  X509_VERIFY_PARAM_set_time(rules, static_cast<std::time_t>(at.ms / 1000));
  X509_VERIFY_PARAM_set_auth_level(rules, kMinimumSecurity);
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
  return store;
}

Token token_in(Bytes bytes, std::string& problem) {
  const unsigned char* at = openssl::raw(bytes);
  const Response response(d2i_TS_RESP(nullptr, &at, static_cast<long>(bytes.size())));
  if (response) {
    const auto* const status = TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(response.get()));
    const auto code = ASN1_INTEGER_get(status);
    if (code != TS_STATUS_GRANTED && code != TS_STATUS_GRANTED_WITH_MODS) {
      problem = "the authority refused to give a time stamp";
      return nullptr;
    }
    auto* const token = TS_RESP_get_token(response.get());
    return Token(token == nullptr ? nullptr : PKCS7_dup(token));
  }
  openssl::forget_errors();
  at = openssl::raw(bytes);
  return Token(d2i_PKCS7(nullptr, &at, static_cast<long>(bytes.size())));
}

}  // namespace

struct Certificate::Handle {
  X509Handle certificate;
};

Result<Certificate> Certificate::from_der(Bytes der) {
  auto handle = parsed(as_text(der));
  if (!handle) return fail(Fault::integrity, "this is not a certificate in DER form");
  Certificate made;
  made.der_ = as_text(der);
  made.handle_ = std::make_shared<const Handle>(Handle{std::move(handle)});
  return made;
}

Result<std::vector<Certificate>> Certificate::from_pem(std::string_view pem) {
  if (pem.size() > kPemLimit) return fail(Fault::limit, "the certificates are more than 4 MiB");
  std::vector<Certificate> made;
  const Bio bio = openssl::reading(pem);
  for (;;) {
    const X509Handle next(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!next) break;
    if (made.size() >= kCertificates) return fail(Fault::limit, "more than 1,000 certificates");
    unsigned char* der = nullptr;
    const int size = i2d_X509(next.get(), &der);
    require(size > 0);
    const std::string copy(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    made.push_back(TRY(from_der(as_bytes(copy))));
  }
  const auto last = ERR_peek_last_error();
  openssl::forget_errors();
  const bool at_end =
      ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
  if (!at_end) return fail(Fault::integrity, cat("certificate ", made.size() + 1, " is damaged"));
  if (made.empty()) return fail(Fault::integrity, "there is no certificate in PEM form");
  return made;
}

std::string Certificate::pem() const {
  const Bio bio(BIO_new(BIO_s_mem()));
  require(bio != nullptr && PEM_write_bio_X509(bio.get(), handle_->certificate.get()) == 1);
  return openssl::contents(bio.get());
}

Result<VerificationKey> Certificate::key() const {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(handle_->certificate.get()), &der);
  if (size <= 0) return fail(Fault::integrity, "the certificate has no public key");
  const std::string spki(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return VerificationKey::from_spki(as_bytes(spki));
}

std::string Certificate::subject() const {
  const Bio bio(BIO_new(BIO_s_mem()));
  require(bio != nullptr);
  X509_NAME_print_ex(bio.get(), X509_get_subject_name(handle_->certificate.get()), 0,
                     XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
  openssl::forget_errors();
  return openssl::contents(bio.get());
}

Timestamp Certificate::not_before() const {
  return moment(X509_get0_notBefore(handle_->certificate.get()));
}

Timestamp Certificate::not_after() const {
  return moment(X509_get0_notAfter(handle_->certificate.get()));
}

std::vector<std::string> Certificate::names() const {
  const Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(handle_->certificate.get(), NID_subject_alt_name, nullptr, nullptr)));
  openssl::forget_errors();
  std::vector<std::string> found;
  for (int at = 0; names && at < sk_GENERAL_NAME_num(names.get()); ++at) {
    if (auto name = name_in(sk_GENERAL_NAME_value(names.get(), at))) {
      found.push_back(*std::move(name));
    }
  }
  return found;
}

std::optional<std::string> Certificate::extension(std::string_view oid) const {
  const Object object(OBJ_txt2obj(std::string(oid).c_str(), 1));
  require(object != nullptr);
  const int at = X509_get_ext_by_OBJ(handle_->certificate.get(), object.get(), -1);
  if (at < 0) return {};
  return text_of(X509_EXTENSION_get_data(X509_get_ext(handle_->certificate.get(), at)));
}

bool Certificate::may_sign() const {
  auto* const certificate = handle_->certificate.get();
  const auto flags = X509_get_extension_flags(certificate);
  const bool usage =
      (flags & EXFLAG_KUSAGE) != 0 && (X509_get_key_usage(certificate) & KU_DIGITAL_SIGNATURE) != 0;
  const bool extended = (flags & EXFLAG_XKUSAGE) != 0 &&
                        (X509_get_extended_key_usage(certificate) & XKU_CODE_SIGN) != 0;
  return usage || extended;
}

std::string Certificate::precertificate() const {
  const X509Handle copy(X509_dup(handle_->certificate.get()));
  require(copy != nullptr);
  const int at = X509_get_ext_by_NID(copy.get(), NID_ct_precert_scts, -1);
  if (at < 0) return {};
  X509_EXTENSION_free(X509_delete_ext(copy.get(), at));
  unsigned char* der = nullptr;
  const int size = i2d_re_X509_tbs(copy.get(), &der);
  require(size > 0);
  std::string tbs(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return tbs;
}

ChainReading chain_of(const Certificate& leaf, const std::vector<Certificate>& between,
                      const std::vector<Certificate>& roots, Timestamp at) {
  const Store store = store_of(roots, at);
  const Stack untrusted = stack_of(between);
  const auto handle = parsed(leaf.der());
  const StoreContext context(X509_STORE_CTX_new());
  require(context != nullptr && handle != nullptr &&
          X509_STORE_CTX_init(context.get(), store.get(), handle.get(), untrusted.get()) == 1);
  const bool good = X509_verify_cert(context.get()) == 1;
  openssl::forget_errors();
  ChainReading reading;
  if (!good) {
    reading.problem = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
    return reading;
  }
  const auto* const chain = X509_STORE_CTX_get0_chain(context.get());
  for (int link = 0; link < sk_X509_num(chain); ++link) {
    unsigned char* der = nullptr;
    const int size = i2d_X509(sk_X509_value(chain, link), &der);
    require(size > 0);
    auto certificate = Certificate::from_der(
        {reinterpret_cast<const std::byte*>(der), static_cast<std::size_t>(size)});
    OPENSSL_free(der);
    reading.chain.push_back(std::move(certificate).value());
  }
  return reading;
}

TokenReading read_timestamp_token(Bytes token, Bytes data, const std::vector<Certificate>& between,
                                  const std::vector<Certificate>& roots) {
  TokenReading reading;
  const Token signed_token = token_in(token, reading.problem);
  openssl::forget_errors();
  if (!reading.problem.empty()) return reading;
  const TokenInfo info(signed_token ? PKCS7_to_TS_TST_INFO(signed_token.get()) : nullptr);
  openssl::forget_errors();
  if (!info) {
    reading.problem = "this is not a time stamp of RFC 3161";
    return reading;
  }
  const auto at = moment(TS_TST_INFO_get_time(info.get()));
  const TokenCheck check(TS_VERIFY_CTX_new());
  require(check != nullptr);
  TS_VERIFY_CTX_set_flags(check.get(), TS_VFY_SIGNATURE | TS_VFY_VERSION | TS_VFY_DATA);
  TS_VERIFY_CTX_set_store(check.get(), store_of(roots, at).release());  // owned by the check
  TS_VERIFY_CTX_set_certs(check.get(), stack_of(between).release());    // and these
  TS_VERIFY_CTX_set_data(check.get(), openssl::reading(as_text(data)).release());
  const bool good = TS_RESP_verify_token(check.get(), signed_token.get()) == 1;
  const char* why = good ? nullptr : ERR_reason_error_string(ERR_peek_error());
  if (good) {
    reading.at = at;
  } else {
    reading.problem = cat("the time stamp does not hold: ", why == nullptr ? "unknown" : why);
  }
  openssl::forget_errors();
  return reading;
}

}  // namespace cupel
