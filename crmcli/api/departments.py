"""Departments: the API lists and updates them; it can't fetch, make or delete one (API page, "CRM Departments")."""

from __future__ import annotations

from crmcli.api import names
from crmcli.api.bodies import Row
from crmcli.api.changes import check
from crmcli.api.collection import Collection
from crmcli.api.paging import Listing
from crmcli.api.sends import Ack


class Departments(Collection):
    """`/CRM/department`."""

    path = "/CRM/department"
    noun = "department"
    key = "DepartmentId"
    ack_key = "DepartmentId"
    name = "Name"

    def list(self, *, limit: int | None = None, offset: int = 0) -> Listing:
        """All departments, hidden ones included."""
        return self._listing({}, limit=limit, offset=offset)

    def find(self, department: str) -> Row:
        """The department of this number or name. Raises NotFound for a number, BadUsage with the choices for a name."""
        number = names.as_number(department)
        if number is not None:
            return self.get(number)
        return names.find(department, self.list(), noun=self.noun, nouns="departments", number=self.key, name=self.name)

    def get(self, number: int) -> Row:
        """The department of this number, from the list: the API has no such call. Raises NotFound."""
        return names.numbered(number, self.list(), noun=self.noun, key=self.key)

    def number(self, department: str) -> int:
        """The number of a department given by number or name; a number is not looked up. Raises BadUsage."""
        number = names.as_number(department)
        return self.number_of(self.find(department)) if number is None else number

    def update(self, number: int, *, changes: Row) -> Ack:
        """Change the named fields of a department.

        The whole of it is sent, since a PUT that lacks `Visible` might hide it (wire-facts section 5).
        """
        from crmcli.api import models

        check(models.Department, changes, key=self.key, number=number)
        return self._updated_whole(number, changes, read=self.get)
