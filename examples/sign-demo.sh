#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Signs the documents of examples/fraud-detection with the demo keys, as its people would.
#
#     examples/sign-demo.sh [FOLDER]     default: examples/fraud-detection
#
# CUPEL names the program (default: the newest build in build/). Existing attestations are replaced.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
system=${1:-$here/fraud-detection}
keys=$here/keys-demo
expires=2027-11-30
: "${CUPEL:=$(ls -t "$here"/../build/*/cupel 2>/dev/null | head -n 1)}"
[ -x "$CUPEL" ] || { echo "sign-demo: no built cupel; build it or set CUPEL=/path/to/cupel" >&2; exit 2; }

# Signatures stand in attestations/; the ledger of this signing session is thrown away.
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
attest() { "$CUPEL" attest "$@" --system "$system" --state "$state" --expires "$expires" --quiet; }

# Whose word it is: nobody signs what they wrote.
sign() { # PERSON KEY DOCUMENT PROVISION...
    person=$1 key=$2 document=$3
    shift 3
    attest "$@" --document "$system/$document" --by "$person" --key "$keys/$key.pem"
}
ana()   { sign "Ana Duarte" ana-duarte "$@"; }
bea()   { sign "Bea Lind" bea-lind "$@"; }
dario() { sign "Dario Petek" dario-petek "$@"; }
femi()  { sign "Femi Okoro" femi-okoro "$@"; }

mkdir -p "$system/attestations"
rm -f "$system"/attestations/*.json

attest roster --by "Ana Duarte" --key "$keys/ana-duarte.pem"
# An exclusion is signed with its reason, as it stands in cupel.yaml.
attest 5.2.2-2 --by "Ana Duarte" --key "$keys/ana-duarte.pem"

ana   docs/training-syllabus.md             5.1.1-1 5.1.1-1.1
ana   docs/developer-training.md            5.1.1-2.2
ana   docs/business-need.md                 5.1.2-1
bea   docs/business-need.md                 5.1.2-1.1
ana   docs/component-assessment.md          5.1.2-4 5.2.3-1
ana   docs/reevaluation-fraud-model.md      5.2.3-3
ana   docs/reevaluation-preprocess.md       5.2.3-3
ana   docs/supplier-assessment.md           5.1.2-7
femi  docs/threat-model.md                  5.1.3-1 5.1.3-1.1
ana   docs/risk-register.md                 5.1.3-1.3
femi  docs/oversight-design.md              5.1.4-1 5.1.4-2
femi  docs/acceptable-use.md                5.1.4-5
ana   docs/asset-management.md              5.2.1-1 5.2.1-2
ana   docs/disaster-recovery-plan.md        5.2.1-3
ana   docs/recovery-plan.md                 5.2.1-3.1 5.2.2-5
dario releases/2.2.0/fraud.json             5.2.1-3.1
dario releases/2.2.0/preprocess.pkl         5.2.1-3.1
bea   docs/data-handling.md                 5.2.1-4 5.2.1-4.1
ana   docs/access-review.md                 5.2.2-1
ana   docs/vulnerability-disclosure-policy.md 5.2.2-4
ana   docs/incident-plan.md                 5.2.2-5
ana   docs/design-and-maintenance.md        5.2.4-1
ana   docs/model-card.md                    5.2.4-1.1 5.3.1-2.1
ana   docs/public-data-record.md           5.2.4-2 5.2.4-2.1
femi  docs/changes/2026-09-14-decline-threshold.md 5.2.4-3
ana   docs/data-use-notice.md               5.3.1-1
ana   docs/user-guide.md                    5.3.1-2 5.3.1-2.1
femi  docs/patch-policy.md                  5.4.1-1 5.4.1-1.1
ana   docs/log-policy.md                    5.4.2-1

# How the models were made, and where a public list was collected (docs/records.md).
record() { "$CUPEL" record "$@" --system "$system" --state "$state" --quiet >/dev/null; }
for model in fraud-model preprocess; do
    record build "$model" --operation train --entry-point train/train.py --seed 230 \
        --begun 2026-07-03T06:30:00Z --finished 2026-07-03T06:30:15Z \
        --invocation "train.py --version 2.3.0" --by "Carl Moss" --key "$keys/carl-moss.pem"
done
record collection merchant-categories --method "by hand over HTTPS, cut down to the rows that are used" \
    --by "Bea Lind" --key "$keys/bea-lind.pem"

# Left out on purpose: docs/data-use-approval.md (5.1.2-5), which Bea Lind has not signed yet.
# The model that the partner issuers get.
"$CUPEL" sign "$system/models/fraud.json" --key "$keys/release.pem" --quiet
echo "signed: $(ls "$system/attestations" | wc -l) attestations in $system/attestations"
