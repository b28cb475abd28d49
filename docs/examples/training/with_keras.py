"""The same with Keras (3, on any backend): a callback exports after each epoch.

    KERAS_BACKEND=torch python with_keras.py <folder of MNIST> <folder for checkpoints>
"""

import sys
from pathlib import Path

import keras
from digits import digits

mnist, out = sys.argv[1], Path(sys.argv[2])


class Export(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        unfinished = out / f"epoch_{epoch}.tmp"
        self.model.export(str(unfinished), format="onnx", verbose=False)
        unfinished.replace(out / f"epoch_{epoch}.onnx")
        if (out.parent / f"{out.name}.watch" / "stop").exists():  # delve watch --stop-when
            self.model.stop_training = True


out.mkdir(parents=True, exist_ok=True)
keras.utils.set_random_seed(0)
(x, y), _ = digits(mnist, 4_000)
model = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        keras.layers.Conv2D(16, 3, strides=2, activation="relu", name="conv1"),
        keras.layers.Conv2D(32, 3, strides=2, activation="relu", name="conv2"),
        keras.layers.Conv2D(32, 3, activation="relu", name="conv3"),
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(10, name="classes"),
    ]
)
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(x.permute(0, 2, 3, 1).numpy(), y.numpy(), 100, epochs=3, verbose=0, callbacks=[Export()])
