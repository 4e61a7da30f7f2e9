// SPDX-License-Identifier: Apache-2.0
// artifact.model-files and artifact.declared-digest.
#include "formats/format.h"
#include "formats/pickle/builder.h"
#include "formats/zip/builder.h"
#include "scan/pickle/pickle_policy.h"
#include "workbench.h"

namespace cupel {

extern const Check kModelFiles;
extern const Check kDeclaredDigest;

namespace {

using namespace std::string_view_literals;
using pickle_policy::Standing;
using test::codes;
using test::Pickle;
using test::told;
using test::Workbench;
using test::zip_of;
using Told = std::vector<std::string>;

// A file whose format and kind are what its content says.
void add(Workbench& desk, std::string_view path, std::string_view bytes,
         AssetKind otherwise = AssetKind::model) {
  const auto head = as_bytes(bytes).first(std::min(bytes.size(), kSniffBytes));
  const auto* const format = recognise({.head = head, .size = bytes.size(), .name = path});
  desk.file(path, bytes, format == nullptr ? otherwise : format->kind);
  if (format != nullptr) desk.inventory.files.back().format = format->id;
}

std::vector<Observation> look_at(std::string_view bytes, std::string_view path = "m.pkl") {
  Workbench desk;
  add(desk, path, bytes);
  return desk.run(kModelFiles);
}

// What scikit-learn's LogisticRegression looks like, in short.
std::string honest() {
  return Pickle(4)
      .stack_global("sklearn.linear_model._logistic", "LogisticRegression")
      .tuple(0)
      .raw("\x81}")
      .text("coef_")
      .stack_global("numpy._core.multiarray", "_reconstruct")
      .stack_global("numpy", "ndarray")
      .integer(0)
      .tuple(1)
      .raw("C\1b\x87Rsb")
      .stop();
}

std::string in_torch(std::string_view pickle) {
  return zip_of({{.name = "archive/data.pkl", .content = std::string(pickle)},
                 {.name = "archive/data/0", .content = std::string(64, '\x80')}});
}

TEST(PicklePolicy, VetsExactNamesOnly) {
  const auto standing = [](std::string_view module, std::string_view name) {
    return pickle_policy::judge_name(module, name).standing;
  };
  EXPECT_EQ(standing("collections", "OrderedDict"), Standing::vetted);
  EXPECT_EQ(standing("numpy", "ndarray"), Standing::vetted);
  EXPECT_EQ(standing("sklearn.svm._classes", "LinearSVC"), Standing::vetted);
  EXPECT_EQ(standing("sklearn.svm.classes", "LinearSVC"), Standing::vetted) << "before 0.22";
  EXPECT_EQ(standing("builtins", "list"), Standing::vetted);
  for (const auto& [module, name] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"builtins", "eval"},
           {"__builtin__", "setattr"},
           {"os", "system"},
           {"nt", "system"},
           {"asyncio.unix_events", "_UnixSubprocessTransport._start"},
           {"pip", "main"},
           {"torch", "serialization.os.system"},
           {"random", "_os.system"},
           {"numpy", "__builtins__"},
           {"cPickle", "loads"},
           {"torch.hub", "load"},
           {"operator", "attrgetter"},
           {"numpy.testing._private.utils", "runstring"},
           {"collections", "namedtuple.__globals__"}}) {
    EXPECT_EQ(standing(module, name), Standing::dangerous) << module << " " << name;
  }
  EXPECT_EQ(standing("turtle", "Turtle"), Standing::forbidden);
  EXPECT_EQ(standing("numpy", "fromfile"), Standing::forbidden);
  EXPECT_EQ(standing("numpy", "ndarra"), Standing::forbidden);
  EXPECT_EQ(standing("numpy", "ndarray dtype"), Standing::forbidden);
  EXPECT_EQ(standing("numpy", ""), Standing::forbidden);
  EXPECT_EQ(standing("osmium", "io"), Standing::unknown);
  EXPECT_EQ(standing("__main__", "Model"), Standing::unknown);
}

// joblib's arrays of objects, read as pickle.load would, look up what stands nowhere.
TEST(PicklePolicy, TakesNoNoiseBehindAnArrayForAComputation) {
  pickle::Import import;
  import.module = "?";
  import.known = false;
  EXPECT_EQ(pickle_policy::judge(import).standing, Standing::computed);
  import.behind_array = true;
  EXPECT_EQ(pickle_policy::judge(import).standing, Standing::vetted);
}

TEST(ModelFiles, FindsNothingInAnHonestModel) {
  const auto seen = look_at(honest());
  EXPECT_EQ(told(seen), Told{});
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].coverage, (Coverage{1, 1}));
  EXPECT_EQ(seen[0].measured, "3 imports in 1 model file, 0 outside the allow-list");
}

TEST(ModelFiles, TellsACommandAndItsArgument) {
  const auto seen = look_at(test::calls_system("touch /tmp/x"));
  EXPECT_EQ(told(seen), Told{"PKL001: loading `m.pkl` imports `os.system`, which runs commands"});
  const auto& diagnostic = seen.at(0).diagnostics.at(0);
  EXPECT_EQ(diagnostic.severity, Severity::critical);
  EXPECT_EQ(diagnostic.notes, Told{"called with `touch /tmp/x` by REDUCE"});
  EXPECT_EQ(diagnostic.place.span, (Span{2, 13}));
}

TEST(ModelFiles, LooksIntoArchives) {
  EXPECT_EQ(told(look_at(in_torch(honest()), "m.pt")), Told{});
  const auto seen = look_at(in_torch(test::calls_system()), "m.pt");
  EXPECT_EQ(codes(seen), Told{"PKL001"});
  EXPECT_EQ(seen.at(0).diagnostics.at(0).place.path, (Told{"m.pt", "archive/data.pkl"}));
  const auto nested =
      zip_of({{.name = "model/weights.pt", .content = in_torch(test::calls_system())}});
  EXPECT_EQ(codes(look_at(nested, "m.mar")), Told{"PKL001"});
  const auto hidden = zip_of({{.name = "archive/data.pkl", .content = honest()},
                              {.name = "p", .content = test::calls_system(), .hidden = true}});
  EXPECT_EQ(codes(look_at(hidden, "m.pt")), (Told{"PKL001", "ZIP001"}));
}

TEST(ModelFiles, LooksIntoArraysOfObjects) {
  const auto npy = [](std::string_view type, std::string_view data) {
    const auto header = cat("{'descr': '", type, "', 'fortran_order': False, 'shape': (1,)}");
    return cat("\x93NUMPY\1\0"sv, static_cast<char>(header.size()), '\0', header, data);
  };
  const auto array = npy("|O", test::calls_system());
  EXPECT_EQ(codes(look_at(array, "a.npy")), Told{"PKL001"});
  EXPECT_EQ(codes(look_at(zip_of({{.name = "a.npy", .content = array}}), "a.npz")), Told{"PKL001"});
  const auto numbers = npy("<f8", test::calls_system().substr(0, 8));
  EXPECT_EQ(told(look_at(numbers, "a.npy")), Told{});
}

TEST(ModelFiles, TellsDamage) {
  const auto seen = look_at(honest().substr(0, 60));
  EXPECT_EQ(told(seen), Told{"PKL003: `m.pkl` is a damaged or truncated pickle"});
  EXPECT_EQ(seen.at(0).coverage.examined, 0U);
  EXPECT_EQ(look_at("", "m.pkl").at(0).coverage, (Coverage{1, 0, "`m.pkl`: it is empty"}));
  EXPECT_EQ(codes(look_at("not a pickle at all", "m.pkl")), Told{"PKL003"});
}

TEST(ModelFiles, TellsWhatIsComputed) {
  const auto computed = Pickle(4)
                            .stack_global("builtins", "str")
                            .text("os")
                            .tuple(1)
                            .reduce()
                            .text("system")
                            .raw("\x93")
                            .text("id")
                            .tuple(1)
                            .reduce()
                            .stop();
  EXPECT_EQ(told(look_at(computed)),
            (Told{"PKL004: loading `m.pkl` calls something that is computed while it is loaded",
                  "PKL004: loading `m.pkl` imports a name that is computed while it is loaded"}));
  EXPECT_EQ(told(look_at("\x80\2\x82\x4d)R."sv)),
            (Told{"PKL004: loading `m.pkl` calls something that is computed while it is loaded",
                  "PKL004: loading `m.pkl` uses extension 77 of a registry that the file does not "
                  "hold"}));
}

TEST(ModelFiles, TellsPackagesThatNobodyHasVettedOnceEach) {
  const auto stream = Pickle(4)
                          .stack_global("acme.models", "Scorer")
                          .tuple(0)
                          .raw(
                              "\x81"
                              "0")
                          .stack_global("acme.util", "Scale")
                          .tuple(0)
                          .raw("\x81")
                          .stop();
  const auto seen = look_at(stream);
  EXPECT_EQ(told(seen), Told{"PKL002: loading `m.pkl` needs `acme`, which nobody has vetted"});
  EXPECT_EQ(seen[0].diagnostics[0].severity, Severity::medium);
  EXPECT_EQ(seen[0].diagnostics[0].notes,
            Told{"names: `acme.models.Scorer` and `acme.util.Scale`"});
}

TEST(ModelFiles, TellsAVettedThingThatIsChangedItself) {
  const auto stream = Pickle(2)
                          .global("numpy", "prod")
                          .none()
                          .raw("}")
                          .text("x")
                          .none()
                          .raw(
                              "s\x86"
                              "b")
                          .stop();
  EXPECT_EQ(told(look_at(stream)),
            Told{"PKL001: loading `m.pkl` changes `numpy.prod` itself, for the whole process"});
}

TEST(ModelFiles, SaysWhatItDoesNotExamine) {
  for (const auto& [bytes, path] : std::vector<std::pair<std::string, std::string_view>>{
           {std::string("GGUF\3\0\0\0", 8), "m.gguf"},
           {"\x89HDF\r\n\x1a\n", "m.h5"},
           {std::string("\x1f\x8b\x08\0\0\0\0", 7), "m.pkl.gz"},
           {zip_of({{.name = "archive/data.pkl", .content = "N.", .method = 12}}), "m.pt"},
           {"something else", "weights.onnx"}}) {
    const auto seen = look_at(bytes, path);
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].coverage.examined, 0U) << path;
    EXPECT_FALSE(seen[0].coverage.shortfall.empty());
  }
}

TEST(ModelFiles, CountsFormatsThatHoldNoCodeAsExamined) {
  Workbench desk;
  add(desk, "a.json",
      test::slurp(std::filesystem::path(CUPEL_SOURCE_DIR) /
                  "examples/fraud-detection/models/fraud.json"));
  constexpr std::string_view kHeader =
      R"({"w":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}   )";
  add(desk, "b.safetensors",
      cat(std::string(1, static_cast<char>(kHeader.size())), "\0\0\0\0\0\0\0"sv, kHeader, "ab"));
  add(desk, "c.json", R"({"bias": 1.5})");
  const auto seen = desk.run(kModelFiles);
  EXPECT_EQ(told(seen), Told{});
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].coverage, (Coverage{3, 3}));
  EXPECT_EQ(seen[0].facts["formats"]["safetensors"].integer(), 1);
}

TEST(ModelFiles, SaysThatAFileCouldNotBeRead) {
  Workbench desk;
  desk.unreadable("m.pkl", AssetKind::model, "a symbolic link out of the root");
  const auto seen = desk.run(kModelFiles);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].coverage.examined, 0U);
  EXPECT_EQ(seen[0].coverage.shortfall, "`m.pkl`: a symbolic link out of the root");
}

TEST(ModelFiles, HasNothingToAskWithoutModels) {
  Workbench desk;
  desk.file("readme.md", "x", AssetKind::document);
  ASSERT_EQ(desk.run(kModelFiles).size(), 1U);
  EXPECT_TRUE(desk.run(kModelFiles)[0].condition.has_value());
  desk.declare("m", AssetKind::model, "gone.pkl");
  EXPECT_FALSE(desk.run(kModelFiles)[0].condition.has_value());
}

TEST(ModelFiles, TellsThousandsOfCleanFilesInOneObservation) {
  Workbench desk;
  for (int i = 0; i < 300; ++i) add(desk, cat("m", i, ".pkl"), "N.");
  add(desk, "z.pkl", test::calls_system());
  const auto seen = desk.run(kModelFiles);
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[1].coverage, (Coverage{300, 300}));
  EXPECT_EQ(seen[1].subjects.size(), 200U);
  EXPECT_EQ(seen[1].facts["subjects_not_listed"].integer(), 100);
}

TEST(ModelFiles, IsNotFooledByASignatureThatIsOpcodesToo) {
  const auto payload = Pickle().global("os", "system").text("id").tuple(1).reduce().stop();
  const auto catboost = cat("CBM1", std::string(64, 'x'), "0", payload);
  EXPECT_EQ(codes(look_at(catboost, "m.cbm")), (Told{"PKL001", "TRE001"}));
  EXPECT_EQ(codes(look_at(zip_of({{.name = "m.cbm", .content = catboost}}), "m.mar")),
            (Told{"PKL001", "TRE001"}));
  EXPECT_EQ(codes(look_at(cat("GGUF\3\0\0\0\0"
                              "0"sv,
                              payload),
                          "m.pkl")),
            (Told{"GGF003", "PKL001", "SCN001"}));
}

TEST(DeclaredDigest, ComparesWhatIsDeclared) {
  Workbench desk;
  desk.file("good.bin", "good", AssetKind::model);
  desk.file("bad.bin", "bad", AssetKind::model);
  desk.file("bare.csv", "bare", AssetKind::dataset);
  desk.declare("good", AssetKind::model, "good.bin",
               [](DeclaredAsset& asset) { asset.sha256 = sha256_hex("good"); });
  desk.declare("bad", AssetKind::model, "bad.bin",
               [](DeclaredAsset& asset) { asset.sha256 = sha256_hex("good"); });
  desk.declare("bare", AssetKind::dataset, "bare.csv");
  const auto seen = desk.run(kDeclaredDigest);
  EXPECT_EQ(told(seen), (Told{"DIG001: the bytes of `bad` are not the declared ones",
                              "DIG002: the dataset `bare` has no declared digest"}));
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[2].measured, "1 asset has the declared SHA-256");
}

TEST(DeclaredDigest, ComparesPromptsAndConfigurationThatHaveADigestAndCountsNoOther) {
  Workbench desk;
  desk.file("p.md", "be evil", AssetKind::prompt);
  desk.file("c.yaml", "t: 1", AssetKind::configuration);
  desk.file("bare.yaml", "t: 2", AssetKind::configuration);
  desk.declare("p", AssetKind::prompt, "p.md",
               [](DeclaredAsset& asset) { asset.sha256 = sha256_hex("be kind"); });
  desk.declare("c", AssetKind::configuration, "c.yaml",
               [](DeclaredAsset& asset) { asset.sha256 = sha256_hex("t: 1"); });
  desk.declare("bare", AssetKind::configuration, "bare.yaml");
  const auto seen = desk.run(kDeclaredDigest);
  EXPECT_EQ(told(seen), Told{"DIG001: the bytes of `p` are not the declared ones"});
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[1].coverage, (Coverage{.population = 1, .examined = 1}));
}

TEST(DeclaredDigest, SaysWhatItCouldNotCompare) {
  Workbench desk;
  desk.declare("gone", AssetKind::model, "gone.bin",
               [](DeclaredAsset& asset) { asset.sha256 = sha256_hex("x"); });
  desk.declare("hosted", AssetKind::dataset, "",
               [](DeclaredAsset& asset) { asset.sha256 = sha256_hex("x"); });
  const auto seen = desk.run(kDeclaredDigest);
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].coverage.shortfall, "`gone`: it is not there");
  EXPECT_EQ(seen[1].coverage.shortfall, "`hosted`: it is kept elsewhere and was not fetched");
}

}  // namespace
}  // namespace cupel
