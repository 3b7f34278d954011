"""compose.yaml and the Kubernetes manifests: valid, and of one piece."""

import base64
import copy
import importlib.metadata
import pathlib
import shutil
import subprocess

import jsonschema
import kubernetes_validate
import pytest
import yaml
from absl import flags
from check_jsonschema import builtin_schemas

from flags import server_flags
from serving.local import configuration
from tests.serving import documented
from tests.serving import exported_models

_SERVING = pathlib.Path(__file__).absolute().parents[2] / "serving"
_KUBERNETES = "1.30"  # the oldest release that is checked for
_GRPC, _REST = 8500, 8501

_READERS = {
    "--model_config_file": configuration.read_models,
    "--batching_parameters_file": configuration.read_batching,
    "--monitoring_config_file": configuration.read_prometheus_path,
}


def _read(name):
    return yaml.safe_load((_SERVING / name).read_text())


def _manifests():
    found = [_read(name) for name in _read("kustomization.yaml")["resources"]]
    return {manifest["kind"]: manifest for manifest in found}


def _service():
    """Of compose.yaml."""
    (service,) = _read("compose.yaml")["services"].values()
    return service


def _pod():
    return _manifests()["Deployment"]["spec"]["template"]["spec"]


def _container():
    (container,) = _pod()["containers"]
    return container


def _flags(arguments):
    return dict(
        argument.partition("=")[::2]
        for argument in arguments
        if argument.startswith("--")
    )


def _check_compose(content):
    schema = builtin_schemas.get_builtin_schema("vendor.compose-spec")
    jsonschema.Draft202012Validator(schema).validate(content)


@pytest.mark.parametrize(
    "version", [_KUBERNETES, kubernetes_validate.latest_version()]
)
def test_manifests_are_what_kubernetes_takes(version):
    manifests = _manifests()
    assert len(manifests) == len(list((_SERVING / "kubernetes").iterdir()))
    for manifest in manifests.values():
        kubernetes_validate.validate(manifest, version, strict=True)


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("spec", "template", "spec"), "terminationGracePeriod", 60),
        (("spec", "strategy", "rollingUpdate"), "maxUnavailabel", 0),
        (
            ("spec", "template", "spec", "containers", 0, "readinessProbe"),
            "periodSeconds",
            "ten",
        ),
        (("spec", "template", "spec", "containers", 0), "name", None),
    ],
)
def test_a_manifest_with_a_mistake_is_found(path, key, value):
    broken = copy.deepcopy(_manifests()["Deployment"])
    place = broken
    for step in path:
        place = place[step]
    place[key] = value
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, _KUBERNETES, strict=True)


def test_compose_is_what_docker_takes():
    _check_compose(_read("compose.yaml"))


@pytest.mark.parametrize(
    ("key", "value"), [("comand", []), ("cap_drop", "ALL"), ("ports", 8500)]
)
def test_a_compose_file_with_a_mistake_is_found(key, value):
    broken = _read("compose.yaml")
    broken["services"]["serving"][key] = value
    with pytest.raises(jsonschema.ValidationError):
        _check_compose(broken)


def test_the_kustomization_names_files_that_are_there():
    kustomization = _read("kustomization.yaml")
    assert set(kustomization) == {
        "apiVersion",
        "kind",
        "resources",
        "configMapGenerator",
    }
    (generated,) = kustomization["configMapGenerator"]
    for name in kustomization["resources"] + generated["files"]:
        assert (_SERVING / name).is_file(), name
    (volume,) = [v for v in _pod()["volumes"] if "configMap" in v]
    assert volume["configMap"]["name"] == generated["name"]


@pytest.mark.skipif(not shutil.which("kubectl"), reason="there is no kubectl")
def test_kustomize_gives_the_pods_the_configuration_of_this_folder(tmp_path):
    # A copy, as it follows no link out of its folder, and Bazel makes links.
    folder = shutil.copytree(_SERVING, tmp_path / "serving")
    rendered = subprocess.run(
        ["kubectl", "kustomize", folder], capture_output=True, check=True
    ).stdout
    manifests = {each["kind"]: each for each in yaml.safe_load_all(rendered)}
    for manifest in manifests.values():
        kubernetes_validate.validate(manifest, _KUBERNETES, strict=True)
    made = manifests["ConfigMap"]
    for name, text in made["data"].items():
        assert text == (_SERVING / name).read_text()
    pod = manifests["Deployment"]["spec"]["template"]["spec"]
    names = [v["configMap"]["name"] for v in pod["volumes"] if "configMap" in v]
    assert names == [made["metadata"]["name"]] != ["tf-landmarks"]


def test_flags_name_files_that_are_mounted_and_can_be_read():
    (generated,) = _read("kustomization.yaml")["configMapGenerator"]
    mounts = {m["mountPath"]: m["name"] for m in _container()["volumeMounts"]}
    bound = {v["target"]: v["source"] for v in _service()["volumes"]}
    for arguments in (_container()["args"], _service()["command"]):
        files = {k: v for k, v in _flags(arguments).items() if "_file" in k}
        assert set(files) == set(_READERS)
        for flag, path in files.items():
            folder, _, name = path.rpartition("/")
            assert mounts[folder] == "configuration"
            assert name in generated["files"]
            assert bound[path] == f"./{name}"
            _READERS[flag](_SERVING / name)


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory):
    """A copy of the folder, to which docs/serving.md's command adds TLS."""
    here = tmp_path_factory.mktemp("tls")
    shutil.copytree(_SERVING, here / "serving")
    (here / "mutual.config").write_text("# of mine")
    *_, adding = documented.commands("TLS")
    documented.run(adding, here, {})
    return here / "serving"


def _load(path):
    return yaml.safe_load(path.read_text())


def test_compose_with_tls_mounts_its_file(encrypted):
    compose = _load(encrypted / "compose.yaml")
    _check_compose(compose)
    (service,) = compose["services"].values()
    added = set(service["command"]) - set(_service()["command"])
    (path,) = _flags(added).values()
    assert added == {f"--ssl_config_file={path}"}
    (volume,) = [v for v in service["volumes"] if v["target"] == path]
    assert (encrypted / volume["source"]).read_text() == "# of mine"
    assert volume["read_only"]


def test_pods_with_tls_mount_a_secret_of_its_file(encrypted):
    deployment = _load(encrypted / "kubernetes/deployment.yaml")
    kubernetes_validate.validate(deployment, _KUBERNETES, strict=True)
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    added = set(container["args"]) - set(_container()["args"])
    (path,) = _flags(added).values()
    assert added == {f"--ssl_config_file={path}"}
    folder, _, name = path.rpartition("/")
    (mount,) = [
        m for m in container["volumeMounts"] if m["mountPath"] == folder
    ]
    assert mount["readOnly"]
    (volume,) = [v for v in pod["volumes"] if v["name"] == mount["name"]]
    (made,) = _load(encrypted / "kustomization.yaml")["secretGenerator"]
    assert made == {"name": volume["secret"]["secretName"], "files": [name]}


@pytest.mark.skipif(not shutil.which("kubectl"), reason="there is no kubectl")
def test_kustomize_makes_the_secret(encrypted):
    rendered = subprocess.run(
        ["kubectl", "kustomize", encrypted], capture_output=True, check=True
    ).stdout
    manifests = {each["kind"]: each for each in yaml.safe_load_all(rendered)}
    data = manifests["Secret"]["data"]
    assert base64.b64decode(data["ssl_config.txt"]) == b"# of mine"
    assert "ssl_config.txt" not in manifests["ConfigMap"]["data"]
    volumes = manifests["Deployment"]["spec"]["template"]["spec"]["volumes"]
    names = [v["secret"]["secretName"] for v in volumes if "secret" in v]
    assert names == [manifests["Secret"]["metadata"]["name"]]


def test_the_form_of_the_tls_file_is_read_and_is_no_certificate():
    path = _SERVING / "ssl_config.example.txt"
    form = configuration.read_tls(path)
    assert form.client_verify and form.custom_ca
    with pytest.raises(configuration.ConfigurationError, match="cannot be"):
        configuration.read_credentials(path)


def test_git_leaves_out_the_file_with_the_key():
    ignored = (_SERVING.parent / ".gitignore").read_text().splitlines()
    (put,) = (
        line.split()[-1]
        for line in documented.commands("TLS")[-1].splitlines()
        if line.startswith("cp ")
    )
    assert f"/{put}" in ignored


def test_xla_can_be_allowed():
    for name in ("compose.yaml", "kubernetes/deployment.yaml"):
        text = (_SERVING / name).read_text()
        with_xla = yaml.safe_load(text.replace("#jit ", ""))
        whole = yaml.safe_load(text)
        if name == "compose.yaml":
            _check_compose(with_xla)
            of = [each["services"]["serving"] for each in (with_xla, whole)]
            more, less = (set(service["command"]) for service in of)
        else:
            kubernetes_validate.validate(with_xla, _KUBERNETES, strict=True)
            of = [
                each["spec"]["template"]["spec"]["containers"][0]
                for each in (with_xla, whole)
            ]
            more, less = (set(container["args"]) for container in of)
        assert more - less == {"--xla_cpu_compilation_enabled"}


def test_flags_are_tf_servings():
    known = {
        f"--{flag.name}"
        for flag in vars(server_flags).values()
        if isinstance(flag, flags.FlagHolder)
    }
    assert set(_flags(_container()["args"])) - known == {
        # Those of it that the local server does not have.
        "--allow_version_labels_for_unavailable_models",
        "--tensorflow_inter_op_parallelism",
        "--tensorflow_intra_op_parallelism",
    }


def test_both_start_the_same_server():
    container, service = _container(), _service()
    assert container["image"] == service["image"]
    assert container["command"] == service["entrypoint"]
    of_pods = _flags(container["args"])
    # Where there is one server, there is nothing to spread connections over.
    del of_pods["--grpc_channel_arguments"]
    assert of_pods == _flags(service["command"])
    release = importlib.metadata.version("tensorflow-serving-api")
    assert container["image"] == f"tensorflow/serving:{release}"


def test_ports_agree():
    container = _container()
    named = {p["name"]: p["containerPort"] for p in container["ports"]}
    assert named == {"grpc": _GRPC, "rest": _REST}
    of_service = _manifests()["Service"]["spec"]["ports"]
    assert {p["targetPort"]: p["port"] for p in of_service} == named
    for arguments in (container["args"], _service()["command"]):
        given = _flags(arguments)
        assert given["--port"] == str(_GRPC)
        assert given["--rest_api_port"] == str(_REST)
    for probe in ("startupProbe", "livenessProbe"):
        assert container[probe]["tcpSocket"]["port"] == "grpc"
    published = [f"127.0.0.1:{port}:{port}" for port in (_GRPC, _REST)]
    assert _service()["ports"] == published


def test_the_model_has_one_name():
    (model,) = configuration.read_models(_SERVING / "models.config")
    of_pods = _container()["readinessProbe"]["exec"]["command"]
    of_compose = _service()["healthcheck"]["test"]
    assert of_compose == ["CMD", *of_pods]
    assert f"127.0.0.1/{_REST} " in of_pods[-1]
    assert f"GET /v1/models/{model.name} HTTP" in of_pods[-1]
    mounts = {m["name"]: m["mountPath"] for m in _container()["volumeMounts"]}
    assert model.base_path.parent == pathlib.Path(mounts["models"])
    assert mounts["models"] in [v["target"] for v in _service()["volumes"]]


def test_names_and_labels_find_each_other():
    manifests = _manifests()
    deployment = manifests["Deployment"]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    for selector in (
        deployment["spec"]["selector"]["matchLabels"],
        manifests["Service"]["spec"]["selector"],
        manifests["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        _pod()["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"],
    ):
        assert selector == labels
    target = manifests["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
    for key in ("apiVersion", "kind"):
        assert target[key] == deployment[key]
    assert target["name"] == deployment["metadata"]["name"]
    (models,) = [v for v in _pod()["volumes"] if v["name"] == "models"]
    claim = manifests["PersistentVolumeClaim"]["metadata"]["name"]
    assert models["persistentVolumeClaim"]["claimName"] == claim


def test_nothing_runs_as_root_or_writes():
    pod, container, service = _pod(), _container(), _service()
    assert pod["securityContext"]["runAsNonRoot"]
    user = pod["securityContext"]["runAsUser"]
    assert user > 0 and service["user"] == f"{user}:{user}"
    assert pod["securityContext"]["seccompProfile"] == {
        "type": "RuntimeDefault"
    }
    security = container["securityContext"]
    assert security["readOnlyRootFilesystem"] and service["read_only"]
    assert not security["allowPrivilegeEscalation"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert security["capabilities"] == {"drop": ["ALL"]}
    assert service["cap_drop"] == ["ALL"]
    writable = [
        m["name"] for m in container["volumeMounts"] if not m.get("readOnly")
    ]
    assert writable == ["scratch"]
    assert all(volume["read_only"] for volume in service["volumes"])


def test_a_pod_outlives_its_connections():
    arguments = _flags(_container()["args"])["--grpc_channel_arguments"]
    limits = dict(each.split("=") for each in arguments.split(","))
    age = 1.1 * int(limits["grpc.max_connection_age_ms"])  # gRPC's own jitter
    grace = int(limits["grpc.max_connection_age_grace_ms"])
    assert _pod()["terminationGracePeriodSeconds"] * 1000 > age + grace


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")
def test_a_pod_is_ready_while_a_version_is_available(tmp_path):
    base_path = tmp_path / exported_models.NAME
    exported_models.add_version(base_path, 1)
    server = exported_models.serve(base_path, poll_seconds=3600)
    *bash, probe = _container()["readinessProbe"]["exec"]["command"]
    probe = probe.replace(f"127.0.0.1/{_REST}", f"127.0.0.1/{server.rest_port}")

    def is_ready(model):
        asked = probe.replace("/people ", f"/{model} ")
        assert asked != probe
        return not subprocess.run([*bash, asked], timeout=60).returncode

    assert is_ready(exported_models.NAME)
    assert not is_ready("cats")
    # A status of 200 still, of a version that was given up.
    server.models.find(exported_models.NAME).unload()
    assert not is_ready(exported_models.NAME)
    server.stop()
    assert not is_ready(exported_models.NAME)
