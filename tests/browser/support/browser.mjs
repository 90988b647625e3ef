// Chromium, and the people who sit in front of it.

import { chromium } from "playwright-core";

import { eventually } from "./eventually.mjs";
import { CHROMIUM } from "./places.mjs";
import { Watch } from "./watch.mjs";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-proxy-server",
  // Nobody but this machine has an address: neither a page nor the browser itself can ask a third party.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
];

/** What people hold in their hands. */
export const DEVICES = {
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
  desktop: { viewport: { width: 1280, height: 900 }, deviceScaleFactor: 1 },
};

/** What a browser asks for, and what a page must then say it is written in. */
export const LANGUAGES = { zh: "zh-CN", en: "en" };

/** How long a click or a condition on a page may take. */
const PATIENCE_MS = 10_000;
/** More than any page has. */
const TAB_STOPS_MAX = 200;

/** One Chromium with a new, empty profile. */
export class Browser {
  #chromium;

  constructor(process) {
    this.#chromium = process;
  }

  static async start() {
    // Playwright makes the profile, empty, and removes it.
    const process = await chromium.launch({
      executablePath: CHROMIUM,
      headless: true,
      chromiumSandbox: false,
      args: FLAGS,
    });
    return new Browser(process);
  }

  stop() {
    return this.#chromium.close();
  }

  /**
   * Somebody with cookies of their own.
   *
   * `at` is the origin whose pages they visit, `trusted` other origins that are no third party (the identity provider).
   */
  async visitor({ at, trusted = [], language = "zh", device = "phone", theme = "light", script = true } = {}) {
    const context = await this.#chromium.newContext({
      ...DEVICES[device],
      baseURL: at,
      locale: LANGUAGES[language],
      timezoneId: "Asia/Shanghai",
      colorScheme: theme,
      reducedMotion: "reduce",
      javaScriptEnabled: script,
      serviceWorkers: "block",
    });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    const watch = await Watch.over(context, page, { allowed: [at, ...trusted], script });
    return new Visitor(context, page, watch, { language, script });
  }
}

/** Somebody in front of one page. */
export class Visitor {
  #context;

  constructor(context, page, watch, { language, script }) {
    this.#context = context;
    this.page = page;
    this.watch = watch;
    this.language = language;
    this.script = script;
    this.clicks = 0;
    this.typed = 0;
  }

  /** Opens a path; the answer must be of `status`. */
  async open(path, status = 200) {
    const answer = await this.page.goto(path);
    if (answer.status() !== status) {
      throw new Error(`${path} answered ${answer.status()}, not ${status}`);
    }
    return answer;
  }

  /** Signs in through the service's door and the provider's page, and is where `path` leads. */
  async signIn(person, path = "/home") {
    await this.page.goto(`/sign-in?return_to=${encodeURIComponent(path)}`);
    await this.beAt(person);
    await this.page.waitForURL((url) => url.pathname === path);
    this.clicks = 0;
    this.typed = 0;
  }

  /** Chooses who to be on the provider's page; whoever is not in its list is named in the question instead. */
  async beAt({ subject }) {
    const listed = this.page.locator(`a[href*="login_hint=${subject}"]`);
    if ((await listed.count()) > 0) return listed.first().click();
    const asked = new URL(this.page.url());
    asked.searchParams.set("login_hint", subject);
    return this.page.goto(asked.href);
  }

  /** The session ends, as by time: the browser holds nothing any more that is worth anything. */
  async loseSession() {
    await this.#context.clearCookies();
  }

  /** A click that counts: from sign-in to "approved" there are not to be more than three. */
  async click(control) {
    this.clicks += 1;
    await control.click();
  }

  /** Text that counts. */
  async type(field, text) {
    this.typed += text.length;
    await field.fill(text);
  }

  /** Waits until something is shown: by itself where there is JavaScript, by loading the page again where there is none. */
  async sees(thing) {
    if (this.script) return thing.first().waitFor();
    await eventually(`${thing} is shown`, async () => {
      if ((await thing.count()) > 0 && (await thing.first().isVisible())) return true;
      await this.page.reload();
      return false;
    });
  }

  /** Goes to a control with Tab alone, as somebody does who has no pointer. */
  async tabTo(control) {
    for (let stop = 0; stop < TAB_STOPS_MAX; stop += 1) {
      if (await control.evaluate((one) => one === document.activeElement)) return;
      await this.page.keyboard.press("Tab");
    }
    throw new Error(`Tab does not reach ${control}`);
  }

  leave() {
    return this.#context.close();
  }
}
