"""Rows of the rbac group's bindings; its roles have the plain table."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .cells import age, name, part
from .printer import Object, Printer, columns


def binding(item: Object, now: datetime) -> list[Any]:
    role = part(item, "roleRef")
    users: list[str] = []
    groups: list[str] = []
    accounts: list[str] = []
    for subject in item.get("subjects") or ():
        match subject.get("kind"):
            case "User":
                users.append(subject.get("name", ""))
            case "Group":
                groups.append(subject.get("name", ""))
            case "ServiceAccount":
                accounts.append(f"{subject.get('namespace', '')}/{subject.get('name', '')}")
    return [
        name(item),
        f"{role.get('kind', '')}/{role.get('name', '')}",
        age(item, now),
        ", ".join(users),
        ", ".join(groups),
        ", ".join(accounts),
    ]


BINDING = Printer(columns("Role", "Age", wide=("Users", "Groups", "ServiceAccounts")), binding)

PRINTERS = {
    ("rbac.authorization.k8s.io", "RoleBinding"): BINDING,
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): BINDING,
}
