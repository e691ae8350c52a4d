"""Where signing keys live: files under a passphrase (software token), or a PKCS#11 device that never gives them out."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pyhanko.sign.signers import Signer, SimpleSigner


class TokenError(Exception):
    """The token does not give the key: `code` is token.missing, token.refused or token.module."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code} {detail}".strip())
        self.code, self.detail = code, detail


class Token(Protocol):
    """Something that signs with the key called `alias`."""

    def signer(self, alias: str) -> AbstractContextManager[Signer]:
        """Give a signer for as long as the block runs; raises TokenError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftwareToken:
    """Keys as PKCS#12 files `<alias>.p12` in `folder`, all under one passphrase. For demonstrations and tests."""

    folder: Path
    passphrase: str = field(repr=False)

    @contextmanager
    def signer(self, alias: str) -> Iterator[Signer]:
        """Give the signer of `alias`; raises TokenError."""
        path = self.folder / f"{alias}.p12"
        if not alias.replace("-", "").replace("_", "").isalnum() or not path.is_file():
            raise TokenError("token.missing", alias)
        found: Signer | None = SimpleSigner.load_pkcs12(  # type: ignore[no-untyped-call]
            str(path), passphrase=self.passphrase.encode()
        )
        if found is None:
            raise TokenError("token.refused", alias)
        yield found


@dataclass(frozen=True, slots=True, kw_only=True)
class HardwareToken:
    """A PKCS#11 device: `module` is its library, `label` the token; key and certificate carry the alias as label."""

    module: Path
    label: str
    pin: str = field(repr=False)

    @contextmanager
    def signer(self, alias: str) -> Iterator[Signer]:
        """Give the signer of `alias` within a session of the device; raises TokenError."""
        import pkcs11
        from pyhanko.config.pkcs11 import TokenCriteria
        from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

        if not self.module.is_file():
            raise TokenError("token.module", str(self.module.name))
        try:
            session = open_pkcs11_session(
                str(self.module), token_criteria=TokenCriteria(label=self.label), user_pin=self.pin
            )
        except (pkcs11.PKCS11Error, LookupError) as error:
            raise TokenError("token.refused", type(error).__name__) from error
        with session:
            found = PKCS11Signer(session, cert_label=alias, key_label=alias, use_raw_mechanism=True)
            try:
                certificate = found.signing_cert
            except (pkcs11.PKCS11Error, LookupError, ValueError) as error:
                raise TokenError("token.missing", alias) from error
            if certificate is None:
                raise TokenError("token.missing", alias)
            yield found
