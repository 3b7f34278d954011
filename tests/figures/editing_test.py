import numpy as np
import pytest
from PIL import Image

from tests import tiny_runs
from tests.figures import cells
from tests.figures import vivid_runs
from tf_landmarks import errors
from tf_landmarks import skeletons
from tf_landmarks.figures import editing
from tf_landmarks.figures import painting
from tf_landmarks.models import renderer

_SIZE = tiny_runs.SIZE


@pytest.fixture
def editor(tmp_path):
    painter = painting.Painter(vivid_runs.make_run(tmp_path / "run"))
    noise = np.random.default_rng(0).uniform(-1, 1, (_SIZE, _SIZE, 3))
    return editing.Editor(painter, np.float32(noise))


def test_a_move_is_in_fractions_of_the_images_side():
    texts = ["head:+0.5,-0.25", "left_hand:0,1", "head:0.25,0"]
    offset = editing.parse_moves(texts, tiny_runs.SKELETON, 5)
    # Of five pixels: 5 from edge to edge, and 4 from centre to centre, or 2.
    moved = np.array([[0.75, -0.25], [0, 1], [0, 0]]) * 5 * 2 / 4
    np.testing.assert_allclose(offset, moved)


@pytest.mark.parametrize(
    "text", ["head", "head:", "head:1", "head:1,x", ":1,1", "head:nan,0"]
)
def test_what_is_no_move_is_refused(text):
    with pytest.raises(errors.UserError, match=f"--move={text} is not NAME"):
        editing.parse_moves([text], tiny_runs.SKELETON, _SIZE)


def test_no_move_is_refused():
    with pytest.raises(errors.UserError, match="needs --move"):
        editing.parse_moves([], tiny_runs.SKELETON, _SIZE)


def test_an_unknown_landmark_is_answered_by_the_nearest_names():
    with pytest.raises(
        errors.UserError, match="'l_elbow'; the nearest names are left_elbow,"
    ):
        editing.parse_moves(["l_elbow:0,0"], skeletons.HUMAN36M, _SIZE)


def test_without_a_move_the_frame_is_repainted_as_it_is(editor):
    seen = editor.moved(np.zeros([3, 2]))
    networks = vivid_runs.networks()
    x = editor.x[None]
    for name, image in networks.repaint(x, x).items():
        if name in seen:
            np.testing.assert_allclose(seen[name], image[0], atol=1e-4)
    p = networks.keypoints(editor.x)
    np.testing.assert_allclose(seen["p"], p, atol=1e-5)
    assert seen["x_hat"].std() > 0.1


def test_a_moved_landmark_changes_its_limb_and_no_other(editor):
    p = editor.p[0].numpy()
    offset = np.zeros([3, 2])
    offset[1] = [0.4, 0.4]  # left_hand; only the first edge ends there
    still, moved = (
        editor.moved(o)["y_star"][..., 0] for o in (0 * offset, offset)
    )
    first, second = (
        renderer.render_limbs(p[None], [edge], _SIZE).numpy()[0, ..., 0]
        for edge in tiny_runs.SKELETON.edges
    )
    changed = abs(moved - still) > 1e-3
    assert changed.any()
    new = renderer.render_limbs(
        (p + offset)[None].astype(np.float32), [(0, 1)], _SIZE
    )
    near = np.maximum(first, new.numpy()[0, ..., 0])
    assert (near[changed] > second[changed] - 1e-3).all()


def test_a_picture_has_a_row_before_and_a_row_after(editor, tmp_path):
    offset = np.array([[0.5, 0.5], [0, 0], [0, 0]])
    editing.write(editor, offset, tmp_path / "a.PNG")
    picture = Image.open(tmp_path / "a.PNG")
    assert picture.size == cells.size(2, 3)
    for row, share in enumerate((0, 1)):
        for column, image in enumerate(editor.draw(share * offset)):
            cell = cells.cut(picture, row, column)
            np.testing.assert_array_equal(cell, image)
    for column in range(3):
        before, after = (cells.cut(picture, row, column) for row in (0, 1))
        assert (before != after).any()


def test_a_movie_goes_there_and_back():
    shares = list(editing.shares())
    assert shares[0] == 0.0
    assert max(shares) == shares[25] == 1.0
    np.testing.assert_allclose(shares[1:], shares[:0:-1], atol=1e-12)
    assert max(np.abs(np.diff(shares))) < 0.07


def test_ones_own_picture_is_cropped_as_prepare_crops(tmp_path):
    image = np.zeros((40, 80, 3), np.uint8)
    image[:, 40:] = 255
    Image.fromarray(image).save(tmp_path / "a.png")
    right = editing.read_image(f"{tmp_path}/a.png", (40, 0, 40, 40), 16)
    # The first column is smoothed with what is left of the box.
    np.testing.assert_allclose(right[:, 1:], 1.0, atol=1e-5)
    padded = editing.read_image(f"{tmp_path}/a.png", None, 16)
    np.testing.assert_allclose(padded[8, [2, 13], 0], [-1, 1], atol=1e-5)
    np.testing.assert_allclose(padded[[1, 14]], -1, atol=1e-5)


def test_several_pictures_are_refused(tmp_path):
    for name in "ab":
        Image.new("RGB", (8, 8)).save(tmp_path / f"{name}.png")
    with pytest.raises(errors.UserError, match="matches 2 files"):
        editing.read_image(f"{tmp_path}/*.png", None, 16)
