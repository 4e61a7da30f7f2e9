// SPDX-License-Identifier: Apache-2.0
// ledger_serve_bench DIR [ROUNDS] [SECONDS]: how many durable entries a second `cupel ledger serve`
// takes from 64 clients that keep their connections and each wait for their receipt, beside what 64
// threads in the process reach. Both turn about, on the disk that holds DIR; the last lines are
// medians. Server, load generator and ledger share the machine's cores.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/ledger_service.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

namespace {

using namespace cupel;
using Steady = std::chrono::steady_clock;

constexpr unsigned kClients = 64;

struct Rate {
  double per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  double cpu_us = 0;         // for each entry, of the whole process
  double client_cpu_us = 0;  // of that, what the load generator took
};

// User and system time that the process, or this thread, has taken.
double cpu_us(int whose) {
  rusage used{};
  ::getrusage(whose, &used);
  return 1e6 * static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

double ms_since(Steady::time_point start) {
  return std::chrono::duration<double, std::milli>(Steady::now() - start).count();
}

Rate rate_of(std::vector<double> times_ms, double took_ms) {
  if (times_ms.empty()) return {};
  std::ranges::sort(times_ms);
  return {.per_second = static_cast<double>(times_ms.size()) * 1e3 / took_ms,
          .p50_ms = times_ms[times_ms.size() / 2],
          .p99_ms = times_ms[times_ms.size() * 99 / 100]};
}

std::string body_of(std::uint64_t n) {
  return cat("{\"n\":", n, ",\"pad\":\"", std::string(480, 'x'), "\"}");
}

Rate in_process(Ledger& ledger, std::chrono::milliseconds time) {
  std::vector<std::vector<double>> times(kClients);
  std::atomic<bool> go = true;
  const auto start = Steady::now();
  {
    std::vector<std::jthread> threads;
    for (unsigned t = 0; t < kClients; ++t) {
      threads.emplace_back([&, t] {
        for (std::uint64_t i = 0; go; ++i) {
          const auto begin = Steady::now();
          const Draft draft{.type = entry_type::kObservation,
                            .actor = "bench",
                            .subjects = {},
                            .body = body_of(i * kClients + t)};
          if (!ledger.append(draft).ok()) return;
          times[t].push_back(ms_since(begin));
        }
      });
    }
    std::this_thread::sleep_for(time);
    go = false;
  }
  const double took = ms_since(start);
  std::vector<double> all;
  for (const auto& one : times) all.insert(all.end(), one.begin(), one.end());
  return rate_of(std::move(all), took);
}

std::string request_of(std::uint64_t n) {
  const std::string json =
      cat(R"({"type":"observation","actor":"bench","body":)", Json(body_of(n)).canonical(), "}");
  return cat(
      "POST /api/v1/entries HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
      "Content-Length: ",
      json.size(), "\r\n\r\n", json);
}

struct Client {
  File socket;
  Steady::time_point asked;
  std::string heard;
};

bool ask(Client& client, std::uint64_t n) {
  const std::string request = request_of(n);
  client.asked = Steady::now();
  return ::send(client.socket.fd(), request.data(), request.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(request.size());
}

bool connect_to(Client& client, std::uint16_t port) {
  client.socket = File(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  ::setsockopt(client.socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return ::connect(client.socket.fd(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
}

// One thread asks for all clients, each again as soon as it has its receipt.
Rate generate(std::uint16_t port, std::chrono::milliseconds time) {
  const File poll(::epoll_create1(EPOLL_CLOEXEC));
  std::vector<Client> clients(kClients);
  std::uint64_t n = 0;
  const double thread_before = cpu_us(RUSAGE_THREAD);
  const auto start = Steady::now();
  for (unsigned i = 0; i < kClients; ++i) {
    if (!connect_to(clients[i], port)) return {};
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    wanted.data.u32 = i;
    ::epoll_ctl(poll.fd(), EPOLL_CTL_ADD, clients[i].socket.fd(), &wanted);
    if (!ask(clients[i], n++)) return {};
  }
  std::vector<double> times;
  char buffer[4096];
  while (Steady::now() - start < time) {
    epoll_event events[kClients];
    const int ready = ::epoll_wait(poll.fd(), events, kClients, 100);
    for (int i = 0; i < ready; ++i) {
      Client& client = clients[events[i].data.u32];
      const ssize_t got = ::recv(client.socket.fd(), buffer, sizeof buffer, 0);
      if (got <= 0) return {};
      client.heard.append(buffer, static_cast<std::size_t>(got));
      if (!client.heard.ends_with("]}\n")) continue;
      if (!client.heard.starts_with("HTTP/1.1 201 ")) {
        std::fprintf(stderr, "%s\n", client.heard.c_str());
        return {};
      }
      times.push_back(ms_since(client.asked));
      client.heard.clear();
      if (!ask(client, n++)) return {};
    }
  }
  Rate rate = rate_of(std::move(times), ms_since(start));
  rate.client_cpu_us =
      (cpu_us(RUSAGE_THREAD) - thread_before) / (rate.per_second * ms_since(start) / 1e3);
  return rate;
}

Rate served(Ledger& ledger, std::chrono::milliseconds time) {
  LedgerService service(ledger);
  net::ServerOptions options;
  options.listen = net::parse_listen("127.0.0.1:0").value();
  auto server = net::Server::start(options, [&](const net::Request& request, net::Reply reply) {
    service.answer(request, std::move(reply));
  });
  if (!server.ok()) return {};
  return generate(server.value().port(), time);
}

void print(const char* what, const Rate& rate) {
  std::printf(
      "%-22s %u clients %9.0f entries/s   p50 %7.2f ms   p99 %7.2f ms   CPU %5.0f us, of it "
      "clients %4.0f\n",
      what, kClients, rate.per_second, rate.p50_ms, rate.p99_ms, rate.cpu_us, rate.client_cpu_us);
  std::fflush(stdout);
}

Rate median(std::vector<Rate> rates) {
  std::ranges::sort(rates, {}, &Rate::per_second);
  return rates[rates.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: ledger_serve_bench DIR [ROUNDS] [SECONDS]\n");
    return 2;
  }
  const std::filesystem::path folder = std::filesystem::path(argv[1]) / "ledger-serve-bench";
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 3;
  const auto time = std::chrono::seconds(argc > 3 ? std::atoi(argv[3]) : 4);
  const SystemClock clock;
  std::vector<Rate> inside;
  std::vector<Rate> outside;
  for (int round = 0; round < rounds; ++round) {
    for (const bool http : {false, true}) {
      std::filesystem::remove_all(folder);
      auto ledger = Ledger::open(folder, Ledger::Mode::write, clock);
      if (!ledger.ok()) {
        std::fprintf(stderr, "error: %s\n", ledger.error().what.c_str());
        return 1;
      }
      const double before = cpu_us(RUSAGE_SELF);
      Rate rate = http ? served(ledger.value(), time) : in_process(ledger.value(), time);
      rate.cpu_us = (cpu_us(RUSAGE_SELF) - before) / static_cast<double>(ledger.value().size());
      print(http ? "ledger serve" : "in the process", rate);
      (http ? outside : inside).push_back(rate);
    }
  }
  std::filesystem::remove_all(folder);
  const Rate one = median(inside);
  const Rate other = median(outside);
  print("in the process, median", one);
  print("ledger serve, median", other);
  std::printf("%-22s %.0f %%\n", "share", 100 * other.per_second / one.per_second);
  return other.per_second > 0 ? 0 : 1;
}
