// Every page and state, each with the way there. `walks/states.test.mjs` audits them all in both languages, and
// `screenshots.mjs` takes their pictures.

import { createHash, randomBytes } from "node:crypto";

/** `reach({ house, world, visitor })` ends with the visitor in front of it. */
export const SCENES = [
  {
    name: "choose-who-to-be",
    // The provider's page is one, in Chinese; the service's own are in the language that is asked for.
    languages: ["zh"],
    reach: async ({ house, world, visitor }) => {
      await visitor.open(authorize(world, house.origin));
    },
  },
];

/** Where the provider sends people whom a service at `origin` has sent to it. */
export function authorize(world, origin) {
  const challenge = createHash("sha256").update(randomBytes(32)).digest("base64url");
  const asked = new URLSearchParams({
    client_id: "sanmiao",
    redirect_uri: `${origin}/readyz`,
    response_type: "code",
    code_challenge: challenge,
    code_challenge_method: "S256",
    state: "s-1",
  });
  return `${world.base}/oidc/authorize?${asked}`;
}
