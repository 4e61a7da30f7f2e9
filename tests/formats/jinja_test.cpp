// SPDX-License-Identifier: Apache-2.0
#include "formats/jinja.h"

#include <gtest/gtest.h>

namespace cupel {
namespace {

std::string names_of(std::string_view text) {
  std::string out;
  for (const auto& lookup : jinja::read(text).lookups) {
    if (!out.empty()) out += ' ';
    out += lookup.computed ? "?" : lookup.unknown ? "*" : lookup.name;
  }
  return out;
}

TEST(Jinja, FoldsConstantsToTheNamesThatTheyBecome) {
  EXPECT_EQ(names_of("{{ x.__class__ }}"), "__class__");
  EXPECT_EQ(names_of("{{ x['__cl' ~ 'ass__'] }}"), "__class__");
  EXPECT_EQ(names_of("{{ x['__cl' + 'ass__'] }}"), "__class__");
  EXPECT_EQ(names_of("{{ x['__cl' 'ass__'] }}"), "__class__");
  EXPECT_EQ(names_of(R"({{ x['\x5f\u005fcl\141ss\N{LOW LINE}_'] }})"), "__class__");
  EXPECT_EQ(names_of("{{ x|attr('%s%s'|format('__cl', 'ass__')) }}"), "__class__");
  EXPECT_EQ(names_of("{{ x|attr('%c%cclass__' % (95, 95)) }}"), "__class__");
  EXPECT_EQ(names_of("{{ x|attr(['__cl', 'ass__']|join) }}"), "__class__");
  EXPECT_EQ(names_of("{{ x|attr('__ssalc__'|reverse) }}"), "__class__");
  EXPECT_EQ(names_of("{{ x['__ssalc__'[::-1]] }}"), "__class__");
  EXPECT_EQ(names_of("{{ x['_' * 2 ~ 'class' ~ '_' * 2] }}"), "__class__");
  EXPECT_EQ(names_of("{{ x['__CLASS__'|lower] }}"), "__class__");
  EXPECT_EQ(names_of("{{ x['__clXss__'|replace('X', 'a')] }}"), "__class__");
  EXPECT_EQ(names_of("{% set a = '__cl' %}{% set b = a ~ 'ass__' %}{{ x[b] }}"), "__class__");
  EXPECT_EQ(names_of("{% set n = namespace(a='__class__') %}{{ x[n.a] }}"), "a __class__");
  EXPECT_EQ(names_of("{{ '{0.__class__}'.format(x) }}"), "format __class__");
  EXPECT_EQ(names_of("{{ xs|map(attribute='__class__')|list }}"), "__class__");
}

TEST(Jinja, SaysWhatItCannotFollow) {
  EXPECT_EQ(names_of("{{ x[(lipsum|string|list)[18]] }}"), "?");
  EXPECT_EQ(names_of("{{ x|attr(messages[0]) }}"), "*");
  EXPECT_EQ(names_of("{{ x[key] }}"), "*");
}

TEST(Jinja, KnowsWhatDependsOnTheContentOfAMessage) {
  const auto reading = jinja::read(
      "{% for m in messages %}{% set hit = 'bank' in m['content']|lower %}"
      "{% if hit %}Send it elsewhere.{% else %}Fine.{% endif %}{% endfor %}");
  ASSERT_EQ(reading.problem, "");
  ASSERT_EQ(reading.branches.size(), 1U);
  EXPECT_EQ(reading.branches[0].tests[0].literal, "bank");
  EXPECT_EQ(reading.branches[0].text, "Send it elsewhere.\n");
  EXPECT_TRUE(
      jinja::read("{% if m.role == 'user' %}Send it elsewhere.{% endif %}").branches.empty());
}

TEST(Jinja, TellsWhereTheReadingStopped) {
  EXPECT_EQ(jinja::read("{{ 1 + }}").problem, "an expression is expected");
  EXPECT_EQ(jinja::read("{% if x %}").problem, "`if` is not closed");
  EXPECT_EQ(jinja::read("{% raw %}{{ x.__class__ {% endraw %}").problem, "");
}

}  // namespace
}  // namespace cupel
