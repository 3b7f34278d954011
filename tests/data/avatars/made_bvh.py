"""Motions as BVH files, made by the tests: a body of CMU's bones."""

_BONES = (
    "Hips(LeftUpLeg(LeftLeg(LeftFoot))RightUpLeg(RightLeg(RightFoot))"
    "Spine1(Head LeftArm(LeftForeArm)RightArm(RightForeArm)))"
)


def _names():
    return _BONES.replace("(", " ").replace(")", " ").split()


def hierarchy():
    """The bones in BVH's words, each with channels Z Y X."""
    text, words = "HIERARCHY\n", _BONES.replace("(", " ( ").replace(")", " ) ")
    words = words.split()
    for word, after in zip(words, [*words[1:], ""], strict=True):
        if word == "(":
            continue
        if word == ")":
            text += "}\n"
            continue
        kind = "JOINT" if "Hips" != word else "ROOT"
        turns = "Zrotation Yrotation Xrotation"
        channels = f"3 {turns}"
        if kind == "ROOT":
            channels = f"6 Xposition Yposition Zposition {turns}"
        text += f"{kind} {word}\n{{\nOFFSET 0 1 0\nCHANNELS {channels}\n"
        if after != "(":
            text += "End Site\n{\nOFFSET 0 1 0\n}\n}\n"
    return text


def file(*frames, seconds=0.04):
    """Frames are {bone: (z, y, x) degrees}, and {"height": y}."""
    text = f"MOTION\nFrames: {len(frames)}\nFrame Time: {seconds}\n"
    for frame in frames:
        numbers = [0.0, frame.get("height", 9.0), 0.0]
        for name in _names():
            numbers += frame.get(name, (0.0, 0.0, 0.0))
        text += " ".join(map(str, numbers)) + "\n"
    return hierarchy() + text
