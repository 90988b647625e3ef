// The document as it was served, held to the HTML standard.

import { HtmlValidate, StaticConfigLoader } from "html-validate";

const checker = new HtmlValidate(
  new StaticConfigLoader({
    root: true,
    extends: ["html-validate:standard", "html-validate:a11y", "html-validate:document"],
    rules: {
      // The content security policy would drop it.
      "no-inline-style": "error",
      // What comes from the page's own origin needs no hash to be believed, and nothing else may come.
      "require-sri": "off",
    },
  }),
);

/** What is wrong with it, each with its line. */
export async function validate(html) {
  if (html === "") return ["no document was served"];
  const report = await checker.validateString(html);
  return report.results.flatMap(({ messages }) =>
    messages.map(({ line, column, ruleId, message }) => `${line}:${column} ${ruleId}: ${message}`),
  );
}
