// An OpenID provider on a free port of this machine, with one client and two accounts, all made up.
// Usage: node provider.mjs REDIRECT_URI. Prints its issuer on the first line and ends when its standard input is closed.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";

import Provider from "oidc-provider";

const [redirectUri] = process.argv.slice(2);

const accounts = {
  talent: {
    name: "样例甲",
    roles: ["applicant"],
    document_type: "resident_id",
    document_number: "11010519491231002X",
  },
  clerk: { name: "样例乙", roles: ["reviewer"], district: "440604" },
};

const key = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });

const configuration = {
  clients: [
    {
      client_id: "sanmiao",
      redirect_uris: [redirectUri],
      grant_types: ["authorization_code"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
      id_token_signed_response_alg: "ES256",
    },
  ],
  jwks: { keys: [{ ...key, kid: "test", use: "sig", alg: "ES256" }] },
  claims: {
    openid: ["sub"],
    profile: ["name", "roles", "district", "document_type", "document_number"],
  },
  pkce: { required: () => true },
  cookies: { keys: ["made up for a test"] },
  findAccount: (_, id) =>
    accounts[id] && { accountId: id, claims: () => ({ sub: id, ...accounts[id] }) },
};

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, configuration);
  server.on("request", provider.callback());
  console.log(issuer);
});
process.stdin.on("end", () => process.exit(0)).resume();
