"""The virus scanner clamd, started by a test: it knows one virus, so nothing has to be fetched."""

import signal
import socket
from pathlib import Path

from review_app.local_services import LocalServer, guarded
from tests.processes import installed

# The test virus every scanner knows, in two halves: as one it would have this file put away.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
VERDICT = "Test-Virus.UNOFFICIAL"  # clamd's word for a signature that its makers did not sign


class Clamd(LocalServer):
    """On a port and on a socket. It takes streams of `most` bytes, from the next start on."""

    name = "clamd"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.binary = installed("clamd", what="virus scanner", target="scanner")
        self.most = 25 << 20

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    @property
    def socket(self) -> Path:
        return self.folder / "clamd.ctl"

    def command(self) -> list[str]:
        (self.folder / "virus.ndb").write_text(f"Test-Virus:0:*:{EICAR.hex()}\n")
        file = self.folder / "clamd.conf"
        file.write_text(
            f"Foreground yes\nTCPAddr 127.0.0.1\nTCPSocket {self.port}\nLocalSocket {self.socket}\n"
            f"DatabaseDirectory {self.folder}\nTemporaryDirectory {self.folder}\nStreamMaxLength {self.most}\n"
        )
        return guarded([self.binary, f"--config-file={file}"])

    def is_ready(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as asked:
                asked.sendall(b"zPING\0")
                return asked.recv(5) == b"PONG\0"
        except OSError:
            return False

    def kill(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
