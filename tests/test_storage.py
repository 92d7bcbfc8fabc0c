"""Where files lie: a folder and an S3 server do the same, and one that is away loses nobody's answers."""

import dataclasses
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
from flask import Flask
from moto.server import ThreadedMotoServer

from config import Settings
from review_app.storage import Storage, storage_of
from tests.browser import Browser
from tests.desks import CARLA, RITA, open_report
from tests.test_attachments import LAW, Desk, survey

__all__ = ["survey"]  # a fixture
AN_HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def with_bucket(settings: Settings) -> Iterator[Settings]:
    """Settings that point at a bucket of an S3 server that was started for it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    endpoint = "http://{}:{}".format(*server.get_host_and_port())
    keys = {"aws_access_key_id": "someone", "aws_secret_access_key": "secret"}
    boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **keys).create_bucket(Bucket="relata-files")
    yield dataclasses.replace(
        settings, s3_bucket="relata-files", s3_endpoint=endpoint, s3_access_key="someone", s3_secret_key="secret"
    )
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
def kept(request: pytest.FixtureRequest, with_bucket: Settings, tmp_path: Path) -> Storage:
    in_folder = dataclasses.replace(with_bucket, s3_bucket="", files_folder=tmp_path)
    return storage_of(in_folder if request.param == "folder" else with_bucket)


def test_what_was_put_is_there_until_it_is_deleted(kept: Storage) -> None:
    name, content = "ab" * 16, bytes(range(256)) * 4_000
    kept.put(name, content)
    with kept.open(name) as stream:
        assert stream.read(10) + stream.read() == content
    now = datetime.now(UTC)
    assert (list(kept.names(now + AN_HOUR)), list(kept.names(now - AN_HOUR))) == ([name], [])
    kept.delete(name)
    kept.delete(name)
    assert list(kept.names(now + AN_HOUR)) == []
    with pytest.raises(FileNotFoundError):
        kept.open(name)


@pytest.fixture
def desk_on(survey: None, app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[[Settings], Desk]:
    """A report whose files lie where these settings say."""

    def make(where: Settings) -> Desk:
        monkeypatch.setitem(app.extensions, "storage", storage_of(where))
        return Desk(app, open_report(app, "proof-survey", CARLA, RITA), lambda: Browser(app, settings.public_base_url))

    return make


def test_files_lie_in_the_bucket_when_one_is_named(desk_on: Callable[[Settings], Desk], with_bucket: Settings) -> None:
    desk = desk_on(with_bucket)
    desk.add(LAW)
    assert desk.carla.get(desk.address()).response.get_data() == LAW[1]
    assert list(storage_of(with_bucket).names(datetime.now(UTC) + AN_HOUR)) == [desk.files()[0].id.hex]
    assert not list(with_bucket.files_folder.glob("*"))


def test_a_storage_that_is_away_refuses_the_file_and_keeps_the_answers(
    desk_on: Callable[[Settings], Desk], with_bucket: Settings
) -> None:
    desk = desk_on(dataclasses.replace(with_bucket, s3_bucket="no-such-bucket"))
    page = desk.add(LAW, more={"overview": "Typed beside it."})
    assert page.errors == ["“law.pdf” was not taken: the file could not be stored. Send it again in a few minutes."]
    assert page.value("overview") == "Typed beside it." and desk.files() == []


def test_a_file_whose_bytes_were_lost_is_said_to_be_gone(desk_on: Callable[[Settings], Desk], settings: Settings) -> None:
    desk = desk_on(settings)
    desk.add(LAW)
    storage_of(settings).delete(desk.files()[0].id.hex)
    assert desk.carla.get(desk.address(), status=410).h1 == "This page is gone"
