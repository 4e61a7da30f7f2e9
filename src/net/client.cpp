// SPDX-License-Identifier: Apache-2.0
#include "net/client.h"

#include <optional>
#include <vector>

#include "base/text.h"
#include "net/asio.h"

namespace cupel::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Steady = std::chrono::steady_clock;

struct Client::State {
  Url url;
  ClientOptions options;
  asio::io_context context{1};
  std::optional<tcp::socket> socket;
  std::vector<std::byte> buffer = std::vector<std::byte>(64U << 10U);

  // Runs what was begun until it is done, or time is over.
  Result<void> finish(const std::optional<error_code>& done, Steady::time_point until,
                      std::string_view doing) {
    context.restart();
    context.run_until(until);
    const std::string where = printable(url.authority());
    if (!done) {
      error_code ignored;
      socket->close(ignored);
      context.restart();
      context.run();  // the cancelled operation still refers to us
      return fail(Fault::limit, cat("cannot ", doing, " ", where, ": time is over"));
    }
    if (*done) {
      const bool refused = *done == asio::error::connection_refused;
      return fail(refused ? Fault::missing : Fault::io,
                  cat("cannot ", doing, " ", where, ": ", done->message()));
    }
    return {};
  }

  Result<void> connect(Steady::time_point until) {
    error_code problem;
    tcp::resolver resolver(context);
    const auto found = resolver.resolve(url.host, cat(url.port), problem);
    if (problem) {
      return fail(Fault::io, cat("cannot find ", printable(url.host), ": ", problem.message()));
    }
    socket.emplace(context);
    std::optional<error_code> done;
    asio::async_connect(*socket, found,
                        [&](error_code result, const tcp::endpoint&) { done = result; });
    TRY(finish(done, until, "connect to"));
    socket->set_option(tcp::no_delay(true), problem);
    return {};
  }

  Result<Response> exchange(const std::string& wire, bool head, Steady::time_point until) {
    std::optional<error_code> sent;
    asio::async_write(*socket, asio::buffer(wire),
                      [&](error_code result, std::size_t) { sent = result; });
    TRY(finish(sent, until, "send to"));
    ResponseReader reader(options.limits, head);
    for (;;) {
      if (auto response = reader.next()) {
        if (response->status == 100) continue;
        if (!reader.keep_alive()) socket.reset();
        return *std::move(response);
      }
      if (const auto& refusal = reader.refusal()) {
        socket.reset();
        return fail(Fault::io, cat("cannot read the answer of ", printable(url.authority()), ": ",
                                   refusal->what));
      }
      std::optional<error_code> read;
      std::size_t got = 0;
      socket->async_read_some(asio::buffer(buffer), [&](error_code result, std::size_t count) {
        read = result;
        got = count;
      });
      if (auto done = finish(read, until, "read from"); !done.ok()) {
        if (read != asio::error::eof || !reader.begun()) return std::move(done).error();
        reader.end();
        continue;
      }
      reader.add(Bytes(buffer).first(got));
    }
  }
};

Client::Client(Url url, ClientOptions options) : state_(std::make_unique<State>()) {
  state_->url = std::move(url);
  state_->options = options;
}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

Result<Response> Client::ask(const Request& request) {
  Request whole = request;
  whole.target = state_->url.prefix + request.target;
  const std::string wire = to_wire(whole, state_->url.authority());
  const bool head = request.method == "HEAD";
  const bool harmless = head || request.method == "GET";
  const auto until = Steady::now() + state_->options.time;
  const bool kept = state_->socket.has_value();
  if (!kept) TRY(state_->connect(until));
  auto response = state_->exchange(wire, head, until);
  if (response.ok()) return response;
  state_->socket.reset();
  if (!kept || !harmless || response.error().fault == Fault::limit) return response;
  TRY(state_->connect(until));
  response = state_->exchange(wire, head, until);
  if (!response.ok()) state_->socket.reset();
  return response;
}

}  // namespace cupel::net
