"""How the report's page looks: one column, light and dark, readable on a phone."""

STYLE = """
:root { --ground: #eef1f5; --card: #ffffff; --line: #d5dbe3; --text: #1b2330; --soft: #566173;
  --kept: #2f7d4f; --late: #b86e00; --missed: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #12161c; --card: #1b2129; --line: #333c48; --text: #e7eaef; --soft: #a7b1bf;
    --kept: #58b07c; --late: #e0a04a; --missed: #f08a80; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); -webkit-text-size-adjust: 100%;
  font: 16px/1.45 -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: anywhere; }
main { max-width: 760px; margin: 0 auto; padding: 20px 12px 40px; }
h1 { margin: 0 0 6px; font-size: 23px; line-height: 1.25; }
h2 { margin: 0 0 8px; font-size: 18px; }
h3 { margin: 16px 0 4px; font-size: 14px; color: var(--soft); }
p { margin: 0 0 12px; }
section { margin: 0 0 14px; padding: 16px 14px; background: var(--card); border: 1px solid var(--line);
  border-radius: 10px; }
.share { margin: 0 0 8px; }
.share strong { margin-right: 6px; font-size: 24px; }
.apart { margin: 10px 0 0; color: var(--soft); font-size: 14px; }
.legend span { display: inline-block; margin-right: 14px; font-size: 14px; color: var(--soft); }
.legend i { display: inline-block; width: 12px; height: 12px; margin-right: 6px; border-radius: 3px; }
.bar { display: flex; gap: 1px; height: 14px; border-radius: 4px; overflow: hidden; background: var(--line); }
.bar i { display: block; min-width: 3px; }
.kept { background: var(--kept); } .late { background: var(--late); } .missed { background: var(--missed); }
table { width: 100%; table-layout: fixed; border-collapse: collapse; }
th, td { padding: 5px 0; text-align: left; vertical-align: middle; font-weight: 400; }
th[scope="rowgroup"] { padding-top: 12px; font-weight: 650; }
col.what { width: 29%; } col.figures { width: 34%; } .bars th { width: 38%; }
td.name, .bars th { padding-right: 10px; font-size: 15px; line-height: 1.3; }
.number { padding-left: 10px; text-align: right; font-variant-numeric: tabular-nums; }
.number small { display: block; color: var(--soft); font-size: 13px; line-height: 1.2; }
.bars .number { width: 22%; }
@media (min-width: 560px) { .bars th { width: 24%; } .bars .number { width: 14%; }
  col.what { width: 24%; } col.figures { width: 22%; } }
tbody tr:first-child th[colspan] { border-top: 1px solid var(--line); }
"""
