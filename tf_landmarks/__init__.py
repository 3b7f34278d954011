"""Landmark detectors from unlabelled videos and unpaired poses.

Jakab, Gupta, Bilen, Vedaldi, "Learning Landmarks from Unaligned Data using
Image Translation".

Symbols, in code as in the paper:

  x, x_prime   two frames of one clip                        [B, H, W, 3]
  y            skeleton image that Φ sees in x               [B, H, W, C]
  p            keypoints that η reads from y                 [B, K, 2]
  y_star       clean skeleton image, β(η(y))                 [B, H, W, C]
  x_hat        x repainted by Ψ from y_star and x_prime      [B, H, W, 3]
  p_bar        a pose of the prior: unpaired with any image  [B, K, 2]
  y_bar        its skeleton image, β(p_bar)                  [B, H, W, C]

  phi   Φ: x -> y                      models/image_encoder.py
  eta   η: y -> p                      models/skeleton_encoder.py
  beta  β: p -> y, without variables   models/renderer.py
  psi   Ψ: y_star, x_prime -> x_hat    models/image_generator.py
  d_y   D_y: y -> drawn or generated   models/skeleton_discriminator.py

And of what our model is compared with (docs/comparison.md):

  painted            Ψ of y_bar, in the second cycle
  unconditional_psi  Ψ: y -> x_hat     models/unconditional_generator.py
  d_x   D_x: x -> frame or painted     models/image_discriminator.py

Conventions, everywhere:

* Images are NHWC float32 in [-1, 1]; skeleton images are float32 in [0, 1], of
  one channel, or two with --draw=sides.
* Keypoints are float32 (x, y) in [-1, 1]; -1 and 1 are the centres of the
  first and of the last pixel.
* In pixels of an original image an integer is the centre of that pixel. A box
  is (x, y, width, height) between pixel edges, as in COCO.
* Losses are means over the global batch. Keras sums gradients over replicas,
  so training divides by `num_replicas_in_sync`, in one place.
* Under mixed precision η, the renderer, the running means and the losses stay
  float32.
"""
