import av
import numpy as np
import pytest

from tests.data import made_files
from tf_landmarks.data import images
from tf_landmarks.data import videos


@pytest.fixture
def video(tmp_path):
    path = tmp_path / "clip.mp4"
    made_files.write_video(path, 30)
    return path


def test_frames_come_in_order_and_whole(video):
    frames = list(videos.frames(video))
    assert len(frames) == 30
    for number, frame in enumerate(frames):
        np.testing.assert_allclose(
            frame[8:-8, 40:-8].mean(), 20 + 2 * number, atol=3
        )
        assert frame.shape == (48, 64, 3) and frame.dtype == np.uint8


def test_header_says_how_many_frames_to_expect(video):
    assert videos.read_header(video).expected_frames == 30


def test_no_column_is_lost(tmp_path):
    made_files.write_video(tmp_path / "clip.mp4", 2, width=70)
    frame = next(videos.frames(tmp_path / "clip.mp4"))
    np.testing.assert_allclose(frame[8:-8, 40:], 20, atol=6)


def test_a_codec_younger_than_tensorflow_ios_ffmpeg_is_read(tmp_path):
    path = tmp_path / "clip.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libsvtav1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        gray = np.full((64, 64, 3), 100, np.uint8)
        picture = av.VideoFrame.from_ndarray(gray, format="rgb24")
        container.mux(stream.encode(picture))
        container.mux(stream.encode())
    (frame,) = videos.frames(path)
    np.testing.assert_allclose(frame, 100, atol=6)


def _turned_right(path):
    """Sets the display matrix of a phone held upright: 90 degrees clockwise."""
    content = path.read_bytes()
    unit = (1 << 16).to_bytes(4, "big")
    minus = (-1 << 16).to_bytes(4, "big", signed=True)
    zero, last = bytes(4), (1 << 30).to_bytes(4, "big")
    upright = unit + zero * 3 + unit + zero * 3 + last
    turned = zero + unit + zero + minus + zero * 4 + last
    track = content.index(b"tkhd")
    at = content.index(upright, track)
    path.write_bytes(content[:at] + turned + content[at + len(turned) :])


def test_phone_videos_are_turned_upright(video):
    _turned_right(video)
    frame = next(videos.frames(video))
    assert frame.shape == (64, 48, 3)
    # The red left half of the stored picture is the upper half when turned.
    assert frame[8:24, 8:-8, 0].mean() > 200
    assert frame[40:56, 8:-8, 0].mean() < 60


@pytest.mark.parametrize("share", [0.5, 0.7])
@pytest.mark.parametrize("suffix", [".avi", ".mp4", ".mkv"])
def test_cut_video_is_not_taken_for_a_short_one(tmp_path, share, suffix):
    whole = tmp_path / f"whole{suffix}"
    made_files.write_video(whole, 30)
    cut = tmp_path / f"cut{suffix}"
    cut.write_bytes(whole.read_bytes()[: int(share * whole.stat().st_size)])
    with pytest.raises(images.BadFile, match=r"cut\..*: cannot be read"):
        list(videos.frames(cut))


@pytest.mark.parametrize("content", [b"", b"not a video\n" * 50])
def test_what_is_no_video_is_named(tmp_path, content):
    path = tmp_path / "notes.mp4"
    path.write_bytes(content)
    with pytest.raises(images.BadFile, match=r"notes\.mp4: cannot be read"):
        list(videos.frames(path))


def test_an_unknown_codec_is_named(tmp_path):
    path = tmp_path / "clip.mkv"
    made_files.write_video(path, 2)
    content = path.read_bytes()
    at = content.index(b"V_MPEG")
    length = content[at - 1] & 0x7F  # in front of it, as EBML has it
    unknown = b"V_UNKNOWN".ljust(length, b"X")
    path.write_bytes(content[:at] + unknown + content[at + length :])
    with pytest.raises(images.BadFile, match=r"clip\.mkv: .* codec is not kno"):
        videos.read_header(path)


def test_too_large_a_picture_is_refused_before_it_is_decoded(
    video, monkeypatch
):
    monkeypatch.setattr(images, "MAX_PIXELS", 64 * 48 - 1)
    with pytest.raises(images.BadFile, match="64x48 is more than 3071 pixels"):
        videos.read_header(video)
