// SPDX-License-Identifier: Apache-2.0
// security_txt: the file in which an organisation says how to report a vulnerability (RFC 9116).
//
// Pure; every input has a reading. Problems are what the RFC says must not be: they come with
// the line. Whether `Expires` has passed is for whoever knows the time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace cupel::security_txt {

struct Field {
  std::string name;  // lower case
  std::string value;
  std::uint32_t line = 0;
};

struct Problem {
  std::string what;  // "there is no `Contact:` field"
  std::uint32_t line = 1;
};

struct Reading {
  std::vector<Field> fields;
  std::vector<std::string> contacts;  // URIs, in the order of preference
  std::optional<Timestamp> expires;
  std::uint32_t expires_line = 0;
  std::vector<std::string> policies;
  bool is_signed = false;  // an OpenPGP cleartext signature stands around it; it is not verified
  std::vector<Problem> problems;
};

[[nodiscard]] Reading read(std::string_view text);

}  // namespace cupel::security_txt
