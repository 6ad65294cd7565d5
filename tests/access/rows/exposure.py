"""Media and report."""

from __future__ import annotations

from typing import Final

from tests.access.row import OPEN, V1, C, E, Row, api, console, of, owners

ROWS: Final[dict[str, Row]] = {
    "exposure.report": Row("GET", f"{E}/report", OPEN),
    "exposure.report_evidence": Row("GET", f"{E}/report/evidence/none", of(404)),
    "exposure.report_file": Row("GET", f"{E}/report.json", OPEN),
    "console.media": Row("GET", f"{C}/media", console(**owners(200), dana=200)),
    "console.add_mention": Row("POST", f"{C}/media", console(**owners(422), dana=422)),
    "console.import_media": Row("POST", f"{C}/media/files", console(**owners(422), dana=422)),
    "console.undo_media": Row("POST", f"{C}/media/undo", console(**owners(400), dana=400)),
    "console.report": Row("GET", f"{C}/report", console(**owners(200), dana=200)),
    "console.build_report": Row("POST", f"{C}/report/build", console(**owners(303), dana=303)),
    "console.submit_report": Row("POST", f"{C}/report/submit", console(**owners(400), dana=400)),
    "console.publish_report": Row("POST", f"{C}/report/publish", console(**owners(400), dana=400)),
    "exposure.footfall": Row("GET", f"{E}/report/footfall", OPEN),
    "exposure.footfall_file": Row("GET", f"{E}/report/footfall.csv", OPEN),
    "exposure.report_logo": Row("GET", f"{E}/report/logo.png", of(404)),
    "exposure.shared": Row("GET", "/r/nobody", of(404)),
    "exposure.shared_evidence": Row("GET", "/r/nobody/evidence/gross", of(404)),
    "exposure.shared_file": Row("GET", "/r/nobody/report.json", of(404)),
    "exposure.shared_footfall": Row("GET", "/r/nobody/footfall", of(404)),
    "exposure.shared_footfall_file": Row("GET", "/r/nobody/footfall.csv", of(404)),
    "exposure.shared_logo": Row("GET", "/r/nobody/logo.png", of(404)),
    "console.return_report": Row("POST", f"{C}/report/return", console(**owners(400), dana=400)),
    "console.make_report_link": Row("POST", f"{C}/report/links", console(**owners(422), dana=422)),
    "console.revoke_report_link": Row(
        "POST", f"{C}/report/links/revoke", console(**owners(400), dana=400)
    ),
    "console.report_builder": Row("GET", f"{C}/report/builder", console(**owners(200), dana=200)),
    "console.report_layout": Row("POST", f"{C}/report/layout", console(**owners(303), dana=303)),
    "console.report_logo": Row("POST", f"{C}/report/logo", console(**owners(303), dana=303)),
    "console.report_targets": Row("POST", f"{C}/report/targets", console(**owners(303), dana=303)),
    "console.report_priors": Row("POST", f"{C}/report/priors", console(**owners(303), dana=303)),
    "console.report_notes": Row("POST", f"{C}/report/notes", console(**owners(303), dana=303)),
    "exposure_api.mentions": Row("POST", f"{V1}/events/{{slug}}/mentions", api(400)),
    "exposure_api.reports": Row("GET", f"{V1}/events/{{slug}}/reports", api(200)),
    "exposure_api.report": Row("GET", f"{V1}/events/{{slug}}/reports/1", api(200)),
}
