// The life of an invoice, told with the generated types and openapi-fetch. `cryptocloud sandbox judge` explains the steps.

import { strict as assert } from "node:assert";
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { env } from "node:process";
import { text } from "node:stream/consumers";

import createClient from "openapi-fetch";

import type { paths } from "../build/typescript/schema.d.ts";

const clientWithKey = (key: string) =>
  createClient<paths>({
    baseUrl: env.CRYPTOCLOUD_BASE_URL ?? "",
    headers: { Authorization: `Token ${key}` },
    fetch: (request) => fetch(request, { signal: AbortSignal.timeout(30_000) }), // without it a call waits for minutes
  });

const client = clientWithKey(env.CRYPTOCLOUD_API_KEY ?? "");

// Amounts are numbers: exact up to 15 digits, so keep sums in a decimal type of your own.
const created = await client.POST("/invoice/create", {
  body: { shop_id: env.CRYPTOCLOUD_SHOP_ID ?? "", amount: 100.5, currency: "USD", order_id: "A-17" },
});
const uuid = created.data?.result.uuid;
assert(uuid, `create: ${JSON.stringify(created.error)}`);
console.log("create:", uuid);

const found = await client.POST("/invoice/merchant/info", { body: { uuids: [uuid] } });
const invoice = found.data?.result[0];
assert.equal(invoice?.status, "created", `look-up: ${JSON.stringify(found.error)}`);
assert.equal(invoice?.amount_in_fiat, 100.5, "look-up: another amount");
console.log("look-up:", invoice?.status);

// The answer to this cancel gets lost. Whatever is thrown, or refused after a try that nobody saw: only a look-up tells.
const doubtful = await client.POST("/invoice/merchant/canceled", { body: { uuid } }).catch(() => undefined);
assert(!doubtful?.data, "lost-answer: there is one");
const after = await client.POST("/invoice/merchant/info", { body: { uuids: [uuid] } });
console.log("lost-answer:", after.data?.result[0]?.status ?? "unknown");

// A refusal is returned, not thrown.
const again = await client.POST("/invoice/merchant/canceled", { body: { uuid } });
assert.equal(again.response.status, 400, "refused: expected a refusal");
const reason = typeof again.error === "object" ? again.error.result?.validate_error : again.error; // a proxy's page is a text
assert.equal(reason, "Invoice is not created", "refused: another reason");
console.log("refused:", reason);

const second = await client.POST("/invoice/create", { body: { shop_id: env.CRYPTOCLOUD_SHOP_ID ?? "", amount: 1 } });
const canceled = await client.POST("/invoice/merchant/canceled", { body: { uuid: second.data?.result.uuid ?? "" } });
assert.equal(canceled.data?.status, "success", `cancel: ${JSON.stringify(canceled.error)}`);
console.log("cancel:", canceled.data?.status);

const rejected = await clientWithKey("wrong").POST("/invoice/merchant/info", { body: { uuids: [uuid] } });
assert.equal(rejected.response.status, 403, "wrong-key: expected a refusal");
console.log("wrong-key:", typeof rejected.error === "object" ? rejected.error.detail : rejected.error);

const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10).split("-").reverse().join(".");
const listed = await client.POST("/invoice/merchant/list", {
  body: { start: dayOf(Date.now() - 86_400_000), end: dayOf(Date.now()) },
});
const last = listed.data?.result.find((each) => each.uuid === uuid);
assert.equal(last?.status, "canceled", `list: ${JSON.stringify(listed.error ?? last)}`);
console.log("list:", uuid, "is canceled");

// Postbacks. Genuine means that the service sent it: before you deliver, look the invoice up, which has to be paid.
const isGenuine = (token: string) => {
  const [head = "", claims = "", signature = ""] = token.split(".");
  const expected = createHmac("sha256", env.CRYPTOCLOUD_SECRET_KEY ?? "").update(`${head}.${claims}`).digest();
  const given = Buffer.from(signature, "base64url");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
  return JSON.parse(Buffer.from(claims, "base64url").toString()).exp > Date.now() / 1000;
};

createServer(async (request, response) => {
  const body = await text(request);
  const isForm = request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
  const token = isForm ? new URLSearchParams(body).get("token") : JSON.parse(body).token;
  response.writeHead(isGenuine(token ?? "") ? 200 : 400).end();
}).listen(Number(env.CRYPTOCLOUD_POSTBACK_PORT), "127.0.0.1");
