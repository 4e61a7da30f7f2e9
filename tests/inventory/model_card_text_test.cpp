// SPDX-License-Identifier: Apache-2.0
#include "inventory/model_card_text.h"

#include <gtest/gtest.h>

namespace cupel {
namespace {

TEST(ModelCardText, NamesTheModelThatItLoadsAndIsCalled) {
  EXPECT_EQ(model_id_in("# tiny\nSentenceTransformer('org/tiny')\nfrom_pretrained(\"org/tiny\")\n"),
            "org/tiny");
  EXPECT_EQ(model_id_in("# org/Tiny\nfrom_pretrained('org/tiny')\n"), "org/tiny");
}

TEST(ModelCardText, IsSilentWhenItIsNotSure) {
  EXPECT_EQ(model_id_in("# mine\nfrom_pretrained('org/base')\n"), "") << "the model it builds on";
  EXPECT_EQ(model_id_in("# tiny\nfrom_pretrained('org/tiny')\nfrom_pretrained('org/base')\n"), "");
  EXPECT_EQ(model_id_in("# tiny\nfrom_pretrained('./tiny')\n"), "");
  EXPECT_EQ(model_id_in("# tiny\nfrom_pretrained('org/tiny"), "");
  EXPECT_EQ(model_id_in(""), "");
}

}  // namespace
}  // namespace cupel
