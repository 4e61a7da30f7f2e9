// SPDX-License-Identifier: Apache-2.0
#include "detect/secrets.h"

#include <algorithm>

#include "base/text.h"
#include "detect/pair_scan.h"
#include "detect/secret_rules.h"

namespace cupel {
namespace {

using detect::Candidate;
using detect::PairScan;

// The two-byte beginnings at which some rule wants to be asked.
PairScan beginnings(bool generic) {
  PairScan scan;
  const auto add = [&scan](std::string_view start) {
    scan.add(static_cast<unsigned char>(start[0]), static_cast<unsigned char>(start[1]));
  };
  for (const auto& rule : detect::token_rules()) add(rule.prefix);
  for (const std::string_view start : {"--", "//", "Q~"}) add(start);
  if (generic) {
    add("ey");
    scan.add_first('=');
    scan.add_first(':');
  }
  return scan;
}

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
  static const PairScan of_text = beginnings(true);
  static const PairScan of_binary = beginnings(false);
  const PairScan& scan = options.generic ? of_text : of_binary;
  SecretReading reading;
  for (std::size_t at = scan.next(text, 0); at < text.size(); at = scan.next(text, at)) {
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
