// Everything a page does on the wire and says on the console, from the moment its document is asked for.

/** One page under watch. */
export class Watch {
  #allowed;
  #cdp;
  #script;
  #document = { id: undefined, url: "about:blank", status: 0, html: undefined };
  /** Of each request since the document's. */
  #bytes = new Map();
  #said = [];
  #strangers = [];

  constructor(allowed, cdp, script) {
    this.#allowed = new Set(allowed.map((one) => new URL(one).origin));
    this.#cdp = cdp;
    this.#script = script;
  }

  static async over(context, page, { allowed, script }) {
    const cdp = await context.newCDPSession(page);
    const watch = new Watch(allowed, cdp, script);
    cdp.on("Network.requestWillBeSent", (event) => watch.#asked(event));
    cdp.on("Network.responseReceived", (event) => watch.#answered(event));
    cdp.on("Network.dataReceived", ({ requestId, encodedDataLength }) => watch.#received(requestId, encodedDataLength));
    cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => watch.#finished(requestId, encodedDataLength));
    await cdp.send("Network.enable");
    // What is cached is weighed too: a page counts as it is for somebody who comes for the first time.
    await cdp.send("Network.setCacheDisabled", { cacheDisabled: true });
    context.on("request", (request) => watch.#wentTo(request.url()));
    context.on("requestfailed", (request) => watch.#wentTo(request.url()));
    page.on("console", (message) => watch.#heard(message.type(), message.text(), message.location().url));
    page.on("pageerror", (error) => watch.#said.push(`uncaught: ${error.message}`));
    page.on("response", (response) => watch.#kept(page, response));
    return watch;
  }

  /** Bytes that came over the wire for the page and all it loads, headers included. */
  get bytes() {
    return [...this.#bytes.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Status of the document. */
  get status() {
    return this.#document.status;
  }

  /** The document as it was served. */
  async html() {
    return (await this.#document.html) ?? "";
  }

  /** Errors and warnings of the page; the document's own status is not one of them. */
  get errors() {
    return this.#said.filter((text) => !isPolicy(text));
  }

  /** What the content security policy kept from happening. */
  get violations() {
    return this.#said.filter(isPolicy);
  }

  /** Addresses of third parties that were asked for, since the visitor came. */
  get strangers() {
    return [...new Set(this.#strangers)];
  }

  #asked(event) {
    if (event.type !== "Document" || event.requestId !== event.loaderId) return;
    if (event.redirectResponse) return;
    this.#document = { ...this.#document, id: event.requestId, url: event.request.url };
    this.#bytes = new Map();
    this.#said = [];
  }

  #answered({ requestId, response }) {
    if (requestId === this.#document.id) this.#document.status = response.status;
    this.#received(requestId, response.encodedDataLength);
  }

  /** A part of an answer; one that never ends, as of events, is weighed by these alone. */
  #received(requestId, bytes) {
    this.#bytes.set(requestId, (this.#bytes.get(requestId) ?? 0) + Math.max(bytes, 0));
  }

  /** The whole of an answer, which counts instead of its parts. */
  #finished(requestId, bytes) {
    if (this.#bytes.has(requestId)) this.#bytes.set(requestId, bytes);
  }

  /**
   * Lets a test look at a page whose own scripts may not run: axe waits on promises and timers, which stand still there.
   * The page's scripts do not run for it, as they only would while it loads.
   */
  async looking(look) {
    if (this.#script) return look();
    // A value counts when it changes the session's own, so it is told before it is taken back.
    await this.#scriptStands(true);
    await this.#scriptStands(false);
    try {
      return await look();
    } finally {
      await this.#scriptStands(true);
    }
  }

  #scriptStands(value) {
    return this.#cdp.send("Emulation.setScriptExecutionDisabled", { value });
  }

  #kept(page, response) {
    const request = response.request();
    if (!request.isNavigationRequest() || request.frame() !== page.mainFrame()) return;
    this.#document.html = response.text().catch(() => undefined);
    this.#document.url = response.url();
  }

  #wentTo(url) {
    const { protocol, origin } = new URL(url);
    const isLocal = ["data:", "blob:", "about:"].includes(protocol);
    if (!isLocal && !this.#allowed.has(origin)) this.#strangers.push(url);
  }

  #heard(type, text, url) {
    if (type !== "error" && type !== "warning") return;
    // Chromium reports a page that is served with 4xx, as a form with errors is; walks look at the status themselves.
    if (text.startsWith("Failed to load resource") && url === this.#document.url) return;
    // What the page before it still had to say about its own origin is not this page's. Third parties are `strangers`.
    if (url && new URL(url).origin !== new URL(this.#document.url).origin) return;
    this.#said.push(url ? `${text} (${url})` : text);
  }
}

function isPolicy(text) {
  return text.includes("Content Security Policy");
}
