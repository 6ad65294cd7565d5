"""The log-in form."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from eventhub.kernel.forms import BaseForm, EmailText


class ForgottenForm(BaseForm):
    """The address of an account, in its normal form; whether there is one is not said."""

    email = EmailText(
        _l("E-mail"),
        validators=[InputRequired(_l("Enter your e-mail.")), Length(max=320)],
    )


class PasswordForm(BaseForm):
    """A new password, typed once; the page says what it needs."""

    password = PasswordField(
        _l("New password"),
        description=_l("at least 8 characters"),
        validators=[InputRequired(_l("Enter a password."))],
    )


class SignInForm(BaseForm):
    """E-mail and password; the address is not judged here, so answers stay equal."""

    email = StringField(
        _l("E-mail"),
        validators=[InputRequired(_l("Enter your e-mail.")), Length(max=320)],
    )
    password = PasswordField(
        _l("Password"),
        validators=[InputRequired(_l("Enter your password."))],
    )
    next = HiddenField()


class CodeForm(BaseForm):
    """A code of the second factor: six digits, or a recovery code."""

    code = StringField(
        _l("Code"),
        description=_l("six digits, or a recovery code"),
        validators=[InputRequired(_l("Enter the code.")), Length(max=40)],
    )
    next = HiddenField()


class ProofForm(BaseForm):
    """The password once more, and a code where one is needed."""

    password = PasswordField(_l("Password"), validators=[InputRequired(_l("Enter your password."))])
    code = StringField(
        _l("Code"), description=_l("six digits, or a recovery code"), validators=[Length(max=40)]
    )
    next = HiddenField()


class EmailForm(BaseForm):
    """A new address to sign in with."""

    email = EmailText(
        _l("New e-mail"),
        validators=[InputRequired(_l("Enter your e-mail.")), Length(max=320)],
    )
