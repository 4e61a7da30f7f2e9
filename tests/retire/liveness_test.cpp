// SPDX-License-Identifier: Apache-2.0
#include "retire/liveness.h"

#include <gtest/gtest.h>

namespace cupel::retire {
namespace {

TEST(Liveness, AStatusSaysWhetherSomethingIsThere) {
  for (const unsigned dead : {404U, 410U}) EXPECT_EQ(life_from_status(dead), Life::dead);
  for (const unsigned alive : {200U, 204U, 301U, 401U, 403U, 405U}) {
    EXPECT_EQ(life_from_status(alive), Life::alive);
  }
  for (const unsigned unknown : {500U, 502U, 503U}) {
    EXPECT_EQ(life_from_status(unknown), Life::unknown);
  }
}

TEST(Liveness, ARefusedConnectionIsDeadWithAndWithoutTls) {
  using namespace std::chrono_literals;
  for (const char* url : {"http://127.0.0.1:1/x", "https://127.0.0.1:1/x?y"}) {
    const auto found = ask_endpoint({.name = "scoring", .url = url}, 5s);
    EXPECT_EQ(found.life, Life::dead) << found.why;
    EXPECT_EQ(found.where, url);
  }
  for (const char* url : {"ftp://example.org", "http://127.0.0.1:1/x?a b", "https://", "",
                          "http://127.0.0.1:1/x?\r\nHost: y"}) {
    const auto odd = ask_endpoint({.name = "scoring", .url = url}, 5s);
    EXPECT_EQ(odd.life, Life::unknown) << url;
    EXPECT_NE(odd.why, "") << url;
  }
}

TEST(Liveness, AKeyIsDeadWhenTheRosterHasItNoMore) {
  System system;
  system.people.push_back({.name = "Ana", .roles = {}, .public_key = "QUJD", .declared_at = {}});
  system.people.push_back({.name = "Bea", .roles = {}, .public_key = "", .declared_at = {}});
  EXPECT_EQ(look_for_key("Ana", system).life, Life::alive);
  EXPECT_EQ(look_for_key("QUJD", system).life, Life::alive);
  EXPECT_EQ(look_for_key("Bea", system).life, Life::dead);
  EXPECT_EQ(look_for_key("Carl", system).life, Life::dead);
}

}  // namespace
}  // namespace cupel::retire
