// SPDX-License-Identifier: Apache-2.0
// draft: the first cupel.yaml of a system, from its inventory. What it cannot know it
// leaves open or calls a guess; what it writes must be readable without a diagnostic.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "base/text.h"
#include "formats/yaml.h"
#include "inventory/inventory.h"
#include "inventory/kinds.h"
#include "inventory/model_card_text.h"
#include "inventory/traces.h"
#include "inventory/values.h"

namespace cupel {
namespace {

constexpr std::size_t kMostAssets = 1000;  // a person has to read them all

// A word as YAML: plain where every reader takes it for the same text, else in quotes.
std::string scalar(std::string_view text) {
  constexpr std::string_view kSafe =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./";
  constexpr auto kReserved = std::to_array<std::string_view>(
      {"true", "false", "null", "yes", "no", "on", "off", "y", "n"});
  const bool letter_first = !text.empty() && kSafe.find(text[0]) < 52;
  if (letter_first && text.find_first_not_of(kSafe) == std::string_view::npos &&
      std::ranges::find(kReserved, lower(text)) == kReserved.end()) {
    return std::string(text);
  }
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

// "Fraud Model (v2).json" → "fraud-model-v2".
std::string slug(std::string_view path) {
  std::string_view name = file_name(path);
  if (const auto dot = name.rfind('.'); dot != std::string_view::npos && dot != 0) {
    name = name.substr(0, dot);
  }
  std::string out;
  for (const char c : lower(name)) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (kept) {
      out += c;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out.substr(0, 60);
}

// A path that cupel.yaml can hold as it is.
bool is_writable(std::string_view path) {
  using namespace system_file;
  return is_plain_line(path) && path.find('\\') == std::string_view::npos &&
         path_inside(path) == std::string(path);
}

struct Guess {
  std::string_view scenario;
  std::string_view why;
};

class Draft {
 public:
  Draft(const Inventory& inventory, const InitOptions& options)
      : inventory_(inventory),
        options_(options),
        traces_(trace(inventory, options.read)),
        card_elsewhere_(card_elsewhere()) {}

  std::string write() {
    head();
    people();
    assets();
    rest();
    return std::move(out_);
  }

 private:
  void line(std::string_view text) { out_ += cat(text, "\n"); }

  [[nodiscard]] bool has_asset(AssetKind kind) const {
    return std::ranges::any_of(inventory_.assets,
                               [&](const Asset& asset) { return asset.declared.kind == kind; });
  }

  [[nodiscard]] bool has_format(std::initializer_list<std::string_view> formats) const {
    return std::ranges::any_of(inventory_.files, [&](const FileEntry& file) {
      return file.kind != AssetKind::code &&
             std::ranges::find(formats, file.format) != formats.end();
    });
  }

  [[nodiscard]] bool has_extension(std::initializer_list<std::string_view> endings) const {
    return std::ranges::any_of(inventory_.files, [&](const FileEntry& file) {
      return file.kind == AssetKind::model &&
             std::ranges::find(endings, extension(file.path)) != endings.end();
    });
  }

  [[nodiscard]] bool has_hub_model() const {
    return std::ranges::any_of(inventory_.files, [](const FileEntry& file) {
      return file.kind == AssetKind::model && is_hub_weights(file.path, file.format);
    });
  }

  [[nodiscard]] bool has_code() const {
    return std::ranges::any_of(inventory_.files, [](const FileEntry& file) {
      return file.kind == AssetKind::code && installed_in(file.path).empty();
    });
  }

  [[nodiscard]] Guess guess() const {
    if (has_asset(AssetKind::prompt) || !traces_.prompts.empty() || has_format({"faiss"})) {
      return {"chatbot", "there are prompts or a vector store"};
    }
    if (has_hub_model() && !has_code()) {
      return {"open-access-llm", "there are published weights and no program"};
    }
    if (has_hub_model() || has_format({"gguf"}) || has_extension({".gguf"})) {
      return {"llm-platform", "there are weights and a program around them"};
    }
    if (has_asset(AssetKind::model) || has_asset(AssetKind::dataset)) {
      return {"fraud-detection", "there is a model of tables and no prompt"};
    }
    if (!traces_.services.empty()) return {"chatbot", "it uses AI services of others"};
    return {"chatbot", "nothing shows what the system does"};
  }

  // Whoever has a program that answers requests, or files to deploy one, runs it too.
  void guess_roles() {
    const bool serves = !traces_.server.path.empty();
    const std::string why = serves ? cat("`", printable(traces_.server.sign, 60), "` in ",
                                         printable(traces_.server.path, 200), " answers requests")
                            : !traces_.deployment.empty()
                                ? cat(printable(traces_.deployment, 200), " deploys a program")
                                : std::string("no server and no file that deploys one was seen");
    line(cat("# A guess, because ", why, "."));
    line("# The roles that you hold, of: developer, system-operator, data-custodian.");
    const bool both = serves || !traces_.deployment.empty();
    line(both ? "roles: [developer, system-operator]" : "roles: [developer]");
  }

  void head() {
    using namespace system_file;
    const std::string name = printable(trim(options_.name), 200);
    line(
        "# cupel.yaml: what the system is. `cupel assess` reads it; `cupel init` wrote this first");
    line("# version from the files it found. Read every line and correct it: what could only be");
    line("# guessed says so, and what could not be known is left open.");
    line("cupel: 1");
    line(cat("name: ", scalar(name.empty() ? "my-system" : name)));
    line("version: \"0.0.0\"  # not known: the version that you assess");
    const Guess guessed = guess();
    if (options_.scenario.empty()) {
      line(cat("# A guess, because ", guessed.why, ". One of: chatbot, fraud-detection,"));
      line("# llm-platform, open-access-llm, hospital-chatbot, law-firm.");
      line(cat("scenario: ", guessed.scenario));
    } else {
      line(cat("scenario: ", scalar(options_.scenario)));
    }
    if (options_.roles.empty()) {
      guess_roles();
    } else {
      std::vector<std::string> roles;
      roles.reserve(options_.roles.size());
      for (const auto& role : options_.roles) roles.push_back(scalar(role));
      line(cat("roles: [", join(roles, ", "), "]"));
    }
  }

  void people() {
    line("");
    line(
        "# Everyone who answers or signs for something. Roles: owner, developer, system-operator,");
    line(
        "# data-custodian, security-officer, tester, approver, author. `cupel key new` makes "
        "keys.");
    line("people:");
    line("#  - name: Ana Duarte");
    line("#    roles: [owner, security-officer]");
    line("#    public_key: …");
  }

  void assets() {
    std::vector<const Asset*> listed;
    std::vector<const Asset*> left_out;
    for (const auto& asset : inventory_.assets) {
      if (asset.is_declared || !asset.is_present || asset.declared.path.empty()) continue;
      const bool fits = is_writable(asset.declared.path) && listed.size() < kMostAssets;
      (fits ? listed : left_out).push_back(&asset);
    }
    line("");
    line("# What the system is made of. origin: internal, public, supplier, generated or unknown.");
    line("# Worth adding to each: sensitivity (public, internal, confidential, secret), custodian");
    line(
        "# (someone of `people`), licence; to models: card, uses (the datasets they were made "
        "from),");
    line("# released, known_good; to datasets: source, collected.");
    const bool none = listed.empty() && traces_.configurations.empty() && traces_.prompts.empty() &&
                      traces_.services.empty();
    line(none ? "assets: []  # no model, dataset or prompt was found" : "assets:");
    for (const auto* asset : listed) write_asset(*asset);
    std::size_t room = kMostAssets - listed.size();
    for (const auto& found : traces_.prompts) {
      write_trace(found, AssetKind::prompt, "a program: its prompt is ", room);
    }
    for (const auto& found : traces_.configurations) {
      write_trace(found, AssetKind::configuration, "of a language model: it sets ", room);
    }
    for (const auto& found : traces_.services) write_service(found);
    if (traces_.unread != 0) {
      line(
          cat("# not looked into for prompts, configuration and services, because of their size or "
              "number: ",
              count_of(traces_.unread, "file")));
    }
    for (const auto* asset : left_out) {
      line(cat("# not listed, because its name cannot be written plainly or there are too many: ",
               printable(asset->declared.path, 200)));
    }
  }

  void write_asset(const Asset& asset) {
    const DeclaredAsset& declared = asset.declared;
    line(cat("  - name: ", scalar(unique_name(declared))));
    line(cat("    kind: ", to_text(declared.kind)));
    line(cat("    path: ", scalar(declared.path)));
    const std::string card = declared.kind == AssetKind::model ? card_of(asset) : std::string();
    const std::string licence = licence_in(card);
    const bool public_card = !licence.empty() && is_hub_folder(asset);
    if (public_card) {
      line("    origin: public  # a guess, as is the next line: its card gives it a licence");
      line("    sensitivity: public");
    } else {
      line("    origin: unknown");
    }
    if (!card.empty()) line(cat("    card: ", scalar(card)));
    if (!licence.empty()) line(cat("    licence: ", scalar(licence), "  # as the card says"));
    if (public_card) write_source(card);
    if (!asset.digest.empty()) line(cat("    sha256: ", asset.digest));
    if (declared.kind == AssetKind::dataset) {
      line("    # source:     # where it came from: a URL or a sentence");
      line("    # collected:  # when it was obtained: 2026-03-01");
    }
  }

  std::string unique_name(const DeclaredAsset& declared) {
    std::string name = declared.path == "." ? slug(options_.name) : slug(declared.path);
    if (name.empty()) name = to_text(declared.kind);
    if (used_.insert(name).second) return name;
    for (std::size_t& number = numbers_[name];; ++number) {
      std::string next = cat(name, "-", number + 2);
      if (used_.insert(next).second) return next;
    }
  }

  // What was seen inside of a file, which is no asset by its kind alone.
  void write_trace(const Trace& found, AssetKind kind, std::string_view about, std::size_t& room) {
    const auto* file = inventory_.file(found.path);
    if (file == nullptr) return;
    if (!is_writable(found.path) || room == 0) {
      line(cat("# not listed, because its name cannot be written plainly or there are too many: ",
               printable(found.path, 200)));
      return;
    }
    --room;
    DeclaredAsset declared;
    declared.kind = kind;
    declared.path = found.path;
    line(cat("  - name: ", scalar(unique_name(declared))));
    line(cat("    kind: ", to_text(kind), "  # ", about, printable(found.sign, 100)));
    line(cat("    path: ", scalar(found.path)));
    line("    origin: unknown");
    if (!file->sha256.empty()) line(cat("    sha256: ", file->sha256));
  }

  void write_service(const Traces::Service& found) {
    DeclaredAsset declared;
    declared.path = found.use.service;
    declared.kind = AssetKind::endpoint;
    line(cat("  - name: ", scalar(unique_name(declared))));
    line(cat("    kind: endpoint  # a service of others: `", printable(found.use.sign, 60), "` in ",
             printable(found.path, 200)));
    const bool incomplete =
        found.use.url.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string_view::npos;
    line(cat("    url: ", scalar(found.use.url),
             incomplete ? "  # put your own name for the part in capitals" : ""));
    line("    origin: supplier");
  }

  [[nodiscard]] bool is_hub_folder(const Asset& asset) const {
    return inventory_.file(asset.declared.path) == nullptr &&
           std::ranges::any_of(asset.files, [&](std::size_t index) {
             return configures_a_model(inventory_.files[index].path);
           });
  }

  // The model card of a hub is the README beside the weights; its front matter has the licence.
  [[nodiscard]] std::string card_of(const Asset& asset) const {
    const std::string& path = asset.declared.path;
    const bool is_folder = inventory_.file(path) == nullptr;
    std::string card = path == "." ? "README.md" : cat(path, "/README.md");
    if (!is_folder || inventory_.file(card) == nullptr) card = card_elsewhere_;
    return is_writable(card) ? card : std::string();
  }

  void write_source(std::string_view card) {
    const std::string id = model_id_in(options_.read(card));
    if (!id.empty()) {
      line(cat("    source: ", scalar(cat("https://huggingface.co/", id)), "  # as the card says"));
    }
  }

  // The one document that calls itself a model card, when there is exactly one.
  [[nodiscard]] std::string card_elsewhere() const {
    std::string card;
    for (const auto& file : inventory_.files) {
      const std::string name = lower(file_name(file.path));
      const bool fits = name.find("model") != std::string::npos &&
                        name.find("card") != std::string::npos && name.ends_with(".md");
      if (!fits || !file.problem.empty() || !installed_in(file.path).empty()) continue;
      if (!card.empty()) return {};
      card = file.path;
    }
    return card;
  }

  [[nodiscard]] std::string licence_in(std::string_view card) const {
    using namespace system_file;
    if (!options_.read || card.empty()) return {};
    const auto matter = yaml::front_matter(options_.read(card));
    if (!matter.present) return {};
    std::string licence = text_under(matter.reading.root, "license");
    if (licence == "other") licence = text_under(matter.reading.root, "license_name");
    const bool open = licence == "unknown" || licence == "none";
    return !open && licence.size() <= 100 && is_plain_line(licence) ? licence : std::string();
  }

  static std::string text_under(const yaml::Node& node, std::string_view key) {
    const auto* value = node.find(key);
    if (value != nullptr && value->kind == yaml::Kind::sequence && value->items.size() == 1) {
      value = value->items.data();
    }
    if (value == nullptr || value->kind != yaml::Kind::text) return {};
    return std::string(trim(value->text));
  }

  void rest() {
    line("");
    line("# Where each asset stands: design, development, deployment, maintenance, end-of-life.");
    line("lifecycle: {}");
    line("");
    line(
        "# What you claim, provision by provision (`cupel list provisions`), with the documents "
        "that");
    line(
        "# show it; or why a provision does not apply. Numbers like a review interval go here "
        "too.");
    line("declares: {}");
    line("#  5.2.2-5:");
    line("#    claim: We run and exercise an incident plan.");
    line("#    owner: Ana Duarte");
    line("#    documents: [docs/incident-plan.md]");
    line("#    review_interval: 365 days");
    line("");
    line("# Where the system is reached. exposure: internal, partners or public.");
    line("endpoints: []");
    line("#  - {name: api, url: \"https://api.example.com/v1\", exposure: internal}");
  }

  const Inventory& inventory_;
  const InitOptions& options_;
  Traces traces_;
  std::string card_elsewhere_;
  std::string out_;
  std::set<std::string> used_;
  std::map<std::string, std::size_t> numbers_;  // how far each name has been counted on
};

}  // namespace

std::string draft_system_file(const Inventory& inventory, const InitOptions& options) {
  return Draft(inventory, options).write();
}

}  // namespace cupel
