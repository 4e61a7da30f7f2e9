// SPDX-License-Identifier: Apache-2.0
// ledger_service: what `cupel ledger serve` answers over HTTP.
//
//   GET  /checkpoint               the newest checkpoint        (C2SP tlog-tiles)
//   GET  /tile/…                   a tile or bundle
//   GET  /api/v1/proof/INDEX       a C2SP tlog-proof
//   POST /api/v1/entries           ledger/drafts.h; 201 with the receipts, once they are durable
//   POST /add-checkpoint           of a witness only (C2SP tlog-witness)
//   GET  /healthz
#pragma once

#include "ledger/append_queue.h"
#include "ledger/ledger.h"
#include "ledger/witness.h"
#include "net/server.h"

namespace cupel {

// Must outlive the server that it answers for.
class LedgerService {
 public:
  explicit LedgerService(Ledger& ledger) : ledger_(&ledger), queue_(ledger) {}
  void answer(const net::Request& request, net::Reply reply);

 private:
  [[nodiscard]] net::Response get(std::string_view path) const;
  void add(const net::Request& request, net::Reply reply);

  Ledger* ledger_;
  AppendQueue queue_;
};

[[nodiscard]] net::Response answer_as_witness(Witness& witness, const net::Request& request);

}  // namespace cupel
