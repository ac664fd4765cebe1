// Drives a sandbox from Node, as a test of a shop would: node sandbox.mjs http://127.0.0.1:8000/postback

const host = (process.env.CRYPTOCLOUD_BASE_URL ?? "http://127.0.0.1:8833/v2").replace(/\/v2$/, "");

async function sandbox(method, path, members = {}) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(`${host}/_sandbox${path}`, { method, headers, body: JSON.stringify(members) });
  return answer.status === 204 ? null : answer.json();
}

await sandbox("POST", "/reset");
await sandbox("PUT", "/postbacks", { url: process.argv[2] });
const { uuid } = await sandbox("POST", "/invoices", { amount: "12.50", currency: "EUR", order_id: "A-17" });
const delivery = await sandbox("POST", `/invoices/${uuid}/pay`);
console.log(`${uuid} is ${delivery.invoice_status}: ${delivery.error ?? delivery.status}`);
