// SPDX-License-Identifier: Apache-2.0
#include "formats/package_version.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace cupel {
namespace {

// Each version is earlier than the next; every pair is compared both ways.
void expect_order(std::string_view ecosystem, const std::vector<std::string>& versions) {
  for (std::size_t i = 0; i < versions.size(); ++i) {
    for (std::size_t j = 0; j < versions.size(); ++j) {
      const auto order = compare_versions(ecosystem, versions[i], versions[j]);
      ASSERT_TRUE(order.has_value()) << versions[i] << " and " << versions[j];
      EXPECT_EQ(*order < 0, i < j) << versions[i] << " and " << versions[j];
      EXPECT_EQ(*order == 0, i == j) << versions[i] << " and " << versions[j];
    }
  }
}

bool equal(std::string_view ecosystem, std::string_view a, std::string_view b) {
  const auto order = compare_versions(ecosystem, a, b);
  return order && *order == 0;
}

// From PEP 440, "Summary of permitted suffixes and relative ordering" and its examples.
TEST(PackageVersion, OrdersPyPiAsPep440Does) {
  expect_order("PyPI", {"1.dev0",
                        "1.0.dev456",
                        "1.0a1",
                        "1.0a2.dev456",
                        "1.0a12.dev456",
                        "1.0a12",
                        "1.0b1.dev456",
                        "1.0b2",
                        "1.0b2.post345.dev456",
                        "1.0b2.post345",
                        "1.0rc1.dev456",
                        "1.0rc1",
                        "1.0",
                        "1.0+abc.5",
                        "1.0+abc.7",
                        "1.0+5",
                        "1.0.post456.dev34",
                        "1.0.post456",
                        "1.1.dev1",
                        "1.10",
                        "2!0.1"});
  EXPECT_TRUE(equal("PyPI", "1.0", "1"));
  EXPECT_TRUE(equal("PyPI", "v1.0-ALPHA.1", "1.0a1"));
  EXPECT_TRUE(equal("PyPI", "1.0-1", "1.0.post1"));
  EXPECT_TRUE(equal("PyPI", "1.0.rev4", "1.0.post4"));
  EXPECT_TRUE(equal("PyPI", "1.0preview2", "1.0c2"));
  for (const auto* const none : {"", "2004d", "french toast", "1.0+", "1..0", "1.0-", "a1"}) {
    EXPECT_FALSE(compare_versions("PyPI", none, "1.0").has_value()) << none;
  }
}

// From Semantic Versioning 2.0.0, section 11.
TEST(PackageVersion, OrdersNpmAsSemanticVersioningDoes) {
  expect_order("npm",
               {"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
                "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0"});
  EXPECT_TRUE(equal("npm", "1.0.0+build", "1.0.0"));
  EXPECT_TRUE(equal("Go", "v1.2.3", "1.2.3"));
  EXPECT_FALSE(compare_versions("npm", "latest", "1.0.0").has_value());
  EXPECT_FALSE(compare_versions("npm", "1.2.3.4", "1.0.0").has_value());
}

// From deb-version(7) and dpkg's own tests.
TEST(PackageVersion, OrdersDebianAsDpkgDoes) {
  expect_order("Debian:12", {"1.0~beta1~svn1245", "1.0~beta1", "1.0", "1.0-1", "1.0-1+b1", "1.0-2",
                             "1.0a-1", "1.0.1-1", "1.10-1", "1:0.1"});
  EXPECT_TRUE(equal("Debian", "0:1.0-1", "1.0-1"));
  EXPECT_TRUE(equal("Debian", "1.00", "1.0"));
  EXPECT_FALSE(compare_versions("Debian", "x1", "1").has_value());
}

TEST(PackageVersion, DoesNotGuessAboutOthers) {
  EXPECT_FALSE(compare_versions("Maven", "1.0", "2.0").has_value());
  EXPECT_FALSE(compare_versions("conda", "1.0", "2.0").has_value());
  EXPECT_FALSE(compare_versions("", "1.0", "1.0").has_value());
  EXPECT_FALSE(compare_versions("PyPI", std::string(1000, '1'), "1").has_value());
}

}  // namespace
}  // namespace cupel
