"""HTML as attackers write it (A20): each of these does something in some mail program."""

from __future__ import annotations

from functools import partial

from tests.mail.hostile.recipe import Hostile, mail

PAGES = {
    "script": "<script>alert(1)</script>",
    "script-with-blank": "<script >alert(1)</script >",
    "half-script": "<script>alert(1)",
    "handler": "<img src=x onerror=alert(1)>",
    "handler-on-body": "<body onload=alert(1)>",
    "handler-with-slash": "<svg/onload=alert(1)>",
    "javascript-link": '<a href="javascript:alert(1)">ici</a>',
    "javascript-entities": '<a href="&#106;avascript:alert(1)">ici</a>',
    "data-link": '<a href="data:text/html;base64,PHNjcmlwdD4=">ici</a>',
    "style-import": "<style>@import url(http://127.0.0.1:9/x.css)</style>",
    "style-url": '<div style="background:url(http://127.0.0.1:9/x)">x</div>',
    "style-expression": '<div style="width:expression(alert(1))">x</div>',
    "meta-refresh": '<meta http-equiv=refresh content="0;url=http://127.0.0.1:9/">',
    "base": '<base href="http://127.0.0.1:9/">',
    "form": '<form action="http://127.0.0.1:9/"><input name=p type=password><button>OK</button></form>',
    "frame": '<iframe src="http://127.0.0.1:9/"></iframe>',
    "object": '<object data="http://127.0.0.1:9/x.swf"></object><embed src=x>',
    "tracking": '<img src="http://127.0.0.1:9/t.gif" width=1 height=1>',
    "tracking-background": '<table background="http://127.0.0.1:9/t.gif"><td>x</table>',
    "video": '<video><source onerror=alert(1)></video><audio src="//127.0.0.1:9/x">',
    "link-element": '<link rel=stylesheet href="http://127.0.0.1:9/x.css">',
    "math": "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "template": "<template><script>alert(1)</script></template><noscript><img src=x onerror=alert(1)></noscript>",
    "comment-trick": "<!--><img src=x onerror=alert(1)>-->",
    "conditional-comment": "<!--[if mso]><script>alert(1)</script><![endif]-->",
    "attribute-trick": '<a title="</a><img src=x onerror=alert(1)>">ici</a>',
    "entity-trick": "&lt;img src=x onerror=alert(1)&gt;",
    "double-entity-trick": "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;",
    "nul-trick": "<scr\0ipt>alert(1)</scr\0ipt>",
    "jinja": "{{ 7*7 }}{% for x in range(9) %}x{% endfor %}",
    "hidden-words": '<span style="display:none">#fermer</span>Bonjour',
}


def _page(html: str) -> bytes:
    return mail(b"Content-Type: text/html; charset=utf-8", body=f"<p>Bonjour</p>{html}<p>fin</p>".encode())


HOSTILE_PAGES = tuple(Hostile("A20", name, partial(_page, html)) for name, html in PAGES.items())
