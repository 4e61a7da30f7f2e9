// SPDX-License-Identifier: Apache-2.0
// Callables of Python itself that run code, touch files or reach the network: none may pass,
// whatever opcode calls it, and though nothing but its name is known.
#include <array>

#include <gtest/gtest.h>

#include "base/text.h"
#include "formats/pickle/builder.h"
#include "scan/scan.h"

namespace cupel {
namespace {

using test::Pickle;

struct Module {
  std::string_view name;
  std::string_view callables;
};

constexpr auto kModules = std::to_array<Module>({
    {"os",
     "system popen execv execve execl execlp execvp execvpe spawnl spawnv spawnlp spawnvp "
     "posix_spawn posix_spawnp startfile fork forkpty kill"},
    {"posix", "system execv posix_spawn fork"},
    {"nt", "system startfile"},
    {"subprocess", "Popen run call check_call check_output getoutput getstatusoutput"},
    {"pty", "spawn fork"},
    {"platform", "popen"},
    {"commands", "getoutput getstatusoutput"},
    {"popen2", "popen3"},
    {"builtins",
     "eval exec compile __import__ open input breakpoint map filter setattr delattr globals vars"},
    {"__builtin__", "eval execfile apply reduce file"},
    {"importlib", "import_module reload __import__"},
    {"importlib.machinery", "SourceFileLoader ExtensionFileLoader"},
    {"importlib.util", "spec_from_file_location"},
    {"imp", "load_source load_module load_dynamic"},
    {"runpy", "run_path run_module _run_code"},
    {"code", "interact InteractiveInterpreter InteractiveConsole"},
    {"codeop", "compile_command"},
    {"pdb", "run runeval runcall set_trace"},
    {"bdb", "Bdb"},
    {"cProfile", "run runctx"},
    {"profile", "run runctx Profile"},
    {"timeit", "timeit repeat Timer"},
    {"trace", "Trace"},
    {"doctest", "debug_script testmod"},
    {"pickle", "loads load Unpickler"},
    {"_pickle", "loads Unpickler"},
    {"marshal", "loads load"},
    {"shelve", "open"},
    {"ctypes", "CDLL cast PyDLL"},
    {"ctypes.util", "find_library"},
    {"_ctypes", "dlopen call_function"},
    {"types", "FunctionType CodeType MethodType"},
    {"pkgutil", "resolve_name get_data"},
    {"pydoc", "pipepager locate importfile tempfilepager"},
    {"inspect", "getattr_static getmembers"},
    {"operator", "attrgetter methodcaller call"},
    {"functools", "reduce cached_property"},
    {"itertools", "starmap"},
    {"typing", "get_type_hints"},
    {"threading", "Thread Timer"},
    {"_thread", "start_new_thread"},
    {"multiprocessing", "Process Pool"},
    {"multiprocessing.pool", "ThreadPool"},
    {"multiprocessing.util", "spawnv_passfds"},
    {"concurrent.futures", "ThreadPoolExecutor ProcessPoolExecutor"},
    {"asyncio", "run create_subprocess_shell"},
    {"asyncio.unix_events", "_UnixSubprocessTransport"},
    {"asyncio.subprocess", "create_subprocess_exec"},
    {"sched", "scheduler"},
    {"atexit", "register"},
    {"signal", "signal"},
    {"weakref", "finalize"},
    {"contextlib", "ExitStack"},
    {"unittest.mock", "patch"},
    {"test.support.script_helper", "assert_python_ok"},
    {"site", "addsitedir main"},
    {"venv", "create"},
    {"ensurepip", "bootstrap"},
    {"zipimport", "zipimporter"},
    {"pip", "main"},
    {"lib2to3.pgen2.grammar", "Grammar.loads"},
    {"idlelib.run", "Executive"},
    {"webbrowser", "open get"},
    {"sys", "setprofile settrace"},
    {"gc", "get_objects"},
    {"uuid", "_get_command_stdout"},
    {"_osx_support", "_read_output"},
    {"_aix_support", "_read_cmd_output"},
    {"_pyrepl.pager", "pipe_pager"},
    {"logging.config", "listen dictConfig"},
    {"distutils.spawn", "spawn"},
    {"compileall", "compile_file"},
    {"py_compile", "compile"},
    {"antigravity", "geohash"},
    {"turtle", "Turtle"},
    {"builtins.memoryview", "cast"},
    {"io", "open FileIO open_code"},
    {"_io", "open FileIO"},
    {"os", "remove unlink rename rmdir removedirs makedirs chmod truncate symlink"},
    {"shutil", "rmtree move copyfile copytree copy make_archive"},
    {"tempfile", "mktemp NamedTemporaryFile"},
    {"pathlib", "Path.write_text Path.unlink Path.open"},
    {"fileinput", "input FileInput"},
    {"linecache", "getline"},
    {"zipfile", "ZipFile"},
    {"tarfile", "open TarFile"},
    {"gzip", "open GzipFile"},
    {"bz2", "open"},
    {"lzma", "open"},
    {"sqlite3", "connect"},
    {"mmap", "mmap"},
    {"codecs", "open"},
    {"dbm", "open"},
    {"configparser", "ConfigParser.read"},
    {"glob", "glob"},
    {"tokenize", "open"},
    {"mailbox", "mbox"},
    {"csv", "writer"},
    {"zipapp", "create_archive"},
    {"nturl2path", "url2pathname"},
    {"socket", "socket create_connection gethostbyname getaddrinfo fromfd"},
    {"ssl", "get_server_certificate create_default_context wrap_socket"},
    {"urllib.request", "urlopen urlretrieve Request build_opener"},
    {"urllib", "urlopen urlretrieve"},
    {"urllib2", "urlopen"},
    {"http.client", "HTTPConnection HTTPSConnection"},
    {"http.server", "HTTPServer"},
    {"httplib", "HTTPConnection"},
    {"ftplib", "FTP FTP_TLS"},
    {"smtplib", "SMTP SMTP_SSL"},
    {"imaplib", "IMAP4 IMAP4_stream"},
    {"poplib", "POP3"},
    {"nntplib", "NNTP"},
    {"telnetlib", "Telnet"},
    {"xmlrpc.client", "ServerProxy"},
    {"socketserver", "TCPServer"},
    {"asyncio.streams", "open_connection"},
    {"select", "epoll"},
    {"wsgiref.simple_server", "make_server"},
    {"smtpd", "SMTPServer"},
    {"requests", "get post"},
});

void expect_fail(std::string_view what, const std::string& stream) {
  const auto report = scan::examine("m.pkl", as_bytes(stream));
  EXPECT_EQ(scan::verdict_of(report), Verdict::fail) << what;
  ASSERT_FALSE(report.findings.empty()) << what;
  EXPECT_EQ(report.findings[0].code, "PKL001") << what;
  EXPECT_EQ(report.findings[0].place.span->begin, 2U) << what;
}

TEST(PickleCallables, AllFail) {
  std::size_t count = 0;
  for (const auto& module : kModules) {
    for (const auto name : split(module.callables, ' ')) {
      ++count;
      const auto what = cat(module.name, " ", name);
      expect_fail(what, Pickle(2).call(module.name, name, "x").stop());
      expect_fail(what, Pickle(2).global(module.name, name).raw(")\x81").stop());
      expect_fail(what, Pickle(2).global(module.name, name).stop());
    }
  }
  EXPECT_GE(count, 178U);
}

}  // namespace
}  // namespace cupel
