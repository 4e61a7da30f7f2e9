// SPDX-License-Identifier: Apache-2.0
#include "app/scan_run.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include "app/build_id.h"
#include "app/guarded_mapping.h"
#include "base/file.h"
#include "base/guarded.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "inventory/walk.h"
#include "store/result_cache.h"

namespace cupel {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kCopyLimit = 1U << 20U;  // larger files are mapped
constexpr std::uint64_t kInputLimit = 2ULL << 30U;

// A file to look at: where it is, and what it is called in the result.
struct Item {
  std::string name;
  fs::path path = {};
  std::uint64_t size = 0;
  bool named = false;        // on the command line: a subject whatever it is
  std::string problem = {};  // why it cannot be looked at
};

struct Gathered {
  std::vector<Item> items;
  std::vector<std::string> folders;  // named on the command line
  std::vector<std::string> notes;
};

// The folder that links may lead to: the named one, or the whole model when it lies in the cache
// of the Hugging Face hub, whose snapshots are links into `blobs`.
fs::path reach_of(const fs::path& root) {
  fs::path reach;
  for (const auto& part : root) {
    reach /= part;
    const auto name = part.string();
    if (name.starts_with("models--") || name.starts_with("datasets--")) return reach;
  }
  return root;
}

bool lies_in(const fs::path& path, const fs::path& folder) {
  const auto [left, right] = std::ranges::mismatch(folder, path);
  return left == folder.end() || (std::next(left) == folder.end() && left->empty());
}

class Gatherer {
 public:
  explicit Gatherer(Task& task) : task_(task) {}

  Result<Gathered> gather(const std::vector<std::string>& words) {
    for (const auto& word : words) TRY(add(word));
    std::ranges::sort(gathered_.items, {}, &Item::name);
    return std::move(gathered_);
  }

 private:
  Result<void> add(const std::string& word) {
    if (word == "-") {
      gathered_.items.push_back({.name = "-", .path = {}, .named = true});
      return {};
    }
    std::error_code error;
    const auto status = fs::status(word, error);
    if (error || status.type() == fs::file_type::not_found) {
      return fail(Fault::usage, cat("`", printable(word), "` is not there"),
                  "name a file or a folder");
    }
    if (status.type() == fs::file_type::directory) return add_folder(word);
    if (status.type() != fs::file_type::regular) {
      return fail(Fault::usage, cat("`", printable(word), "` is neither a file nor a folder"),
                  "to examine a stream, pipe it into `cupel scan -`");
    }
    const auto real = fs::canonical(word, error);
    gathered_.items.push_back({.name = word,
                               .path = error ? fs::path(word) : real,
                               .size = fs::file_size(word, error),
                               .named = true});
    return {};
  }

  Result<void> add_folder(const std::string& word) {
    const File root(::open(word.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (root.fd() < 0) return system_error("cannot open", word);
    const auto walked = TRY(walk(root.fd(), {".git", ".cupel"}, task_));
    std::error_code error;
    const fs::path base = fs::canonical(word, error);
    const fs::path reach = reach_of(base);
    std::string prefix = word;
    while (prefix.ends_with('/')) prefix.pop_back();
    gathered_.folders.push_back(prefix + "/");
    for (const auto& found : walked.found) {
      if (found.kind == FoundKind::folder) continue;
      Item item{.name = prefix == "." ? found.path : cat(prefix, "/", found.path),
                .path = base / found.path,
                .size = found.state.size};
      if (found.kind == FoundKind::link) follow(item, reach);
      if (found.kind == FoundKind::special) item.problem = "it is no regular file";
      if (!found.problem.empty() && found.kind == FoundKind::file) item.problem = found.problem;
      gathered_.items.push_back(std::move(item));
    }
    for (const auto& diagnostic : walked.diagnostics) {
      gathered_.notes.push_back(
          cat(printable(prefix), "/", to_text(diagnostic.place), ": ", diagnostic.title));
    }
    if (!walked.complete) {
      gathered_.items.push_back({.name = prefix + "/", .problem = "not all of it could be listed"});
    }
    return {};
  }

  static void follow(Item& item, const fs::path& reach) {
    std::error_code error;
    const auto target = fs::canonical(item.path, error);
    if (error) {
      item.problem = "it is a link to nothing";
    } else if (!lies_in(target, reach)) {
      item.problem = "it is a link that leaves the folder";
    } else if (!fs::is_regular_file(target, error)) {
      item.problem = "it is a link to a folder, whose files are examined where they lie";
    } else {
      item.path = target;
      item.size = fs::file_size(target, error);
    }
  }

  Task& task_;
  Gathered gathered_;
};

Result<std::string> read_input() {
  std::string text;
  std::vector<char> buffer(1U << 20U);
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got < 0) return system_error("cannot read", "the standard input");
    if (got == 0) return text;
    if (text.size() + static_cast<std::size_t>(got) > kInputLimit) {
      return fail(Fault::limit, cat("the standard input is larger than ", human_bytes(kInputLimit)),
                  "write it to a file and name that");
    }
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

Result<void> with_file(const Item& item, const std::function<void(Bytes)>& use) {
  if (item.size <= kCopyLimit) {
    const auto bytes = TRY(read_file(item.path, kCopyLimit));
    use(bytes);
    return {};
  }
  bool cut = false;
  auto done = with_mapping(item.path, cut, [&](Bytes bytes) -> Result<void> {
    use(bytes);
    return {};
  });
  if (cut) return fail(Fault::integrity, "it changed while it was examined");
  return done;
}

// What became of one item.
struct Outcome {
  bool is_subject = false;
  std::string sha256;
  scan::Report report;
  // Why it could not be read: two pieces of work, each with its own word.
  std::string not_hashed;
  std::string not_examined;
};

class Run {
 public:
  Run(const std::vector<Item>& items, const ScanOptions& options, ResultCache* cache, Task& task)
      : items_(items), options_(options), task_(task), outcomes_(items.size()) {
    if (cache != nullptr) cache_ = cache;
    for (std::size_t i = 0; i < items.size(); ++i) order_.push_back(i);
    // The largest first, so that no core is left with one at the end.
    std::ranges::stable_sort(order_, [&](auto a, auto b) { return items[a].size > items[b].size; });
  }

  Result<std::vector<Outcome>> run(unsigned threads) {
    {
      std::vector<std::jthread> workers;
      for (unsigned i = 1; i < std::min<std::size_t>(threads, items_.size() * 2); ++i) {
        workers.emplace_back([this] { work(); });
      }
      work();
    }
    auto failed = failed_.with([](auto& error) { return std::exchange(error, std::nullopt); });
    if (failed) return std::move(*failed);
    for (std::size_t i = 0; i < items_.size(); ++i) {
      conclude(items_[i], outcomes_[i]);
      if (items_[i].named) look_for_the_rest(items_[i], outcomes_[i].report);
    }
    return std::move(outcomes_);
  }

 private:
  // Hashing and examining a large file are two pieces of work, for two cores.
  void work() {
    for (std::size_t i = next_++; i < order_.size() * 2; i = next_++) {
      if (stopped_) return;
      const std::size_t item = order_[i / 2];
      const bool alone = items_[item].size <= kCopyLimit || !options_.hash || cache_ != nullptr;
      if (i % 2 == 1 && alone) continue;
      auto done = alone ? both(item) : i % 2 == 0 ? hash(item) : examine(item);
      if (done.ok()) continue;
      failed_.with([&](auto& error) {
        if (!error) error = std::move(done).error();
      });
      stopped_ = true;
    }
  }

  // Small files, and whatever is remembered by its digest.
  Result<void> both(std::size_t at) {
    return with_bytes(at, items_[at].size, outcomes_[at].not_examined, [&](Bytes bytes) {
      if (options_.hash) outcomes_[at].sha256 = sha256_hex(bytes);
      look_at(at, bytes);
    });
  }

  Result<void> hash(std::size_t at) {
    return with_bytes(at, items_[at].size, outcomes_[at].not_hashed,
                      [&](Bytes bytes) { outcomes_[at].sha256 = sha256_hex(bytes); });
  }

  Result<void> examine(std::size_t at) {
    return with_bytes(at, 0, outcomes_[at].not_examined, [&](Bytes bytes) { look_at(at, bytes); });
  }

  void look_at(std::size_t at, Bytes bytes) {
    const Item& item = items_[at];
    Outcome& outcome = outcomes_[at];
    const std::string question = cat("scan ", item.name);
    if (const auto known = recall(question, outcome.sha256)) {
      outcome.report = *known;
    } else {
      outcome.report = scan::examine(item.name, bytes, {.weights = options_.hash});
      keep(question, outcome.sha256, outcome.report);
    }
    const auto head = bytes.first(std::min<std::size_t>(bytes.size(), 4096));
    // What no examiner takes for anything, and nobody calls a model, is none: a page's script.
    const bool is_unfinished = !outcome.report.complete() && !outcome.report.formats.empty();
    outcome.is_subject = item.named || !outcome.report.findings.empty() || is_unfinished ||
                         scan::is_model_file(item.name, head, bytes.size());
  }

  std::optional<scan::Report> recall(const std::string& question, const std::string& sha256) {
    if (cache_ == nullptr || sha256.empty()) return {};
    const std::scoped_lock lock(cache_mutex_);
    const auto* text = cache_->find(question, sha256);
    return text == nullptr ? std::nullopt
                           : scan::report_from(read_json(*text).value.value_or(Json()));
  }

  void keep(const std::string& question, const std::string& sha256, const scan::Report& report) {
    if (cache_ == nullptr || sha256.empty()) return;
    const std::scoped_lock lock(cache_mutex_);
    cache_->put(question, sha256, to_json(report).canonical());
  }

  Result<void> with_bytes(std::size_t at, std::uint64_t progress, std::string& problem,
                          const std::function<void(Bytes)>& use) {
    const Item& item = items_[at];
    TRY(task_.step(progress));
    problem = item.problem;
    if (!problem.empty()) return {};
    auto done = item.name == "-" ? with_input(use) : with_file(item, use);
    if (!done.ok()) problem = done.error().what;
    return {};
  }

  // What could not be read is a subject of which nothing was examined.
  static void conclude(const Item& item, Outcome& outcome) {
    std::string& why = outcome.not_examined.empty() ? outcome.not_hashed : outcome.not_examined;
    auto& report = outcome.report;
    if (report.findings_untold != 0) {
      report.shortfalls.push_back(cat(count_of(report.findings_untold, "finding"), " not listed"));
    }
    if (why.empty()) return;
    report = {};
    report.size_bytes = item.size;
    report.missed_bytes = item.size;
    report.shortfalls.push_back(std::move(why));
    outcome.sha256.clear();
    outcome.is_subject = true;
  }

  // The weights of a model that is named alone may stand in files that nobody named. In a folder
  // they are examined, or missed by the folder's own verdict.
  void look_for_the_rest(const Item& item, scan::Report& report) const {
    for (const auto& statement : report.statements) {
      if (statement.key != "external_data") continue;
      const auto beside = (item.path.parent_path() / statement.value).lexically_normal();
      const auto is_it = [&](const Item& other) { return other.path == beside; };
      if (std::ranges::any_of(items_, is_it)) continue;
      report.shortfalls.push_back(cat("its data in `", statement.value, "` were not named"));
      return;
    }
  }

  static Result<void> with_input(const std::function<void(Bytes)>& use) {
    const std::string text = TRY(read_input());
    use(as_bytes(text));
    return {};
  }

  const std::vector<Item>& items_;
  const ScanOptions& options_;
  Task& task_;
  ResultCache* cache_ = nullptr;
  std::mutex cache_mutex_;
  std::vector<std::size_t> order_;
  std::vector<Outcome> outcomes_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> stopped_ = false;
  Guarded<std::optional<Error>> failed_;
};

// Files by which a folder is known to be a model as a whole.
bool is_hallmark(std::string_view name) {
  constexpr std::array<std::string_view, 6> kNames = {"config.json",  "model_index.json",
                                                      "modules.json", "adapter_config.json",
                                                      "MLmodel",      "tokenizer_config.json"};
  return std::ranges::find(kNames, name) != kNames.end();
}

// The verdict on a folder as a whole: a subject when it is a model's, or something was found.
std::optional<ScanSubject> look_at_folder(const std::string& prefix, std::span<const Item> items) {
  const std::string shown = prefix == "./" ? std::string() : prefix;
  scan::Folder folder{.name = prefix, .files = {}, .read = {}};
  std::map<std::string, const Item*> inside_of;
  bool is_model = false;
  for (const auto& item : items) {
    if (!item.name.starts_with(shown) || !item.problem.empty() || item.path.empty()) continue;
    const auto inside = item.name.substr(shown.size());
    is_model = is_model || is_hallmark(inside);
    folder.files.push_back({.path = inside, .size_bytes = item.size});
    inside_of.emplace(inside, &item);
  }
  folder.read = [&](const scan::FolderFile& file, const std::function<void(Bytes)>& use) {
    return with_file(*inside_of.at(file.path), use);
  };
  ScanSubject subject{.path = prefix, .report = scan::examine_folder(folder)};
  auto& report = subject.report;
  if (!is_model && report.findings.empty() && report.complete()) return {};
  for (auto& finding : report.findings) {
    if (!finding.place.path.empty()) finding.place.path.front().insert(0, shown);
  }
  return subject;
}

}  // namespace

Result<ScanResult> run_scan(const Context& context, const std::vector<std::string>& words,
                            const ScanOptions& options) {
  Task task(context.stop, Task::Clock::time_point::max());
  const ProgressLine line(context.terminal, task, "examining", ProgressLine::Unit::bytes);
  ScanResult result{.tool = tool_name(), .started = context.clock.now()};
  auto gathered = TRY(Gatherer(task).gather(words));
  result.notes = std::move(gathered.notes);
  for (const auto& item : gathered.items) result.bytes += item.size;
  result.files = gathered.items.size();
  task.expect(result.bytes);
  std::string note;
  std::optional<ResultCache> cache;
  if (!options.cache.empty() && options.hash && !build_id().empty()) {
    cache = ResultCache::load(options.cache, build_id(), note);
  }
  const unsigned threads =
      options.threads == 0 ? std::max(1U, std::thread::hardware_concurrency()) : options.threads;
  Run run(gathered.items, options, cache ? &*cache : nullptr, task);
  auto outcomes = TRY(run.run(threads));
  if (cache && cache->changed()) TRY(cache->save(options.cache));
  result.finished = context.clock.now();
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (!outcomes[i].is_subject) continue;
    ScanSubject subject{.path = gathered.items[i].name,
                        .sha256 = std::move(outcomes[i].sha256),
                        .report = std::move(outcomes[i].report)};
    apply(options.policy, result.finished, subject);
    subject.verdict = scan::verdict_of(subject.report, options.fail_at);
    result.subjects.push_back(std::move(subject));
  }
  for (const auto& prefix : gathered.folders) {
    TRY(task.step(0));
    auto subject = look_at_folder(prefix, gathered.items);
    if (!subject) continue;
    subject->verdict = scan::verdict_of(subject->report, options.fail_at);
    result.subjects.push_back(std::move(*subject));
  }
  std::ranges::sort(result.subjects, {}, &ScanSubject::path);
  return result;
}

}  // namespace cupel
