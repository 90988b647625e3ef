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

const KEEP_AFTER_MS = 1500;

// Keeps what was typed once typing has stopped, and when the page is put away; nobody waits for it. What came later counts, so
// that a sending under way is given up for the next.
function keepTyping(form) {
  const kept = form.querySelector("[data-kept]");
  let timer;
  let sending;
  const rest = () => clearTimeout(timer);
  const keep = async () => {
    rest();
    if (!form.dataset.typed) return;
    delete form.dataset.typed;
    sending?.abort();
    sending = new AbortController();
    const body = new URLSearchParams(new FormData(form));
    const { signal } = sending;
    const options = { method: "POST", body, keepalive: true, redirect: "manual", signal };
    const answer = await fetch(form.dataset.keep, options).catch(() => undefined);
    if (answer?.ok) kept.hidden = Boolean(form.dataset.typed);
    else if (!signal.aborted) form.dataset.typed = "yes";
  };
  form.addEventListener("input", () => {
    form.dataset.typed = "yes";
    kept.hidden = true;
    rest();
    timer = setTimeout(keep, KEEP_AFTER_MS);
  });
  // Whatever is sent takes along all that was typed.
  form.addEventListener("submit", () => {
    rest();
    delete form.dataset.typed;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") keep();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) form.dataset.typed = "yes";
  });
}

// Follows an application: whenever it may have moved, the server's own page is fetched and the part that changed is replaced.
function follow(part) {
  const source = new EventSource(part.dataset.follow);
  const whole = (one) => one.outerHTML;
  const checks = (one) => [...one.querySelectorAll(".arriving > li")];
  let shown = whole(part);
  let seen = checks(part).map(whole);
  source.addEventListener("state", async () => {
    const answer = await fetch(location.pathname, { headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-follow], [data-settled]");
    if (!fresh || whole(fresh) === shown) return;
    shown = whole(fresh);
    // Only a check whose verdict is new arrives; the others have been there.
    const now = checks(fresh).map(whole);
    checks(fresh).forEach((check, at) => check.classList.toggle("was", seen.includes(now[at])));
    seen = now;
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
document.querySelectorAll("form[data-keep]").forEach(keepTyping);
document.querySelectorAll("[data-follow]").forEach(follow);
document.querySelectorAll("[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
document.querySelector("[role=alert]")?.focus();
