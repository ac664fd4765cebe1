"""The spec travels with the package."""

import json
import subprocess
import sys

from ruamel.yaml import YAML

import cryptocloud
from support.contract import SPEC, SPEC_PATH


def test_the_package_has_the_spec_just_as_it_stands() -> None:
    assert json.dumps(cryptocloud.openapi()) == json.dumps(SPEC)


def test_readers_of_both_versions_of_yaml_read_the_same() -> None:
    newer = YAML(typ="safe", pure=True).load(SPEC_PATH.read_text("utf-8"))
    assert json.dumps(cryptocloud.openapi()) == json.dumps(newer)


def test_each_call_gives_a_document_of_its_own() -> None:
    document = cryptocloud.openapi()
    document["paths"]["/invoice/create"].clear()
    document["info"]["version"] = "9"
    assert cryptocloud.openapi() == SPEC
    assert cryptocloud.__api_version__ == SPEC["info"]["version"]


def test_a_name_that_does_not_exist_is_an_error() -> None:
    assert not hasattr(cryptocloud, "openapy")


def test_importing_loads_neither_the_spec_nor_the_command() -> None:
    code = """
import sys, cryptocloud
unused = {"argparse", "yaml", "importlib.resources", "cryptocloud_cli", "jsonschema"}
assert not unused & sys.modules.keys(), unused & sys.modules.keys()
from cryptocloud import *
assert __api_version__ == openapi()["info"]["version"]
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
