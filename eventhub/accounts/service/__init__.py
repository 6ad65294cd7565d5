"""Commands on organisations, people, roles, sessions and keys."""

from eventhub.accounts.service.keys import create_api_key, revoke_api_key, touch_api_key
from eventhub.accounts.service.links import (
    invite_member,
    mail_password_link,
    password_token,
    person_of_token,
    set_password_by_token,
)
from eventhub.accounts.service.people import (
    DEFAULT_ORGANISATION,
    create_organisation,
    create_owner,
    create_person,
    default_organisation,
    grant_role,
    normal_address,
    revoke_role,
    set_active,
    set_password,
)
from eventhub.accounts.service.sessions import SignedIn, SignIn, sign_in, sign_out, touch_session

__all__ = [
    "DEFAULT_ORGANISATION",
    "SignIn",
    "SignedIn",
    "create_api_key",
    "create_organisation",
    "create_owner",
    "create_person",
    "default_organisation",
    "grant_role",
    "invite_member",
    "mail_password_link",
    "normal_address",
    "password_token",
    "person_of_token",
    "revoke_api_key",
    "revoke_role",
    "set_active",
    "set_password",
    "set_password_by_token",
    "sign_in",
    "sign_out",
    "touch_api_key",
    "touch_session",
]
