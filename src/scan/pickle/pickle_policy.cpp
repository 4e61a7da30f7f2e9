// SPDX-License-Identifier: Apache-2.0
#include "scan/pickle/pickle_policy.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "scan/pickle/pickle_names.h"

namespace cupel::pickle_policy {
namespace {

constexpr std::string_view kCommands = "runs commands";
constexpr std::string_view kCode = "runs code";
constexpr std::string_view kLoader = "loads code or another pickle";
constexpr std::string_view kFiles = "reads, writes or deletes files";
constexpr std::string_view kNetwork = "reaches the network";
constexpr std::string_view kReach = "reaches anything that Python holds";

struct Family {
  std::string_view module;  // itself and all below it
  std::string_view why;
};
// Python 2 called some of them otherwise, and unpicklers still understand that.
constexpr auto kDangerous = std::to_array<Family>({
    {"__builtin__", kCode},
    {"_aix_support", kCommands},
    {"_ctypes", kCode},
    {"_frozen_importlib", kLoader},
    {"_imp", kLoader},
    {"_io", kFiles},
    {"_osx_support", kCommands},
    {"_pickle", kLoader},
    {"_posixsubprocess", kCommands},
    {"_pyio", kFiles},
    {"_pyrepl", kCommands},
    {"_socket", kNetwork},
    {"asyncio", kCommands},
    {"bdb", kCode},
    {"builtins", kCode},
    {"cProfile", kCode},
    {"cPickle", kLoader},
    {"cloudpickle", kLoader},
    {"code", kCode},
    {"codeop", kCode},
    {"commands", kCommands},
    {"concurrent", kCode},
    {"ctypes", kCode},
    {"dill", kLoader},
    {"distutils", kCommands},
    {"doctest", kCode},
    {"ensurepip", kCommands},
    {"ftplib", kNetwork},
    {"http", kNetwork},
    {"httplib", kNetwork},
    {"idlelib", kCode},
    {"imaplib", kNetwork},
    {"imp", kLoader},
    {"importlib", kLoader},
    {"inspect", kReach},
    {"io", kFiles},
    {"lib2to3", kCode},
    {"linecache", kFiles},
    {"logging.config", kLoader},
    {"marshal", kLoader},
    {"multiprocessing", kCommands},
    {"new", kCode},
    {"nt", kCommands},
    {"numpy.distutils", kCommands},
    {"numpy.f2py", kCommands},
    {"numpy.testing", kCode},
    {"operator", kReach},
    {"os", kCommands},
    {"pdb", kCode},
    {"pickle", kLoader},
    {"pip", kCommands},
    {"pkgutil", kLoader},
    {"platform", kCommands},
    {"popen2", kCommands},
    {"poplib", kNetwork},
    {"posix", kCommands},
    {"profile", kCode},
    {"pty", kCommands},
    {"pydoc", kCommands},
    {"requests", kNetwork},
    {"rlcompleter", kCode},
    {"runpy", kCode},
    {"shelve", kLoader},
    {"shutil", kFiles},
    {"site", kCode},
    {"smtplib", kNetwork},
    {"socket", kNetwork},
    {"socketserver", kNetwork},
    {"ssl", kNetwork},
    {"subprocess", kCommands},
    {"sys", kReach},
    {"telnetlib", kNetwork},
    {"tempfile", kFiles},
    {"test", kCommands},
    {"thread", kCode},
    {"threading", kCode},
    {"timeit", kCode},
    {"torch._inductor", kCommands},
    {"torch.hub", kLoader},
    {"torch.jit", kLoader},
    {"torch.utils.cpp_extension", kCommands},
    {"torch.utils.collect_env", kCommands},
    {"trace", kCode},
    {"types", kCode},
    {"unittest", kCode},
    {"urllib", kNetwork},
    {"urllib2", kNetwork},
    {"venv", kCommands},
    {"webbrowser", kCommands},
    {"xmlrpc", kNetwork},
    {"zipapp", kFiles},
    {"zipimport", kLoader},
});

bool is_of(std::string_view module, std::string_view family) {
  return module.starts_with(family) &&
         (module.size() == family.size() || module[family.size()] == '.');
}

const Family* dangerous_family(std::string_view module) {
  const auto* const found =
      std::ranges::find_if(kDangerous, [&](const Family& f) { return is_of(module, f.module); });
  return found == kDangerous.end() ? nullptr : found;
}

bool has_word(std::string_view words, std::string_view word) {
  for (std::size_t at = words.find(word); at != std::string_view::npos;
       at = words.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || words[at - 1] == ' ';
    if (begins && (end == words.size() || words[end] == ' ')) return true;
  }
  return false;
}

bool is_vetted(std::string_view module, std::string_view name) {
  const auto modules = pickle_names::vetted();
  const auto found = std::ranges::lower_bound(modules, module, {}, &pickle_names::Module::name);
  return found != modules.end() && found->name == module && !name.empty() &&
         name.find(' ') == std::string_view::npos && has_word(found->names, name);
}

// What a dotted name passes on its way: `torch` `serialization.os.system`.
const Family* dangerous_step(std::string_view name) {
  auto steps = split(name, '.');
  steps.pop_back();
  for (auto step : steps) {
    step.remove_prefix(std::min(step.find_first_not_of('_'), step.size()));  // `random._os`
    if (const auto* const family = dangerous_family(step)) return family;
  }
  return nullptr;
}

bool passes_underscores(std::string_view name) {
  const auto steps = split(name, '.');
  return std::ranges::any_of(steps, [](std::string_view step) {
    return step == "__globals__" || step == "__builtins__" || step == "__subclasses__" ||
           step == "__dict__" || step == "__class__" || step == "__mro__" || step == "__code__";
  });
}

}  // namespace

std::string_view to_text(Standing standing) {
  constexpr std::array<std::string_view, 5> kWords = {"vetted", "unknown", "forbidden", "dangerous",
                                                      "computed"};
  return kWords.at(static_cast<std::size_t>(standing));
}

Judgement judge_name(std::string_view module, std::string_view name) {
  if (is_vetted(module, name)) return {};
  if (const auto* const family = dangerous_family(module)) {
    return {Standing::dangerous, family->why};
  }
  if (const auto* const family = dangerous_step(name)) return {Standing::dangerous, family->why};
  if (passes_underscores(name)) return {Standing::dangerous, kReach};
  const auto root = module.substr(0, module.find('.'));
  if (std::ranges::binary_search(pickle_names::standard_library(), root)) {
    return {Standing::forbidden, "is part of Python, and no model needs it"};
  }
  if (std::ranges::binary_search(pickle_names::frameworks(), root)) {
    return {Standing::forbidden, "is none of its package's names that models need"};
  }
  return {Standing::unknown, "is of a package that nobody has vetted"};
}

Judgement judge(const pickle::Import& import) {
  auto judgement = import.known ? judge_name(import.module, import.name)
                                : Judgement{Standing::computed, "is computed while loading"};
  // To pickle.load an honest array is noise: only what is surely meant counts.
  if (import.behind_array && judgement.standing != Standing::dangerous) return {};
  return judgement;
}

Judgement judge(const pickle::Call& call) {
  if (call.behind_array) return {};  // its import is judged
  if (call.callee == "?") return {Standing::computed, "is computed while loading"};
  if (call.on_name) return {Standing::forbidden, "is changed for the whole process"};
  return {};
}

}  // namespace cupel::pickle_policy
