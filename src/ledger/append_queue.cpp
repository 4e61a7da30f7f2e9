// SPDX-License-Identifier: Apache-2.0
#include "ledger/append_queue.h"

#include <chrono>
#include <iterator>

namespace cupel {
namespace {

constexpr std::uint64_t kBytesLimit = 256U << 20U;
// Beside the text of a draft.
constexpr std::uint64_t kOverhead = 512;
// After so long without an entry the published checkpoint is brought up to date.
constexpr auto kQuiet = std::chrono::milliseconds(100);

std::uint64_t bytes_of(const std::vector<Draft>& drafts) {
  std::uint64_t bytes = 0;
  for (const auto& draft : drafts) bytes += draft.body.size() + kOverhead;
  return bytes;
}

}  // namespace

AppendQueue::AppendQueue(Ledger& ledger)
    : ledger_(&ledger), thread_([this](const std::stop_token& stop) { run(stop); }) {}

AppendQueue::~AppendQueue() {
  thread_.request_stop();
  thread_.join();
}

bool AppendQueue::add(std::vector<Draft> drafts, std::vector<std::string> types, Done done) {
  require(drafts.size() == types.size());
  const std::uint64_t bytes = bytes_of(drafts);
  {
    const std::scoped_lock lock(mutex_);
    if (bytes_ > 0 && bytes_ + bytes > kBytesLimit) return false;
    bytes_ += bytes;
    waiting_.push_back(
        {.drafts = std::move(drafts), .types = std::move(types), .done = std::move(done)});
  }
  came_.notify_one();
  return true;
}

void AppendQueue::run(const std::stop_token& stop) {
  for (;;) {
    std::vector<Wish> wishes;
    {
      std::unique_lock lock(mutex_);
      const auto came = [&] { return !waiting_.empty(); };
      if (!came_.wait_for(lock, stop, kQuiet, came) && !stop.stop_requested()) {
        lock.unlock();
        ledger_->settle();
        lock.lock();
        came_.wait(lock, stop, came);
      }
      if (waiting_.empty()) return;
      wishes.swap(waiting_);
      bytes_ = 0;
    }
    commit(wishes);
  }
}

void AppendQueue::commit(std::vector<Wish>& wishes) {
  std::vector<Draft> all;
  for (auto& wish : wishes) {
    for (std::size_t i = 0; i < wish.drafts.size(); ++i) {
      all.push_back(std::move(wish.drafts[i]));
      all.back().type = wish.types[i];
    }
  }
  auto receipts = ledger_->append(all);
  if (!receipts.ok()) {
    for (auto& wish : wishes) wish.done(receipts.error());
    return;
  }
  auto at = receipts.value().begin();
  for (auto& wish : wishes) {
    const auto end = at + static_cast<std::ptrdiff_t>(wish.types.size());
    wish.done(std::vector<Receipt>(std::move_iterator(at), std::move_iterator(end)));
    at = end;
  }
}

}  // namespace cupel
