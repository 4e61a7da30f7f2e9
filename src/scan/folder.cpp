// SPDX-License-Identifier: Apache-2.0
// What the files of a folder mean and say together. Each file's own findings are examine()'s; here
// are those that no single file shows: code that a configuration pulls in, shards that an index
// names, packages that an installation fetches, credentials that would be published.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.h"
#include "detect/secrets.h"
#include "formats/loose_json.h"
#include "formats/onnx.h"
#include "scan/examiner.h"
#include "scan/text/capabilities.h"
#include "scan/text/named_code.h"
#include "scan/text/paths.h"

namespace cupel::scan {
namespace {

using loose_json::Value;

constexpr std::uint64_t kMostBytes = 16U << 20U;

bool is_text_file(std::string_view path) {
  constexpr std::array<std::string_view, 20> kEndings = {
      ".json",       ".py",  ".txt", ".yaml", ".yml",   ".md",    ".toml",
      ".cfg",        ".ini", ".sh",  ".env",  ".jinja", ".ipynb", ".conf",
      ".properties", ".xml", ".pem", ".key",  ".js",    ".jsonl"};
  const auto name = lower(file_name(path));
  return name.starts_with(".env") || name.find('.') == std::string::npos ||
         std::ranges::any_of(kEndings, [&](std::string_view end) { return name.ends_with(end); });
}

class Whole {
 public:
  Whole(const Folder& folder, Session& session) : folder_(folder), session_(session) {
    for (const auto& file : folder.files) paths_.emplace(file.path, file.size_bytes);
  }

  void run() {
    for (const auto& file : folder_.files) {
      const bool onnx = lower(file.path).ends_with(".onnx");
      if (!onnx && !is_text_file(file.path)) continue;
      // a vocabulary; examine() reads it all the same
      if (!onnx && file.size_bytes > kMostBytes) continue;
      const auto done = folder_.read(
          file, [&](Bytes bytes) { onnx ? examine_onnx(file, bytes) : examine_file(file, bytes); });
      if (!done.ok()) {
        session_.miss({.bytes = {}, .path = {file.path}, .depth = 1}, done.error().what);
      }
    }
  }

 private:
  void examine_file(const FolderFile& file, Bytes bytes) {
    const Layer layer{.bytes = bytes, .path = {file.path}, .depth = 0};
    const auto name = lower(file_name(file.path));
    const auto text = as_text(bytes);
    if (name.ends_with(".json") && name != "tokenizer.json" && name != "vocab.json") {
      configuration(layer, text);
    }
    if (name.find("requirements") != std::string::npos && name.ends_with(".txt")) {
      requirements(layer, text);
    }
    if (name == "pip.conf" || name == "pip.ini" || name == ".npmrc") requirements(layer, text);
    if (name == "setup.py" || name == "setup.cfg" || name == "pyproject.toml") {
      installation(layer, text);
    }
    secrets(layer, text);
    if (capabilities::may_say_some(name)) statements(layer, text);
  }

  // Several files say the same of a model: each thing is passed on once.
  void statements(const Layer& layer, std::string_view text) {
    capabilities::read(file_name(layer.path.front()), text, [&](auto key, auto value) {
      if (said_.emplace(key, value).second) session_.state(layer, key, value);
    });
  }

  // Tensors whose data stand in other files: those must be there, and long enough. Where only the
  // model was fetched, its weights are missing and nothing is wrong with it: nobody looked at them.
  void examine_onnx(const FolderFile& file, Bytes bytes) {
    const Layer layer{.bytes = bytes, .path = {file.path}, .depth = 0};
    std::set<std::string_view> told;
    const auto reading = onnx::read(bytes);
    for (const auto& external : reading.externals) {
      if (!path_escape(external.location).empty()) continue;  // told of the file itself
      const auto found = paths_.find(beside(layer, plain(external.location)));
      const bool there = found != paths_.end();
      if (there && found->second >= external.end) continue;
      if (!told.insert(external.location).second) continue;
      tell(layer, "FLD006", there ? Severity::high : Severity::medium, external.span, 0,
           there ? cat("the data of ", quote(external.tensor), " lie behind the end of ",
                       quote(external.location))
                 : cat("the data of ", quote(external.tensor), " are in ", quote(external.location),
                       ", which is not in the folder"),
           "get the folder whole, and compare digests");
    }
  }

  // "./weights.bin" is "weights.bin".
  static std::string_view plain(std::string_view path) {
    while (path.starts_with("./")) path.remove_prefix(2);
    return path;
  }

  void configuration(const Layer& layer, std::string_view text) {
    if (text.find("auto_map") == std::string_view::npos &&
        text.find("weight_map") == std::string_view::npos &&
        text.find("\\u00") == std::string_view::npos) {
      return;
    }
    const auto document = loose_json::read(text);
    for (std::uint32_t at = 0; at < document.nodes.size(); ++at) {
      if (document.nodes[at].key == 0) continue;
      const Value value(document, at);
      const auto key = value.key();
      if (key == "auto_map") pulled_in(layer, value);
      if (key == "weight_map") shards(layer, value);
    }
  }

  [[nodiscard]] std::string beside(const Layer& layer, std::string_view name) const {
    const auto& path = layer.path.front();
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? std::string(name) : cat(path.substr(0, slash + 1), name);
  }

  void pulled_in(const Layer& layer, const Value& map) {
    std::set<std::string> modules;
    const auto add = [&](const Value& value) {
      const auto name = value.text();
      if (!name.empty()) modules.insert(name.substr(0, name.rfind('.')));
    };
    for (const auto& item : map.items()) {
      add(item);
      for (const auto& part : item.items()) add(part);
    }
    for (const auto& module : modules) {
      std::string path = module;
      std::ranges::replace(path, '.', '/');
      path = beside(layer, cat(path, ".py"));
      const bool here = paths_.contains(path);
      tell(layer, "FLD001", Severity::medium, map.span(), 0,
           here ? cat("loading the folder with trust_remote_code runs ", quote(path))
                : cat("loading the folder with trust_remote_code runs ", quote(module),
                      ", which is not in the folder"),
           here ? "review that code, or load without trust_remote_code"
                : "take the model with its code at one revision, and review both");
    }
  }

  void shards(const Layer& layer, const Value& map) {
    std::set<std::string> missing;
    for (const auto& item : map.items()) {
      const auto name = item.text();
      if (named_code::leads_out(name)) continue;  // told of the file itself
      if (!name.empty() && !paths_.contains(beside(layer, name))) missing.insert(name);
    }
    if (missing.empty()) return;
    tell(layer, "FLD005", Severity::low, map.span(), 0,
         cat("the index names ", count_of(missing.size(), "file"), " that the folder lacks"),
         "get the folder whole", {name_some({missing.begin(), missing.end()})});
  }

  void requirements(const Layer& layer, std::string_view text) {
    std::uint32_t number = 0;
    std::size_t begin = 0;
    for (const auto whole : split(text, '\n')) {
      ++number;
      const auto line = trim(whole);
      const Span span{begin, begin + whole.size()};
      begin += whole.size() + 1;
      if (line.starts_with('#')) continue;
      if (const auto host = foreign_index(line); !host.empty()) {
        tell(layer, "FLD002", Severity::high, span, number,
             cat("installing what ", quote(layer.name()), " lists fetches packages from ",
                 quote(host)),
             "take packages from one index that you chose, pinned by digest",
             {"whoever runs that index can answer for any package's name"});
      } else if (line.find("git+") != std::string_view::npos ||
                 line.find("@ http") != std::string_view::npos || line.starts_with("http")) {
        tell(layer, "FLD002", Severity::medium, span, number,
             cat("installing what ", quote(layer.name()), " lists fetches code from ", quote(line)),
             "pin it to a commit or a digest that was reviewed");
      }
    }
  }

  // The address of an index other than the ones that everybody uses; "" when none.
  static std::string foreign_index(std::string_view line) {
    constexpr std::array<std::string_view, 7> kOptions = {
        "--index-url", "--extra-index-url", "--find-links", "--trusted-host",
        "index-url",   "extra-index-url",   "-i "};
    constexpr std::array<std::string_view, 5> kUsual = {
        "https://pypi.org/", "https://download.pytorch.org/", "https://pypi.nvidia.com",
        "https://files.pythonhosted.org/", "https://pypi.ngc.nvidia.com"};
    for (const auto option : kOptions) {
      if (!line.starts_with(option) && line.find(cat(" ", option)) == std::string_view::npos)
        continue;
      auto at = line.find(option) + option.size();
      while (at < line.size() && (line[at] == ' ' || line[at] == '=')) ++at;
      const auto address = line.substr(std::min(at, line.size()));
      const auto begins = [&](std::string_view usual) { return address.starts_with(usual); };
      if (!address.empty() && std::ranges::none_of(kUsual, begins)) return std::string(address);
    }
    return {};
  }

  void installation(const Layer& layer, std::string_view text) {
    for (const std::string_view word : {"cmdclass", "entry_points", "entry-points"}) {
      const auto at = text.find(word);
      if (at == std::string_view::npos) continue;
      const auto line =
          1 + static_cast<std::uint32_t>(std::ranges::count(text.substr(0, at), '\n'));
      tell(layer, "FLD003", Severity::medium, {at, at + word.size()}, line,
           word == "cmdclass" ? cat("installing the folder runs code of ", quote(layer.name()))
                              : cat("installing the folder hooks code into other programs by ",
                                    quote(layer.name())),
           "do not install what comes with a model before you reviewed it");
    }
  }

  void secrets(const Layer& layer, std::string_view text) {
    const bool settings = file_name(layer.path.front()).starts_with(".env");
    const auto reading = find_secrets(text, {.generic = settings, .findings = 50});
    for (const auto& secret : reading.secrets) {
      const auto line =
          1 + static_cast<std::uint32_t>(std::ranges::count(text.substr(0, secret.begin), '\n'));
      tell(layer, "FLD004", secret.known ? Severity::high : Severity::medium,
           {secret.begin, secret.end}, line,
           cat(quote(layer.name()), " holds a credential: ", secret.name),
           "revoke it, then remove it from the folder and its history",
           {redacted(text.substr(secret.begin, secret.end - secret.begin))});
    }
  }

  void tell(const Layer& layer, std::string_view code, Severity severity, Span span,
            std::uint32_t line, std::string title, std::string_view help,
            std::vector<std::string> notes = {}) {
    session_.tell(layer, finding(code, severity, layer.place(span.begin, span.end, line),
                                 std::move(title), help, std::move(notes)));
  }

  const Folder& folder_;
  Session& session_;
  std::map<std::string, std::uint64_t, std::less<>> paths_;  // and sizes
  std::set<std::pair<std::string, std::string>> said_;
};

}  // namespace

Report examine_folder(const Folder& folder, const Limits& limits) {
  Session session(limits);
  Whole(folder, session).run();
  Report report = std::move(session).report();
  report.format = "folder";
  for (const auto& file : folder.files) report.size_bytes += file.size_bytes;
  report.missed_bytes = std::min(report.missed_bytes, report.size_bytes);
  return report;
}

}  // namespace cupel::scan
