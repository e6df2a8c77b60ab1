// Verifies webhooks with the reference library: a JSON list of {secret, headers, body} in, whether each is right out.
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const verified = JSON.parse(readFileSync(0, "utf8")).map(({ secret, headers, body }) => {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
});
console.log(JSON.stringify(verified));
