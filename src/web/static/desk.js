// Pages of staff: shortcuts for those who work with the keyboard all day. Everything works without them.
"use strict";

// The queue by keys: j and k go from case to case, Enter opens, x ticks, / goes to the filter, ? shows the keys. Never while somebody
// types or holds another key down.
function byKeys(table) {
  const rows = [...table.querySelectorAll("tbody tr")];
  const opener = (row) => row?.querySelector("a");
  const here = () => rows.findIndex((row) => row.contains(document.activeElement));
  const step = (by) => {
    const at = here();
    const to = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1);
    opener(rows[to])?.focus();
  };
  const open = (details) => {
    details.open = true;
    return details;
  };
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    x: () => rows[here()]?.querySelector("input[type=checkbox]")?.click(),
    "/": () => open(document.querySelector(".filter")).querySelector("select").focus(),
    "?": () => open(document.getElementById("keys")).querySelector("summary").focus(),
  };
  document.addEventListener("keydown", (event) => {
    const types = event.target.closest("textarea, select, input:not([type=checkbox])");
    if (types || event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });
}

// One click does a thing once; the server holds to that too.
function once(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => delete form.dataset.sent);
}

// A link of the error summary opens what its target is folded into.
function unfold(link) {
  link.addEventListener("click", () => {
    document.getElementById(link.hash.slice(1))?.closest("details")?.setAttribute("open", "");
  });
}

document.querySelectorAll("#queue").forEach(byKeys);
document.querySelectorAll("form[data-once]").forEach(once);
document.querySelectorAll("[role=alert] a[href^='#']").forEach(unfold);
