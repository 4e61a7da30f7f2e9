// SPDX-License-Identifier: Apache-2.0
#include "net/server.h"

#include <algorithm>
#include <atomic>
#include <list>
#include <thread>
#include <vector>

#include "base/text.h"
#include "crypto/digest.h"
#include "net/asio.h"

namespace cupel::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Steady = std::chrono::steady_clock;

namespace {

constexpr std::size_t kRead = 64U << 10U;
constexpr auto kSweep = std::chrono::milliseconds(250);

Response plain(unsigned status, std::string_view what) {
  return {.status = status,
          .type = "text/plain; charset=utf-8",
          .body = cat(what, "\n"),
          .headers = {}};
}

// A page of some site that a browser shows can send requests to this machine. Without a token, a
// name that is not of this machine, or a page as the origin, gives it away.
bool names_this_machine(std::string_view host) {
  const auto end =
      host.starts_with('[') ? host.find(']') + 1 : std::min(host.find(':'), host.size());
  const std::string name = lower(host.substr(0, end));
  error_code problem;
  const auto bare =
      name.starts_with('[') && name.size() > 2 ? name.substr(1, name.size() - 2) : name;
  const auto address = asio::ip::make_address(bare, problem);
  return name == "localhost" || (!problem && address.is_loopback());
}

}  // namespace

struct Worker;
class Connection;

// What all connections share.
struct Shared {
  ServerOptions options;
  Handler handler;
  std::optional<Digest> token;  // of its text, so that comparing takes as long whatever comes
  std::atomic<std::size_t> connections = 0;
  std::atomic<bool> stopping = false;
};

// One thread, its connections and the timer that ends those that take too long.
struct Worker : std::enable_shared_from_this<Worker> {
  explicit Worker(Shared& all) : shared(&all), timer(context) {}
  void sweep();

  asio::io_context context{1};
  Shared* shared;
  asio::steady_timer timer;
  std::list<std::shared_ptr<Connection>> connections;
  std::vector<std::byte> buffer = std::vector<std::byte>(kRead);
};

// All of it runs on the thread of its worker.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Worker& worker, tcp::socket socket)
      : worker_(&worker),
        shared_(worker.shared),
        socket_(std::move(socket)),
        reader_(worker.shared->options.limits) {}

  void start(std::list<std::shared_ptr<Connection>>::iterator place) {
    place_ = place;
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
    await();
  }
  // Ends it when it has taken too long, or when it waits for nothing while all of it stops.
  void sweep(Steady::time_point now) {
    if (closed_) return;
    const bool idle = !handling_ && !writing_ && !reader_.begun();
    if (shared_->stopping && idle) return close();
    if (now < until_) return;
    if (!writing_ && reader_.begun() && !handling_)
      return refuse({408, "the request took too long"});
    close();
  }
  void answer(const Response& response, bool keep_alive, bool head) {
    if (closed_) return;
    handling_ = false;
    keep_alive_ = keep_alive && !shared_->stopping;
    write(to_wire(response, keep_alive_, head));
  }

 private:
  void await() {
    if (closed_) return;
    const auto& options = shared_->options;
    if (!reader_.begun()) {
      begun_ = false;
      until_ = Steady::now() + options.idle_time;
    } else if (!begun_) {
      begun_ = true;
      until_ = Steady::now() + options.request_time;
    }
    socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](error_code problem) {
      if (!problem) self->read();
    });
  }

  void read() {
    if (closed_) return;
    error_code problem;
    auto& buffer = worker_->buffer;
    const std::size_t got = socket_.read_some(asio::buffer(buffer), problem);
    if (problem == asio::error::would_block) return await();
    if (problem) return close();
    reader_.add(Bytes(buffer).first(got));
    next();
  }

  // The next request that has come, or wait for more of it.
  void next() {
    if (auto request = reader_.next()) return handle(std::move(*request));
    if (const auto& refusal = reader_.refusal()) return refuse(*refusal);
    if (reader_.waits_to_continue()) {
      return write("HTTP/1.1 100 Continue\r\n\r\n");
    }
    await();
  }

  void handle(Request request);

  [[nodiscard]] std::optional<Response> forbidden(const Request& request) const {
    if (shared_->token) {
      constexpr std::string_view kBearer = "bearer ";
      const auto given = request.header("authorization");
      const bool bears = given.size() > kBearer.size() &&
                         equal_ignoring_case(given.substr(0, kBearer.size()), kBearer);
      if (bears && sha256(trim(given.substr(kBearer.size()))) == *shared_->token) return {};
      auto response = plain(401, "a token is needed: Authorization: Bearer TOKEN");
      response.headers.push_back({"WWW-Authenticate", "Bearer"});
      return response;
    }
    if (!request.header("origin").empty()) {
      return plain(403, "requests of web pages are not answered without a token");
    }
    if (!names_this_machine(request.header("host"))) {
      return plain(421, "without a token only names of this machine are answered to");
    }
    return {};
  }

  // Says why, and closes: what follows cannot be read.
  void refuse(const Refusal& why) {
    keep_alive_ = false;
    handling_ = false;
    write(to_wire(plain(why.status, why.what), false));
  }

  void write(std::string text) {
    out_ = std::move(text);
    error_code problem;
    // Nearly always all of it fits into the kernel's buffer.
    const std::size_t sent = socket_.write_some(asio::buffer(out_), problem);
    if (problem && problem != asio::error::would_block) return close();
    if (!problem && sent == out_.size()) return written();
    writing_ = true;
    until_ = Steady::now() + shared_->options.answer_time;
    asio::async_write(socket_, asio::buffer(out_) + (problem ? 0 : sent),
                      [self = shared_from_this()](error_code failed, std::size_t) {
                        self->writing_ = false;
                        if (failed) return self->close();
                        self->written();
                      });
  }

  void written() {
    if (closed_) return;
    if (!keep_alive_) return linger();
    begun_ = false;
    next();
  }

  // The client gets the answer before it learns that nobody listens any more: closing with bytes
  // unread would reset the connection and take the answer with it.
  void linger() {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    writing_ = true;  // nothing more is read as a request
    until_ = Steady::now() + std::chrono::seconds(1);
    drain();
  }
  void drain() {
    socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](error_code problem) {
      if (problem || self->closed_) return;
      const std::size_t got = self->socket_.read_some(asio::buffer(self->worker_->buffer), problem);
      if (problem == asio::error::would_block) return self->drain();
      if (problem || got == 0) return self->close();
      self->drain();
    });
  }

  void close() {
    if (closed_) return;
    closed_ = true;
    error_code ignored;
    socket_.close(ignored);
    --shared_->connections;
    const auto self = shared_from_this();
    worker_->connections.erase(place_);
  }

  Worker* worker_;
  Shared* shared_;
  tcp::socket socket_;
  RequestReader reader_;
  std::list<std::shared_ptr<Connection>>::iterator place_;
  std::string out_;
  Steady::time_point until_;
  bool begun_ = false;     // `until_` counts from the first byte of a request
  bool handling_ = false;  // a request is with the handler
  bool writing_ = false;
  bool keep_alive_ = true;
  bool closed_ = false;
};

struct Reply::Sink {
  std::weak_ptr<Connection> connection;
  std::shared_ptr<Worker> worker;  // answers may come when the server is gone
  bool keep_alive;
  bool head;
};

Reply::Reply(std::shared_ptr<Sink> sink) : sink_(std::move(sink)) {}
Reply::Reply(Reply&&) noexcept = default;
Reply& Reply::operator=(Reply&&) noexcept = default;

Reply::~Reply() {
  if (sink_) (*this)(plain(500, "no answer could be made"));
}

void Reply::operator()(Response response) {
  require(sink_ != nullptr);
  const auto sink = std::move(sink_);
  asio::post(sink->worker->context,
             [connection = std::move(sink->connection), keep_alive = sink->keep_alive,
              head = sink->head, response = std::move(response)] {
               if (const auto there = connection.lock()) {
                 there->answer(response, keep_alive, head);
               }
             });
}

void Connection::handle(Request request) {
  handling_ = true;
  // The handler has its own limits.
  until_ = Steady::time_point::max();
  Reply reply(std::make_shared<Reply::Sink>(Reply::Sink{.connection = weak_from_this(),
                                                        .worker = worker_->shared_from_this(),
                                                        .keep_alive = request.keep_alive,
                                                        .head = request.method == "HEAD"}));
  if (auto no = forbidden(request)) return reply(*std::move(no));
  shared_->handler(std::move(request), std::move(reply));
}

void Worker::sweep() {
  const auto now = Steady::now();
  for (auto at = connections.begin(); at != connections.end();) {
    const auto one = *at++;  // it may take itself off the list
    one->sweep(now);
  }
  timer.expires_after(shared->stopping ? std::chrono::milliseconds(10) : kSweep);
  timer.async_wait([this](error_code problem) {
    if (!problem) sweep();
  });
}

struct Server::State {
  explicit State(ServerOptions options, Handler handler)
      : shared{.options = std::move(options), .handler = std::move(handler), .token = {}} {}
  ~State() { stop(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  State(State&&) = delete;
  State& operator=(State&&) = delete;

  Result<void> listen();
  void accept();
  void take(tcp::socket socket);
  void run();
  void stop();

  Shared shared;
  std::vector<std::shared_ptr<Worker>> workers;
  std::optional<tcp::acceptor> acceptor;  // of the first worker
  std::optional<asio::steady_timer> pause;
  std::size_t turn = 0;
  std::vector<std::jthread> threads;
  std::uint16_t port = 0;
};

Result<void> Server::State::listen() {
  const Url& where = shared.options.listen;
  const auto cannot = [&](const error_code& problem) {
    return fail(Fault::io,
                cat("cannot listen at ", printable(where.authority()), ": ", problem.message()),
                problem == asio::error::address_in_use ? "another program listens there" : "");
  };
  error_code problem;
  tcp::resolver resolver(workers.front()->context);
  const auto found =
      resolver.resolve(where.host, cat(where.port),
                       tcp::resolver::passive | tcp::resolver::numeric_service, problem);
  if (problem || found.empty()) return cannot(problem);
  const tcp::endpoint endpoint = *found.begin();
  if (!endpoint.address().is_loopback() && !shared.token) {
    return fail(Fault::denied,
                cat("will not listen at ", printable(where.authority()),
                    ", which other machines can reach, without a token"),
                "give --token-file, or listen at 127.0.0.1");
  }
  acceptor.emplace(workers.front()->context);
  pause.emplace(workers.front()->context);
  if (acceptor->open(endpoint.protocol(), problem)) return cannot(problem);
  acceptor->set_option(tcp::acceptor::reuse_address(true), problem);
  if (acceptor->bind(endpoint, problem)) return cannot(problem);
  if (acceptor->listen(tcp::acceptor::max_listen_connections, problem)) return cannot(problem);
  port = acceptor->local_endpoint(problem).port();
  return {};
}

void Server::State::accept() {
  // The socket belongs to the worker whose turn it is.
  Worker& worker = *workers[turn++ % workers.size()];
  acceptor->async_accept(worker.context, [this, &worker](error_code problem, tcp::socket socket) {
    if (problem == asio::error::operation_aborted || !acceptor->is_open()) return;
    if (problem) {
      // No descriptors left, most likely: those who are connected may give some back.
      pause->expires_after(std::chrono::milliseconds(100));
      pause->async_wait([this](error_code aborted) {
        if (!aborted) accept();
      });
      return;
    }
    if (shared.connections >= shared.options.connections) {
      const std::string busy = to_wire(plain(503, "too many connections"), false);
      error_code ignored;
      socket.non_blocking(true, ignored);
      socket.write_some(asio::buffer(busy), ignored);
    } else {
      ++shared.connections;
      asio::post(worker.context, [&worker, socket = std::move(socket)]() mutable {
        worker.connections.push_front(std::make_shared<Connection>(worker, std::move(socket)));
        worker.connections.front()->start(worker.connections.begin());
      });
    }
    accept();
  });
}

void Server::State::run() {
  accept();
  for (const auto& worker : workers) {
    threads.emplace_back([one = worker.get()] {
      one->sweep();
      one->context.run();
    });
  }
}

void Server::State::stop() {
  if (threads.empty()) return;
  asio::post(workers.front()->context, [this] {
    error_code ignored;
    acceptor->close(ignored);
    pause->cancel();
  });
  shared.stopping = true;
  const auto until = Steady::now() + shared.options.grace;
  while (shared.connections > 0 && Steady::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  for (const auto& worker : workers) worker->context.stop();
  threads.clear();
  for (const auto& worker : workers) worker->connections.clear();
}

Result<Server> Server::start(ServerOptions options, Handler handler) {
  auto state = std::make_unique<State>(std::move(options), std::move(handler));
  const auto& given = state->shared.options;
  if (given.token) {
    if (given.token->size() < 16) {
      return fail(Fault::usage, "a token has at least 16 characters");
    }
    state->shared.token = sha256(std::string_view(*given.token));
  }
  const unsigned threads =
      given.threads != 0 ? given.threads : std::max(1U, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < threads; ++i) {
    state->workers.push_back(std::make_shared<Worker>(state->shared));
  }
  TRY(state->listen());
  state->run();
  return Server(std::move(state));
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;
Server::~Server() = default;

std::uint16_t Server::port() const {
  return state_->port;
}

std::string Server::authority() const {
  Url url = state_->shared.options.listen;
  url.port = state_->port;
  return url.authority();
}

void Server::stop() {
  state_->stop();
}

}  // namespace cupel::net
