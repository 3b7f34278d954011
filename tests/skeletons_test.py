from absl.testing import absltest
from absl.testing import parameterized

from tf_landmarks import skeletons

# Of the evaluation protocols: which landmark takes whose place in a mirror.
_HUMAN36M_FLIP = (
    *(0, 6, 7, 8, 9, 10, 1, 2, 3, 4, 5, 11, 12, 13, 14, 15),
    *(24, 25, 26, 27, 28, 29, 30, 31, 16, 17, 18, 19, 20, 21, 22, 23),
)
_HUMAN36M_17_FLIP = (3, 4, 5, 0, 1, 2, 6, 7, 8, 9, 10, 14, 15, 16, 11, 12, 13)
_MPI_INF_3DHP_FLIP = (
    *(0, 1, 2, 3, 4, 5, 6, 7, 13, 14, 15, 16, 17, 8, 9, 10, 11, 12),
    *(23, 24, 25, 26, 27, 18, 19, 20, 21, 22),
)
_PENN_ACTION_FLIP = (0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11)
_IBUG_68_FLIP = (
    *(16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
    *(26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 27, 28, 29, 30),
    *(35, 34, 33, 32, 31, 45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40),
    *(54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55),
    *(64, 63, 62, 61, 60, 67, 66, 65),
)
_ALL = (
    (skeletons.HUMAN36M,),
    (skeletons.HUMAN36M_17,),
    (skeletons.HUMAN36M_19,),
    (skeletons.MPI_INF_3DHP,),
    (skeletons.BODY_25,),
    (skeletons.IBUG_68,),
    (skeletons.PENN_ACTION,),
)


class SkeletonTest(parameterized.TestCase):
    @parameterized.parameters(
        (skeletons.HUMAN36M, _HUMAN36M_FLIP),
        (skeletons.HUMAN36M_17, _HUMAN36M_17_FLIP),
        (skeletons.MPI_INF_3DHP, _MPI_INF_3DHP_FLIP),
        (skeletons.IBUG_68, _IBUG_68_FLIP),
        (skeletons.PENN_ACTION, _PENN_ACTION_FLIP),
    )
    def test_flip_permutation_is_that_of_the_protocol(self, skeleton, expected):
        self.assertEqual(skeleton.flip_permutation, expected)

    @parameterized.parameters(*_ALL)
    def test_flipping_twice_changes_nothing(self, skeleton):
        permutation = skeleton.flip_permutation
        twice = [permutation[i] for i in permutation]
        self.assertEqual(twice, list(range(len(permutation))))

    @parameterized.parameters(*_ALL)
    def test_edges_mirror_to_edges(self, skeleton):
        flip = skeleton.flip_permutation
        edges = {frozenset(edge) for edge in skeleton.edges}
        mirrored = {frozenset((flip[a], flip[b])) for a, b in skeleton.edges}
        self.assertEqual(mirrored, edges)

    def test_edges_of_a_side_leave_out_the_others(self):
        skeleton = skeletons.Skeleton(
            "T",
            ("head", "neck", "left_hand", "right_hand"),
            ((0, 1), (1, 2), (3, 1)),
        )
        left, right = skeleton.edges_of_sides
        self.assertEqual(left, ((0, 1), (1, 2)))
        self.assertEqual(right, ((0, 1), (3, 1)))

    def test_edges_from_side_to_side_are_of_both(self):
        skeleton = skeletons.Skeleton(
            "T", ("left_eye", "right_eye", "left_ear"), ((0, 1), (0, 2))
        )
        left, right = skeleton.edges_of_sides
        self.assertEqual(left, ((0, 1), (0, 2)))
        self.assertEqual(right, ((0, 1),))

    def test_the_19_are_the_17_and_the_toes(self):
        more = set(skeletons.HUMAN36M_19.landmarks)
        self.assertEqual(
            more - set(skeletons.HUMAN36M_17.landmarks),
            {"left_toes", "right_toes"},
        )
        self.assertLen(skeletons.HUMAN36M_19.edges, 16)

    def test_pairs_are_left_then_right(self):
        skeleton = skeletons.Skeleton(
            "cat", ("right_ear", "nose", "left_ear", "left_scar"), ()
        )
        self.assertEqual(skeleton.left_right_pairs, ((2, 0),))
        self.assertEqual(skeleton.flip_permutation, (2, 1, 0, 3))

    def test_outer_eye_corners_are_those_of_the_protocol(self):
        self.assertEqual(skeletons.IBUG_68.outer_eye_corners, (45, 36))
        eyes = skeletons.IBUG_68.subset("eyes", range(36, 48))
        self.assertEqual(eyes.outer_eye_corners, (9, 0))

    @parameterized.parameters(
        (skeletons.HUMAN36M,),
        (skeletons.BODY_25,),  # it has eyes, as one point each
        (skeletons.IBUG_68.subset("one eye", range(36, 42)),),
    )
    def test_without_two_outer_corners_there_are_none(self, skeleton):
        self.assertIsNone(skeleton.outer_eye_corners)

    def test_side_follows_from_the_name(self):
        skeleton = skeletons.Skeleton(
            "cat", ("right_ear", "nose", "left_eye"), ()
        )
        self.assertEqual(
            [skeleton.side(i) for i in range(3)], ["right", "middle", "left"]
        )

    def test_subset_keeps_the_edges_among_its_landmarks(self):
        skeleton = skeletons.Skeleton(
            "hand", ("a", "b", "c", "d"), ((0, 1), (1, 3), (3, 2))
        )
        subset = skeleton.subset("part", (3, 1, 0))
        self.assertEqual(subset.landmarks, ("d", "b", "a"))
        self.assertEqual(subset.edges, ((2, 1), (1, 0)))

    def test_human36m_17_are_the_joints_of_the_released_evaluation(self):
        indices = (1, 2, 3, 6, 7, 8, 11, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27)
        self.assertEqual(
            skeletons.HUMAN36M_17.landmarks,
            tuple(skeletons.HUMAN36M.landmarks[i] for i in indices),
        )

    def test_human36m_has_the_limbs_of_the_released_recipe(self):
        self.assertEqual(skeletons.HUMAN36M.num_landmarks, 32)
        drawn = {end for edge in skeletons.HUMAN36M.edges for end in edge}
        undrawn = {0, 4, 9, 12, 14, 16, *range(20, 25), *range(28, 32)}
        self.assertLen(skeletons.HUMAN36M.edges, 16)
        self.assertEqual(set(range(32)) - drawn, undrawn)

    def test_3dhp_has_the_limbs_of_human36m(self):
        skeleton = skeletons.MPI_INF_3DHP
        self.assertEqual(skeleton.num_landmarks, 28)
        self.assertLen(skeleton.edges, len(skeletons.HUMAN36M.edges))
        limbs = [
            {skeleton.landmarks[end] for end in edge} for edge in skeleton.edges
        ]
        self.assertIn({"left_toe", "left_ankle"}, limbs)
        self.assertIn({"head_top", "neck"}, limbs)
        self.assertIn({"right_shoulder", "neck"}, limbs)

    def test_body_25_is_a_tree_over_openpose_landmarks(self):
        body = skeletons.BODY_25
        self.assertEqual(body.num_landmarks, 25)
        self.assertLen(body.edges, 24)
        reached = {0}
        for _ in body.edges:
            reached |= {
                end
                for edge in body.edges
                if reached & set(edge)
                for end in edge
            }
        self.assertEqual(reached, set(range(25)))
        self.assertEqual(
            [body.landmarks[i] for i in (0, 1, 4, 7, 8, 11, 14, 19, 24)],
            [
                "nose",
                "neck",
                "right_wrist",
                "left_wrist",
                "mid_hip",
                "right_ankle",
                "left_ankle",
                "left_big_toe",
                "right_heel",
            ],
        )

    def test_ibug_68_joins_eyes_and_lips_into_rings(self):
        edges = skeletons.IBUG_68.edges
        for first, last in ((36, 41), (42, 47), (48, 59), (60, 67)):
            self.assertIn((last, first), edges)
        self.assertNotIn((16, 17), edges)
        self.assertLen(edges, 63)

    def test_penn_action_has_a_head_and_six_pairs(self):
        landmarks = skeletons.PENN_ACTION.landmarks
        self.assertEqual(landmarks[0], "head")
        parts = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
        self.assertEqual(
            landmarks[1:],
            tuple(f"{side}_{p}" for p in parts for side in ("left", "right")),
        )


class CocoTest(parameterized.TestCase):
    @parameterized.parameters(*_ALL)
    def test_a_skeleton_survives_coco(self, skeleton):
        self.assertEqual(skeletons.from_coco(skeleton.to_coco()), skeleton)

    def test_edges_of_coco_count_from_one(self):
        skeleton = skeletons.Skeleton("line", ("a", "b"), ((0, 1),))
        self.assertEqual(skeleton.to_coco()["skeleton"], [[1, 2]])

    def test_a_category_may_have_no_edges(self):
        skeleton = skeletons.from_coco({"keypoints": ["a"]})
        self.assertEqual(skeleton, skeletons.Skeleton("object", ("a",), ()))

    @parameterized.parameters(
        ({"name": "person"}, "no 'keypoints'"),
        ({"keypoints": []}, "no 'keypoints'"),
        ({"keypoints": ["a", "b", "a"]}, "stands twice"),
        ({"keypoints": ["a", "b"], "skeleton": [[1, 3]]}, r"\[1, 3\].*1 to 2"),
        ({"keypoints": ["a", "b"], "skeleton": [[0, 1]]}, r"\[0, 1\].*1 to 2"),
    )
    def test_a_bad_category_is_refused(self, category, message):
        with self.assertRaisesRegex(ValueError, message):
            skeletons.from_coco(category)


if __name__ == "__main__":
    absltest.main()
