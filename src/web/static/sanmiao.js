// Everything works without this file. With it, typing is checked early, and a page that waits moves by itself.
"use strict";

// ISO 7064 MOD 11,10: CNAPS codes.
function cnapsFits(digits) {
  let product = 10;
  for (const digit of digits.slice(0, 11)) {
    const sum = (product + Number(digit)) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (product + Number(digits[11])) % 10 === 1;
}

function luhnFits(digits) {
  let sum = 0;
  [...digits].reverse().forEach((digit, place) => {
    const value = Number(digit) * (place % 2 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  });
  return sum % 10 === 0;
}

const fits = {
  account: (text) => /^\d{1,34}$/.test(text) && luhnFits(text),
  bank: (text) => /^\d{12}$/.test(text) && cnapsFits(text),
  phone: (text) => /^(1\d{10}|\+[1-9]\d{6,14})$/.test(text),
};

// Says what looks odd as soon as a field is left; the server has the last word.
function checkEarly(form) {
  for (const [name, fit] of Object.entries(fits)) {
    const input = form.elements.namedItem(name);
    const hint = document.getElementById(`${name}-live`);
    input?.addEventListener("change", () => {
      const text = input.value.replace(/[\s-]/g, "");
      hint.textContent = text === "" || fit(text) ? "" : hint.dataset.odd;
    });
  }
}

// One click is one filing; the server holds to that too.
function oneClick(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => delete form.dataset.sent);
}

// Follows an application: whenever it may have moved, the server's own page is fetched and the part that changed is replaced.
function follow(part) {
  const source = new EventSource(part.dataset.follow);
  let shown = part.outerHTML;
  source.addEventListener("state", async () => {
    const answer = await fetch(location.pathname, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-follow], [data-settled]");
    if (!fresh || fresh.outerHTML === shown) return;
    shown = fresh.outerHTML;
    const before = part;
    part = document.adoptNode(fresh);
    before.replaceWith(part);
    document.title = page.title;
    if (!part.dataset.follow) source.close();
  });
}

document.querySelectorAll("form[data-one-click]").forEach((form) => {
  checkEarly(form);
  oneClick(form);
});
document.querySelectorAll("[data-follow]").forEach(follow);
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
document.querySelector("[role=alert]")?.focus();
