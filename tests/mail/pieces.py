"""What a hostile mail repeats until a reader chokes: the beginnings and the ends of everything that a line or a tag may
be, over and over."""

from __future__ import annotations

OF_TEXT = (
    "\n", " \n", ">", "> \n", ">:\n", "<\n", "<", "-", "--\n", "-- \n", "_____\n", "word ", "x\n\n", "a:\n", " :\n",
    "wrote:", "wrote:\n", "On On On ", "On Mon, a wrote ", "On 1 ", "1 2 3\n10:00:\n", "a@b ", "a@b>\n", "a@",
    "<a@b.c> wrote:\n", "j <\na@b> :\n", "2026-01-01 a@b\n", "De : x\n", "De : a@b\n", "From: x\nTo: y\n",
    "From: x\nTo: y\nSubject: z\n", "De : x\nÀ : y\nObjet : z\n\n", "Voir :\nDe : x\nÀ : y\nObjet : z\n", "##- \n",
    "---------- Forwarded\n", "Begin forwarded message:\n", "---\n", "----- x -----\nDe : x\nÀ : y\nObjet : z\n",
    "2026-01-01 10:00 x x x x wrote:\n", "1 wrote wrote wrote wrote>\n", "Le 3 mars 2026 à 10:00, J R>\n",
    "Sent from my \n", "Le 3 mars 2026 à 10:00, J a écrit :\n\n", "On 2026-01-01 10:20 J wrote:\n> x\ny\n",
)  # fmt: skip

OF_HTML = (
    "<", "<a ", "<a '", "a<b ", "<!", "<!--", "<style>", "&", "<a href='", "<b><i>", "<p><b>", "</p>", "<p>x</p>",
    "<br>", "<hr>", "<div>", "<blockquote>", "<pre>", "<td>", "<li>", "<ol>", "<table><tr><td>", "<td><p>x</p></td>",
    "<img src=cid:x>", "<div class=gmail_attr>x</div>", "<div id=divRplyFwdMsg>", "<span hidden>", "<p a b c d e f=g>",
)  # fmt: skip
