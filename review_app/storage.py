"""Where the bytes of files lie: a folder by default, a bucket of an S3-compatible server when one is set. Names are random."""

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from flask import current_app


class StorageSettings(Protocol):
    """What of the settings this room reads."""

    @property
    def files_folder(self) -> Path: ...
    @property
    def s3_bucket(self) -> str: ...
    @property
    def s3_endpoint(self) -> str: ...
    @property
    def s3_region(self) -> str: ...
    @property
    def s3_access_key(self) -> str: ...
    @property
    def s3_secret_key(self) -> str: ...


class Storage(Protocol):
    """Bytes under names that never hold other bytes. Each method raises OSError when the disk or the server is away or full."""

    def put(self, name: str, content: bytes) -> None:
        """Whole or not at all."""

    def open(self, name: str) -> BinaryIO:
        """The bytes from their start. Raises FileNotFoundError."""

    def delete(self, name: str) -> None:
        """Nothing happens when there is no such name."""

    def names(self, before: datetime) -> Iterator[str]:
        """What was put before a moment."""


class Folder:
    """A folder of the machine; several processes share it, and several machines over a network disk."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, name: str, content: bytes) -> None:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        half = path.with_suffix(".half")
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        half.rename(path)

    def open(self, name: str) -> BinaryIO:
        return self._path(name).open("rb")

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def names(self, before: datetime) -> Iterator[str]:
        for path in self.root.glob("??/*"):
            with contextlib.suppress(FileNotFoundError):
                if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
                    yield path.name

    def _path(self, name: str) -> Path:
        return self.root / name[:2] / name


class Bucket:
    """A bucket, which must be there and private. Needs the package `boto3` (`relata[s3]`)."""

    def __init__(self, settings: StorageSettings) -> None:
        import boto3  # 15 MB that an installation with a folder does not need
        from botocore.exceptions import BotoCoreError, ClientError

        self._errors = (BotoCoreError, ClientError)
        self._bucket = settings.s3_bucket
        self._client: Any = boto3.client(
            "s3", endpoint_url=settings.s3_endpoint or None, region_name=settings.s3_region,
            aws_access_key_id=settings.s3_access_key, aws_secret_access_key=settings.s3_secret_key,
        )  # fmt: skip

    def put(self, name: str, content: bytes) -> None:
        with self._told_as_os_error():
            self._client.put_object(Bucket=self._bucket, Key=name, Body=content)

    def open(self, name: str) -> BinaryIO:
        with self._told_as_os_error():
            try:
                return cast(BinaryIO, self._client.get_object(Bucket=self._bucket, Key=name)["Body"])
            except self._client.exceptions.NoSuchKey:
                raise FileNotFoundError(name) from None

    def delete(self, name: str) -> None:
        with self._told_as_os_error():
            self._client.delete_object(Bucket=self._bucket, Key=name)

    def names(self, before: datetime) -> Iterator[str]:
        with self._told_as_os_error():
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket):
                yield from (one["Key"] for one in page.get("Contents", ()) if one["LastModified"] < before)

    @contextlib.contextmanager
    def _told_as_os_error(self) -> Iterator[None]:
        try:
            yield
        except self._errors as error:
            raise OSError(str(error)) from error


def storage_of(settings: StorageSettings) -> Storage:
    """The bucket when one is named, else the folder."""
    return Bucket(settings) if settings.s3_bucket else Folder(settings.files_folder)


def storage() -> Storage:
    """The one of this application; the wiring makes it."""
    found: Storage = current_app.extensions["storage"]
    return found
