// SPDX-License-Identifier: Apache-2.0
// Tokens that carry their provider's prefix.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "base/text.h"
#include "detect/secret_rules.h"

namespace cupel::detect {
namespace {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
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

bool belongs(char c, Alphabet alphabet) {
  switch (alphabet) {
    case Alphabet::base62:
      return is_word(c);
    case Alphabet::base64url:
      return is_word(c) || c == '-' || c == '_';
    case Alphabet::hex:
      return is_digit(c) || (c >= 'a' && c <= 'f');
    case Alphabet::letters:
      return is_upper(c) || is_lower(c);
    case Alphabet::base32:
      return is_upper(c) || (c >= '2' && c <= '7');
  }
  return false;
}

constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value & 1U) != 0 ? 0xedb88320U ^ (value >> 1U) : value >> 1U;
    }
    table[i] = value;
  }
  return table;
}();

// OpenAI puts its own name, base 64, into the middle of each key.
bool has_openai_mark(std::string_view body) {
  return body.find("T3BlbkFJ") != std::string_view::npos;
}

bool ends_in_aa(std::string_view body) {
  return body.ends_with("AA");
}

// "22 characters _ 59 characters".
bool is_fine_grained(std::string_view body) {
  return body.size() == 82 && body[22] == '_' && body.find('-') == std::string_view::npos &&
         body.find('_', 23) == std::string_view::npos;
}

// Two numbers, then the secret: "123456789012-123456789012-abc…".
bool is_slack_bot(std::string_view body) {
  const auto parts = split(body, '-');
  return parts.size() >= 3 && parts.back().size() >= 24 &&
         std::all_of(parts.begin(), parts.end() - 1,
                     [](std::string_view part) {
                       return part.size() >= 8 && std::ranges::all_of(part, is_digit);
                     }) &&
         std::ranges::all_of(parts.back(), is_word);
}

// "T…/B…/secret".
bool is_slack_hook(std::string_view body) {
  return body.size() >= 40;
}

// A word of letters alone is a name; a drawn one has both cases all over.
bool is_drawn(std::string_view body) {
  const auto uppers = std::ranges::count_if(body, is_upper);
  const auto lowers = std::ranges::count_if(body, is_lower);
  return uppers >= 6 && lowers >= 6;
}

constexpr std::array kRules = {
    TokenRule{"AKIA", "AWS access key id", Alphabet::base32, 16, 16},
    TokenRule{"ASIA", "AWS temporary access key id", Alphabet::base32, 16, 16},
    TokenRule{"ghp_", "GitHub personal access token", Alphabet::base62, 36, 36, has_crc32_tail},
    TokenRule{"gho_", "GitHub OAuth token", Alphabet::base62, 36, 36, has_crc32_tail},
    TokenRule{"ghu_", "GitHub user token", Alphabet::base62, 36, 36, has_crc32_tail},
    TokenRule{"ghs_", "GitHub server token", Alphabet::base62, 36, 36, has_crc32_tail},
    TokenRule{"ghr_", "GitHub refresh token", Alphabet::base62, 36, 76, has_crc32_tail},
    TokenRule{"github_pat_", "GitHub fine-grained token", Alphabet::base64url, 82, 82,
              is_fine_grained},
    TokenRule{"glpat-", "GitLab personal access token", Alphabet::base64url, 20, 64},
    TokenRule{"xoxb-", "Slack bot token", Alphabet::base64url, 40, 120, is_slack_bot},
    TokenRule{"xoxp-", "Slack user token", Alphabet::base64url, 40, 120, is_slack_bot},
    TokenRule{"xoxa-", "Slack app token", Alphabet::base64url, 40, 120, is_slack_bot},
    TokenRule{"hooks.slack.com/services/T", "Slack webhook", Alphabet::base62, 40, 60,
              is_slack_hook},
    TokenRule{"sk_live_", "Stripe secret key", Alphabet::base62, 24, 247},
    TokenRule{"rk_live_", "Stripe restricted key", Alphabet::base62, 24, 247},
    TokenRule{"sk-ant-api03-", "Anthropic API key", Alphabet::base64url, 95, 95, ends_in_aa},
    TokenRule{"sk-ant-admin01-", "Anthropic admin key", Alphabet::base64url, 95, 95, ends_in_aa},
    TokenRule{"sk-", "OpenAI API key", Alphabet::base64url, 48, 200, has_openai_mark},
    TokenRule{"AIza", "Google API key", Alphabet::base64url, 35, 35},
    TokenRule{"GOCSPX-", "Google OAuth client secret", Alphabet::base64url, 28, 28},
    TokenRule{"hf_", "Hugging Face token", Alphabet::letters, 34, 34, is_drawn},
    TokenRule{"npm_", "npm access token", Alphabet::base62, 36, 36, has_crc32_tail},
    TokenRule{"pypi-AgEIcHlwaS5vcmc", "PyPI API token", Alphabet::base64url, 50, 1000},
    TokenRule{"pypi-AgENdGVzdC5weXBpLm9yZw", "TestPyPI API token", Alphabet::base64url, 50, 1000},
    TokenRule{"dop_v1_", "DigitalOcean token", Alphabet::hex, 64, 64},
    TokenRule{"gsk_", "Groq API key", Alphabet::base62, 52, 52, is_drawn},
    TokenRule{"xai-", "xAI API key", Alphabet::base62, 80, 80, is_drawn},
    TokenRule{"r8_", "Replicate API token", Alphabet::base62, 37, 37, is_drawn},
    TokenRule{"hvs.", "HashiCorp Vault token", Alphabet::base64url, 90, 130},
};

// A token stands alone: nothing of its alphabet may touch it. Base 64 text is not a token.
bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) {
  // The n of "\n", as JSON writes a line end, is no part of a word.
  const bool escaped = begin > 1 && text[begin - 2] == '\\';
  if (begin > 0 && !escaped) {
    const char before = text[begin - 1];
    if (is_word(before) || before == '_' || before == '-' || before == '+') return false;
  }
  if (end < text.size()) {
    const char after = text[end];
    if (is_word(after) || after == '_' || after == '+') return false;
  }
  return true;
}

// The hook's body has its own grammar: letters, digits and two slashes.
std::size_t body_end(std::string_view text, std::size_t from, const TokenRule& rule) {
  const bool path = rule.prefix.ends_with("/T");
  std::size_t end = from;
  while (end < text.size() && end - from <= rule.most &&
         (belongs(text[end], rule.alphabet) || (path && text[end] == '/'))) {
    ++end;
  }
  return end;
}

// The key of a Firebase web configuration names a project to a browser and is published with
// it (Firebase, "Learn about using and managing API keys"). It opens more only where somebody
// let it: worth a look, no proof of anything.
bool is_of_a_web_page(const TokenRule& rule, std::string_view text, std::size_t at,
                      std::size_t end) {
  constexpr std::size_t kNear = 400;
  if (rule.prefix != "AIza") return false;
  const std::size_t from = at - std::min(at, kNear);
  const auto around = text.substr(from, end - from + kNear);
  return around.find("authDomain") != std::string_view::npos ||
         around.find(".firebaseapp.com") != std::string_view::npos;
}

}  // namespace

std::span<const TokenRule> token_rules() {
  return kRules;
}

bool has_crc32_tail(std::string_view body) {
  constexpr std::string_view kBase62 =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  constexpr std::size_t kTail = 6;
  if (body.size() <= kTail) return false;
  std::uint32_t crc = ~0U;
  for (const char c : body.substr(0, body.size() - kTail)) {
    crc = kCrcTable[(crc ^ static_cast<unsigned char>(c)) & 0xffU] ^ (crc >> 8U);
  }
  crc = ~crc;
  for (std::size_t i = 0; i < kTail; ++i) {
    if (body[body.size() - 1 - i] != kBase62[crc % 62]) return false;
    crc /= 62;
  }
  return true;
}

double entropy_of(std::string_view text) {
  std::array<std::uint32_t, 256> counts{};
  for (const char c : text) ++counts[static_cast<unsigned char>(c)];
  double bits = 0;
  for (const auto count : counts) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / static_cast<double>(text.size());
    bits -= share * std::log2(share);
  }
  return bits;
}

Candidate token_at(std::string_view text, std::size_t at) {
  const auto rest = text.substr(at);
  for (const auto& rule : kRules) {
    if (!rest.starts_with(rule.prefix)) continue;
    const std::size_t from = at + rule.prefix.size();
    const std::size_t end = body_end(text, from, rule);
    const auto body = text.substr(from, end - from);
    if (body.size() < rule.least || body.size() > rule.most || !stands_alone(text, at, end)) {
      continue;
    }
    if (rule.valid != nullptr && !rule.valid(body)) continue;
    constexpr double kDull = 2.5;  // "xxxxxxxx", "00000000", "abcabcabc"
    if (is_placeholder(body) || entropy_of(body) < kDull) continue;
    if (is_of_a_web_page(rule, text, at, end)) {
      return Secret{.begin = at, .end = end, .name = "Google API key of a web page"};
    }
    return Secret{.begin = at, .end = end, .name = rule.name, .known = true};
  }
  return {};
}

}  // namespace cupel::detect
