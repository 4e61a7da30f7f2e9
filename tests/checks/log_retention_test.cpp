// SPDX-License-Identifier: Apache-2.0
#include "workbench.h"

namespace cupel {

extern const Check kLogRetention;

namespace {

using test::told;
using test::Workbench;
using Told = std::vector<std::string>;

// What is told of one configuration file where 400 days are declared.
Told with_config(std::string_view path, std::string_view text) {
  Workbench desk;
  desk.file(path, text, AssetKind::configuration);
  desk.claim("5.4.2-1", {}, Json::object({{"retention", "400 days"}}));
  return told(desk.run(kLogRetention));
}

TEST(LogRetention, AcceptsWhatIsAtLeastDeclared) {
  EXPECT_EQ(with_config("app.yaml", "logging: {enabled: true, retention_days: 400}\n"), Told{});
  EXPECT_EQ(with_config("logrotate.conf", "/var/log/x {\n  weekly\n  rotate 60\n}\n"), Told{});
  EXPECT_EQ(with_config("loki.yaml", "limits_config:\n  retention_period: 9600h\n"), Told{});
}

TEST(LogRetention, TellsWhatIsKeptShorter) {
  EXPECT_EQ(with_config("app.yaml", "logging:\n  retention: 90 days\n"),
            Told{"LOG001: logs are kept 90 days, but 400 are declared"});
  EXPECT_EQ(with_config("x.conf", "daily\nrotate 400\nmaxage 30\n"),
            Told{"LOG001: logs are kept 30 days, but 400 are declared"});
  EXPECT_EQ(with_config("journald.conf", "[Journal]\nMaxRetentionSec=14d\n"),
            Told{"LOG001: logs are kept 14 days, but 400 are declared"});
}

TEST(LogRetention, TellsLoggingThatIsSwitchedOff) {
  const Told none = {"LOG003: no configuration says how long logs are kept"};
  const auto off = [&](std::string_view path, std::string_view text) {
    return with_config(path, text).size() == 2;
  };
  EXPECT_TRUE(off("app.yaml", "logging:\n  enabled: false\n"));
  EXPECT_TRUE(off("nginx.conf", "server {\n  access_log off;\n}\n"));
  EXPECT_TRUE(off(".env", "LOG_LEVEL=OFF\n"));
  EXPECT_TRUE(off("app.json", R"({"disable_logging": true})"));
  EXPECT_EQ(with_config("app.yaml", "debug: false\nlogging:\n  enabled: true\n"), none);
  EXPECT_EQ(with_config("gunicorn.conf", "access_log -\nlog_level info\n"), none);
}

TEST(LogRetention, LeavesOtherRetentionsAlone) {
  EXPECT_EQ(
      with_config("app.yaml", "backup:\n  retention_days: 7\nlogging:\n  retention: 1 year\n"),
      Told{"LOG001: logs are kept 365 days, but 400 are declared"});
}

TEST(LogRetention, DoesNotTakeACatalogForALog) {
  EXPECT_EQ(with_config("catalog.yaml", "catalog:\n  retention_days: 7\n"),
            Told{"LOG003: no configuration says how long logs are kept"});
}

TEST(LogRetention, CannotCompareWithoutAPromise) {
  Workbench desk;
  desk.file("app.yaml", "log_retention: 90 days\n", AssetKind::configuration);
  const auto seen = desk.run(kLogRetention);
  EXPECT_EQ(told(seen), Told{});
  EXPECT_EQ(seen[0].coverage.shortfall, "`5.4.2-1`: no retention is declared for 5.4.2-1");
}

TEST(LogRetention, SaysThatNothingWasFound) {
  Workbench desk;
  EXPECT_EQ(told(desk.run(kLogRetention)),
            Told{"LOG003: no configuration says how long logs are kept"});
}

}  // namespace
}  // namespace cupel
