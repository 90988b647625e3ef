// A small server with one good page and, for each thing the audit must find, a page that is good but for it.

import { createServer } from "node:http";

const POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'";

const STYLE = `
:root { color-scheme: light dark; }
body { margin: 1rem; font: 1rem/1.5 sans-serif; color: #1a1a1a; background: #fff; }
a { color: #0b4f9e; }
:focus-visible { outline: 3px solid #0b4f9e; outline-offset: 2px; }
button, input { min-height: 2.75rem; font: inherit; max-width: 100%; }
.pale { color: #bbb; background: #fff; }
.pale-at-night { color: inherit; }
.no-ring:focus-visible { outline: none; }
.wide { width: 700px; }
@media (prefers-color-scheme: dark) {
  body { color: #eee; background: #16181d; }
  a { color: #9cc7ff; }
  :focus-visible { outline-color: #9cc7ff; }
  .pale-at-night { color: #444; }
}
`;

/** A page that is good, with `more` in it. */
function page(more = "", { lang = "zh-CN", title = "样例页", heading = "<h1>样例页</h1>" } = {}) {
  return `<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/style.css">
<script src="/script.js" defer></script>
</head>
<body>
<main>
${heading}
<p>核对后提交。<a href="/">首页</a></p>
<form method="post" action="/">
<p><label for="phone">手机号码</label> <input id="phone" name="phone" type="tel" autocomplete="tel"></p>
<p><button type="submit">提交</button></p>
</form>
${more}
</main>
</body>
</html>
`;
}

/** Each page but the good one has one thing wrong with it; `kind` is how the audit must call it. */
export const PLANTED = {
  "a field without a label": { kind: "axe", says: /label/, html: page('<p><input name="bank" type="text"></p>') },
  "pale text": { kind: "axe", says: /light: color-contrast/, html: page('<p class="pale">看不清</p>') },
  "text that is pale in the dark only": {
    kind: "axe",
    says: /dark: color-contrast/,
    html: page('<p class="pale-at-night">夜里看不清</p>'),
  },
  "targets too small to hit": {
    kind: "axe",
    says: /target-size/,
    html: page('<p><a href="/1" class="tiny">一</a><a href="/2" class="tiny">二</a><a href="/3" class="tiny">三</a></p>'),
    style: ".tiny { display: inline-block; width: 12px; height: 12px; font-size: 8px; line-height: 1; overflow: hidden; }",
  },
  "an inline style": { kind: "csp", says: /inline style/, html: page('<p style="margin: 0">样例</p>') },
  "an inline script": { kind: "csp", says: /inline script/, html: page("<script>window.here = 1;</script>") },
  "a third party's picture": {
    kind: "origin",
    says: /third\.example/,
    html: page('<p><img src="http://third.example/pixel.png" alt="样例"></p>'),
  },
  "a third party's script, whatever the policy allows": {
    kind: "origin",
    says: /third\.example/,
    policy: "default-src * 'unsafe-inline'",
    html: page('<script src="http://third.example/count.js"></script>'),
  },
  "content wider than a telephone": { kind: "width", says: /360/, html: page('<p class="wide">样例</p>') },
  "more bytes than allowed": { kind: "weight", says: /bytes transferred/, html: page(`<p>${"样例。".repeat(7_000)}</p>`) },
  "assets with more bytes than allowed": {
    kind: "weight",
    says: /bytes transferred/,
    html: page('<p><img src="/heavy.svg" alt="样例" width="10" height="10"></p>'),
  },
  "a focus that nobody sees": {
    kind: "focus",
    says: /no visible focus/,
    html: page('<p><a class="no-ring" href="/x">样例</a></p>'),
  },
  "a button the keyboard jumps over": {
    kind: "focus",
    says: /not reached by Tab/,
    html: page('<p><button type="button" id="trapped">一</button> <button type="button" id="unreached">二</button></p>'),
    script: `document.getElementById("trapped").addEventListener("keydown", (event) => {
      if (event.key === "Tab") event.preventDefault();
    });`,
  },
  "markup that is not HTML": { kind: "html", says: /element-permitted-content/, html: page("<ul><p>样例</p></ul>") },
  "two first headings": { kind: "head", says: /2 first headings/, html: page("<h1>又一个</h1>") },
  "no first heading": { kind: "head", says: /0 first headings/, html: page("", { heading: "<h2>样例</h2>" }) },
  "another language than was asked for": { kind: "head", says: /"en"/, html: page("", { lang: "en" }) },
  "no title": { kind: "head", says: /title is empty/, html: page("", { title: " " }) },
  "an error in a script": { kind: "console", says: /planted/, html: page(), script: 'throw new Error("planted");' },
  "an asset that is missing": { kind: "console", says: /404/, html: page('<p><img src="/no.svg" alt="样例"></p>') },
};

const ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1H0z"/></svg>';

/** Serves the good page at `/` and the others at `/planted/<name>`. */
export class PlantedServer {
  #server;

  constructor(server) {
    this.#server = server;
    this.origin = `http://127.0.0.1:${server.address().port}`;
  }

  static start() {
    const server = createServer(answer);
    return new Promise((resolve, reject) => {
      server.on("error", reject);
      server.listen(0, "127.0.0.1", () => resolve(new PlantedServer(server)));
    });
  }

  pathOf(name) {
    return `/planted/${encodeURIComponent(name)}`;
  }

  stop() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}

function answer(request, response) {
  // Style and script of a page are those of the page that asks for them.
  const referrer = request.headers.referer ? new URL(request.headers.referer).pathname : "/";
  const planted = (path) => PLANTED[decodeURIComponent(path.replace("/planted/", ""))];
  const send = (type, body, headers = {}) => {
    response.writeHead(200, { "content-type": type, ...headers });
    response.end(body);
  };
  const { pathname } = new URL(request.url, "http://planted");
  if (pathname === "/style.css") return send("text/css", STYLE + (planted(referrer)?.style ?? ""));
  if (pathname === "/script.js") return send("text/javascript", planted(referrer)?.script ?? "");
  if (pathname === "/icon.svg") return send("image/svg+xml", ICON);
  if (pathname === "/heavy.svg") return send("image/svg+xml", ICON + `<!--${"x".repeat(60_000)}-->`);
  const html = pathname === "/" ? page() : planted(pathname)?.html;
  if (html === undefined) {
    response.writeHead(404);
    return response.end();
  }
  return send("text/html; charset=utf-8", html, {
    "content-security-policy": planted(pathname)?.policy ?? POLICY,
    "referrer-policy": "same-origin",
  });
}
