"""get, apply, create, delete, scale and describe against the real API server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.fakes.command_line import CommandLine

Object = dict[str, Any]


def deployment(name: str, replicas: int = 2, **env: str) -> Object:
    container = {"name": "c", "image": "web:1", "env": [{"name": key, "value": value} for key, value in env.items()]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container]}},
        },
    }


def settings(name: str, **data: str) -> Object:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def test_apply_says_what_it_did(pykube: CommandLine) -> None:
    assert pykube.applied(deployment("said")).out == "deployment.apps/said created\n"
    assert pykube.applied(deployment("said")).out == "deployment.apps/said unchanged\n"
    assert pykube.applied(deployment("said", 3)).out == "deployment.apps/said configured\n"
    assert pykube("get", "deploy/said", "-o", "jsonpath={.spec.replicas}").out == "3"


def test_apply_removes_what_was_applied_and_keeps_what_others_set(pykube: CommandLine) -> None:
    pykube.applied(deployment("shared", A="1", B="2"))
    pykube("scale", "deploy/shared", "--replicas=7")
    wanted = deployment("shared", B="2", C="3")
    del wanted["spec"]["replicas"]
    pykube.applied({**wanted, "spec": {**wanted["spec"], "replicas": 7}})
    found = pykube("get", "deploy", "shared", "-o", "json").doc
    assert found["spec"]["replicas"] == 7
    names = [one["name"] for one in found["spec"]["template"]["spec"]["containers"][0]["env"]]
    assert names == ["B", "C"]


def test_apply_with_another_spelling_of_a_quantity_is_unchanged(pykube: CommandLine) -> None:
    wanted = deployment("amounts")
    wanted["spec"]["template"]["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "1000m"}}
    pykube.applied(wanted)
    assert pykube.applied(wanted).out == "deployment.apps/amounts unchanged\n"


def test_dry_runs_change_nothing(pykube: CommandLine) -> None:
    text = yaml.safe_dump(settings("dry", a="b"))
    assert pykube("apply", "-f", "-", "--dry-run=client", stdin=text).out == "configmap/dry created (dry run)\n"
    assert pykube("apply", "-f", "-", "--dry-run=server", stdin=text).out == "configmap/dry created (server dry run)\n"
    assert pykube("get", "cm", "dry").err == 'Error from server (NotFound): configmaps "dry" not found\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kind: Pod", 'error: error validating "STDIN": error validating data: apiVersion not set'),
        ("{apiVersion: v1, kind: Nope, metadata: {name: x}}", 'no matches for kind "Nope" in version "v1"'),
        ("a: [", "error: error parsing STDIN: error converting YAML to JSON: yaml: line "),
        ("a: 1\na: 2\n", 'key "a" already set in map'),
        ("", "error: no objects passed"),
        ("{apiVersion: v1, kind: ConfigMap, metadata: {name: x}, dat: {}}", 'unknown field "dat"'),
        ("{apiVersion: v1, kind: ConfigMap, metadata: {name: X_}}", 'The ConfigMap "X_" is invalid: metadata.name:'),
    ],
)
def test_apply_of_bad_input(pykube: CommandLine, text: str, message: str) -> None:
    said = pykube("apply", "-f", "-", stdin=text)
    assert said.code == 1
    assert message in said.err


def test_apply_of_files_and_folders(pykube: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(settings("file-a")))
    (tmp_path / "notes.txt").write_text("not read")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "b.json").write_text('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"file-b"}}')
    assert pykube("apply", "-f", str(tmp_path)).out == "configmap/file-a created\n"
    assert pykube("apply", "-Rf", str(tmp_path)).out == "configmap/file-a unchanged\nconfigmap/file-b created\n"
    missing = pykube("apply", "-f", str(tmp_path / "nope"))
    assert (missing.code, missing.err) == (1, f'error: the path "{tmp_path}/nope" does not exist\n')


def test_tables(pykube: CommandLine) -> None:
    pykube.applied(deployment("table"), settings("table", a="1"))
    listed = pykube("get", "deploy", "table").out.splitlines()
    assert listed[0].split() == ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"]
    assert listed[1].startswith("table   0/2     0 ")
    both = pykube("get", "deploy/table", "cm/table", "-A")
    assert both.err == "error: a resource cannot be retrieved by name across all namespaces\n"
    both = pykube("get", "deploy/table", "cm/table")
    assert "deployment.apps/table" in both.out
    assert "configmap/table" in both.out
    wide = pykube("get", "deploy", "table", "-o", "wide", "--no-headers", "--show-labels").out
    assert wide.split()[-4:] == ["c", "web:1", "app=table", "<none>"]


def test_selectors_and_other_forms(pykube: CommandLine) -> None:
    for name, tier in (("s-b", "x"), ("s-a", "x"), ("s-c", "y")):
        pykube.applied({**settings(name, n=name), "metadata": {"name": name, "labels": {"tier": tier}}})
    assert pykube("get", "cm", "-l", "tier=x", "-o", "name").out == "configmap/s-a\nconfigmap/s-b\n"
    assert pykube("get", "cm", "-l", "tier", "-o", "jsonpath={.items[*].data.n}").out == "s-a s-b s-c"
    columns = pykube("get", "cm", "-ltier=x", "-o=custom-columns=N:.metadata.name,T:.metadata.labels.tier,Z:.z").out
    assert [line.split() for line in columns.splitlines()] == [
        ["N", "T", "Z"],
        ["s-a", "x", "<none>"],
        ["s-b", "x", "<none>"],
    ]
    ordered = pykube("get", "cm", "-l", "tier", "--sort-by=.metadata.labels.tier", "--no-headers").out
    assert [line.split()[0] for line in ordered.splitlines()] == ["s-a", "s-b", "s-c"]
    assert yaml.safe_load(pykube("get", "cm", "s-a", "-o", "yaml").out)["data"] == {"n": "s-a"}
    assert pykube("get", "cm", "--field-selector=metadata.name=s-c", "-o", "name").out == "configmap/s-c\n"
    assert pykube("get", "cm", "-o", "nope").err.startswith("error: unable to match a printer suitable for the output")


def test_kinds_that_do_not_exist(pykube: CommandLine) -> None:
    said = pykube("get", "deplyments")
    assert (said.code, said.err) == (
        1,
        'error: the server doesn\'t have a resource type "deplyments"; did you mean deployments?\n',
    )
    assert pykube("get", "deploy.v1.apps").code == 0
    assert pykube("get", "pods").err == "No resources found in default namespace.\n"
    assert pykube("-n", "kube-system", "get", "pods").err == "No resources found in kube-system namespace.\n"


def test_create_from_flags(pykube: CommandLine, tmp_path: Path) -> None:
    assert pykube("create", "ns", "shop").out == "namespace/shop created\n"
    again = pykube("create", "namespace", "shop")
    assert (
        again.err == 'Error from server (AlreadyExists): failed to create namespace: namespaces "shop" already exists\n'
    )
    (tmp_path / "f.txt").write_text("text\n")
    (tmp_path / "e.env").write_text("# comment\nK=v\n")
    sources = ["--from-literal=a=b=c", f"--from-file=k={tmp_path}/f.txt", f"--from-env-file={tmp_path}/e.env"]
    assert pykube("create", "cm", "made", *sources, "-n", "shop").out == "configmap/made created\n"
    assert pykube("get", "-n", "shop", "cm/made", "-o", "json").doc["data"] == {"a": "b=c", "k": "text\n", "K": "v"}
    made = pykube("create", "secret", "generic", "s", "--from-literal=k=v", "--dry-run=client", "-o", "json").doc
    assert made["data"] == {"k": "dg=="}
    made = pykube(
        "create", "deployment", "d", "--image=x/y:1", "-r2", "--dry-run=client", "-ojson", "--", "sh", "-c"
    ).doc
    assert made["spec"]["template"]["spec"]["containers"] == [{"name": "y", "image": "x/y:1", "command": ["sh", "-c"]}]
    assert made["spec"]["replicas"] == 2
    assert (
        pykube("create", "cm", "made", "--from-literal=x").err
        == "error: invalid literal source x, expected key=value\n"
    )


def test_delete(pykube: CommandLine) -> None:
    pykube.applied(settings("gone-1"), settings("gone-2"))
    assert pykube("delete", "cm", "gone-1").out == 'configmap "gone-1" deleted from default namespace\n'
    assert pykube("delete", "cm/gone-1").err == 'Error from server (NotFound): configmaps "gone-1" not found\n'
    assert pykube("delete", "cm/gone-1", "--ignore-not-found").code == 0
    assert pykube("delete", "cm").err.startswith("error: resource(s) were provided, but no name was specified")
    said = pykube("delete", "-f", "-", "--wait=false", stdin=yaml.safe_dump(settings("gone-2")))
    assert said.out == 'configmap "gone-2" deleted from default namespace\n'


def test_scale(pykube: CommandLine) -> None:
    pykube.applied(deployment("scaled"))
    assert pykube("scale", "deploy/scaled", "--replicas=5").out == "deployment.apps/scaled scaled\n"
    refused = pykube("scale", "deploy/scaled", "--replicas=6", "--current-replicas=9")
    assert (refused.code, refused.err) == (1, "error: Expected replicas to be 9, was 5\n")
    assert pykube("scale", "sa/default", "--replicas=1").err.startswith("error: serviceaccounts cannot be scaled")


def test_rollout_without_controllers(pykube: CommandLine) -> None:
    pykube.applied(deployment("rolled"))
    status = pykube("rollout", "status", "deploy/rolled", "--watch=false").out
    assert status == "Waiting for deployment spec update to be observed...\n"
    assert pykube("rollout", "restart", "deploy", "rolled").out == "deployment.apps/rolled restarted\n"
    assert pykube("rollout", "pause", "deploy", "rolled").out == "deployment.apps/rolled paused\n"
    assert pykube("rollout", "pause", "deploy", "rolled").err == 'error: deployments.apps "rolled" is already paused\n'
    assert pykube("rollout", "resume", "deploy", "rolled").out == "deployment.apps/rolled resumed\n"
    assert pykube("rollout", "undo", "deploy", "rolled").err == "error: no rollout history found\n"


def test_describe(pykube: CommandLine) -> None:
    pykube.applied(deployment("told", A="1"), settings("told", key="a\nb"))
    text = pykube("describe", "deploy", "told").out
    assert "Selector:               app=told\n" in text
    assert "2 desired | 0 updated | 0 total | 0 available | 0 unavailable" in text
    assert "      Environment:\n        A:  1\n" in text
    assert "Events:                 <none>\n" in text
    assert "  key:\n    a\n    b\n" in pykube("describe", "cm", "told").out
    assert pykube("describe", "cm", "nope").err == 'Error from server (NotFound): configmaps "nope" not found\n'
    assert pykube("describe", "cm", "tol").out.startswith("Name:         told\n")


def test_pods_that_do_not_run(pykube: CommandLine) -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p"},
        "spec": {"containers": [{"name": "a", "image": "x"}, {"name": "b", "image": "x"}]},
    }
    pykube.applied(pod)
    assert pykube("logs", "p").err.startswith('Defaulted container "a" out of: a, b\n')
    assert pykube("logs", "p", "-c", "z").err == "error: container z not found in pod p_default\n"
    assert pykube("exec", "p").err.startswith("error: you must specify at least one command")
    refused = pykube("exec", "p", "-c", "a", "--", "ls")
    # the server of these tests has no way to agents
    assert (refused.code, refused.err[:29]) == (1, "Error from server (NotFound):")
    assert pykube("port-forward", "p", "80").err.startswith("error: unable to forward port because pod is not running")


def test_version_and_unknown_words(pykube: CommandLine) -> None:
    assert "Server Version: v1.36" in pykube("version").out
    assert "did you mean 'get'" in pykube("gett").err
    assert pykube("get", "--nope").code == 1
    assert pykube("get", "cm", "-w=false", "--show-labels=true", "-o=wide").code == 0
    assert "compdef" in pykube("completion", "zsh").out


def test_every_verb_teaches(pykube: CommandLine) -> None:
    for verb in ("get", "describe", "apply", "create", "delete", "scale", "rollout", "logs", "exec", "port-forward"):
        text = pykube(verb, "--help").out
        assert text.count(f"  pykube {verb}") + text.count(f"| pykube {verb}") >= 2, verb
