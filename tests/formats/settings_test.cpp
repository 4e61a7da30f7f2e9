// SPDX-License-Identifier: Apache-2.0
#include "formats/settings.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace cupel::settings {
namespace {

std::vector<std::string> all(std::string_view text, Syntax syntax) {
  std::vector<std::string> out;
  for (const auto& setting : read(text, syntax).settings) {
    out.push_back(cat(setting.line, " ", setting.key, "=", setting.value));
  }
  return out;
}
using All = std::vector<std::string>;

TEST(Settings, FlattenTrees) {
  EXPECT_EQ(all("logging:\n  Retention-Days: 400\n  fields: [a, b]\n", Syntax::yaml),
            (All{"2 logging.retention_days=400", "3 logging.fields=a", "3 logging.fields=b"}));
  EXPECT_EQ(all("{\"logging\": {\"enabled\": false}}", Syntax::yaml),
            All{"1 logging.enabled=false"});
}

TEST(Settings, ReadLinesOfManyDialects) {
  EXPECT_EQ(all("# c\n[Logging]\nlevel = \"off\"\n", Syntax::lines), All{"3 logging.level=off"});
  EXPECT_EQ(all("/var/log/x {\n  daily\n  rotate 7\n}\nend\n", Syntax::lines),
            (All{"2 /var/log/x.daily=", "3 /var/log/x.rotate=7", "5 end="}));
  EXPECT_EQ(all("export LOG_LEVEL=debug\naccess_log off;\n", Syntax::lines),
            (All{"1 log_level=debug", "2 access_log=off"}));
}

TEST(Settings, SayWhatTheyDoNotUnderstand) {
  EXPECT_TRUE(read("a: [1\n", Syntax::yaml).problem.starts_with("line "));
}

TEST(Settings, KnowTheSyntaxByTheName) {
  EXPECT_EQ(syntax_of("a/B.YAML"), Syntax::yaml);
  EXPECT_EQ(syntax_of("logrotate.conf"), Syntax::lines);
}

}  // namespace
}  // namespace cupel::settings
