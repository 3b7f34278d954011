"""What TF-Serving runs: pictures as they come in, pixels of them out.

signature        inputs                          outputs
serving_default  images uint8 [B, H, W, 3]       keypoints, confidence
encoded          image_bytes string [B]          keypoints, confidence
skeleton         images                          the same, skeleton_image
transfer         image_bytes, appearance_bytes   image_bytes string [B]
landmarks        index int32 [B]                 names, edges, image_size

A server may join requests to one batch and split the results: no element of
a batch has an effect on another, and the first axis of every output is B.
"""

import tensorflow as tf

from tf_landmarks.data import preprocessing
from tf_landmarks.exporting import networks as exported_networks
from tf_landmarks.exporting import pictures
from tf_landmarks.models import landmark_detector

_IMAGES = tf.TensorSpec([None, None, None, 3], tf.uint8, "images")


def _strings(name: str) -> tf.TensorSpec:
    return tf.TensorSpec([None], tf.string, name)


class ServingModule:
    """A detector behind signatures.

    No `tf.Module`: that would have Keras write, and a server read, code of
    every layer, which takes a minute each.
    """

    def __init__(self, networks: exported_networks.Networks, jit: bool):
        """Keeps the networks.

        Args:
          networks: that are exported.
          jit: whether XLA compiles the detector, for each size of batch anew.
        """
        self._size = networks.arch.image_size
        self._skeleton = networks.arch.skeleton
        self._beta = networks.arch.beta()
        self._psi = networks.psi
        size = self._size
        self._detect = tf.function(
            networks.detector.call,
            input_signature=[tf.TensorSpec([None, size, size, 3])],
            jit_compile=jit or None,
        )

    def signatures(self) -> dict[str, tf.types.experimental.ConcreteFunction]:
        """By name, see above; without Ψ there is no `transfer`."""
        index = tf.TensorSpec([None], tf.int32, "index")
        found = {
            "serving_default": self.detect.get_concrete_function(_IMAGES),
            "skeleton": self.detect_with_skeleton_image.get_concrete_function(
                _IMAGES
            ),
            "encoded": self.detect_encoded.get_concrete_function(
                _strings("image_bytes")
            ),
            "landmarks": self.describe.get_concrete_function(index),
        }
        if self._psi is not None:
            found["transfer"] = self.transfer.get_concrete_function(
                _strings("image_bytes"), _strings("appearance_bytes")
            )
        return found

    @tf.function
    def detect(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """Detects in pictures of one size.

        Args:
          images: uint8 [B, H, W, 3], RGB.

        Returns:
          keypoints: float32 [B, K, 2], (x, y) in pixels of the pictures, whose
            first pixel has its centre at (0, 0).
          confidence: float32 [B, K] in (0, 1], see `heatmaps.confidence`.

        Raises:
          tf.errors.InvalidArgumentError: see `pictures.crop`.
        """
        return self._results(*pictures.crop(images, self._size))

    @tf.function
    def detect_with_skeleton_image(
        self, images: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """As `detect`, and skeleton_image: y, float32 [B, S, S, C]."""
        x, box = pictures.crop(images, self._size)
        detections = self._detect(x)
        return self._in_pixels(detections, box) | {
            "skeleton_image": detections.skeleton_image
        }

    @tf.function
    def detect_encoded(self, image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        """As `detect`, of JPEG and PNG files, each of its own size."""
        return self._results(*pictures.decode_and_crop(image_bytes, self._size))

    @tf.function
    def transfer(
        self, image_bytes: tf.Tensor, appearance_bytes: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Repaints one picture's pose in another's appearance, by Ψ.

        Args:
          image_bytes: string [B], JPEG or PNG; their poses.
          appearance_bytes: the same; their looks and background (x_prime).

        Returns:
          image_bytes: string [B], PNG of S x S pixels.

        Raises:
          tf.errors.InvalidArgumentError: Ψ overflows, in float16; see
            `pictures.decode_and_crop` too.
        """
        tf.debugging.assert_equal(
            tf.size(image_bytes),
            tf.size(appearance_bytes),
            "appearance_bytes: send one for each of image_bytes",
        )
        x, _ = pictures.decode_and_crop(image_bytes, self._size)
        x_prime, _ = pictures.decode_and_crop(
            appearance_bytes, self._size, "appearance_bytes"
        )
        y_star = self._beta(self._detect(x).keypoints)
        x_hat = tf.debugging.check_numerics(
            self._psi((y_star, x_prime), training=False), "psi's image"
        )
        painted = preprocessing.as_uint8(tf.clip_by_value(x_hat, -1.0, 1.0))
        return {
            "image_bytes": tf.map_fn(
                tf.io.encode_png,
                painted,
                fn_output_signature=tf.TensorSpec([], tf.string),
            )
        }

    @tf.function
    def describe(self, index: tf.Tensor) -> dict[str, tf.Tensor]:
        """What the landmarks are, as often as there are elements in `index`.

        A signature's outputs must have the batch's length, or a server that
        batches refuses them. One element will do.

        Args:
          index: int32 [B], of any values.

        Returns:
          names: string [B, K].
          edges: int32 [B, E, 2], pairs of landmarks that a limb joins.
          image_size: int32 [B], S.
        """
        edges = tf.reshape(tf.constant(self._skeleton.edges, tf.int32), [-1, 2])
        values = {
            "names": tf.constant(self._skeleton.landmarks),
            "edges": edges,
            "image_size": tf.constant(self._size),
        }
        count = tf.shape(index)
        return {
            name: tf.broadcast_to(value, tf.concat([count, value.shape], 0))
            for name, value in values.items()
        }

    def _results(self, x: tf.Tensor, boxes: tf.Tensor) -> dict[str, tf.Tensor]:
        return self._in_pixels(self._detect(x), boxes)

    def _in_pixels(
        self, detections: landmark_detector.Detections, boxes: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        return {
            "keypoints": pictures.to_pixels(
                detections.keypoints, boxes, self._size
            ),
            "confidence": detections.confidence,
        }
