"""The security list: what must hold, which older tests hold it, and what is open and why."""

from __future__ import annotations

from typing import Final

ITEMS: Final[dict[str, str]] = {
    "A-1": "Every route answers every role as one table says; a route without a row fails.",
    "A-2": "Objects of another organisation answer 404, whatever id is put where.",
    "A-3": "A gate gets names and ticket types, no e-mail, phone or ID number.",
    "A-4": "Hidden or disabled fields that are sent anyway change nothing.",
    "A-5": "What is authorised for one event reads and changes rows of that event only.",
    "A-6": "Unknown keys of a body are refused.",
    "A-8": "A person who is switched off is out with the next request.",
    "A-9": "Steps can not be skipped: no ticket after the sale has ended.",
    "A-10": "A view that is not in the access table makes the suite fail.",
    "B-1": "The log-in cookie is HttpOnly, SameSite, Secure and bound to the host under https.",
    "B-2": "A log-in makes a new session and ends the one it came with.",
    "B-3": "Every form that changes something needs its token; GET changes no row.",
    "B-4": "Sessions end after 30 minutes idle and in any case after 12 hours.",
    "B-5": "Sessions are rows; people see theirs and end them; a replayed cookie opens nothing.",
    "B-6": "Passwords: 8 to 256 characters, no rules of composition, no common ones.",
    "B-7": "Five tries in a quarter of an hour, counted in the database for all workers.",
    "B-8": "Second factor: a code opens once, one step around, also at several workers at once.",
    "B-9": "A reset link: once, half an hour, one at a time, same answer for unknown accounts.",
    "B-10": "Argon2id with 19 MiB and two passes, at most two computed at once.",
    "B-11": "No account exists before somebody makes one.",
    "B-12": "Export, keys, e-mail and second factor need a log-in of the last ten minutes.",
    "C-1": "Strict Content-Security-Policy on every answer, nothing inline.",
    "C-2": "nosniff, Referrer-Policy and request id on every answer, errors included.",
    "C-3": "No page can be framed.",
    "C-4": "Personal pages are kept by no cache; public pages set no cookie.",
    "C-7": "Redirects lead only to this site.",
    "C-8": "Secret paths are not logged; a ticket link dies when the ticket is passed on.",
    "D-1": "No SQL is glued from input.",
    "D-3": "User text is data for mails, badges and Typst, never a template.",
    "D-4": "A subject is one line, whatever is in it.",
    "D-5": "One fetcher: no private address in any spelling, no redirect, checked at use.",
    "D-6": "XML without document types, bounded.",
    "D-7": "Broken or enormous JSON is a 400 or 422.",
    "D-9": "Packed bombs are refused.",
    "D-11": "No shell.",
    "D-13": "Links with javascript: or data: are refused.",
    "G-1": "No cell of an export is a formula.",
    "G-4": "Calendar and PDF files escape their own syntax.",
    "H-1": "Links in mails are made from the configured address, not from the Host header.",
    "H-3": "The client address comes from as many proxies as are configured.",
    "H-6": "Nothing of the project folder is served; figures are for this machine.",
    "H-7": "A crash shows an id and no trace.",
    "H-9": "Start refuses a missing or short secret.",
    "K-1": "An altered ticket code is refused.",
    "K-2": "Gates hold public keys only.",
    "K-5": "Randomness comes from `secrets`.",
    "K-6": "Secrets and sensitive values are sealed with a key outside the database.",
    "K-7": "Device tokens are kept as hashes and end when revoked.",
    "K-8": "Webhooks are signed over time and body; retries carry one id.",
    "L-1": "No place is given twice.",
    "L-7": "The same idempotency key gives the first answer; with another body a 409.",
    "M-1": "No name, address, token or refused row in a log line.",
    "M-2": "A log line is one JSON object.",
    "M-3": "Acts are written into a chain that shows every change.",
    "M-4": "An erased person is nowhere any more, also after a restore.",
    "M-6": "Requirements are pinned with hashes.",
}
_HEADERS: Final = "tests/security/test_headers.py"
_FETCH: Final = "tests/kernel/test_fetch.py"
ELSEWHERE: Final[dict[str, list[str]]] = {
    "A-1": ["tests/access/test_matrix.py::test_every_route_answers_everybody_as_the_table_says"],
    "A-2": ["tests/access/test_matrix.py::test_every_route_answers_everybody_as_the_table_says"],
    "A-3": ["tests/checkin/test_api.py::test_the_configuration_holds_public_keys_and_no_secret"],
    "A-10": ["tests/access/test_matrix.py::test_every_route_has_a_row"],
    "A-6": ["tests/registration/test_api.py::test_a_wrong_value_is_named"],
    "A-9": ["tests/registration/test_api.py::test_a_closed_type_is_a_conflict"],
    "B-1": [f"{_HEADERS}::test_the_log_in_cookie"],
    "B-2": [f"{_HEADERS}::test_the_session_cookie_is_new_at_every_log_in"],
    "B-3": [
        f"{_HEADERS}::test_forms_without_or_with_a_forged_token_are_refused",
        f"{_HEADERS}::test_get_changes_nothing",
    ],
    "B-5": [f"{_HEADERS}::test_logging_in_over_the_form_and_out_again"],
    "C-1": [
        f"{_HEADERS}::test_every_answer_has_the_strict_headers",
        f"{_HEADERS}::test_no_page_has_anything_inline",
    ],
    "C-2": [f"{_HEADERS}::test_every_answer_has_the_strict_headers"],
    "C-3": [f"{_HEADERS}::test_every_answer_has_the_strict_headers"],
    "C-4": [
        f"{_HEADERS}::test_secret_addresses_send_no_referrer_and_personal_pages_are_not_kept",
        f"{_HEADERS}::test_public_pages_set_no_cookie",
    ],
    "C-7": [f"{_HEADERS}::test_log_in_leads_only_to_this_site"],
    "C-8": ["tests/kernel/test_logging.py::test_paths_that_are_credentials_are_not_logged"],
    "D-3": ["tests/registration/test_files.py::test_markup_in_a_name_is_printed_as_it_is"],
    "D-4": ["tests/notify/test_service.py::test_subject_is_one_line"],
    "D-5": [
        f"{_FETCH}::test_every_spelling_of_this_machine_is_refused",
        f"{_FETCH}::test_the_connection_goes_to_the_address_that_was_checked",
        f"{_FETCH}::test_a_redirect_is_not_followed",
    ],
    "D-6": [
        "tests/audience/test_devices.py::test_hikvision_refuses_document_types_and_lists_bad_hours",
        "tests/programme/test_bad_files.py::test_a_file_that_can_not_be_read_is_refused_whole",
    ],
    "D-7": ["tests/registration/test_api.py::test_text_that_is_not_json_is_a_bad_request"],
    "D-9": [
        "tests/registration/test_guest_files.py::test_hostile_files_are_refused_with_a_reason",
        f"{_FETCH}::test_a_packed_bomb_is_refused_and_an_honest_pack_is_read",
    ],
    "H-6": [
        f"{_HEADERS}::test_nothing_of_the_project_folder_is_served",
        f"{_HEADERS}::test_metrics_are_for_this_machine",
    ],
    "H-9": ["tests/contract/test_settings.py::test_production_needs_a_secret"],
    "K-1": [
        "tests/kernel/test_signing.py::test_every_one_character_change_of_a_signed_code_is_rejected"
    ],
    "K-2": ["tests/checkin/test_api.py::test_the_configuration_holds_public_keys_and_no_secret"],
    "K-7": ["tests/checkin/test_api.py::test_a_revoked_device_may_only_hand_in"],
    "L-7": [
        "tests/registration/test_api.py::test_the_same_key_is_the_same_result_and_another_body_a_conflict"
    ],
    "M-1": ["tests/kernel/test_logging.py::test_traceback_never_holds_the_row_that_was_refused"],
    "M-2": ["tests/kernel/test_logging.py::test_a_line_is_one_json_object"],
    "M-3": [
        "tests/kernel/test_audit.py::test_a_changed_or_missing_entry_is_named",
        "tests/access/test_acts.py::test_every_recorded_act_leaves_its_entry",
    ],
    "M-4": [
        "tests/registration/test_privacy.py::test_an_erased_person_is_nowhere_any_more",
        "tests/registration/test_privacy.py::test_what_was_erased_stays_erased_after_a_restore",
    ],
    "M-6": ["tests/contract/test_files.py::test_requirements_and_their_lock_agree"],
}
OPEN: Final[dict[str, str]] = {
    "A-4": "No test of its own: forms and bodies name their fields, others are not read.",
    "A-5": "Not covered: statements written as plain text name their event themselves; "
    "PostgreSQL row security is not set up.",
    "D-1": "Held by lint: ruff S608 over the whole tree.",
    "D-11": "Held by lint: ruff S602 to S607 over the whole tree.",
    "D-13": "No test of its own.",
    "G-1": "Held by the export tests of each domain.",
    "G-4": "Held by the feed and ticket tests.",
    "H-1": "Links use `EVENTHUB_BASE_URL`; an unknown Host is not refused by the application, "
    "the proxy names its hosts.",
    "H-3": "No test of its own over several proxies.",
    "H-7": "No test of its own.",
    "K-5": "Held by lint: ruff S311 over the whole tree.",
    "L-1": "Held by tests/registration and tests/concurrency on both databases.",
}
