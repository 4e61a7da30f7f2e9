// SPDX-License-Identifier: Apache-2.0
// GroupCommit: of many callers that want something written at once, one writes for all.
//
// Who comes while somebody writes joins the group that goes next; its first member leads it:
// waits for its turn, takes whoever has come until then, writes, and wakes them. A group is
// as large as the disk is slow; nobody waits for a group to fill. There is no thread of its own.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace cupel {

template <class Wish>
class GroupCommit {
 public:
  // Returns when `wish` was among those that `write` was called with, by this thread or another.
  // No two calls of `write` overlap, and each sees what the one before it did.
  template <class F>
  void join(Wish& wish, F&& write) {
    std::unique_lock lock(mutex_);
    const std::shared_ptr<Group> mine = forming_;
    const bool leads = mine->wishes.empty();
    mine->wishes.push_back(&wish);
    if (!leads) {
      mine->over.wait(lock, [&] { return mine->written; });
      return;
    }
    turn_.wait(lock, [&] { return !writing_; });
    forming_ = std::make_shared<Group>();
    writing_ = true;
    lock.unlock();
    std::forward<F>(write)(std::span<Wish* const>(mine->wishes));
    lock.lock();
    writing_ = false;
    mine->written = true;
    lock.unlock();
    turn_.notify_one();
    mine->over.notify_all();
  }

 private:
  struct Group {
    std::vector<Wish*> wishes;
    std::condition_variable over;
    bool written = false;
  };
  std::mutex mutex_;
  std::condition_variable turn_;  // at most one leader waits for it
  std::shared_ptr<Group> forming_ = std::make_shared<Group>();
  bool writing_ = false;
};

}  // namespace cupel
