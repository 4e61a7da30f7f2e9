# SPDX-License-Identifier: Apache-2.0
"""Runs in an environment with NumPy, scikit-learn, pandas and others: models as they write them.

Every maker gets an empty folder and writes one case into it; one whose library is not there is left out."""
import warnings

from common import CASES, case, dumped, main, training

warnings.simplefilter("ignore")


@case("numpy", "arrays by pickle, protocols 2 to 5")
def arrays():
    import numpy as np
    rng = np.random.RandomState(1)
    things = {"f4": rng.rand(5, 5).astype("f4"), "i8": np.arange(9), "text": np.array(["a", "bb"]), "bool": np.array([True]),
              "record": np.zeros(3, [("a", "f8"), ("b", "i4")]), "fortran": np.asfortranarray(rng.rand(3, 4)),
              "object": np.array([{"a": 1}, None], object), "date": np.array(["2026-01-01"], "M8[D]"), "scalar": np.float32(1.5),
              "masked": np.ma.array([1, 2], mask=[0, 1]), "dtype": np.dtype("f8"), "empty": np.zeros((0, 3)),
              "generator": np.random.RandomState(3), "complex": np.array([1 + 2j])}
    for protocol in (2, 4, 5):
        for key, thing in things.items():
            yield f"{key}, protocol {protocol}", lambda folder, t=thing, p=protocol: dumped(t, folder, protocol=p)


@case("numpy", "npy and npz")
def npy():
    import numpy as np
    yield "npy", lambda f: np.save(f / "a.npy", np.arange(100.0))
    yield "npy of objects", lambda f: np.save(f / "a.npy", np.array([{"a": 1}, [2]], object), allow_pickle=True)
    yield "npz", lambda f: np.savez(f / "a.npz", a=np.arange(9), b=np.eye(3))
    yield "npz, compressed", lambda f: np.savez_compressed(f / "a.npz", a=np.arange(9999), b=np.eye(3))
    yield "npz with objects", lambda f: np.savez(f / "a.npz", a=np.array(["x", None], object))


def estimators():
    import numpy as np
    from sklearn import (cluster, compose, decomposition, ensemble, feature_extraction, gaussian_process, impute, isotonic,
                         kernel_ridge, linear_model, mixture, model_selection, naive_bayes, neighbors, neural_network, pipeline,
                         preprocessing, svm, tree)
    x = np.random.RandomState(0).rand(60, 4)
    y = (x[:, 0] > 0.5).astype(int)
    seeded = {"random_state": 0}
    models = {
        "LogisticRegression": linear_model.LogisticRegression(), "LinearRegression": linear_model.LinearRegression(),
        "Ridge": linear_model.Ridge(), "Lasso": linear_model.Lasso(), "SGD": linear_model.SGDClassifier(**seeded),
        "DecisionTree": tree.DecisionTreeClassifier(**seeded), "RandomForest": ensemble.RandomForestClassifier(5, **seeded),
        "ExtraTrees": ensemble.ExtraTreesRegressor(5, **seeded), "GradientBoosting": ensemble.GradientBoostingClassifier(n_estimators=5, **seeded),
        "AdaBoost": ensemble.AdaBoostClassifier(n_estimators=3, **seeded), "IsolationForest": ensemble.IsolationForest(n_estimators=5, **seeded),
        "Bagging": ensemble.BaggingClassifier(n_estimators=3, **seeded),
        "Voting": ensemble.VotingClassifier([("a", tree.DecisionTreeClassifier(**seeded)), ("b", naive_bayes.GaussianNB())]),
        "SVC": svm.SVC(probability=True, **seeded), "LinearSVC": svm.LinearSVC(**seeded), "OneClassSVM": svm.OneClassSVM(),
        "KMeans": cluster.KMeans(2, n_init=1, **seeded), "DBSCAN": cluster.DBSCAN(), "PCA": decomposition.PCA(2), "NMF": decomposition.NMF(2, **seeded),
        "KNN": neighbors.KNeighborsClassifier(3), "KD tree": neighbors.NearestNeighbors(algorithm="kd_tree"), "GaussianNB": naive_bayes.GaussianNB(),
        "MLP": neural_network.MLPClassifier((4,), max_iter=20, **seeded), "GaussianMixture": mixture.GaussianMixture(2, **seeded),
        "GaussianProcess": gaussian_process.GaussianProcessClassifier(**seeded), "KernelRidge": kernel_ridge.KernelRidge(),
        "Imputer": impute.SimpleImputer(), "StandardScaler": preprocessing.StandardScaler(), "MinMaxScaler": preprocessing.MinMaxScaler(),
        "Polynomial": preprocessing.PolynomialFeatures(), "FunctionTransformer": preprocessing.FunctionTransformer(np.log1p, inverse_func=np.expm1),
        "OneHot": preprocessing.OneHotEncoder(handle_unknown="ignore"), "Quantile": preprocessing.QuantileTransformer(n_quantiles=10, **seeded),
        "Pipeline": pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression()),
        "ColumnTransformer": compose.ColumnTransformer([("a", preprocessing.StandardScaler(), [0, 1])]),
        "GridSearch": model_selection.GridSearchCV(tree.DecisionTreeClassifier(**seeded), {"max_depth": [1, 2]}, cv=2),
        "HistGradientBoosting": None, "Isotonic": None}
    for name, model in models.items():
        if name == "HistGradientBoosting":
            from sklearn.experimental import enable_hist_gradient_boosting  # noqa: F401  needed by the old ones
            model = ensemble.HistGradientBoostingClassifier(max_iter=3, **seeded)
        elif name == "Isotonic":
            model = isotonic.IsotonicRegression()
        yield name, model.fit(x[:, 0] if name == "Isotonic" else x, y)
    words = ["one two", "two three", "three four system"]
    yield "TfidfVectorizer", feature_extraction.text.TfidfVectorizer().fit(words)
    yield "CountVectorizer", feature_extraction.text.CountVectorizer(ngram_range=(1, 2)).fit(words)
    yield "text pipeline", pipeline.make_pipeline(feature_extraction.text.TfidfVectorizer(), naive_bayes.MultinomialNB()).fit(words, [0, 1, 1])
    yield "LabelEncoder", preprocessing.LabelEncoder().fit(["a", "b"])


@case("scikit-learn", "estimators by pickle and joblib")
def scikit():
    import joblib
    for index, (name, model) in enumerate(estimators()):
        yield f"{name}, pickle", lambda f, m=model, i=index: dumped(m, f, protocol=2 + i % 4)
        yield f"{name}, joblib", lambda f, m=model: joblib.dump(m, f / "model.joblib")


@case("joblib", "every compressor")
def compressors():
    import joblib
    import numpy as np
    from sklearn.ensemble import RandomForestClassifier
    x = np.random.RandomState(0).rand(60, 4)
    model = RandomForestClassifier(5, random_state=0).fit(x, (x[:, 0] > .5).astype(int))
    for how in ("zlib", "gzip", "bz2", "xz", "lzma", "lz4"):
        for level in (1, 3, 9):
            yield f"{how}, level {level}", lambda f, h=how, n=level: joblib.dump(model, f / f"model.joblib.{h}", compress=(h, n))
    yield "arrays in a dictionary", lambda f: joblib.dump({"a": np.eye(9), "b": [np.arange(5), "x"], "c": np.asfortranarray(x)}, f / "a.joblib")
    yield "array of objects", lambda f: joblib.dump(np.array([{"a": 1}, "b"], object), f / "a.joblib")
    yield "masked array", lambda f: joblib.dump(np.ma.array([1., 2], mask=[0, 1]), f / "a.joblib")
    yield "memory map", lambda f: joblib.dump(np.arange(5000.0), f / "a.pkl")


@case("pandas and scipy", "frames, sparse matrices, distributions")
def frames():
    import numpy as np
    import pandas as pd
    import scipy.sparse as sp
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": pd.to_datetime(["2026-01-01", "2026-01-02"]), "d": pd.Categorical(["u", "v"])})
    for name, thing in {"DataFrame": frame, "Series": frame["a"], "MultiIndex": frame.set_index(["a", "b"]), "DatetimeIndex": pd.Index(frame["c"]),
                        "Int64": pd.array([1, None], "Int64"), "Timestamp": pd.Timestamp("2026-01-01", tz="UTC"), "RangeIndex": pd.RangeIndex(3),
                        "Interval": pd.cut(frame["a"], 2), "Period": pd.period_range("2026", periods=2, freq="M"),
                        "csr": sp.csr_matrix(np.eye(3)), "csc": sp.csc_matrix(np.eye(3)), "coo": sp.coo_matrix(np.eye(3))}.items():
        for protocol in (3, 5):
            yield f"{name}, protocol {protocol}", lambda f, t=thing, p=protocol: dumped(t, f, protocol=p)
    yield "npz of a sparse matrix", lambda f: sp.save_npz(f / "m.npz", sp.csr_matrix(np.eye(3)))
    from scipy.interpolate import interp1d
    yield "interp1d", lambda f: dumped(interp1d([0., 1, 2], [0., 1, 4]), f)
    from scipy.stats import norm
    yield "a frozen distribution", lambda f: dumped(norm(0, 1), f)


@case("xgboost", "classifier, booster, JSON, UBJSON, binary")
def xgboost():
    import xgboost as xgb
    model = xgb.XGBClassifier(n_estimators=3, max_depth=2, n_jobs=1).fit(*training())
    yield "pickle", lambda f: dumped(model, f)
    yield "JSON", lambda f: model.save_model(str(f / "model.json"))
    ubjson = tuple(map(int, xgb.__version__.split(".")[:2])) >= (1, 6)  # older ones write their binary format, whatever the ending
    yield "UBJSON", lambda f: ubjson and model.get_booster().save_model(str(f / "model.ubj"))
    yield "binary", lambda f: (f / "model.bin").write_bytes(bytes(model.get_booster().save_raw("deprecated") if hasattr(
        xgb, "Booster") and xgb.__version__ >= "1.6" and xgb.__version__ < "3" else model.get_booster().save_raw()))
    yield "booster, pickle", lambda f: dumped(model.get_booster(), f)


@case("lightgbm", "classifier, booster, text")
def lightgbm():
    import lightgbm as lgb
    model = lgb.LGBMClassifier(n_estimators=3, min_child_samples=2, n_jobs=1, verbose=-1).fit(*training())
    yield "pickle", lambda f: dumped(model, f)
    yield "booster, pickle", lambda f: dumped(model.booster_, f)
    yield "text", lambda f: model.booster_.save_model(str(f / "model.txt"))


@case("catboost", "classifier, cbm, JSON")
def catboost():
    from catboost import CatBoostClassifier
    model = CatBoostClassifier(iterations=3, depth=2, verbose=0, allow_writing_files=False, thread_count=1, random_seed=0).fit(*training())
    yield "pickle", lambda f: dumped(model, f)
    yield "cbm", lambda f: model.save_model(str(f / "model.cbm"))
    yield "JSON", lambda f: model.save_model(str(f / "model.json"), format="json")


@case("skops", "estimators")
def skops():
    import skops.io
    for index, (name, model) in enumerate(estimators()):
        if index % 5 == 0:
            yield name, lambda f, m=model: skops.io.dump(m, f / "model.skops")


@case("onnx", "models by the helper")
def onnx():
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    weights = numpy_helper.from_array(np.eye(64, dtype="f4"), "w")
    graph = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["y"])], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 64])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 64])], [weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    yield "MatMul", lambda f: onnx.save(model, str(f / "model.onnx"))
    yield "external data", lambda f: onnx.save_model(onnx.ModelProto.FromString(model.SerializeToString()), str(f / "model.onnx"),
                                                     save_as_external_data=True, location="model.onnx.data", size_threshold=0)


@case("safetensors", "by the library")
def safetensors():
    import numpy as np
    from safetensors.numpy import save_file
    yield "two tensors", lambda f: save_file({"a": np.eye(4, dtype="f4"), "b": np.arange(3)}, str(f / "model.safetensors"))
    yield "with metadata", lambda f: save_file({"a": np.eye(4, dtype="f4")}, str(f / "model.safetensors"), {"format": "pt"})
    yield "nothing", lambda f: save_file({}, str(f / "model.safetensors"))


@case("gguf", "by the library")
def gguf():
    import numpy as np
    from gguf import GGUFWriter

    def write(folder, template=None):
        out = GGUFWriter(str(folder / "model.gguf"), "llama")
        out.add_block_count(1)
        out.add_token_list(["a", "b"])
        if template:
            out.add_chat_template(template)
        out.add_tensor("token_embd.weight", np.eye(8, dtype="f4"))
        out.write_header_to_file()
        out.write_kv_data_to_file()
        out.write_tensors_to_file()
        out.close()
    yield "plain", write
    yield "with a chat template", lambda f: write(f, "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}{% endfor %}")


@case("flax and msgpack", "parameters")
def flax():
    import numpy as np
    from flax import serialization
    yield "parameters", lambda f: (f / "flax_model.msgpack").write_bytes(serialization.msgpack_serialize({"dense": {"kernel": np.eye(4, dtype="f4")}}))


@case("dill and cloudpickle", "plain data")
def others():
    import cloudpickle
    import dill
    import numpy as np
    thing = {"a": np.eye(3), "b": [1, 2], "c": {"x": (1,)}}
    yield "dill", lambda f: dumped(thing, f, dumper=dill)
    yield "cloudpickle", lambda f: dumped(thing, f, dumper=cloudpickle)


@case("h5py", "weights in HDF5")
def hdf5():
    import h5py
    import numpy as np

    def write(folder, **options):
        with h5py.File(folder / "weights.h5", "w", **options) as out:
            out.create_dataset("dense/kernel", data=np.eye(9), compression="gzip")
            out.attrs["layer_names"] = [b"dense"]
    yield "old layout", write
    yield "latest layout", lambda f: write(f, libver="latest")


@case("keras", "models by Keras 3")
def keras():
    import os
    os.environ.setdefault("KERAS_BACKEND", "numpy")
    import keras as k
    k.utils.set_random_seed(0)
    models = {"dense": k.Sequential([k.Input((4,)), k.layers.Dense(3, activation="relu"), k.layers.Dropout(.1), k.layers.Dense(1)]),
              "convolution": k.Sequential([k.Input((8, 8, 1)), k.layers.Conv2D(2, 3), k.layers.MaxPooling2D(), k.layers.Flatten(), k.layers.Dense(2)]),
              "recurrent": k.Sequential([k.Input((5, 2)), k.layers.Bidirectional(k.layers.LSTM(3)), k.layers.Dense(1)])}
    left = k.Input((3,))
    models["functional"] = k.Model(left, k.layers.Add()([k.layers.Dense(2)(left), k.layers.Dense(2)(left)]))
    models["dense"].compile("adam", "mse", ["mae"])
    for name, model in models.items():
        yield f"{name}, .keras", lambda f, m=model: m.save(f / "model.keras")
        yield f"{name}, .h5", lambda f, m=model: m.save(f / "model.h5")
        yield f"{name}, weights", lambda f, m=model: m.save_weights(f / "model.weights.h5")
        yield f"{name}, JSON", lambda f, m=model: (f / "model.json").write_text(m.to_json())


if __name__ == "__main__":
    main(CASES)
