// The life of an invoice, told with the generated types and openapi-fetch.

import { strict as assert } from "node:assert";
import { env } from "node:process";

import createClient from "openapi-fetch";

import type { components, paths } from "../build/typescript/schema.d.ts";

type ErrorResponse = components["schemas"]["ErrorResponse"];
type CredentialErrorResponse = components["schemas"]["CredentialErrorResponse"];

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
assert.equal(invoice?.status, "created", `info: ${JSON.stringify(found.error)}`);
assert.equal(invoice?.amount_in_fiat, 100.5, "info: another amount");
console.log("info:", invoice?.status);

const canceled = await client.POST("/invoice/merchant/canceled", { body: { uuid } });
assert.equal(canceled.data?.status, "success", `cancel: ${JSON.stringify(canceled.error)}`);
console.log("cancel:", canceled.data?.status);

// A refusal is returned, not thrown.
const again = await client.POST("/invoice/merchant/canceled", { body: { uuid } });
assert.equal(again.response.status, 400, "cancel again: expected a refusal");
const { validate_error: reason } = (again.error as ErrorResponse).result;
assert.equal(reason, "Invoice is not created", "cancel again: another reason");
console.log("cancel again:", reason);

const rejected = await clientWithKey("wrong").POST("/invoice/merchant/info", { body: { uuids: [uuid] } });
assert.equal(rejected.response.status, 403, "wrong key: expected a refusal");
console.log("wrong key:", (rejected.error as CredentialErrorResponse).detail);

const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10).split("-").reverse().join(".");
const listed = await client.POST("/invoice/merchant/list", {
  body: { start: dayOf(Date.now() - 86_400_000), end: dayOf(Date.now()) },
});
const last = listed.data?.result.find((each) => each.uuid === uuid);
assert.equal(last?.status, "canceled", `list: ${JSON.stringify(listed.error ?? last)}`);
console.log("list:", uuid, "is canceled");
