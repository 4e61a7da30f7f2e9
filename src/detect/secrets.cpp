// SPDX-License-Identifier: Apache-2.0
#include "detect/secrets.h"

#include <algorithm>
#include <bitset>

#include "base/text.h"
#include "detect/secret_rules.h"

namespace cupel {
namespace {

using detect::Candidate;

constexpr std::size_t pair_at(unsigned char first, unsigned char second) {
  return static_cast<std::size_t>(first) << 8U | second;
}

// The two-byte beginnings at which some rule wants to be asked.
class Prefilter {
 public:
  Prefilter() {
    for (const auto& rule : detect::token_rules()) {
      const auto prefix = rule.prefix;
      pairs_.set(
          pair_at(static_cast<unsigned char>(prefix[0]), static_cast<unsigned char>(prefix[1])));
    }
    for (const std::string_view start : {"--", "ey", "//", "Q~"}) {
      pairs_.set(
          pair_at(static_cast<unsigned char>(start[0]), static_cast<unsigned char>(start[1])));
    }
    for (unsigned second = 0; second < 256; ++second) {
      pairs_.set(pair_at('=', static_cast<unsigned char>(second)));
      pairs_.set(pair_at(':', static_cast<unsigned char>(second)));
    }
  }
  [[nodiscard]] bool interesting(unsigned char first, unsigned char second) const {
    return pairs_[pair_at(first, second)];
  }

 private:
  std::bitset<65536> pairs_;
};

Candidate ask(std::string_view text, std::size_t at, const SecretOptions& options) {
  switch (text[at]) {
    case '-':
      return detect::private_key_at(text, at);
    case '/':
      return detect::url_password_at(text, at);
    case '=':
    case ':':
      return options.generic ? detect::assignment_at(text, at) : Candidate{};
    case 'Q':
      return detect::azure_client_secret_at(text, at);
    default:
      break;
  }
  if (auto token = detect::token_at(text, at)) return token;
  return options.generic ? detect::web_token_at(text, at) : Candidate{};
}

// A value that the generic rule reports is reported under its own name when it has one.
void add(std::vector<Secret>& secrets, const Secret& found) {
  while (!secrets.empty() && secrets.back().end > found.begin) {
    if (secrets.back().known || !found.known) return;
    secrets.pop_back();
  }
  secrets.push_back(found);
}

}  // namespace

SecretReading find_secrets(std::string_view text, const SecretOptions& options) {
  static const Prefilter kPrefilter;
  SecretReading reading;
  std::size_t at = 0;
  while (at + 1 < text.size()) {
    if (!kPrefilter.interesting(static_cast<unsigned char>(text[at]),
                                static_cast<unsigned char>(text[at + 1]))) {
      ++at;
      continue;
    }
    const auto found = ask(text, at, options);
    if (!found) {
      ++at;
      continue;
    }
    if (reading.secrets.size() >= options.findings) {
      reading.examined = at;
      return reading;
    }
    add(reading.secrets, *found);
    // The value of an assignment is read again: it may be a token of a known provider.
    at = found->known ? std::max(at + 1, found->end) : at + 1;
  }
  reading.examined = text.size();
  return reading;
}

std::string redacted(std::string_view secret) {
  const std::size_t shown = std::min<std::size_t>(4, secret.size() / 4);
  return cat(printable(secret.substr(0, shown)), "… (", secret.size(), " characters)");
}

}  // namespace cupel
