"""A store's name and keys as somebody typed them. Pure but for opening a secret to keep it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import SecretStr, ValidationError

from chassis.vault import Sealed, Vault
from contracts.stores import StoreConfigured
from panel.pages import words

SECRETS: Final = ("app_secret", "channel_token", "webhook_secret")
"""Fields that are never shown: an empty one keeps what is stored."""
_ERRORS: Final[Mapping[str, tuple[str, str]]] = {
    "name": ("nome", "Escreva um nome de até 200 caracteres."),
    "domain": ("domain", "Confira o endereço da loja no canal, como em minha-loja.myshopify.com."),
    "erp": ("app_key", "A App Key tem só letras e números, como 4107733109921."),
    "channel_token": ("channel_token", "Chave longa demais. Cole só a chave."),
    "webhook_secrets": ("webhook_secret", "Segredo longo demais. Cole só o segredo."),
}


def touches_keys(store: StoreConfigured, typed: Mapping[str, str]) -> bool:
    """Whether the ERP's keys would change."""
    key = typed.get("app_key", "").strip()
    return bool(typed.get("app_secret")) or bool(key and key != store.erp_app_key)


def touches_secrets(store: StoreConfigured, typed: Mapping[str, str]) -> bool:
    """Whether any key or secret would change."""
    return touches_keys(store, typed) or any(typed.get(name) for name in SECRETS)


def errors(store: StoreConfigured, typed: Mapping[str, str]) -> dict[str, str]:
    """What cannot be before anything is tried, by the field's name."""
    found = {}
    if not typed.get("nome", "").strip():
        found["nome"] = _ERRORS["name"][1]
    if touches_keys(store, typed) and typed.get("confirmo") != "sim":
        found["confirmo"] = words.CONFIRM_KEYS
    return found


def change(store: StoreConfigured, typed: Mapping[str, str], vault: Vault) -> dict[str, Any]:
    """What was typed as a change of the store; what was left empty is left out.

    A new webhook secret comes first, and the one before it stays accepted while the channel
    changes over.
    """
    version = typed.get("versao", "")
    found: dict[str, Any] = {
        "name": typed.get("nome", "").strip(),
        "active": "ativa" in typed,
        "version": int(version) if version.isascii() and version.isdigit() else None,
    }
    if domain := typed.get("domain", "").strip().lower():
        found["domain"] = domain
    if touches_keys(store, typed):
        secret = typed.get("app_secret", "").strip()
        found["erp"] = {"app_key": typed.get("app_key", "").strip() or store.erp_app_key}
        if secret:
            found["erp"]["app_secret"] = SecretStr(secret)
    if token := typed.get("channel_token", "").strip():
        found["channel_token"] = SecretStr(token)
    if secret := typed.get("webhook_secret", "").strip():
        found["webhook_secrets"] = (SecretStr(secret), *_current(store, vault))
    return found


def said(error: ValidationError) -> dict[str, str]:
    """What the contract says against a change, by the field's name."""
    found = {}
    for place, *inner in [e["loc"] for e in error.errors()]:
        if place == "settings" and inner:
            found[str(inner[0])] = "Confira o que foi digitado aqui."
        else:
            name, sentence = _ERRORS.get(str(place), ("nome", words.NOT_SAVED))
            found[name] = sentence
    return found


def changed(old: StoreConfigured, new: StoreConfigured) -> Iterator[str]:
    """The names of what differs; never what it was or is."""
    for name in type(old).model_fields:
        if name in {"settings", "version", "occurred_at"}:
            continue
        if getattr(old, name) != getattr(new, name):
            yield name
    for name in type(old.settings).model_fields:
        if getattr(old.settings, name) != getattr(new.settings, name):
            yield name


def _current(store: StoreConfigured, vault: Vault) -> Iterator[SecretStr]:
    for sealed in store.webhook_secrets[:1]:
        try:
            yield SecretStr(vault.open(sealed, f"{store.store_id}:webhook_secret"))
        except Sealed:
            return
