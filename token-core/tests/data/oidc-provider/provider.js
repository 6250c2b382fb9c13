// An OpenID provider on loopback that none of us wrote, dressed as Entra: issuer with a tenant, version 2.0 claims.
//
// Arguments: certificate and key of the server, the authority, the tenant. Writes its port as the first line of JSON.
// For each line on stdin it writes one line with an access token; the line "rotate" makes it sign with a new key first.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, request } from "node:https";
import { createInterface } from "node:readline";

import { Provider } from "oidc-provider";

const [certificate, key, authority, tenant] = process.argv.slice(2);
const APPLICATION = "11111111-2222-3333-4444-555555555555";
const RESOURCE = "https://mail.contoso.com/";
const SECRET = randomUUID();

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

const newKey = () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), use: "sig", alg: "RS256" };
};

const provider = (issuer, keys) =>
  new Provider(issuer, {
    jwks: { keys },
    clients: [{
      client_id: APPLICATION,
      client_secret: SECRET,
      grant_types: ["client_credentials"],
      redirect_uris: [],
      response_types: [],
    }],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        getResourceServerInfo: () => ({
          scope: "",
          audience: RESOURCE,
          accessTokenFormat: "jwt",
          accessTokenTTL: 3600,
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
    formats: {
      customizers: {
        jwt: (_context, _token, { header, payload }) => {
          Object.assign(payload, {
            azp: payload.client_id,
            azpacr: "1",
            nbf: payload.iat,
            oid: payload.sub,
            roles: ["full_access_as_app"],
            tid: tenant,
            ver: "2.0",
          });
          return { header, payload };
        },
      },
    },
  });

let callback;
const path = `/${tenant}/v2.0`;
const server = createServer(
  { cert: readFileSync(certificate), key: readFileSync(key) },
  (incoming, outgoing) => {
    if (!incoming.url.startsWith(`${path}/`)) {
      outgoing.writeHead(404).end();
      return;
    }
    // Mounted below the tenant, as its documentation says.
    incoming.originalUrl = incoming.url;
    incoming.url = incoming.url.slice(path.length);
    callback(incoming, outgoing);
  },
);

const token = (port) =>
  new Promise((resolve, reject) => {
    const body = new URLSearchParams({ grant_type: "client_credentials" }).toString();
    const options = {
      host: "localhost",
      port,
      path: `${path}/token`,
      method: "POST",
      ca: readFileSync(authority),
      auth: `${APPLICATION}:${SECRET}`,
      headers: { "content-type": "application/x-www-form-urlencoded", "content-length": body.length },
    };
    const asking = request(options, (response) => {
      let text = "";
      response.on("data", (chunk) => { text += chunk; });
      response.on("end", () => {
        if (response.statusCode === 200) resolve(JSON.parse(text).access_token);
        else reject(new Error(`token endpoint: ${response.statusCode} ${text}`));
      });
    });
    asking.on("error", reject);
    asking.end(body);
  });

server.listen(0, "127.0.0.1", async () => {
  const { port } = server.address();
  const issuer = `https://localhost:${port}${path}`;
  const keys = [newKey()];
  callback = provider(issuer, keys).callback();
  say({ port });
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === "rotate") {
      keys.unshift(newKey());
      callback = provider(issuer, keys).callback();
    }
    say({ token: await token(port) });
  }
  // The test has gone.
  process.exit(0);
});
