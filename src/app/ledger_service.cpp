// SPDX-License-Identifier: Apache-2.0
#include "app/ledger_service.h"

#include <charconv>

#include "base/text.h"
#include "ledger/drafts.h"
#include "ledger/tiles.h"

namespace cupel {
namespace {

constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr std::string_view kBytes = "application/octet-stream";
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kProof = "/api/v1/proof/";

net::Response answer_of(unsigned status, std::string_view what) {
  return {.status = status, .type = std::string(kText), .body = cat(what, "\n"), .headers = {}};
}

unsigned status_of(Fault fault) {
  switch (fault) {
    case Fault::missing:
      return 404;
    case Fault::usage:
      return 400;
    case Fault::limit:
      return 503;
    case Fault::io:
      return 507;
    case Fault::denied:
    case Fault::integrity:
    case Fault::unsupported:
    case Fault::cancelled:
      return 500;
  }
  return 500;
}

net::Response answer_of(const Error& error) {
  return answer_of(status_of(error.fault), error.what);
}

net::Response wrong_method(std::string_view allowed) {
  auto response = answer_of(405, cat("only ", allowed, " here"));
  response.headers.push_back({"Allow", std::string(allowed)});
  return response;
}

// The text of what was found; `lasts` when it will never be another.
net::Response found(Result<std::string> text, std::string_view type, bool lasts) {
  if (!text.ok()) return answer_of(text.error());
  return {.status = 200,
          .type = std::string(type),
          .body = std::move(text).value(),
          .headers = {{"Cache-Control", lasts ? "max-age=31536000, immutable" : "no-cache"}}};
}

std::string receipts_json(const std::vector<Receipt>& receipts) {
  std::string text = "{\"receipts\":[";
  for (const auto& receipt : receipts) {
    text += cat(&receipt == receipts.data() ? "" : ",", "{\"index\":", receipt.index,
                ",\"leaf_hash\":\"", receipt.leaf_hash, "\"}");
  }
  return text += "]}\n";
}

std::string_view path_of(const net::Request& request) {
  return std::string_view(request.target).substr(0, request.target.find('?'));
}

bool reads(const net::Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

}  // namespace

net::Response LedgerService::get(std::string_view path) const {
  if (path == "/checkpoint") return found(ledger_->checkpoint(), kText, false);
  if (path == "/healthz") return answer_of(200, "ok");
  if (path.starts_with(kProof)) {
    const auto word = path.substr(kProof.size());
    std::uint64_t index = 0;
    const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), index);
    if (problem != std::errc{} || cat(index) != word) return answer_of(400, "no index of an entry");
    return found(ledger_->prove(index), kText, false);
  }
  const auto place = path.starts_with('/') ? tiles::read_path(path.substr(1)) : std::nullopt;
  if (place) return found(tiles::file_of(*ledger_, *place), kBytes, true);
  return answer_of(404, "nothing is here");
}

void LedgerService::add(const net::Request& request, net::Reply reply) {
  // A page of another site could send any other type without asking the browser first.
  const auto type = request.header("content-type");
  if (!equal_ignoring_case(trim(type.substr(0, type.find(';'))), kJson)) {
    return reply(answer_of(415, "entries are sent as application/json"));
  }
  auto reading = read_drafts(request.body);
  if (!reading.problem.empty()) return reply(answer_of(400, reading.problem));
  // std::function wants to copy what it holds.
  const auto shared = std::make_shared<net::Reply>(std::move(reply));
  const bool taken = queue_.add(std::move(reading.drafts), std::move(reading.types),
                                [shared](const Result<std::vector<Receipt>>& receipts) {
                                  if (!receipts.ok()) return (*shared)(answer_of(receipts.error()));
                                  (*shared)({.status = 201,
                                             .type = std::string(kJson),
                                             .body = receipts_json(receipts.value()),
                                             .headers = {}});
                                });
  if (!taken) (*shared)(answer_of(503, "too much is waiting to be written"));
}

void LedgerService::answer(const net::Request& request, net::Reply reply) {
  const auto path = path_of(request);
  if (path == "/api/v1/entries") {
    if (request.method != "POST") return reply(wrong_method("POST"));
    return add(request, std::move(reply));
  }
  reply(reads(request) ? get(path) : wrong_method("GET, HEAD"));
}

net::Response answer_as_witness(Witness& witness, const net::Request& request) {
  const auto path = path_of(request);
  if (path == "/healthz" && reads(request)) return answer_of(200, "ok");
  if (path != "/add-checkpoint") return answer_of(404, "this is a witness: POST /add-checkpoint");
  if (request.method != "POST") return wrong_method("POST");
  auto answer = witness.add_checkpoint(request.body);
  return {.status = answer.status,
          .type = std::string(answer.type),
          .body = std::move(answer.body),
          .headers = {}};
}

}  // namespace cupel
