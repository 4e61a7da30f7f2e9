// SPDX-License-Identifier: Apache-2.0
// liveness: after a disposal nothing may answer where the asset was served, and no key that was its
// own may count any more.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/json.h"
#include "retire/plan.h"
#include "vocab/system.h"

namespace cupel::retire {

enum class Life { dead, alive, unknown };
[[nodiscard]] std::string_view to_text(Life life);

struct Liveness {
  std::string name;
  std::string where = {};  // the URL; empty for keys
  Life life = Life::unknown;
  std::string why;  // "404 Not Found", "connection refused"
};
[[nodiscard]] Json to_json(const Liveness& liveness);

// What an answer says: 404 and 410 that nothing is there; what succeeds, redirects, asks who we are
// or refuses us that something is. An error of the server says neither. Pure.
[[nodiscard]] Life life_from_status(unsigned status);

// Asks the endpoint once. A refused connection is dead; a time-out and a name that is not found say
// nothing. There is no TLS here: of https only whether somebody listens can be told.
[[nodiscard]] Liveness ask_endpoint(const NamedUrl& endpoint, std::chrono::milliseconds time);

// `key` is a person of the roster, or a public key (base64): alive while the roster has it. Pure.
[[nodiscard]] Liveness look_for_key(std::string_view key, const System& system);

}  // namespace cupel::retire
