"""What the scrubber could not look into, said instead of passed over."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Opaque", "form_of"]

#: First bytes of forms that nobody here opens, or that were damaged, encrypted or too large to be opened.
_FORMS = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"PAR1": "Parquet",
    b"Obj\x01": "Avro",
    b"\x7fELF": "ELF",
}
_TAR, _TAR_AT = b"ustar", 257


@dataclass(frozen=True, slots=True)
class Opaque:
    """
    One content that was not inspected but for known values.

    *where* is the part of the interaction (``response body``, ``request header X-Note``), *name* that of the member
    around, if any; *form* what its first bytes say, *size* its bytes, *reason* why it stayed closed.
    """

    where: str
    name: str
    form: str
    size: int
    reason: str

    def __str__(self) -> str:
        place = f"{self.where}, {self.name}" if self.name else self.where
        return f"opaque, not inspected: {place}: {self.form}, {self.size} bytes: {self.reason}"


def form_of(data: bytes) -> str:
    """Return what the first bytes of *data* say that it is, or ``binary``."""
    found = next((name for magic, name in _FORMS.items() if data.startswith(magic)), "")
    return found or ("tar" if data.startswith(_TAR, _TAR_AT) else "binary")
