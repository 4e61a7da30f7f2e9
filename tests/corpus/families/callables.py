# SPDX-License-Identifier: Apache-2.0
"""Callables that a file of weights never needs, with harmless arguments: what they could do, module, name, arguments.
Not one is called here: they are names."""


def _rows(what: str, table: str, *arguments):
    for line in table.split():
        module, _, name = line.partition(":")
        yield (what, module, name, *arguments)


CODE = """
os:system os:popen os:execlp os:execvp os:execl os:execv os:execve os:spawnlp os:spawnl os:spawnv os:posix_spawn
os:startfile os:fork os:kill posix:system posix:execv posix:posix_spawn nt:system pty:spawn
subprocess:Popen subprocess:call subprocess:run subprocess:check_call subprocess:check_output subprocess:getoutput
subprocess:getstatusoutput commands:getoutput commands:getstatusoutput popen2:popen2 platform:popen
builtins:eval builtins:exec builtins:compile builtins:__import__ builtins:breakpoint
__builtin__:eval __builtin__:execfile __builtin__:apply __builtin__:reload
importlib:import_module importlib:__import__ importlib:reload importlib.util:spec_from_file_location
importlib.machinery:SourceFileLoader imp:load_source zipimport:zipimporter
runpy:run_path runpy:run_module runpy:_run_code code:interact code:InteractiveInterpreter codeop:compile_command
timeit:timeit timeit:repeat timeit:main timeit:Timer cProfile:run cProfile:runctx profile:run profile:runctx
trace:Trace pdb:run pdb:runeval pdb:Pdb bdb:Bdb doctest:debug_script doctest:run_docstring_examples doctest:testsource
pydoc:pipepager pydoc:tempfilepager pydoc:locate pydoc:safeimport webbrowser:open webbrowser:GenericBrowser
webbrowser:BackgroundBrowser lib2to3.pgen2.grammar:Grammar.loadp lib2to3.pgen2.pgen:ParserGenerator.make_label
distutils.spawn:spawn distutils.util:execute ensurepip:_run_pip ensurepip:bootstrap pip:main pip._internal:main
pip._internal.cli.main:main venv:create asyncio:create_subprocess_shell asyncio:create_subprocess_exec
asyncio.unix_events:_UnixSubprocessTransport._start multiprocessing.util:spawnv_passfds multiprocessing:Process
multiprocessing.popen_fork:Popen threading:Thread threading:Timer _thread:start_new_thread
ctypes:CDLL ctypes:PyDLL ctypes:cast ctypes.util:_findLib_gcc ctypes.util:find_library
_ctypes:dlopen types:CodeType types:FunctionType marshal:loads marshal:load pickle:loads pickle:load pickle:Unpickler
_pickle:loads cPickle:loads shelve:open builtins:getattr builtins:setattr pkgutil:resolve_name
inspect:getattr_static logging.config:_resolve logging.config:dictConfig
logging.config:fileConfig logging.config:listen unittest.mock:_importer unittest.mock:_dot_lookup
test.support.script_helper:assert_python_ok idlelib.pyshell:ModifiedInterpreter idlelib.run:Executive.runcode
idlelib.calltip:get_entity idlelib.calltip:Calltip.fetch_tip idlelib.autocomplete:AutoComplete.get_entity
idlelib.autocomplete:AutoComplete.fetch_completions idlelib.debugobj:ObjectTreeItem.SetText uuid:_get_command_stdout
imaplib:IMAP4_stream _pyrepl.pager:pipe_pager _osx_support:_read_output _osx_support:_find_build_tool
_aix_support:_read_cmd_output _bootsubprocess:check_output sqlite3:connect numpy.testing._private.utils:runstring numpy.testing:rundocs numpy.f2py.crackfortran:getlincoef
numpy.f2py.crackfortran:myeval numpy.f2py.crackfortran:_eval_length numpy.f2py:compile
numpy.f2py.diagnose:run_command numpy.distutils.exec_command:exec_command numpy:load numpy.lib.npyio:load
pandas:eval pandas:read_pickle pandas.core.computation.eval:eval pandas.io.pickle:read_pickle torch:load
torch.serialization:load torch.jit:load torch.package:PackageImporter torch.hub:load torch.utils.cpp_extension:load
torch.utils.cpp_extension:load_inline torch.utils.collect_env:run torch.jit.unsupported_tensor_ops:execWrapper
torch.utils._config_module:ConfigModule.load_config torch.utils._config_module:load_config
torch.fx.experimental.symbolic_shapes:ShapeEnv.evaluate_guards_expression torch._dynamo.guards:GuardBuilder.get
torch.utils.bottleneck.__main__:run_cprofile torch.utils.bottleneck.__main__:run_autograd_prof
torch.utils.data.datapipes.utils.decoder:basichandlers torch.fx.graph_module:_exec_with_source
torch.fx.graph_module:_forward_from_src torch._inductor.codecache:compile_file torch.ops:load_library joblib:load
joblib.numpy_pickle:load dill:loads dill._dill:loads cloudpickle:loads
cloudpickle.cloudpickle:_make_function scipy.io:loadmat statsmodels.iolib.smpickle:load_pickle
transformers.dynamic_module_utils:get_class_from_dynamic_module transformers:pipeline jinja2:Template
jinja2.utils:import_string yaml:unsafe_load yaml:load IPython:start_ipython IPython.core.interactiveshell:InteractiveShell
django.utils.module_loading:import_string werkzeug.utils:import_string
cffi:FFI pexpect:spawn fabric:Connection psutil:Popen sh:Command keras:models.load_model
tensorflow:py_function sympy:sympify """
FILES = """
builtins:open io:open io:FileIO _io:open os:remove os:unlink os:rename os:rmdir os:removedirs os:mkdir os:makedirs
os:chmod os:symlink os:link os:truncate os:open shutil:rmtree shutil:copy shutil:copyfile shutil:move
shutil:unpack_archive shutil:make_archive pathlib:Path.write_text pathlib:Path.unlink pathlib:Path.read_text
fileinput:FileInput zipfile:ZipFile tarfile:open logging:FileHandler linecache:getlines codecs:open numpy:fromfile
numpy:save numpy:savetxt numpy:memmap numpy:loadtxt pandas:read_csv gzip:open bz2:open lzma:open dbm.dumb:open
py_compile:compile compileall:compile_dir netrc:netrc mailbox:mbox distutils.file_util:write_file
distutils.file_util:copy_file torch:save joblib:dump """
NETWORK = """
socket:socket socket:create_connection socket:gethostbyname socket:getaddrinfo socket:create_server
ssl:get_server_certificate urllib.request:urlopen urllib.request:urlretrieve urllib2:urlopen
urllib:urlopen http.client:HTTPSConnection http.server:test ftplib:FTP smtplib:SMTP telnetlib:Telnet poplib:POP3
imaplib:IMAP4 nntplib:NNTP xmlrpc.client:ServerProxy asyncio:open_connection requests:get requests.api:request
httpx:get aiohttp:request torch.hub:load_state_dict_from_url torch.hub:download_url_to_file
huggingface_hub:hf_hub_download huggingface_hub:snapshot_download keras.utils:get_file socketserver:TCPServer
multiprocessing.connection:Client logging.handlers:SocketHandler logging.handlers:HTTPHandler
logging.handlers:SMTPHandler boto3:client paramiko:SSHClient websocket:create_connection
"""
UNVETTED = """
sys:exit gc:get_objects sys:settrace sys:setprofile signal:signal atexit:register weakref:finalize
contextlib:ExitStack plumbum:local pydash:get nltk.grammar:Nonterminal.__class__ tempfile:mkstemp glob:glob os:listdir
sklearn.utils._testing:check_skip_network flask:cli.ScriptInfo os:putenv faulthandler:_sigsegv urllib.request:Request
builtins:globals builtins:input typing:get_type_hints functools:reduce functools:partial operator:attrgetter
operator:methodcaller builtins:filter builtins:map builtins:delattr requests:Session
concurrent.futures:ProcessPoolExecutor tkinter:Tcl
"""
CALLABLES = [*_rows("code", CODE, "true"), *_rows("file", FILES, "/tmp/corpus-nowhere"),
             *_rows("network", NETWORK, "host.invalid"),
             *_rows("unvetted", UNVETTED, "true")]
