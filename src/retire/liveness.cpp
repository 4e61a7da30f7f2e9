// SPDX-License-Identifier: Apache-2.0
#include "retire/liveness.h"

#include <algorithm>

#include "base/text.h"
#include "net/client.h"

namespace cupel::retire {
namespace {

constexpr std::string_view kTls = "https://";

// Where a server of https would listen, as an address that we can connect to.
std::string plain_url(std::string_view url) {
  const auto rest = url.substr(kTls.size());
  const auto authority = rest.substr(0, rest.find('/'));
  const auto path = rest.substr(authority.size());
  const auto colon = authority.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
  return cat("http://", authority, has_port ? "" : ":443", path);
}

}  // namespace

std::string_view to_text(Life life) {
  switch (life) {
    case Life::dead:
      return "dead";
    case Life::alive:
      return "alive";
    case Life::unknown:
      break;
  }
  return "unknown";
}

Json to_json(const Liveness& liveness) {
  return Json::object({{"name", liveness.name},
                       {"where", liveness.where},
                       {"state", to_text(liveness.life)},
                       {"why", liveness.why}});
}

Life life_from_status(unsigned status) {
  if (status == 404 || status == 410) return Life::dead;
  return status < 500 ? Life::alive : Life::unknown;
}

Liveness ask_endpoint(const NamedUrl& endpoint, std::chrono::milliseconds time) {
  Liveness found{.name = endpoint.name, .where = endpoint.url, .why = {}};
  const bool tls = endpoint.url.starts_with(kTls);
  // What stands behind the path goes into the request; a fragment never leaves us.
  const std::string_view whole = std::string_view(endpoint.url).substr(0, endpoint.url.find('#'));
  const auto path = whole.substr(0, whole.find('?'));
  const auto query = whole.substr(path.size());
  const auto url = net::parse_url(tls ? plain_url(path) : std::string(path));
  if (!url.ok() || !std::ranges::all_of(query, [](char c) { return c > ' ' && c <= '~'; })) {
    found.why = url.ok() ? "it is no address of a server" : url.error().what;
    return found;
  }
  net::Client client(url.value(), {.time = time});
  net::Request request;
  request.target = cat(url.value().prefix.empty() ? "/" : "", query);
  request.keep_alive = false;
  const auto answer = client.ask(request);
  if (!answer.ok()) {
    if (answer.error().fault == Fault::missing) found.life = Life::dead;
    found.why = answer.error().what;
    return found;
  }
  const unsigned status = answer.value().status;
  found.life = tls ? Life::unknown : life_from_status(status);
  found.why = tls ? std::string("somebody listens, and https cannot be asked from here")
                  : cat(status, " ", net::reason_of(status));
  return found;
}

Liveness look_for_key(std::string_view key, const System& system) {
  Liveness found{.name = std::string(key), .life = Life::dead, .why = "not in the roster"};
  for (const auto& person : system.people) {
    const bool named = person.name == key;
    if (person.public_key.empty()) {
      if (named) found.why = "in the roster without a key";
    } else if (named || person.public_key == key) {
      found.life = Life::alive;
      found.why = cat("the roster has a key of `", printable(person.name, 100), "`");
    }
  }
  return found;
}

}  // namespace cupel::retire
