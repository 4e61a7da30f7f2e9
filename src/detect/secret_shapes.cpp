// SPDX-License-Identifier: Apache-2.0
// Credentials that are known by their shape: keys, passwords in URLs, assignments.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "detect/secret_rules.h"

namespace cupel::detect {
namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_word(char c) {
  return is_digit(c) || is_upper(c) || is_lower(c);
}
constexpr bool is_base64(char c) {
  return is_word(c) || c == '+' || c == '/';
}
constexpr bool is_base64url(char c) {
  return is_word(c) || c == '-' || c == '_';
}
constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

std::size_t run_of(std::string_view text, std::size_t from, bool (*belongs)(char),
                   std::size_t most) {
  std::size_t end = from;
  while (end < text.size() && end - from < most && belongs(text[end])) ++end;
  return end;
}

bool contains(std::string_view text, std::span<const std::string_view> words) {
  return std::ranges::any_of(
      words, [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

// The first characters of a key's base 64, past line ends of every spelling.
std::string key_body(std::string_view text, std::size_t from) {
  constexpr std::size_t kEnough = 64;
  constexpr std::size_t kReach = 400;
  std::string body;
  const auto reach = text.substr(from, kReach);
  for (std::size_t i = 0; i < reach.size() && body.size() < kEnough; ++i) {
    const char c = reach[i];
    if (c == '\\' && i + 1 < reach.size() && (reach[i + 1] == 'n' || reach[i + 1] == 'r')) {
      ++i;
    } else if (is_base64(c)) {
      body += c;
    } else if (c == ':') {
      body.clear();  // a header such as "Proc-Type: 4,ENCRYPTED"
    } else if (c == '-' || c == '<' || c == '{' || c == '$' || c == '.') {
      break;
    }
  }
  return body;
}

// Special schemes carry their own credentials on every use; a password in an HTTP URL is rarer
// and as often a test's.
bool is_store_scheme(std::string_view scheme) {
  constexpr std::array<std::string_view, 16> kSchemes = {
      "postgres", "postgresql", "mysql", "mariadb",  "mongodb", "mongodb+srv",
      "redis",    "rediss",     "amqp",  "amqps",    "mssql",   "clickhouse",
      "kafka",    "nats",       "ldap",  "snowflake"};
  const auto plain = scheme.substr(0, scheme.find('+'));  // "postgresql+asyncpg"
  return std::ranges::find(kSchemes, scheme) != kSchemes.end() ||
         std::ranges::find(kSchemes, plain) != kSchemes.end();
}

bool is_local(std::string_view host) {
  constexpr std::array<std::string_view, 10> kLocal = {
      "localhost", "127.0.0.1", "0.0.0.0", "[::1]", "host.docker.internal",
      "example",   "test",      "db",      "redis", "postgres"};
  const auto name = host.substr(0, host.find_first_of(":/?"));
  return std::ranges::find(kLocal, name) != kLocal.end() ||
         name.find("example.") != std::string_view::npos ||
         name.find('.') == std::string_view::npos;
}

// Passwords that everybody knows, and words that stand for one.
bool is_stock_password(std::string_view value) {
  constexpr std::array<std::string_view, 18> kStock = {
      "password", "passwd", "pass",  "secret", "admin",   "root",     "user", "postgres", "mysql",
      "mongo",    "redis",  "guest", "test",   "testing", "username", "pwd",  "foo",      "bar"};
  const std::string plain = lower(value);
  return std::ranges::find(kStock, plain) != kStock.end() ||
         std::ranges::all_of(plain, [&](char c) { return c == plain.front(); });
}

// --- the generic rule -------------------------------------------------------------------------

// The name left of '=' or ':' (with or without quotes around it), lower case, '-' as '_'.
std::string name_before(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 64;
  std::size_t end = at;
  if (end > 0 && text[end - 1] == ':') --end;  // ":="
  while (end > 0 && is_blank(text[end - 1])) --end;
  if (end > 0 && (text[end - 1] == '"' || text[end - 1] == '\'' || text[end - 1] == ']')) --end;
  if (end > 0 && (text[end - 1] == '"' || text[end - 1] == '\'')) --end;
  std::size_t begin = end;
  while (begin > 0 && end - begin < kLongest &&
         (is_word(text[begin - 1]) || text[begin - 1] == '_' || text[begin - 1] == '-')) {
    --begin;
  }
  // "arn:aws:secret:…" and "scheme://token:…" are parts of one value, not a name with another.
  if (begin > 0 && (text[begin - 1] == ':' || text[begin - 1] == '/')) return {};
  std::string name = lower(text.substr(begin, end - begin));
  std::ranges::replace(name, '-', '_');
  return name;
}

enum class NameSays { nothing, password, key };

NameSays meaning_of(std::string_view name) {
  constexpr std::array<std::string_view, 6> kPasswords = {"password", "passwd", "passphrase",
                                                          "pwd",      "secret", "client_secret"};
  constexpr std::array<std::string_view, 12> kKeys = {
      "api_key",      "apikey",       "access_key",    "secret_key", "secretkey", "auth_token",
      "access_token", "bearer_token", "refresh_token", "api_token",  "token",     "account_key"};
  const auto ends_with = [&](std::string_view word) { return name.ends_with(word); };
  if (std::ranges::any_of(kPasswords, ends_with)) return NameSays::password;
  if (std::ranges::any_of(kKeys, ends_with)) return NameSays::key;
  constexpr std::array<std::string_view, 4> kWhole = {"accountkey", "sharedaccesskey",
                                                      "secretaccesskey", "accesskey"};
  return std::ranges::any_of(kWhole, ends_with) ? NameSays::key : NameSays::nothing;
}

struct Value {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool quoted = false;
};

// The literal right of '=' or ':'; empty when an expression or nothing stands there.
Value value_after(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 256;
  std::size_t from = at + 1;
  if (from < text.size() && text[from] == '=') return {};  // "==" compares
  while (from < text.size() && is_blank(text[from])) ++from;
  if (from >= text.size()) return {};
  const char quote = text[from];
  if (quote == '"' || quote == '\'' || quote == '`') {
    const auto size = text.substr(from + 1, kLongest).find(quote);
    if (size == std::string_view::npos) return {};
    return {.begin = from + 1, .end = from + 1 + size, .quoted = true};
  }
  const auto literal = [](char c) { return is_base64url(c) || is_base64(c) || c == '='; };
  const std::size_t end = run_of(text, from, literal, kLongest);
  const bool closed = end == text.size() || text[end] == '\n' || text[end] == '\r' ||
                      is_blank(text[end]) || text[end] == ';' || text[end] == '"' ||
                      text[end] == '&';
  if (!closed) return {};
  return {.begin = from, .end = end, .quoted = false};
}

struct Classes {
  std::size_t digits = 0;
  std::size_t uppers = 0;
  std::size_t lowers = 0;
  std::size_t others = 0;
  std::size_t changes = 0;  // between digits and letters, either way
  [[nodiscard]] int kinds() const {
    return int{digits != 0} + int{uppers != 0} + int{lowers != 0} + int{others != 0};
  }
};

Classes classes_of(std::string_view value) {
  Classes classes;
  bool digit_before = !value.empty() && is_digit(value.front());
  for (const char c : value) {
    const bool digit = is_digit(c);
    classes.digits += digit ? 1U : 0U;
    classes.uppers += is_upper(c) ? 1U : 0U;
    classes.lowers += is_lower(c) ? 1U : 0U;
    classes.others += is_word(c) ? 0U : 1U;
    classes.changes += digit != digit_before ? 1U : 0U;
    digit_before = digit;
  }
  return classes;
}

// Drawn at random, as far as the characters tell: words, paths, versions and dates are not.
bool looks_drawn(std::string_view value, bool quoted) {
  constexpr std::size_t kShortest = 20;
  if (value.size() < kShortest) return false;
  if (std::ranges::any_of(value, [](char c) { return c <= ' ' || c > '~'; })) return false;
  const Classes classes = classes_of(value);
  const bool hex = std::ranges::all_of(value, is_hex_digit);
  if (hex) return value.size() >= 32 && classes.changes >= 8 && entropy_of(value) > 3.0;
  if (classes.digits < 2 || classes.changes < 4) return false;
  if (classes.others * 4 > value.size()) return false;  // a template or a path
  return classes.kinds() >= (quoted ? 2 : 3) && entropy_of(value) > (quoted ? 3.5 : 3.7);
}

// Eight, four, four, four and twelve hex digits: the name of something, hardly ever a secret.
bool is_uuid(std::string_view value) {
  if (value.size() != 36) return false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? value[i] != '-' : !is_hex_digit(value[i])) return false;
  }
  return true;
}

// Short, as people choose them: three kinds of characters, in quotes.
bool looks_like_password(std::string_view value) {
  if (value.size() < 8 || value.size() > 40) return false;
  if (std::ranges::any_of(value, [](char c) { return c <= ' ' || c > '~'; })) return false;
  constexpr std::string_view kCode = "(){}[]<>/\\,;:=|`\"'";
  if (value.find_first_of(kCode) != std::string_view::npos) return false;
  const Classes classes = classes_of(value);
  // "V1SecretVolume", ".models.v1_secret": one digit among letters is a name.
  const bool name_like =
      classes.digits < 2 &&
      std::ranges::all_of(value, [](char c) { return is_word(c) || c == '_' || c == '.'; });
  return classes.kinds() >= 3 && classes.digits != 0 && !name_like && entropy_of(value) > 2.7;
}

// A digest of a password is not the password.
bool is_hash(std::string_view value) {
  constexpr std::array<std::string_view, 8> kHashes = {"$2a$",   "$2b$",  "$2y$",    "$argon2",
                                                       "pbkdf2", "{SHA}", "sha256:", "sha512:"};
  return std::ranges::any_of(kHashes,
                             [&](std::string_view start) { return value.starts_with(start); });
}

}  // namespace

bool is_placeholder(std::string_view value) {
  constexpr std::array<std::string_view, 30> kWords = {
      "example",     "changeme", "change_me", "change-me",   "your",     "xxxx",
      "placeholder", "dummy",    "sample",    "redacted",    "replace",  "todo",
      "fake",        "insert",   "****",      "....",        "12345678", "abcdefgh",
      "abcd1234",    "00000000", "${",        "{{",          "$(",       "%(",
      "secrets.",    "getenv",   "environ",   "process.env", "vault:",   "deadbeef"};
  // Published keys that open nothing but local emulators.
  constexpr std::array<std::string_view, 2> kPublished = {
      "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq",
      "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw"};
  if (value.empty()) return true;
  const char first = value.front();
  if (first == '<' || first == '$' || first == '{' || first == '%' || first == '[') return true;
  return contains(lower(value), kWords) || contains(value, kPublished);
}

Candidate private_key_at(std::string_view text, std::size_t at) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  constexpr std::array<std::string_view, 6> kLabels = {
      "PRIVATE KEY-----",     "RSA PRIVATE KEY-----",     "EC PRIVATE KEY-----",
      "DSA PRIVATE KEY-----", "OPENSSH PRIVATE KEY-----", "PGP PRIVATE KEY BLOCK-----"};
  constexpr std::string_view kEncrypted = "ENCRYPTED PRIVATE KEY-----";
  const auto rest = text.substr(at);
  if (!rest.starts_with(kBegin)) return {};
  const auto label = rest.substr(kBegin.size());
  const auto known = std::ranges::find_if(
      kLabels, [&](std::string_view known_label) { return label.starts_with(known_label); });
  const bool locked = label.starts_with(kEncrypted);
  if (known == kLabels.end() && !locked) return {};
  const std::size_t size = kBegin.size() + (locked ? kEncrypted.size() : known->size());
  const std::string body = key_body(text, at + size);
  const bool pgp = !locked && known->starts_with("PGP");
  const bool openssh = !locked && known->starts_with("OPENSSH");
  // DER begins with a SEQUENCE, whose base 64 begins with M; OpenSSH with its own name.
  const bool fits = pgp       ? body.size() >= 40
                    : openssh ? body.starts_with("b3BlbnNzaC1rZXk")
                              : body.starts_with("M") && body.size() >= 40;
  if (!fits || is_placeholder(body) || entropy_of(body) < 3.5) return {};
  const bool sealed = locked || rest.substr(size, 200).find("ENCRYPTED") != std::string_view::npos;
  return Secret{.begin = at,
                .end = at + size,
                .name = sealed ? "private key under a passphrase" : "private key",
                .known = !sealed};
}

Candidate url_password_at(std::string_view text, std::size_t at) {
  constexpr std::size_t kReach = 200;
  if (at == 0 || text[at - 1] != ':' || !text.substr(at).starts_with("//")) return {};
  std::size_t scheme = at - 1;
  while (scheme > 0 && at - scheme < 24 && (is_word(text[scheme - 1]) || text[scheme - 1] == '+')) {
    --scheme;
  }
  const auto reach = text.substr(at + 2, kReach);
  const auto stop = reach.find_first_of(" \t\r\n\"'`/?#<>|,;)(]\\");
  const auto authority = reach.substr(0, stop);
  const auto sign = authority.rfind('@');
  const auto colon = authority.find(':');
  if (sign == std::string_view::npos || colon == std::string_view::npos || colon > sign) return {};
  const auto password = authority.substr(colon + 1, sign - colon - 1);
  if (password.size() < 6 || is_placeholder(password) || is_stock_password(password)) return {};
  if (password.find_first_of("${}*[") != std::string_view::npos) return {};
  const auto name = lower(text.substr(scheme, at - 1 - scheme));
  const bool local = is_local(authority.substr(sign + 1));
  const Classes classes = classes_of(password);
  const bool plain = classes.kinds() < 2;  // "password1" has two, "mypassword" one
  if (local && (plain || password.size() < 12)) return {};
  if (!is_store_scheme(name) && (plain || local || password.size() < 12)) return {};
  return Secret{.begin = at + 2 + colon + 1,
                .end = at + 2 + sign,
                .name = "password in a connection URL",
                .known = is_store_scheme(name) && !local && !plain};
}

Candidate azure_client_secret_at(std::string_view text, std::size_t at) {
  constexpr std::size_t kBefore = 4;  // three characters and a digit
  const auto belongs = [](char c) {
    return is_word(c) || c == '_' || c == '~' || c == '.' || c == '-';
  };
  if (at < kBefore || !text.substr(at).starts_with("Q~") || !is_digit(text[at - 1])) return {};
  const std::size_t begin = at - kBefore;
  if (!std::all_of(text.begin() + static_cast<std::ptrdiff_t>(begin),
                   text.begin() + static_cast<std::ptrdiff_t>(at), belongs)) {
    return {};
  }
  if (begin > 0 && belongs(text[begin - 1])) return {};
  const std::size_t end = run_of(text, at + 2, belongs, 40);
  const std::size_t body = end - at - 2;
  if (body < 31 || body > 34) return {};
  return Secret{.begin = begin, .end = end, .name = "Azure client secret", .known = true};
}

Candidate web_token_at(std::string_view text, std::size_t at) {
  constexpr std::size_t kPart = 4096;
  if (!text.substr(at).starts_with("eyJ") || (at > 0 && is_base64url(text[at - 1]))) return {};
  const std::size_t header = run_of(text, at, is_base64url, kPart);
  if (header >= text.size() || text[header] != '.') return {};
  const std::size_t claims = run_of(text, header + 1, is_base64url, kPart);
  if (claims >= text.size() || text[claims] != '.') return {};
  const std::size_t end = run_of(text, claims + 1, is_base64url, kPart);
  const auto body = text.substr(header + 1, claims - header - 1);
  // The payload of the example that every tutorial shows: {"sub":"1234567890", …
  const bool tutorial = body.starts_with("eyJzdWIiOiIxMjM0NTY3ODkw");
  if (!body.starts_with("eyJ") || tutorial || end - claims - 1 < 22) return {};
  return Secret{.begin = at, .end = end, .name = "signed web token (JWT)", .known = false};
}

Candidate assignment_at(std::string_view text, std::size_t at) {
  const auto name = name_before(text, at);
  const auto says = meaning_of(name);
  if (says == NameSays::nothing) return {};
  const auto found = value_after(text, at);
  const auto value = text.substr(found.begin, found.end - found.begin);
  if (value.empty() || is_placeholder(value) || is_hash(value) || is_uuid(value)) return {};
  // Two formats that only their name tells apart from other base 64.
  const bool aws = name.ends_with("secret_access_key") || name.ends_with("secretaccesskey");
  if (aws && value.size() == 40 && std::ranges::all_of(value, is_base64) &&
      entropy_of(value) > 4.0) {
    return Secret{
        .begin = found.begin, .end = found.end, .name = "AWS secret access key", .known = true};
  }
  if ((name == "accountkey" || name.ends_with("account_key")) && value.size() == 88 &&
      value.ends_with("==")) {
    return Secret{
        .begin = found.begin, .end = found.end, .name = "Azure storage account key", .known = true};
  }
  if (looks_drawn(value, found.quoted) ||
      (says == NameSays::password && found.quoted && looks_like_password(value))) {
    return Secret{.begin = found.begin,
                  .end = found.end,
                  .name = says == NameSays::password ? "password or secret" : "key or token",
                  .known = false};
  }
  return {};
}

}  // namespace cupel::detect
