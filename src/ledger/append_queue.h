// SPDX-License-Identifier: Apache-2.0
// AppendQueue: appends to a ledger without waiting. One thread commits whatever has come while the
// commit before was under way, and tells each when it is durable: what GroupCommit is for
// callers that wait, for a server whose threads must not.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "ledger/ledger.h"

namespace cupel {

class AppendQueue {
 public:
  // Called once, on the thread of the queue. It must not wait.
  using Done = std::function<void(Result<std::vector<Receipt>>)>;

  // `ledger`, in write mode, must outlive the queue.
  explicit AppendQueue(Ledger& ledger);
  AppendQueue(const AppendQueue&) = delete;
  AppendQueue& operator=(const AppendQueue&) = delete;
  AppendQueue(AppendQueue&&) = delete;
  AppendQueue& operator=(AppendQueue&&) = delete;
  // Commits what has come, first.
  ~AppendQueue();

  // The drafts stand one behind the other; `types` are theirs, since a Draft only refers to its
  // own. False, and `done` is never called, when so much waits that more would fill the memory.
  // REQUIRES: Ledger::check() took every draft; as many types as drafts.
  [[nodiscard]] bool add(std::vector<Draft> drafts, std::vector<std::string> types, Done done);

 private:
  struct Wish {
    std::vector<Draft> drafts;
    std::vector<std::string> types;
    Done done;
  };
  void run(const std::stop_token& stop);
  void commit(std::vector<Wish>& wishes);

  Ledger* ledger_;
  std::mutex mutex_;
  std::condition_variable_any came_;
  std::vector<Wish> waiting_;
  std::uint64_t bytes_ = 0;
  std::jthread thread_;  // last: it uses what stands above
};

}  // namespace cupel
