// SPDX-License-Identifier: Apache-2.0
#include "app/ledger_serve.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "app/ledger_service.h"
#include "app/state.h"
#include "base/file.h"
#include "base/text.h"
#include "ledger/tiles.h"

namespace cupel {
namespace {

constexpr std::string_view kListen = "127.0.0.1:8470";
// Of one request; a body larger than this does not belong into a ledger over a network.
constexpr std::uint64_t kBodyLimit = 16U << 20U;
constexpr auto kPublishEvery = std::chrono::seconds(1);

Result<net::ServerOptions> server_options(const Options& options) {
  net::ServerOptions server;
  server.listen = TRY(net::parse_listen(options.value("--listen", kListen)));
  server.limits.body_bytes = kBodyLimit;
  if (options.has("--token-file")) {
    server.token = std::string(trim(TRY(read_text(options.value("--token-file"), 4096))));
  }
  return server;
}

void wait_for(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait(lock, stop, [] { return false; });
}

// Serves until the stop, then lets what is under way end.
Result<Exit> serve(const Context& context, net::ServerOptions options, net::Handler handler,
                   std::string_view what) {
  auto server = TRY(net::Server::start(std::move(options), std::move(handler)));
  context.terminal.out(cat(what, " at http://", server.authority(), "\n"));
  static_cast<void>(context.terminal.flush());
  wait_for(context.stop);
  server.stop();
  return Exit::ok;
}

// Brings the folder up to the ledger, again and again, and once more at the end.
void keep_published(const std::stop_token& stop, const Ledger& ledger,
                    const std::filesystem::path& folder, Terminal& terminal) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::string told;
  for (bool last = false; !last;) {
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, kPublishEvery, [] { return false; });
    last = stop.stop_requested();
    if (ledger.size() == 0) continue;
    Task task;
    const auto done = tiles::publish(ledger, folder, task);
    if (done.ok() || done.error().what == told) continue;
    told = done.error().what;  // once, and not every second
    terminal.error(done.error());
  }
}

}  // namespace

Result<std::string> key_text(const std::string& word) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(word, ignored)) return word;
  return std::string(trim(TRY(read_text(word))));
}

Result<Exit> serve_ledger(const Context& context) {
  auto options = TRY(server_options(context.options));
  auto ledger =
      TRY(Ledger::open(ledger_place(context.options), Ledger::Mode::write, context.clock));
  std::jthread publisher;
  if (context.options.has("--tiles")) {
    publisher = std::jthread([&](const std::stop_token& stop) {
      keep_published(stop, ledger, context.options.value("--tiles"), context.terminal);
    });
  }
  LedgerService service(ledger);
  return serve(
      context, std::move(options),
      [&](const net::Request& request, net::Reply reply) {
        service.answer(request, std::move(reply));
      },
      cat("ledger ", ledger.origin()));
}

Result<Exit> serve_witness(const Context& context) {
  auto options = TRY(server_options(context.options));
  std::vector<note::Verifier> logs;
  for (const auto& word : context.options.values("--log")) {
    logs.push_back(TRY(note::parse_vkey(TRY(key_text(word)))));
  }
  if (logs.empty()) {
    return fail(Fault::usage, "a witness must know whose checkpoints it cosigns",
                "--log KEY, for each ledger: the line in its `ledger-key.pub`, or that file");
  }
  auto witness = TRY(Witness::open(state_folder(context.options), std::move(logs), context.clock));
  return serve(
      context, std::move(options),
      [&](const net::Request& request, net::Reply reply) {
        reply(answer_as_witness(witness, request));
      },
      cat("witness ", witness.vkey()));
}

}  // namespace cupel
