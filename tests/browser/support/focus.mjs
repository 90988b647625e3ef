// The page by keyboard: everything that can be used is reached by Tab, and what has the focus looks different for it.

/** More stops than any page has that is fit for use; longer lists are looked at as far as this. */
const STOPS_MAX = 120;

/** What is wrong. */
export async function focusProblems(page) {
  const ground = await page.evaluateHandle(plainLooks);
  const problems = [];
  let stops = 0;
  for (; stops < STOPS_MAX; stops += 1) {
    await page.keyboard.press("Tab");
    const stop = await ground.evaluate(lookAtFocus);
    if (stop.done) break;
    problems.push(...stop.problems);
  }
  if (stops < STOPS_MAX) problems.push(...(await ground.evaluate(neverReached)));
  await page.evaluate(() => document.activeElement?.blur());
  await ground.dispose();
  return problems;
}

/** Runs in the page: how everything looks that can have the focus, while it has not. */
function plainLooks() {
  const looks = (one) => {
    const style = getComputedStyle(one);
    return [style.outline, style.boxShadow, style.border, style.backgroundColor, style.color, style.textDecoration].join("|");
  };
  // The next Tab starts at the top of the page, wherever the focus has been.
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute("tabindex");
  const usable = "a[href], button, input, select, textarea, summary, [tabindex]";
  const all = [...document.querySelectorAll(usable)].filter(
    (one) => !one.disabled && one.tabIndex >= 0 && one.type !== "hidden" && one.checkVisibility({ visibilityProperty: true }),
  );
  return { looks, plain: new Map(all.map((one) => [one, looks(one)])), seen: new Set() };
}

/** Runs in the page: the element that has the focus now. */
function lookAtFocus({ looks, plain, seen }) {
  const one = document.activeElement;
  if (!one || one === document.body || seen.has(one)) return { done: true };
  seen.add(one);
  const name = one.outerHTML.slice(0, 100);
  const problems = [];
  if (plain.has(one) && looks(one) === plain.get(one)) problems.push(`no visible focus: ${name}`);
  const [box] = one.getClientRects();
  const onScreen = box && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  if (!onScreen) problems.push(`has the focus outside the screen: ${name}`);
  return { done: false, problems };
}

/** Runs in the page, after the last stop. Of a group of radio buttons Tab reaches one. */
function neverReached({ plain, seen }) {
  return [...plain.keys()]
    .filter((one) => !seen.has(one) && one.type !== "radio")
    .map((one) => `not reached by Tab: ${one.outerHTML.slice(0, 100)}`);
}
