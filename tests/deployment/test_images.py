"""Which images a deployment takes: pinned, the same everywhere, and of the versions that tests run on."""

import re
from collections import defaultdict

from sge.embedded.postgres_binaries import MAJOR
from sge.embedded.project import PROJECT
from tests.deployment.compose import services
from tests.deployment.dockerfile import stages

_IMAGE = re.compile(r"^\s*image:\s*(\S+)", re.MULTILINE)
_PINNED = re.compile(r"v?\d+\.\d+(\.\d+)?(-[a-z][a-z0-9.-]*)?(@sha256:[0-9a-f]{64})?")


def _images() -> list[str]:
    manifests = sorted((PROJECT / "deploy/kubernetes").glob("*.yaml"))
    named = [name for file in manifests for name in _IMAGE.findall(file.read_text())]
    named += [each["image"] for each in services().values()]
    own = {one.name for one in stages()}
    return named + [one.image for one in stages() if one.image not in own]


def test_each_is_pinned_at_least_to_a_minor_version() -> None:
    loose = [name for name in _images() if not _PINNED.fullmatch(name.partition(":")[2])]
    assert loose == []


def test_one_image_has_one_version_in_all_files() -> None:
    versions: dict[str, set[str]] = defaultdict(set)
    for name in _images():
        image, _, tag = name.partition(":")
        versions[image].add(tag)
    assert {image: tags for image, tags in versions.items() if len(tags) > 1} == {}
    assert {"postgres", "nginx", "valkey/valkey", "python", "sge-settlement"} <= set(versions)


def test_the_database_is_of_the_major_version_that_tests_run_on() -> None:
    tags = {name.partition(":")[2] for name in _images() if name.startswith("postgres:")}
    assert {int(tag.partition(".")[0]) for tag in tags} == {MAJOR}
