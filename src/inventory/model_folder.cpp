// SPDX-License-Identifier: Apache-2.0
#include "inventory/model_folder.h"

#include <algorithm>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/key.h"
#include "inventory/digest_cache.h"
#include "inventory/hashing.h"
#include "inventory/links.h"
#include "inventory/walk.h"

namespace cupel {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShards = 10'000'000;

// A file to be hashed: what it is called in the signature, and where it lies below the root.
struct Member {
  std::string name;
  std::string path;
  FileState state;
};

struct Members {
  File root;
  std::vector<Member> files;
  bool single = false;
};

bool is_ignored(std::string_view path, const std::vector<std::string>& ignored) {
  return std::ranges::any_of(ignored, [&](const std::string& left_out) {
    return path.starts_with(left_out) &&
           (path.size() == left_out.size() || path[left_out.size()] == '/');
  });
}

Result<File> open_folder(const fs::path& path) {
  File folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.fd() < 0) return system_error("cannot open", path);
  return folder;
}

Error link_met(std::string_view path) {
  return fail(Fault::unsupported, cat("`", printable(path), "` is a symbolic link"),
              "--allow-symlinks signs what links within the model lead to; "
              "--hugging-face-cache understands the layout of that cache");
}

class Collector {
 public:
  Collector(const fs::path& model, const ModelRules& rules, Task& task)
      : model_(model), rules_(rules), task_(task) {}

  Result<Members> collect() {
    std::error_code error;
    const auto status = fs::symlink_status(model_, error);
    if (error || !fs::exists(status)) {
      return fail(Fault::missing, cat("there is no `", printable(model_.string()), "`"));
    }
    if (fs::is_regular_file(status)) return single();
    if (fs::is_symlink(status) && !fs::is_directory(model_, error)) {
      return link_met(model_.string());
    }
    return folder();
  }

 private:
  Result<Members> single() {
    const auto parent = model_.has_parent_path() ? model_.parent_path() : fs::path(".");
    Members members{.root = TRY(open_folder(parent)), .files = {}, .single = true};
    const std::string name = model_.filename().string();
    struct stat status{};
    if (::fstatat(members.root.fd(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      return system_error("cannot examine", model_);
    }
    if (!is_canonical_name(name)) return bad_name(name);
    members.files.push_back({.name = name, .path = name, .state = state_of(status)});
    return members;
  }

  Result<Members> folder() {
    File folder = TRY(open_folder(model_));
    Walk walk = TRY(cupel::walk(folder.fd(), {}, task_));
    std::erase_if(walk.found,
                  [&](const Found& found) { return is_ignored(found.path, rules_.ignore); });
    std::error_code error;
    const std::string root = fs::canonical(model_, error).string();
    const LinkMap links(walk, root);
    Members members;
    for (const auto& found : walk.found) {
      if (found.kind == FoundKind::folder && found.problem.empty()) continue;
      members.files.push_back(TRY(member(found, links, root)));
    }
    // What could not be looked into is a folder with a problem; the walk as a whole may have one.
    if (!walk.complete) return fail(Fault::io, "the model's folder cannot be read completely");
    if (rules_.links == Links::hugging_face) {
      members.root = TRY(open_folder(fs::path(root) / ".." / ".."));
    } else {
      members.root = std::move(folder);
    }
    return members;
  }

  Result<Member> member(const Found& found, const LinkMap& links, const std::string& root) const {
    if (!found.problem.empty()) {
      return fail(Fault::unsupported, cat("`", printable(found.path), "`: ", found.problem));
    }
    if (!is_canonical_name(found.path)) return bad_name(found.path);
    const std::string prefix = rules_.links == Links::hugging_face
                                   ? cat("snapshots/", file_name(root), "/")
                                   : std::string();
    if (found.kind == FoundKind::file) {
      return Member{.name = found.path, .path = cat(prefix, found.path), .state = found.state};
    }
    if (rules_.links == Links::refuse) return link_met(found.path);
    if (rules_.links == Links::hugging_face) return blob(found, prefix, root);
    const auto answer = links.resolve(found.path);
    if (answer.found == nullptr || answer.found->kind != FoundKind::file) {
      return fail(Fault::unsupported,
                  cat("the link `", printable(found.path), "` cannot be followed: ",
                      answer.problem.empty() ? "it leads to a folder" : answer.problem));
    }
    return Member{.name = found.path, .path = answer.found->path, .state = answer.found->state};
  }

  // The cache links every file of a snapshot to ../../blobs/DIGEST, with more ".." in subfolders.
  static Result<Member> blob(const Found& found, const std::string& prefix,
                             const std::string& root) {
    const auto target =
        (fs::path(cat(prefix, found.path)).parent_path() / found.target).lexically_normal();
    const std::string path = target.generic_string();
    struct stat status{};
    const auto file = fs::path(root) / ".." / ".." / target;
    const bool is_blob = path.starts_with("blobs/") && path.find('/', 6) == std::string::npos &&
                         ::lstat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode);
    if (!is_blob) {
      return fail(Fault::unsupported, cat("the link `", printable(found.path),
                                          "` does not lead to a file of the cache's blobs/"));
    }
    return Member{.name = found.path, .path = path, .state = state_of(status)};
  }

  static Error bad_name(std::string_view name) {
    return fail(Fault::unsupported, cat("`", printable(name), "` cannot be named in a signature"),
                "file names must be valid UTF-8");
  }

  const fs::path& model_;
  const ModelRules& rules_;
  Task& task_;
};

// Digests of earlier runs, sealed by a key that lies beside them and only its owner may read.
class Memory {
 public:
  static Result<Memory> open(const ModelRules& rules, const fs::path& model) {
    Memory memory;
    const bool whole = rules.hash == HashKind::sha256 && rules.shard_size == 0;
    if (rules.remember.empty() || !whole) return memory;
    TRY(make_folders(rules.remember, 0700));
    std::error_code error;
    const std::string place = fs::canonical(model, error).string();
    memory.file_ = rules.remember / cat("digests-", sha256_hex(place).substr(0, 16));
    memory.key_ = TRY(key_in(rules.remember / "key"));
    if (!rules.rehash) memory.cache_ = DigestCache::load(memory.file_, memory.note_, memory.key_);
    return memory;
  }

  [[nodiscard]] const CachedDigest* find(const FileState& state) const {
    return cache_.find(state);
  }

  // A memory that cannot be kept is none; the work is done all the same.
  void keep(std::vector<CachedDigest> entries) {
    if (file_.empty()) return;
    cache_.replace(std::move(entries));
    if (const auto saved = cache_.save(file_, key_); !saved.ok()) note_ = saved.error().what;
  }
  [[nodiscard]] const std::string& note() const { return note_; }

 private:
  static Result<std::vector<std::byte>> key_in(const fs::path& file) {
    auto there = read_file(file, 32);
    if (there.ok() && there.value().size() == 32) return there;
    const auto fresh = random_bytes_32();
    TRY(replace_file(file, Bytes(fresh), 0600));
    return std::vector<std::byte>(fresh.begin(), fresh.end());
  }

  fs::path file_;
  std::vector<std::byte> key_;
  DigestCache cache_;
  std::string note_;
};

// What is to be hashed of the files, and what it is to be called.
struct Work {
  std::vector<HashJob> jobs;
  std::vector<std::string> names;
  std::vector<const Member*> members;
};

Result<Work> plan(const Members& members, const ModelRules& rules, const Memory& memory,
                  ModelFiles& out, std::vector<CachedDigest>& known) {
  Work work;
  for (const auto& member : members.files) {
    ++out.files;
    out.bytes += member.state.size;
    if (const auto* const cached = memory.find(member.state)) {
      out.resources.push_back({.name = member.name, .digest = to_hex(cached->sha256)});
      ++out.remembered;
      known.push_back(*cached);
      continue;
    }
    const std::uint64_t step = rules.shard_size == 0 ? member.state.size : rules.shard_size;
    std::uint64_t begin = 0;
    // An empty file is one digest of nothing; in shards it is left out.
    while (begin < member.state.size || (begin == 0 && rules.shard_size == 0)) {
      if (work.jobs.size() >= kShards) {
        return fail(Fault::limit, "the model is cut into more than ten million shards",
                    "choose a larger --shard-size");
      }
      const std::uint64_t end = std::min(begin + step, member.state.size);
      HashJob job{.path = member.path, .expected = member.state, .kind = rules.hash};
      if (rules.shard_size != 0) {
        job.begin = begin;
        job.end = end;
      }
      work.jobs.push_back(job);
      work.names.push_back(rules.shard_size == 0 ? member.name
                                                 : cat(member.name, ":", begin, ":", end));
      work.members.push_back(&member);
      if (end == begin) break;
      begin = end;
    }
  }
  return work;
}

}  // namespace

const std::vector<std::string>& default_ignored() {
  static const std::vector<std::string> kPaths = {".git", ".gitattributes", ".github",
                                                  ".gitignore"};
  return kPaths;
}

void ignore_defaults(const ModelManifest& manifest, std::vector<std::string>& ignored) {
  for (const auto& path : default_ignored()) {
    const bool was_signed = std::ranges::any_of(manifest.resources, [&](const Resource& resource) {
      return resource.name == path || resource.name.starts_with(path + "/") ||
             resource.name.starts_with(path + ":");
    });
    if (!was_signed) ignored.push_back(path);
  }
}

Result<std::string> ignored_path(const fs::path& model, const fs::path& path) {
  std::error_code error;
  auto relative = path;
  // Of the model first; a path that only the working folder has is meant from there.
  if (path.is_absolute() || (!fs::exists(model / path, error) && fs::exists(path, error))) {
    relative =
        fs::weakly_canonical(path, error).lexically_relative(fs::weakly_canonical(model, error));
  }
  std::string text = relative.lexically_normal().generic_string();
  while (text.ends_with('/')) text.pop_back();
  if (!is_canonical_name(text) || text.find_first_of("*?[") != std::string::npos) {
    return fail(Fault::usage, cat("`", printable(path.string()), "` cannot be ignored"),
                "name a file or folder of the model by its path; patterns are not understood");
  }
  return text;
}

Result<ModelFiles> read_model(const fs::path& model, const ModelRules& rules, Task& task) {
  const Members members = TRY(Collector(model, rules, task).collect());
  Memory memory = TRY(Memory::open(rules, model));
  ModelFiles out;
  out.single = members.single;
  std::vector<CachedDigest> known;
  const Work work = TRY(plan(members, rules, memory, out, known));
  std::uint64_t total = 0;
  for (const auto& job : work.jobs) total += std::min(job.end, job.expected.size) - job.begin;
  task.expect(total);
  const auto hashed = TRY(hash_files(members.root.fd(), work.jobs, 0, task));
  for (std::size_t at = 0; at < hashed.size(); ++at) {
    const Hashed& one = hashed[at];
    if (!one.problem.empty()) {
      return fail(Fault::io, cat("`", printable(work.members[at]->name), "`: ", one.problem));
    }
    const bool sha = rules.hash == HashKind::sha256;
    out.resources.push_back(
        {.name = work.names[at], .digest = sha ? to_hex(one.sha256) : one.digest});
    if (sha && rules.shard_size == 0 && DigestCache::settled(one.state, one.read_at_ns)) {
      known.push_back({.state = one.state, .sha256 = one.sha256, .format = one.format});
    }
  }
  memory.keep(std::move(known));
  out.note = memory.note();
  return out;
}

}  // namespace cupel
