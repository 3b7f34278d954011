import pathlib

import pytest

from serving.local import batching
from serving.local import configuration
from serving.local import model_versions
from serving.local import versions
from tf_landmarks.exporting import warmup


def _file(folder, text):
    path = folder / "config"
    path.write_text(text)
    return path


def test_models_have_policies_and_labels(tmp_path):
    text = """
      model_config_list {
        config { name: "a" base_path: "/models/a" model_platform: "tensorflow" }
        config {
          name: "b"
          base_path: "/models/b"
          model_version_policy { specific { versions: 4 versions: 5 } }
          version_labels { key: "stable" value: 4 }
          version_labels { key: "canary" value: 5 }
        }
        config { name: "c" base_path: "/c" model_version_policy { all {} } }
      }
    """
    a, b, c = configuration.read_models(_file(tmp_path, text))
    assert a == model_versions.Settings("a", pathlib.Path("/models/a"))
    assert b.policy == versions.Policy(specific=frozenset({4, 5}))
    assert b.labels == (("canary", 5), ("stable", 4))
    assert c.policy == versions.Policy(latest=0)


def test_batching_parameters_are_tf_servings(tmp_path):
    text = """
      max_batch_size { value: 32 }
      batch_timeout_micros { value: 0 }
      max_enqueued_batches { value: 7 }
      num_batch_threads { value: 3 }
      allowed_batch_sizes: 8
      allowed_batch_sizes: 32
    """
    read = configuration.read_batching(_file(tmp_path, text))
    assert read == batching.Parameters(32, 0, 7, 3, (8, 32))


def test_monitoring_and_tls_are_tf_servings(tmp_path):
    text = 'prometheus_config { enable: true path: "/metrics" }'
    found = configuration.read_prometheus_path(_file(tmp_path, text))
    assert found == "/metrics"
    off = configuration.read_prometheus_path(_file(tmp_path, ""))
    assert off is None
    tls = configuration.read_tls(
        _file(tmp_path, 'server_key: "k" server_cert: "a\\nb" "c"')
    )
    assert (tls.server_key, tls.server_cert) == ("k", "a\nbc")
    assert not tls.client_verify


def test_the_projects_own_files_can_be_read_and_fit_the_export():
    serving = pathlib.Path(__file__).absolute().parents[3] / "serving"
    (people,) = configuration.read_models(serving / "models.config")
    assert set(dict(people.labels).values()) == people.policy.specific
    parameters = configuration.read_batching(
        serving / "batching_parameters.txt"
    )
    # A server that cannot answer a warm-up request does not load the model.
    assert parameters.max_batch_size >= max(warmup.BATCH_SIZES)
    path = configuration.read_prometheus_path(serving / "monitoring.config")
    assert path == "/monitoring/prometheus/metrics"


@pytest.mark.parametrize(
    ("read", "text", "sentence"),
    [
        ("read_models", "models {}", "cannot be read as ModelServerConfig"),
        ("read_models", "", "must name one model or more"),
        (
            "read_models",
            'model_config_list { config { name: "a" } }',
            "needs a name and a base_path",
        ),
        ("read_batching", "max_batch_size { value: 0 }", "1 or more"),
        ("read_batching", "batch_timeout_micros { value: -1 }", "0 or more"),
        (
            "read_prometheus_path",
            'prometheus_config { enable: true path: "metrics" }',
            "'metrics' must begin with /",
        ),
        (
            "read_prometheus_path",
            'prometheus_config { enable: true path: "/{" }',
            "no braces",
        ),
        (
            "read_batching",
            "max_batch_size { value: 8 } allowed_batch_sizes: 4",
            "must increase, up to max_batch_size",
        ),
        ("read_tls", 'server_key: "k"', "server_cert are needed"),
        (
            "read_tls",
            'server_key: "k" server_cert: "c" client_verify: true',
            "client_verify needs custom_ca",
        ),
        (
            "read_credentials",
            'server_key: "k" server_cert: "c"',
            "must be the certificate of server_key",
        ),
    ],
)
def test_mistakes_name_the_file(tmp_path, read, text, sentence):
    path = _file(tmp_path, text)
    with pytest.raises(configuration.ConfigurationError) as caught:
        getattr(configuration, read)(path)
    assert sentence in str(caught.value)
    assert str(caught.value).startswith(f"{path}: ")
