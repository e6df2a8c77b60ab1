"""How many downloads run: each holds a database connection and a snapshot for as long as its client reads."""

from app.domain.errors import Unavailable

_RETRY_SECONDS = 5


class ExportPlaces:
    """Places for downloads: so many in all, and one for each program, so that none takes them all."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._taken = 0
        self._programs: set[int] = set()

    def take(self) -> "ExportPlace":
        """A place for nobody in particular yet. Raises Unavailable when all are taken."""
        if self._taken >= self._at_once:
            raise Unavailable("Other exports are running; try again.", _RETRY_SECONDS)
        self._taken += 1
        return ExportPlace(self)

    def admit(self, program_id: int) -> None:
        """Raises Unavailable when a download of this program runs."""
        if program_id in self._programs:
            raise Unavailable(
                "Another export of this program is running; try again.", _RETRY_SECONDS
            )
        self._programs.add(program_id)

    def give_back(self, program_id: int | None) -> None:
        """One place, and its program's."""
        self._taken -= 1
        self._programs -= {program_id}


class ExportPlace:
    """One download's place."""

    def __init__(self, places: ExportPlaces) -> None:
        self._places = places
        self._program_id: int | None = None

    def admit(self, program_id: int) -> None:
        """Takes the program's place as well, once. Raises Unavailable when it is taken."""
        if self._program_id is None:
            self._places.admit(program_id)
            self._program_id = program_id

    def release(self) -> None:
        """Once, when the download has ended or never began."""
        self._places.give_back(self._program_id)
