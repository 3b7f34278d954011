"""The pool of generated skeleton images that D_y learns from.

Of CycleGAN [79], as released: a discriminator that also sees older fakes does
not chase the newest ones only.
"""

import tensorflow as tf


class ImagePool(tf.Module):
    """Up to `capacity` images; variables, so that a checkpoint has them."""

    def __init__(self, capacity: int, shape: tuple[int, int, int], seed: int):
        """Makes an empty pool of images of a shape (H, W, C).

        A pool of no capacity gives back what it is given: the paper's text.
        """
        super().__init__(name="pool")
        self.capacity = capacity
        # Every replica computes the same contents from all replicas' images.
        same = tf.VariableAggregation.ONLY_FIRST_REPLICA
        self.images = tf.Variable(
            tf.zeros([capacity, *shape]),
            trainable=False,
            aggregation=same,
        )
        self.calls = tf.Variable(
            tf.zeros([], tf.int64), trainable=False, aggregation=same
        )
        self._seed = seed

    def exchange(self, y: tf.Tensor) -> tf.Tensor:
        """Takes new images in and gives as many, new or old, back.

        While there is room an image is stored and given back. Then half of
        the images, at random, are each exchanged for a random stored one.

        Args:
          y: this replica's images [B, H, W, C]. Those of all replicas
            together must be no more than the pool can hold.

        Returns:
          Images [B, H, W, C] for this replica's D_y.
        """
        if not self.capacity:
            return tf.stop_gradient(y)
        replica = tf.distribute.get_replica_context()
        batch = y.shape[0]
        first = replica.replica_id_in_sync_group * batch
        y = replica.all_gather(tf.stop_gradient(y), axis=0)
        count = batch * replica.num_replicas_in_sync
        if count > self.capacity:
            raise ValueError(
                f"a pool of {self.capacity} images is smaller than a batch of "
                f"{count}"
            )
        seed = tf.stack([tf.constant(self._seed, tf.int64), self.calls])
        order = tf.random.experimental.stateless_shuffle(
            tf.range(self.capacity), seed
        )[:count]
        exchanged = tf.random.stateless_uniform([count], seed) < 0.5
        free = tf.cast(self.calls * count, tf.int32) + tf.range(count)
        filling = free < self.capacity
        some_free = filling[0]
        slots = tf.where(filling, free, order)
        stored = tf.where(some_free, filling, exchanged)
        replaced = (stored & ~some_free)[:, None, None, None]
        given = tf.where(replaced, tf.gather(self.images, slots), y)
        self.images.assign(
            tf.tensor_scatter_nd_update(
                self.images,
                tf.boolean_mask(slots, stored)[:, None],
                tf.boolean_mask(y, stored),
            )
        )
        self.calls.assign_add(1)
        return given[first : first + batch]
