// SPDX-License-Identifier: Apache-2.0
// trust: whose signature counts for what.
#pragma once

#include <string>
#include <string_view>

#include "vocab/assessment.h"

namespace cupel {

// Whether the roster in force is signed by a person in it who is the owner; "" when
// it is, else the reason why it is not.
[[nodiscard]] std::string roster_problem(const Evidence& evidence, Timestamp as_of);

// The outcome of looking for a signature on one subject.
struct Signed {
  std::string by;      // empty: nobody whose word counts
  std::string reason;  // why not
};

// Who has signed `digest` for `provision`: a verified attestation that is in force, by a
// person whose role allows it and who is not `author`.
[[nodiscard]] Signed signed_by(const Evidence& evidence, const Provision& provision,
                               std::string_view digest, std::string_view author, Timestamp as_of);

// Who has signed the exclusion of a provision with exactly this reason.
[[nodiscard]] Signed exclusion_signed_by(const Evidence& evidence, const Provision& provision,
                                         std::string_view reason, Timestamp as_of);

}  // namespace cupel
