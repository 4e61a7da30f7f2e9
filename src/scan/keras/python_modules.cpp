// SPDX-License-Identifier: Apache-2.0
#include "scan/keras/python_modules.h"

#include <algorithm>
#include <array>

namespace cupel::scan {

bool is_dangerous_module(std::string_view dotted) {
  constexpr std::array<std::string_view, 66> kModules = {"__builtin__",  "_io",
                                                         "_osx_support", "_posixsubprocess",
                                                         "_pyrepl",      "_thread",
                                                         "aiohttp",      "antigravity",
                                                         "ast",          "asyncio",
                                                         "atexit",       "bdb",
                                                         "builtins",     "cProfile",
                                                         "code",         "codecs",
                                                         "codeop",       "commands",
                                                         "concurrent",   "copyreg",
                                                         "ctypes",       "distutils",
                                                         "doctest",      "ensurepip",
                                                         "ftplib",       "functools",
                                                         "gc",           "http",
                                                         "httpx",        "idlelib",
                                                         "imaplib",      "imp",
                                                         "importlib",    "inspect",
                                                         "io",           "joblib",
                                                         "marshal",      "multiprocessing",
                                                         "nt",           "ntpath",
                                                         "operator",     "os",
                                                         "pathlib",      "pdb",
                                                         "pickle",       "pip",
                                                         "pkgutil",      "platform",
                                                         "popen2",       "posix",
                                                         "posixpath",    "pty",
                                                         "pydoc",        "requests",
                                                         "runpy",        "shutil",
                                                         "smtplib",      "socket",
                                                         "ssl",          "subprocess",
                                                         "sys",          "telnetlib",
                                                         "tempfile",     "timeit",
                                                         "types",        "urllib"};
  constexpr std::array<std::string_view, 6> kMore = {"venv",      "webbrowser", "xmlrpc",
                                                     "zipimport", "dill",       "cloudpickle"};
  const auto root = dotted.substr(0, dotted.find('.'));
  return std::ranges::find(kModules, root) != kModules.end() ||
         std::ranges::find(kMore, root) != kMore.end();
}

bool is_dangerous_name(std::string_view name) {
  constexpr std::array<std::string_view, 38> kNames = {"eval",
                                                       "exec",
                                                       "compile",
                                                       "__import__",
                                                       "open",
                                                       "input",
                                                       "breakpoint",
                                                       "system",
                                                       "popen",
                                                       "Popen",
                                                       "check_output",
                                                       "check_call",
                                                       "getoutput",
                                                       "execv",
                                                       "execve",
                                                       "execl",
                                                       "execvp",
                                                       "spawnl",
                                                       "spawnv",
                                                       "posix_spawn",
                                                       "fork",
                                                       "urlopen",
                                                       "urlretrieve",
                                                       "run_module",
                                                       "run_path",
                                                       "import_module",
                                                       "create_connection",
                                                       "load_dynamic",
                                                       "get_file",
                                                       "py_function",
                                                       "numpy_function",
                                                       "py_func",
                                                       "read_file",
                                                       "write_file",
                                                       "load_op_library",
                                                       "load_library",
                                                       "startfile",
                                                       "globals"};
  return std::ranges::find(kNames, name) != kNames.end();
}

}  // namespace cupel::scan
