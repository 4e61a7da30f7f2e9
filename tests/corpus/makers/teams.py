# SPDX-License-Identifier: Apache-2.0
"""Runs in an environment with scikit-learn and what stands around it: what teams save beside plain estimators."""
import pickle
import warnings

from common import CASES, case, dumped, main, training

warnings.simplefilter("ignore")


def table():
    import numpy as np
    import pandas as pd
    rng = np.random.RandomState(0)
    return pd.DataFrame({"age": rng.randint(18, 80, 60), "income": rng.rand(60), "city": rng.choice(["Bonn", "Graz", "Lyon"], 60)})


@case("scikit-learn pipelines", "pipelines, searches, meta-estimators")
def pipelines():
    import joblib
    from sklearn import (calibration, compose, discriminant_analysis, ensemble, feature_extraction, feature_selection, impute, linear_model,
                         metrics, model_selection, multiclass, multioutput, naive_bayes, neighbors, neural_network, pipeline, preprocessing, svm, tree)
    x, y = training()
    frame = table()
    columns = compose.ColumnTransformer([("n", pipeline.make_pipeline(impute.SimpleImputer(), preprocessing.StandardScaler()), ["age", "income"]),
                                         ("c", preprocessing.OneHotEncoder(handle_unknown="ignore"), ["city"])])
    boosted = pipeline.Pipeline([("columns", columns), ("model", ensemble.GradientBoostingClassifier(n_estimators=3, random_state=0))]).fit(frame, y)
    words = ["one two", "two three", "three four system"] * 4
    models = {
        "columns and boosting": boosted,
        "columns and ridge": pipeline.make_pipeline(columns, linear_model.RidgeCV()).fit(frame, y),
        "randomised search": model_selection.RandomizedSearchCV(ensemble.RandomForestClassifier(3, random_state=0), {"max_depth": [1, 2, 3]}, n_iter=2, cv=2,
                                                                 scoring="roc_auc", random_state=0).fit(x, y),
        "search with a scorer": model_selection.GridSearchCV(linear_model.LogisticRegression(), {"C": [.1, 1]}, cv=model_selection.StratifiedKFold(2),
                                                             scoring=metrics.make_scorer(metrics.f1_score)).fit(x, y),
        "calibrated": calibration.CalibratedClassifierCV(svm.LinearSVC(), cv=2).fit(x, y),
        "isotonic calibration": calibration.CalibratedClassifierCV(naive_bayes.GaussianNB(), method="isotonic", cv=2).fit(x, y),
        "one against the rest": multiclass.OneVsRestClassifier(linear_model.LogisticRegression()).fit(x, y),
        "several outputs": multioutput.MultiOutputRegressor(linear_model.Ridge()).fit(x, x[:, :2]),
        "selected features": pipeline.make_pipeline(feature_selection.SelectKBest(feature_selection.f_classif, k=2), tree.DecisionTreeClassifier(random_state=0)).fit(x, y),
        "recursive elimination": feature_selection.RFE(linear_model.LogisticRegression(), n_features_to_select=2).fit(x, y),
        "variance": feature_selection.VarianceThreshold().fit(x), "LDA": discriminant_analysis.LinearDiscriminantAnalysis().fit(x, y),
        "QDA": discriminant_analysis.QuadraticDiscriminantAnalysis().fit(x, y), "ElasticNet": linear_model.ElasticNetCV(cv=2).fit(x, y),
        "Bayesian ridge": linear_model.BayesianRidge().fit(x, y), "Huber": linear_model.HuberRegressor().fit(x, y),
        "hashing": pipeline.make_pipeline(feature_extraction.text.HashingVectorizer(n_features=64), linear_model.SGDClassifier(random_state=0)).fit(words, [0, 1, 1] * 4),
        "features of dictionaries": feature_extraction.DictVectorizer().fit([{"a": 1, "b": "x"}]), "SVR": svm.SVR().fit(x, y),
        "labels": preprocessing.LabelBinarizer().fit(["a", "b", "c"]), "many labels": preprocessing.MultiLabelBinarizer().fit([["a"], ["b", "c"]]),
        "ordinals": preprocessing.OrdinalEncoder().fit(frame[["city"]]), "robust": preprocessing.RobustScaler().fit(x), "bins": preprocessing.KBinsDiscretizer(3).fit(x),
        "union": pipeline.FeatureUnion([("a", preprocessing.StandardScaler()), ("b", preprocessing.MinMaxScaler())]).fit(x),
        "transformed target": compose.TransformedTargetRegressor(linear_model.Ridge(), transformer=preprocessing.StandardScaler()).fit(x, x[:, 0]),
        "nearest neighbours, ball tree": neighbors.KNeighborsRegressor(3, algorithm="ball_tree").fit(x, y), "outliers": neighbors.LocalOutlierFactor(5, novelty=True).fit(x),
        "network": neural_network.MLPRegressor(hidden_layer_sizes=(4,), max_iter=20, random_state=0).fit(x, y),
        "passthrough": pipeline.Pipeline([("nothing", "passthrough"), ("m", linear_model.Lasso(.01))]).fit(x, y)}
    if hasattr(ensemble, "StackingClassifier"):
        models["stacked"] = ensemble.StackingClassifier([("a", tree.DecisionTreeClassifier(random_state=0)), ("b", naive_bayes.GaussianNB())], cv=2).fit(x, y)
    for index, (name, model) in enumerate(models.items()):
        yield f"{name}, pickle", lambda f, m=model, i=index: dumped(m, f, protocol=2 + i % 3)
        yield f"{name}, joblib", lambda f, m=model: joblib.dump(m, f / "model.joblib", compress=3)
    yield "a bundle with names, threshold and date", lambda f: joblib.dump(
        {"model": boosted, "features": list(frame.columns), "threshold": .42, "trained": __import__("datetime").datetime(2026, 1, 2), "metrics": {"auc": __import__("numpy").float64(.9)}},
        f / "bundle.joblib")
    yield "a frame in a bundle", lambda f: joblib.dump({"model": boosted, "sample": frame.head()}, f / "bundle.pkl")


@case("boosting in pipelines", "xgboost and lightgbm within scikit-learn")
def boosters():
    import joblib
    from sklearn import multioutput, pipeline, preprocessing
    x, y = training()

    def made(load):
        try:
            return load()
        except ImportError:
            return []

    def boosted():
        import xgboost as xgb
        return [("xgboost", xgb.XGBClassifier(n_estimators=2, max_depth=2, n_jobs=1)), ("xgboost regression", xgb.XGBRegressor(n_estimators=2, n_jobs=1)),
                ("xgboost forest", xgb.XGBRFClassifier(n_estimators=2, n_jobs=1))]

    def light():
        import lightgbm as lgb
        return [("lightgbm", lgb.LGBMClassifier(n_estimators=2, min_child_samples=2, n_jobs=1, verbose=-1)),
                ("lightgbm regression", lgb.LGBMRegressor(n_estimators=2, min_child_samples=2, n_jobs=1, verbose=-1))]

    def cats():
        import catboost as cb
        return [("catboost regression", cb.CatBoostRegressor(iterations=2, depth=2, verbose=0, allow_writing_files=False, thread_count=1))]
    for name, model in made(boosted) + made(light) + made(cats):
        for protocol in (2, 4):
            yield f"{name}, protocol {protocol}", lambda f, m=model, p=protocol: dumped(pipeline.make_pipeline(preprocessing.StandardScaler(), m).fit(x, y), f, protocol=p)
        yield f"{name}, several outputs, joblib", lambda f, m=model: joblib.dump(multioutput.MultiOutputRegressor(m).fit(x, (x[:, :2] > .5).astype(int)), f / "m.joblib", compress=("zlib", 3))


@case("imbalanced-learn", "samplers within pipelines")
def imbalanced():
    from imblearn import over_sampling, pipeline, under_sampling, ensemble
    from sklearn import linear_model
    x, y = training()
    yield "SMOTE and regression", lambda f: dumped(pipeline.make_pipeline(over_sampling.SMOTE(random_state=0, k_neighbors=2), linear_model.LogisticRegression()).fit(x, y), f)
    yield "under-sampling", lambda f: dumped(pipeline.make_pipeline(under_sampling.RandomUnderSampler(random_state=0), linear_model.LogisticRegression()).fit(x, y), f)
    yield "balanced forest", lambda f: dumped(ensemble.BalancedRandomForestClassifier(3, random_state=0).fit(x, y), f)


@case("statsmodels", "results")
def statistics():
    import numpy as np
    import statsmodels.api as sm
    x, y = training()
    yield "least squares", lambda f: sm.OLS(y, sm.add_constant(x)).fit().save(str(f / "ols.pickle"))
    yield "least squares, without data", lambda f: sm.OLS(y, sm.add_constant(x)).fit().save(str(f / "ols.pickle"), remove_data=True)
    yield "logistic", lambda f: sm.Logit((x[:, 1] > .4).astype(int), sm.add_constant(x[:, :1])).fit(disp=0).save(str(f / "logit.pickle"))
    yield "GLM", lambda f: sm.GLM(y + 1, sm.add_constant(x), family=sm.families.Poisson()).fit().save(str(f / "glm.pickle"))
    yield "ARIMA", lambda f: sm.tsa.ARIMA(np.cumsum(x[:, 0]), order=(1, 0, 0)).fit().save(str(f / "arima.pickle"))


@case("polars", "frames")
def polars():
    import polars as pl
    frame = pl.DataFrame({"a": [1, 2], "b": ["x", None]})
    yield "DataFrame", lambda f: dumped(frame, f)
    yield "Series in a dictionary", lambda f: dumped({"a": frame["a"]}, f)


@case("nltk and gensim", "taggers, classifiers, vectors")
def words():
    texts = [["hello", "world"], ["world", "of", "words"], ["hello", "words"]] * 3

    def tagged():
        import nltk
        return [("naive Bayes", nltk.NaiveBayesClassifier.train([({"a": 1}, "x"), ({"a": 2}, "y")])),
                ("unigram tagger", nltk.UnigramTagger([[("a", "DT"), ("dog", "NN")]], backoff=nltk.DefaultTagger("NN"))),
                ("frequencies", nltk.FreqDist("abracadabra")), ("stemmer", nltk.stem.SnowballStemmer("english"))]

    def embedded():
        import gensim
        dictionary = gensim.corpora.Dictionary(texts)
        return [("Dictionary", dictionary), ("TF-IDF", gensim.models.TfidfModel(dictionary=dictionary)),
                ("Word2Vec", gensim.models.Word2Vec(texts, vector_size=4, min_count=1, workers=1, seed=0)),
                ("LDA", gensim.models.LdaModel([dictionary.doc2bow(t) for t in texts], 2, dictionary, random_state=0)),
                ("Phrases", gensim.models.Phrases(texts, min_count=1))]
    for load in (tagged, embedded):
        try:
            made = load()
        except ImportError:
            continue
        for name, thing in made:
            yield name, (lambda f, t=thing: t.save(str(f / "model.bin"))) if load is embedded else (lambda f, t=thing: dumped(t, f, "model.pickle"))


@case("mlflow", "model folders")
def mlflow():
    import mlflow.sklearn
    import mlflow.pyfunc
    from sklearn import linear_model
    model = linear_model.LogisticRegression().fit(*training())
    pins = {"pip_requirements": ["scikit-learn"]}
    serial = {"serialization_format": "pickle"}
    yield "scikit-learn, pickle", lambda f: mlflow.sklearn.save_model(model, str(f / "model"), **serial, **pins)
    yield "scikit-learn, cloudpickle", lambda f: mlflow.sklearn.save_model(model, str(f / "model"), serialization_format="cloudpickle", **pins)
    yield "scikit-learn with an example and a signature", lambda f: mlflow.sklearn.save_model(
        model, str(f / "model"), input_example=training()[0][:2], signature=mlflow.models.infer_signature(*training()), **serial, **pins)
    yield "xgboost", lambda f: __import__("mlflow.xgboost").xgboost.save_model(
        __import__("xgboost").XGBClassifier(n_estimators=2, n_jobs=1).fit(*training()), str(f / "model"), pip_requirements=["xgboost"])
    yield "lightgbm", lambda f: __import__("mlflow.lightgbm").lightgbm.save_model(
        __import__("lightgbm").LGBMClassifier(n_estimators=2, min_child_samples=2, n_jobs=1, verbose=-1).fit(*training()), str(f / "model"), pip_requirements=["lightgbm"])


@case("skl2onnx", "scikit-learn as ONNX")
def converted():
    from skl2onnx import to_onnx
    from sklearn import ensemble, linear_model, pipeline, preprocessing
    x, y = training()
    x = x.astype("f4")
    for name, model in {"regression": linear_model.LogisticRegression(), "forest": ensemble.RandomForestClassifier(3, random_state=0),
                        "pipeline": pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.Ridge())}.items():
        yield name, lambda f, m=model: (f / "model.onnx").write_bytes(to_onnx(m.fit(x, y), x[:1]).SerializeToString())


@case("compressed pickles", "gzip, bz2, xz and zip around a pickle")
def compressed():
    import bz2
    import gzip
    import lzma
    import zipfile
    from sklearn import ensemble
    raw = pickle.dumps(ensemble.RandomForestClassifier(3, random_state=0).fit(*training()), 4)
    yield "gzip", lambda f: (f / "model.pkl.gz").write_bytes(gzip.compress(raw))
    yield "bz2", lambda f: (f / "model.pkl.bz2").write_bytes(bz2.compress(raw))
    yield "xz", lambda f: (f / "model.pkl.xz").write_bytes(lzma.compress(raw))

    def zipped(folder):
        with zipfile.ZipFile(folder / "model.zip", "w", zipfile.ZIP_DEFLATED) as out:
            out.writestr("model.pkl", raw)
            out.writestr("README.txt", "a model")
    yield "zip", zipped


if __name__ == "__main__":
    main(CASES)
