"""The choices that make the networks, as one value that a workdir keeps."""

import dataclasses

from tf_landmarks import skeletons
from tf_landmarks.models import blocks
from tf_landmarks.models import concatenating_encoder
from tf_landmarks.models import image_discriminator
from tf_landmarks.models import image_encoder
from tf_landmarks.models import image_generator
from tf_landmarks.models import masking_generator
from tf_landmarks.models import precision
from tf_landmarks.models import renderer
from tf_landmarks.models import skeleton_discriminator
from tf_landmarks.models import skeleton_encoder
from tf_landmarks.models import stacked_hourglass
from tf_landmarks.models import unconditional_generator


@dataclasses.dataclass(frozen=True)
class Architecture:
    """What Φ, Ψ, η, β and D_y look like, and what they are compared with.

    The defaults are the authors' released code at the paper's size.

    Attributes:
      skeleton: landmarks and edges.
      image_size: H = W in pixels, a multiple of 16.
      width: channels at full resolution.
      d_y_width: of D_y and D_x; None is twice `width`, as in figs. 17 and 20.
      draw: what β draws: "limbs" (eq. 1), "points" (eq. 2), or "sides", the
        limbs of the left and of the right in channels of their own, after
        arXiv 2411.08603: a person seen from behind is no longer drawn like
        one from the front.
      gamma: β's falloff; None is the equation's own.
      literal_renderer: eqs. 1 and 2 to the letter.
      skip_connections: of Φ.
      eta_instance_norm: instance norm in η; False is batch norm, fig. 19.
      separable_softmax: η's expectation axis by axis; False is jointly.
      d_y_norm_first: normalize D_y's first convolution, fig. 20.
      concatenate_skips: Φ of fig. 22, whatever `skip_connections` says.
      mask_by_limbs: Ψ of fig. 23 in place of fig. 18.
    """

    skeleton: skeletons.Skeleton
    image_size: int = 128
    width: int = 32
    d_y_width: int | None = None
    draw: str = "limbs"
    gamma: float | None = None
    literal_renderer: bool = False
    skip_connections: bool = True
    eta_instance_norm: bool = True
    separable_softmax: bool = True
    d_y_norm_first: bool = False
    concatenate_skips: bool = False
    mask_by_limbs: bool = False

    @property
    def skeleton_shape(self) -> tuple[int, int, int]:
        """Of a skeleton image: H, W, C."""
        channels = 2 if self.draw == "sides" else 1
        return self.image_size, self.image_size, channels

    def phi(
        self, folded: bool = False
    ) -> (
        image_encoder.ImageEncoder | concatenating_encoder.ConcatenatingEncoder
    ):
        """A new Φ; `folded`: with biases in place of batch norm."""
        channels, norm = self.skeleton_shape[-1], _batch_norm(folded)
        if self.concatenate_skips:
            return concatenating_encoder.ConcatenatingEncoder(
                self.width, channels, norm
            )
        return image_encoder.ImageEncoder(
            self.width, self.skip_connections, channels, norm
        )

    def psi(
        self, folded: bool = False
    ) -> image_generator.ImageGenerator | masking_generator.MaskingGenerator:
        """A new Ψ; `folded` as for `phi`."""
        norm = _batch_norm(folded)
        if self.mask_by_limbs:
            return masking_generator.MaskingGenerator(self.width, norm)
        return image_generator.ImageGenerator(self.width, norm)

    def unconditional_psi(
        self,
    ) -> unconditional_generator.UnconditionalGenerator:
        """A new Ψ of CycleGAN, that sees no x_prime."""
        return unconditional_generator.UnconditionalGenerator(self.width)

    def eta(self, folded: bool = False) -> skeleton_encoder.SkeletonEncoder:
        """A new η; `folded` as for `phi`, where it has batch norm at all.

        It computes in the type of its weights: with η in bfloat16, training
        on people stands still (docs/experiments.md).
        """
        instance_norm = self.eta_instance_norm
        with precision.policy(precision.of_weights()):
            return skeleton_encoder.SkeletonEncoder(
                self.skeleton.num_landmarks,
                self.width,
                blocks.InstanceNorm if instance_norm else _batch_norm(folded),
                self.separable_softmax,
            )

    def beta(self) -> renderer.Renderer | renderer.SidedRenderer:
        """β."""
        if self.draw == "sides":
            return renderer.SidedRenderer(
                self.skeleton.edges_of_sides,
                self.image_size,
                gamma=self.gamma,
                literal=self.literal_renderer,
            )
        return renderer.Renderer(
            self.skeleton.edges,
            self.image_size,
            self.draw == "points",
            self.gamma,
            self.literal_renderer,
        )

    def d_y(self) -> skeleton_discriminator.SkeletonDiscriminator:
        """A new D_y."""
        return skeleton_discriminator.SkeletonDiscriminator(
            self.image_size,
            self.d_y_width or 2 * self.width,
            self.d_y_norm_first,
        )

    def d_x(self, conditional: bool) -> image_discriminator.ImageDiscriminator:
        """A new D_x, as wide as D_y."""
        width = self.d_y_width or 2 * self.width
        return image_discriminator.ImageDiscriminator(conditional, width)

    def hourglass(self) -> stacked_hourglass.StackedHourglass:
        """A new Stacked Hourglass, of the published 256 at a width of 32."""
        return stacked_hourglass.StackedHourglass(
            self.skeleton.num_landmarks, self.image_size, 8 * self.width
        )

    def to_json(self) -> dict:
        """A dict of plain values, the skeleton as a COCO category."""
        return dataclasses.asdict(self) | {"skeleton": self.skeleton.to_coco()}


def _batch_norm(folded: bool) -> blocks.Normalization:
    return blocks.folded if folded else blocks.batch_norm


def from_json(values: dict) -> Architecture:
    """Reads what `to_json` gave."""
    skeleton = skeletons.from_coco(values["skeleton"])
    return Architecture(**(values | {"skeleton": skeleton}))
