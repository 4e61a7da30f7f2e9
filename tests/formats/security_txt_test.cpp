// SPDX-License-Identifier: Apache-2.0
#include "formats/security_txt.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace cupel::security_txt {
namespace {

std::vector<std::string> problems(std::string_view text) {
  std::vector<std::string> out;
  for (const auto& problem : read(text).problems)
    out.push_back(cat(problem.line, ": ", problem.what));
  return out;
}
using Problems = std::vector<std::string>;

TEST(SecurityTxt, ReadsTheExampleOfTheRfcInSpirit) {
  const auto reading = read(
      "# Our security address\r\nContact: mailto:security@example.com\r\n"
      "contact: https://example.com/security-contact.html\r\n"
      "Expires: 2027-10-31T23:59:59.000Z\r\nPolicy: https://example.com/policy.html\r\n\r\n"
      "Preferred-Languages: en, es\r\nX-Future: anything\r\n");
  EXPECT_TRUE(reading.problems.empty());
  EXPECT_EQ(reading.contacts.size(), 2U);
  EXPECT_EQ(to_date(reading.expires.value()), "2027-10-31");
  EXPECT_EQ(reading.policies.size(), 1U);
  EXPECT_FALSE(reading.is_signed);
}

TEST(SecurityTxt, LooksInsideACleartextSignature) {
  const auto reading = read(
      "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nContact: tel:+1-201-555-0123\n"
      "- Expires: 2027-01-01T00:00:00Z\n-----BEGIN PGP SIGNATURE-----\n\nabc\n"
      "-----END PGP SIGNATURE-----\n");
  EXPECT_TRUE(reading.is_signed);
  EXPECT_TRUE(reading.problems.empty());
  EXPECT_TRUE(reading.expires.has_value());
}

TEST(SecurityTxt, MissesWhatTheRfcRequires) {
  EXPECT_EQ(problems(""),
            (Problems{"1: there is no `Contact:` field", "1: there is no `Expires:` field"}));
}

TEST(SecurityTxt, TellsWhatMustNotBe) {
  EXPECT_EQ(problems("Contact: security@example.com\n"
                     "Contact: http://example.com\n"
                     "Expires: 2027-10-31\n"
                     "Expires: 2027-10-31T00:00:00Z\n"
                     "just words\n"
                     "Preferred-Languages: en\n"
                     "Preferred-Languages: de\n"),
            (Problems{"1: the contact is no mailto:, tel: or https: address",
                      "2: the contact is no mailto:, tel: or https: address",
                      "3: `Expires:` is not a date and time like 2027-10-31T00:00:00Z",
                      "4: `Expires:` stands twice",
                      "5: this line is neither a field, nor a comment, nor blank",
                      "7: `Preferred-Languages:` stands twice"}));
}

}  // namespace
}  // namespace cupel::security_txt
