"""How a stage is stopped and resumed is tested in running_test."""

import pytest

from tf_landmarks import errors
from tf_landmarks.training import fitting


def test_replicas_share_a_batch_evenly():
    fitting.check_batch_size(16, 4)
    with pytest.raises(errors.UserError, match=r"--batch_size=16 .* by 3"):
        fitting.check_batch_size(16, 3)
