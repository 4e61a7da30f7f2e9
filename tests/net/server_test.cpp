// SPDX-License-Identifier: Apache-2.0
// Over real sockets of this machine.
#include "net/server.h"

#include <atomic>
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "net/client.h"
#include "support/support.h"

namespace cupel::net {
namespace {

constexpr auto kMs = [](int count) { return std::chrono::milliseconds(count); };

ServerOptions options() {
  ServerOptions options;
  options.listen = {.host = "127.0.0.1", .port = 0, .prefix = {}};
  return options;
}

void echo(const Request& request, Reply reply) {
  reply({.status = 200,
         .type = "text/plain",
         .body = cat(request.method, " ", request.target, " ", request.body),
         .headers = {}});
}

Server start(ServerOptions options, Handler handler = echo) {
  auto server = Server::start(std::move(options), std::move(handler));
  EXPECT_TRUE(server.ok()) << (server.ok() ? "" : server.error().what);
  return std::move(server).value();
}

Url url_of(const Server& server) {
  return {.host = "127.0.0.1", .port = server.port(), .prefix = {}};
}

// A socket that says what it is told to.
class Raw {
 public:
  explicit Raw(const Server& server) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(server.port());
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_.fd(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  }
  void say(std::string_view text) const {
    EXPECT_EQ(::send(socket_.fd(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }
  // All that comes until the other side closes.
  [[nodiscard]] std::string hear() const {
    std::string all;
    char buffer[4096];
    for (;;) {
      const ssize_t got = ::recv(socket_.fd(), buffer, sizeof buffer, 0);
      if (got <= 0) return all;
      all.append(buffer, static_cast<std::size_t>(got));
    }
  }

 private:
  File socket_;
};

TEST(Server, AnswersManyClientsThatKeepTheirConnections) {
  const auto server = start(options());
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 16; ++t) {
      threads.emplace_back([&, t] {
        Client client(url_of(server));
        for (int i = 0; i < 50; ++i) {
          const std::string body = cat(t, ":", i);
          const auto response =
              client.ask({.method = "POST", .target = "/x", .headers = {}, .body = body});
          if (response.ok() && response.value().body == "POST /x " + body) ++right;
        }
      });
    }
  }
  EXPECT_EQ(right, 16 * 50);
}

TEST(Server, AnswersFromOtherThreadsAndWhenNobodyDoes) {
  std::vector<std::jthread> others;
  const auto server = start(options(), [&](const Request& request, Reply reply) {
    if (request.target == "/dropped") return;
    others.emplace_back([reply = std::move(reply)]() mutable {
      reply({.status = 200, .body = "late", .headers = {}});
    });
  });
  Client client(url_of(server));
  EXPECT_EQ(client.ask({}).value().body, "late");
  EXPECT_EQ(client.ask({.target = "/dropped", .headers = {}, .body = {}}).value().status, 500U);
}

TEST(Server, AnswersRequestsThatComeAtOnceInTheirOrder) {
  const auto server = start(options());
  const Raw raw(server);
  std::string all;
  for (int i = 0; i < 200; ++i) all += cat("GET /", i, " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  raw.say(all + "GET /last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const std::string heard = raw.hear();
  std::size_t at = 0;
  for (int i = 0; i < 200; ++i) {
    at = heard.find(cat("GET /", i, " "), at);
    ASSERT_NE(at, std::string::npos) << i;
  }
  EXPECT_NE(heard.find("GET /last ", at), std::string::npos);
}

TEST(Server, AnswersHeadWithoutABody) {
  const auto server = start(options());
  Client client(url_of(server));
  const auto head = client.ask({.method = "HEAD", .headers = {}, .body = {}});
  ASSERT_OK(head);
  EXPECT_EQ(head.value().body, "");
  EXPECT_EQ(head.value().header("content-length"), "7");
  EXPECT_EQ(client.ask({}).value().body, "GET / ");
}

TEST(Server, AsksForTheToken) {
  auto with = options();
  with.token = "0123456789abcdef";
  const auto server = start(with);
  Client client(url_of(server));
  const auto status = [&](std::string value) {
    std::vector<Header> headers;
    if (!value.empty()) headers.push_back({"Authorization", std::move(value)});
    return client.ask({.headers = headers, .body = {}}).value().status;
  };
  EXPECT_EQ(status(""), 401U);
  EXPECT_EQ(status("Bearer 0123456789abcdeF"), 401U);
  EXPECT_EQ(status("Bearer 0123456789abcdef0"), 401U);
  EXPECT_EQ(status("Basic 0123456789abcdef"), 401U);
  EXPECT_EQ(status("Bearer 0123456789abcdef"), 200U);
  EXPECT_EQ(status("bearer  0123456789abcdef"), 200U);
}

TEST(Server, ListensBeyondThisMachineWithATokenOnly) {
  auto open = options();
  open.listen.host = "0.0.0.0";
  const auto refused = Server::start(open, echo);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().fault, Fault::denied);
  open.token = "short";
  EXPECT_EQ(Server::start(open, echo).error().fault, Fault::usage);
  open.token = "0123456789abcdef";
  ASSERT_OK(Server::start(open, echo));
}

// A web page that a browser shows must not reach it, by another name of this machine or from
// another site.
TEST(Server, WithoutATokenDoesNotAnswerWebPages) {
  const auto server = start(options());
  const auto first_line = [&](std::string_view headers) {
    const Raw raw(server);
    raw.say(cat("GET / HTTP/1.1\r\n", headers, "Connection: close\r\n\r\n"));
    const std::string heard = raw.hear();
    return heard.substr(0, heard.find('\r'));
  };
  EXPECT_EQ(first_line("Host: localhost:1\r\n"), "HTTP/1.1 200 OK");
  EXPECT_EQ(first_line("Host: [::1]:80\r\n"), "HTTP/1.1 200 OK");
  EXPECT_EQ(first_line("Host: evil.example\r\n"), "HTTP/1.1 421 Misdirected Request");
  EXPECT_EQ(first_line("Host: 127.0.0.1.evil.example\r\n"), "HTTP/1.1 421 Misdirected Request");
  EXPECT_EQ(first_line(""), "HTTP/1.1 421 Misdirected Request");
  EXPECT_EQ(first_line("Host: localhost\r\nOrigin: http://evil.example\r\n"),
            "HTTP/1.1 403 Forbidden");
}

TEST(Server, EndsWhatTakesTooLongAndWhatIsNoHttp) {
  auto quick = options();
  quick.request_time = kMs(300);
  quick.idle_time = kMs(300);
  const auto server = start(quick);
  const Raw idle(server);
  EXPECT_EQ(idle.hear(), "");
  const Raw slow(server);
  slow.say("GET / HT");
  EXPECT_TRUE(slow.hear().starts_with("HTTP/1.1 408 "));
  const Raw noise(server);
  noise.say("\x16\x03\x01 hello\r\n\r\n");
  EXPECT_TRUE(noise.hear().starts_with("HTTP/1.1 400 "));
}

TEST(Server, TakesNoMoreConnectionsThanItMay) {
  auto few = options();
  few.connections = 2;
  few.idle_time = kMs(60'000);
  auto server = start(few);
  Client one(url_of(server));
  Client two(url_of(server));
  ASSERT_OK(one.ask({}));
  ASSERT_OK(two.ask({}));
  const Raw third(server);
  EXPECT_TRUE(third.hear().starts_with("HTTP/1.1 503 "));
  ASSERT_OK(one.ask({}));
}

TEST(Server, SaysContinueToWhoWaitsForIt) {
  const auto server = start(options());
  const Raw raw(server);
  raw.say(
      "POST /c HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n"
      "Connection: close\r\n\r\n");
  std::this_thread::sleep_for(kMs(50));
  raw.say("ab");
  const std::string heard = raw.hear();
  EXPECT_TRUE(heard.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")) << heard;
  EXPECT_TRUE(heard.ends_with("POST /c ab"));
}

TEST(Server, LetsWhatIsUnderWayEndWhenItStops) {
  std::atomic<bool> begun = false;
  std::jthread work;
  auto server = start(options(), [&](const Request&, Reply reply) {
    work = std::jthread([&begun, reply = std::move(reply)]() mutable {
      begun = true;
      std::this_thread::sleep_for(kMs(300));
      reply({.status = 200, .body = "done", .headers = {}});
    });
  });
  const Url url = url_of(server);
  std::string answer;
  std::jthread asker([&] {
    Client client(url);
    const auto response = client.ask({});
    if (response.ok()) answer = response.value().body;
  });
  while (!begun) std::this_thread::yield();
  Client idle(url);
  server.stop();
  asker.join();
  EXPECT_EQ(answer, "done");
  EXPECT_FALSE(idle.ask({}).ok());
}

TEST(Server, SendsLargeAnswersToSlowReaders) {
  const std::string large(8U << 20U, 'x');
  const auto server = start(options(), [&](const Request&, Reply reply) {
    reply({.status = 200, .body = large, .headers = {}});
  });
  Client client(url_of(server));
  EXPECT_EQ(client.ask({}).value().body, large);
  EXPECT_EQ(client.ask({}).value().body, large);
}

TEST(Client, GivesUpInTimeAndSaysWhy) {
  const auto silent = start(options(), [](const Request&, Reply reply) {
    std::thread([reply = std::move(reply)]() mutable {
      std::this_thread::sleep_for(kMs(600));
      reply({});
    }).detach();
  });
  Client client(url_of(silent), {.limits = {}, .time = kMs(100)});
  const auto late = client.ask({});
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().fault, Fault::limit);
  Client nobody({.host = "127.0.0.1", .port = 1, .prefix = {}});
  EXPECT_EQ(nobody.ask({}).error().fault, Fault::missing);
  Client small(url_of(silent), {.limits = {.header_bytes = 16, .body_bytes = 16}});
  EXPECT_FALSE(small.ask({}).ok());
}

TEST(Client, MakesAKeptConnectionAnewWhenItWasClosed) {
  auto quick = options();
  quick.idle_time = kMs(100);
  const auto server = start(quick);
  Client client(url_of(server));
  ASSERT_OK(client.ask({}));
  std::this_thread::sleep_for(kMs(700));
  ASSERT_OK(client.ask({}));
}

}  // namespace
}  // namespace cupel::net
