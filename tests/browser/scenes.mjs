// Every page and state, each with the way there. `walks/states.test.mjs` audits them all in both languages, and
// `screenshots.mjs` takes their pictures.

import { createHash, randomBytes } from "node:crypto";

/**
 * `reach({ house, world, visitor })` ends with the visitor in front of it.
 *
 * @type {{ name: string, reach: (_: object) => Promise<void> }[]}
 */
export const SCENES = [];

/** Where a service that listens at `origin` sends people to sign in. */
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
