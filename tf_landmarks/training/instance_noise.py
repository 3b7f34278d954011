"""Noise through which a discriminator sees what it judges.

Instance noise of Sønderby et al., Amortised MAP Inference for Image
Super-resolution, ICLR 2017, who let it fall as well. Without it D_y tells Φ's
y from drawn poses by single grey pixels, and does not have to look at poses;
with as much to the end it tells nothing any more.
"""

from collections.abc import Callable
from collections.abc import Sequence

import tensorflow as tf

from tf_landmarks.data import streams
from tf_landmarks.training import terms


def through_noise(
    discriminator: terms.Judge,
    stddev: Callable[[tf.Tensor], tf.Tensor],
    seed: int,
    update: tf.Tensor,
) -> terms.Judge:
    """The discriminator, with new Gaussian noise on all that it is shown.

    A function of its arguments: a run that resumes has the same noise.

    Args:
      discriminator: images [B, H, W, C] in [0, 1] -> maps of realness.
      stddev: of the noise, by the update.
      seed: of the run.
      update: the noise of this one, a scalar of 64 bits.
    """
    shown = 0

    def judge(images: tf.Tensor, training: bool = False) -> Sequence[tf.Tensor]:
        nonlocal shown
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        drawn_by = streams.key(seed, shown, update, replica)
        shown += 1
        noise = tf.random.stateless_normal(tf.shape(images), drawn_by)
        noise *= stddev(update)
        return discriminator(images + noise, training=training)

    return judge
