# SPDX-License-Identifier: Apache-2.0
"""Runs in an environment with TensorFlow: what it saves."""
from common import CASES, case, main


@case("tensorflow", "SavedModel, TFLite, checkpoints, Keras")
def files():
    import tensorflow as tf
    tf.keras.utils.set_random_seed(0)
    model = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(3, activation="relu"), tf.keras.layers.Dense(1)])
    model.compile("adam", "mse")
    yield "SavedModel by export", lambda f: model.export(str(f / "model"))
    yield ".keras", lambda f: model.save(str(f / "model.keras"))
    yield ".h5", lambda f: model.save(str(f / "model.h5"))
    yield "TFLite", lambda f: (f / "model.tflite").write_bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())

    class Module(tf.Module):
        def __init__(self):
            self.v = tf.Variable([1.0, 2.0])

        @tf.function(input_signature=[tf.TensorSpec([2], tf.float32)])
        def __call__(self, x):
            return tf.nn.softmax(x * self.v)
    yield "SavedModel of a tf.Module", lambda f: tf.saved_model.save(Module(), str(f / "model"))
    yield "checkpoint", lambda f: tf.train.Checkpoint(v=tf.Variable([1.0])).save(str(f / "ckpt"))


if __name__ == "__main__":
    main(CASES)
