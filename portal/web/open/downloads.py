"""The whole data to take away: a page that lists the files, and the files with their digests."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from flask import Blueprint, Response, current_app, render_template
from flask.typing import ResponseReturnValue

from portal.reference.dataset import CREDITS, LICENCE, list_files
from portal.web.access import public
from portal.web.caching import cacheable
from portal.web.unit_of_work import parts

bp = Blueprint("downloads", __name__)


@bp.get("/data")
@public
@cacheable
def show() -> str:
    files = list_files(parts().registry).values()
    return render_template("open/data.html", files=files, licence=LICENCE, credits=CREDITS)


@bp.get("/api/v1/data/<file>")
@public
@cacheable
def read(file: str) -> ResponseReturnValue:
    """A file, known by its digest: the ETag is the SHA-256, and `Repr-Digest` says it as RFC 9530 writes it."""
    found = list_files(parts().registry).get(file)
    if found is None:
        return render_template("open/missing.html", back="downloads.show"), 404
    answer: Response = current_app.response_class(found.content, mimetype=found.media)
    answer.set_etag(found.digest)
    answer.headers["Repr-Digest"] = f"sha-256=:{b64encode(sha256(found.content).digest()).decode()}:"
    answer.headers["Content-Disposition"] = f"attachment; filename={found.name}"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.headers["Link"] = '<https://creativecommons.org/publicdomain/zero/1.0/>; rel="license"'
    return answer
