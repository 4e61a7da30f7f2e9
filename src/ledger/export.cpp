// SPDX-License-Identifier: Apache-2.0
#include "ledger/export.h"

#include <algorithm>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "crypto/merkle.h"
#include "ledger/erasure.h"
#include "ledger/leaf.h"
#include "ledger/state.h"

namespace cupel {
namespace {

constexpr std::string_view kSchema = "cupel/ledger-export/1";
constexpr std::size_t kProblemLimit = 1000;

std::string header_line(std::string_view origin, std::string_view vkey, std::uint64_t size) {
  return Json::object({{"origin", origin}, {"schema", kSchema}, {"size", size}, {"vkey", vkey}})
      .canonical();
}

std::string entry_line(const Entry& entry) {
  Json line = Json::object({{"index", entry.index},
                            {"leaf", entry.leaf},
                            {"leaf_hash", to_hex(merkle::leaf_hash(as_bytes(entry.leaf)))},
                            {"salt", entry.salt}});
  if (entry.erased) {
    line.set("body", nullptr).set("salt", nullptr);
  } else if (is_utf8(entry.body)) {
    line.set("body", entry.body);
  } else {
    line.set("body_base64", to_base64(as_bytes(entry.body)));
  }
  return line.canonical();
}

std::string checkpoint_line(std::string_view note) {
  return Json::object({{"checkpoint", note}}).canonical();
}

std::string seal_line(std::string_view text, Bytes signature) {
  return Json::object({{"sha256", sha256_hex(text)}, {"signature", to_base64(signature)}})
      .canonical();
}

// One line of an export, and how to point into it.
struct Line {
  std::size_t number = 0;  // from 1
  std::string_view text;
  Json json;

  [[nodiscard]] std::string at(std::size_t column) const {
    return cat("line ", number, ", column ", column);
  }
  // Where the value of a member begins. The line is canonical, so its members stand
  // in the order in which they were read and without spaces.
  [[nodiscard]] std::string at(std::string_view key) const {
    std::size_t column = 2;
    for (const auto& member : json.members()) {
      column += Json(member.key).canonical().size() + 1;
      if (member.key == key) return at(column);
      column += member.value.canonical().size() + 1;
    }
    return at(std::size_t{1});
  }
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  ExportReading read(const std::optional<std::string>& trust,
                     const std::optional<std::string>& earlier) {
    if (text_.empty()) {
      problem("line 1, column 1", "the export is empty");
    } else {
      take_lines();
      if (lines_.size() < 3) {
        problem(cat("line ", lines_.size(), ", column 1"), "the export ends too early");
      } else {
        read_lines(trust, earlier);
      }
    }
    return std::move(reading_);
  }

 private:
  void problem(std::string where, std::string what) {
    if (reading_.problems.size() < kProblemLimit) {
      reading_.problems.push_back({.where = std::move(where), .what = std::move(what)});
    }
  }

  void take_lines() {
    std::string_view rest = text_;
    while (!rest.empty()) {
      const auto end = rest.find('\n');
      const std::string_view line = rest.substr(0, end);
      lines_.push_back(line);
      if (end == std::string_view::npos) {
        problem(cat("line ", lines_.size(), ", column ", line.size() + 1), "the line does not end");
        return;
      }
      rest.remove_prefix(end + 1);
    }
  }

  void read_lines(const std::optional<std::string>& trust,
                  const std::optional<std::string>& earlier) {
    read_header(trust);
    for (std::size_t i = 1; i + 2 < lines_.size(); ++i) read_entry(i);
    check_gone();
    read_checkpoint();
    if (earlier) read_earlier(*earlier);
    read_seal();
    reading_.trusted = trust && reading_.problems.empty();
  }

  // The line as JSON when it is canonical and has exactly these members, sorted.
  std::optional<Line> parse(std::size_t i, std::initializer_list<std::string_view> keys) {
    Line line{.number = i + 1, .text = lines_[i], .json = {}};
    auto reading = read_json(line.text, {.depth = 2, .values = 100});
    if (!reading.value) {
      problem(line.at(reading.offset + 1), reading.problem);
      return {};
    }
    line.json = *std::move(reading.value);
    const std::string canonical = line.json.canonical();
    if (canonical != line.text) {
      const auto [wrong, right] = std::ranges::mismatch(line.text, canonical);
      problem(line.at(static_cast<std::size_t>(wrong - line.text.begin()) + 1),
              "the line is not written as an export writes it");
      return {};
    }
    const bool same = std::ranges::equal(line.json.members(), keys, {}, &Json::Member::key);
    if (!line.json.is_object() || !same) {
      problem(line.at(std::size_t{1}), "the line has other members than belong here");
      return {};
    }
    return line;
  }

  void read_header(const std::optional<std::string>& trust) {
    const auto line = parse(0, {"origin", "schema", "size", "vkey"});
    if (!line) return;
    const Json& json = line->json;
    reading_.origin = json["origin"].text();
    reading_.vkey = json["vkey"].text();
    if (json["schema"].text() != kSchema) problem(line->at("schema"), "the format is unknown");
    if (!json["size"].is_integer() ||
        json["size"].integer() != static_cast<std::int64_t>(lines_.size() - 3)) {
      problem(line->at("size"), cat(count_of(lines_.size() - 3, "entry", "entries"), " follow"));
    }
    auto verifier = note::parse_vkey(reading_.vkey);
    if (!verifier.ok()) {
      problem(line->at("vkey"), verifier.error().what);
    } else if (verifier.value().name != reading_.origin) {
      problem(line->at("origin"), "the origin is not the name of the key");
    } else {
      verifier_ = std::move(verifier).value();
    }
    if (trust && trim(*trust) != reading_.vkey) {
      problem(line->at("vkey"), "the ledger is signed by another key than the trusted one");
    }
  }

  void read_entry(std::size_t i) {
    const bool encoded = lines_[i].starts_with("{\"body_base64\"");
    const std::string_view body = encoded ? "body_base64" : "body";
    const auto line = parse(i, {body, "index", "leaf", "leaf_hash", "salt"});
    if (!line) return;
    const Json& json = line->json;
    const auto wrong = [&](std::string_view key, std::string_view what) {
      problem(line->at(key), cat("entry ", i - 1, ": ", what));
    };
    Entry entry{.index = i - 1,
                .leaf = json["leaf"].text(),
                .salt = json["salt"].text(),
                .body = json[body].text(),
                .erased = json[body].is_null(),
                .type = {},
                .actor = {},
                .at = {},
                .media_type = {}};
    if (!json["index"].is_integer() ||
        json["index"].integer() != static_cast<std::int64_t>(i - 1)) {
      wrong("index", "it has another number");
    }
    const Digest hash = merkle::leaf_hash(as_bytes(entry.leaf));
    tree_.append(hash);
    if (to_hex(hash) != json["leaf_hash"].text()) wrong("leaf_hash", "it is not that of the leaf");
    auto leaf = read_leaf(entry.leaf);
    if (!leaf.leaf) return wrong("leaf", leaf.problem);
    if (leaf.leaf->seq != i - 1) wrong("leaf", "the leaf is that of another entry");
    if (entry.erased) {
      if (!json["salt"].is_null()) wrong("salt", "the body is gone and its salt is not");
      gone_.push_back({.entry = i - 1, .where = line->at(body)});
    } else {
      const auto salt = from_hex(entry.salt);
      if (!salt || salt->size() != std::tuple_size_v<Salt>) return wrong("salt", "it is no salt");
      if (encoded && !decode(entry.body)) {
        return wrong(body, "the body is not encoded as it must be");
      }
      if (!json[body].is_text()) return wrong(body, "the body is no text");
      if (to_hex(commitment(*salt, entry.body)) != leaf.leaf->body_sha256) {
        wrong(body, "body and salt do not match the commitment in the leaf");
      }
      if (leaf.leaf->type == entry_type::kErasure) take_erasure(i - 1, entry.body, line->at(body));
    }
    entry.type = std::move(leaf.leaf->type);
    entry.actor = std::move(leaf.leaf->actor);
    entry.at = leaf.leaf->at;
    entry.media_type = std::move(leaf.leaf->media_type);
    reading_.entries.push_back(std::move(entry));
  }

  void take_erasure(std::uint64_t entry, std::string_view body, const std::string& where) {
    auto record = read_erasure(body);
    if (!record || (!record->entries.empty() && record->entries.back().end > entry)) {
      problem(where, cat("entry ", entry, ": it does not say what was erased"));
      return;
    }
    erasures_.push_back(*std::move(record));
  }

  // A body may be gone when the log itself says so.
  void check_gone() {
    for (const auto& [entry, where] : gone_) {
      const bool told = std::ranges::any_of(
          erasures_, [seq = entry](const auto& record) { return record.names(seq); });
      if (!told) {
        problem(where, cat("entry ", entry,
                           ": the body is gone, and nothing in the log says that it was erased"));
      }
    }
  }

  // Base64 stands only for bytes that no JSON text can hold.
  static bool decode(std::string& body) {
    const auto bytes = from_base64(body);
    if (!bytes || is_utf8(as_text(*bytes))) return false;
    body = as_text(*bytes);
    return true;
  }

  void read_checkpoint() {
    const auto line = parse(lines_.size() - 2, {"checkpoint"});
    reading_.root = to_hex(tree_.root());
    if (!line) return;
    reading_.checkpoint = line->json["checkpoint"].text();
    if (!verifier_) return;  // said already
    const auto checkpoint = note::open(reading_.checkpoint, *verifier_);
    const std::string where = line->at("checkpoint");
    if (!checkpoint.ok()) {
      problem(where, cat("the checkpoint, ", checkpoint.error().what));
      return;
    }
    const auto& [origin, size, root] = checkpoint.value();
    if (origin != reading_.origin) problem(where, "the checkpoint is of another ledger");
    if (size != lines_.size() - 3) {
      problem(where, cat("the checkpoint covers ", count_of(size, "entry", "entries")));
    } else if (root != tree_.root()) {
      problem(where, "the root of the checkpoint is not that of the entries");
    }
  }

  void read_earlier(const std::string& text) {
    if (!verifier_) return;
    const auto checkpoint = note::open(text, *verifier_);
    const std::string where = "earlier checkpoint";
    if (!checkpoint.ok()) {
      problem(where, checkpoint.error().what);
    } else if (checkpoint.value().size > tree_.size()) {
      problem(where, cat("the ledger has shrunk: it held ", checkpoint.value().size,
                         " entries and the export holds ", tree_.size()));
    } else if (tree_.root_at(checkpoint.value().size) != checkpoint.value().root) {
      problem(where, "the history has been rewritten: its entries are not those of this export");
    } else {
      reading_.extends_checkpoint = true;
    }
  }

  void read_seal() {
    const auto line = parse(lines_.size() - 1, {"sha256", "signature"});
    if (!line) return;
    const std::string_view sealed =
        text_.substr(0, static_cast<std::size_t>(lines_.back().data() - text_.data()));
    if (line->json["sha256"].text() != sha256_hex(sealed)) {
      problem(line->at("sha256"), "it is not the digest of the lines before it");
    }
    if (!verifier_) return;
    const auto signature = from_base64(line->json["signature"].text());
    if (!signature || !verifier_->key.verify(as_bytes(sealed), *signature)) {
      problem(line->at("signature"), "it does not verify over the lines before it");
    }
  }

  struct Gone {
    std::uint64_t entry = 0;
    std::string where;
  };

  std::string_view text_;
  std::vector<std::string_view> lines_;
  ExportReading reading_;
  std::vector<Gone> gone_;
  std::vector<ErasureRecord> erasures_;
  std::optional<note::Verifier> verifier_;
  merkle::Tree tree_;
};

}  // namespace

ExportReading read_export(std::string_view text, const std::optional<std::string>& trust,
                          const std::optional<std::string>& earlier) {
  return Reader(text).read(trust, earlier);
}

Result<void> Ledger::export_to(const std::filesystem::path& file, Task& task) const {
  constexpr std::uint64_t kBatch = 256;
  TRY(checkpoint());  // an empty ledger has nothing to export
  const PrivateKey key = TRY(load_key(state_->files, state_->verifier));
  const auto head = state_->head();
  const std::uint64_t end = head->frontier.size();
  std::string text = header_line(origin(), vkey(), end) + "\n";
  merkle::Frontier frontier;
  std::vector<merkle::Frontier::Completed> completed;
  task.expect(end);
  for (std::uint64_t from = 0; from < end; from += kBatch) {
    for (const auto& entry : TRY(entries(from, std::min(from + kBatch, end)))) {
      TRY(task.step(1));
      frontier.append(merkle::leaf_hash(as_bytes(entry.leaf)), completed);
      text += entry_line(entry) + "\n";
    }
    completed.clear();
  }
  if (frontier.root() != head->frontier.root()) {
    return fail(Fault::integrity, "the entries do not give the signed root",
                "`cupel ledger verify` names what is wrong");
  }
  text += checkpoint_line(head->newest->note) + "\n";
  text += seal_line(text, key.sign(as_bytes(text))) + "\n";
  return replace_file(file, text);
}

}  // namespace cupel
