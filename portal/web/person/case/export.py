"""Taking everything of the case along, as one file."""

from __future__ import annotations

from flask import current_app, render_template
from werkzeug.wrappers import Response

from portal.services.casefile.export import archive as export
from portal.services.work import CaseWork
from portal.web.access import case_holder
from portal.web.person.addresses import PersonBlueprint

bp = PersonBlueprint("export", __name__)


@bp.get("/case/take-along")
@case_holder
def show(_opened: CaseWork) -> str:
    return render_template("person/case/export.html")


@bp.post("/case/take-along")
@case_holder
def download(work: CaseWork) -> Response:
    content = export.export_case(work)
    answer: Response = current_app.response_class(content, mimetype="application/zip")
    answer.headers["Content-Disposition"] = 'attachment; filename="papers.zip"'
    return answer
