// The sandbox's pages in a browser, offline: clicked through with a real shop, at two widths, light and dark, by keyboard,
// and without scripts. Whatever is asked for beyond this machine fails the test, and so does an error in the console.
// With SHOTS=folder in the environment, pictures of what is seen are left there; the guide's are among them.

import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const { chromium } = createRequire(new URL("../../../tools/package.json", import.meta.url))("playwright-core");

const ROOT = new URL("../../../", import.meta.url);
const PYTHON = fileURLToPath(new URL(".venv/bin/python", ROOT));
const STAGE = fileURLToPath(new URL("stage.py", import.meta.url));
const WIDTHS = [360, 1280];
const SCHEMES = ["light", "dark"];

let browser, context, page, faults, sandbox, shop;

/** A process of the stage, and what it printed. */
async function start(what, { port = 0, env = {} } = {}) {
  const child = spawn(PYTHON, [STAGE, what, String(port)], {
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const line = await Promise.race([
    new Promise((resolve) => createInterface({ input: child.stdout }).once("line", resolve)),
    ended.then((code) => { throw new Error(`the ${what} ended with ${code}`); }),
  ]);
  const stop = () => { child.stdin.end(); return ended; };
  return { ...JSON.parse(line), stop };
}

/** An order to the sandbox by its control API. */
async function order(method, path, body = {}) {
  const options = { method, headers: { "Content-Type": "application/json" }, body: method === "GET" ? undefined : JSON.stringify(body) };
  const answer = await fetch(`${home()}_sandbox${path}`, options);
  const text = await answer.text();
  assert(answer.ok, `${path}: ${answer.status} ${text}`);
  return text && JSON.parse(text);
}

const home = () => sandbox.CRYPTOCLOUD_BASE_URL.replace(/v2$/, "");
const shopUrl = () => `http://127.0.0.1:${shop.port}`;
const mood = (to) => fetch(`${shopUrl()}/mood?to=${to}`, { method: "POST" });
const add = (members = {}) => order("POST", "/invoices", { amount: "20.00", currency: "EUR", order_id: "A-17", ...members });
const open = (path) => page.goto(new URL(path, home()).href);
const press = (name) => page.getByRole("button", { name }).click();
const shows = (text) => page.locator("main").getByText(text).first().waitFor();
/** The state of an invoice, as its page has it beside the price. */
const state = (status) => page.locator(".now .state", { hasText: new RegExp(`^${status}$`) }).waitFor();

async function shot(name) {
  if (!process.env.SHOTS) return;
  mkdirSync(process.env.SHOTS, { recursive: true });
  await page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true });
}

async function newContext(options = {}) {
  const made = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  made.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(message.text());
  });
  made.on("weberror", (error) => faults.push(String(error.error())));
  made.on("request", (request) => {
    const { origin } = new URL(request.url());
    if (![new URL(home()).origin, shopUrl()].includes(origin)) faults.push(`asked for ${request.url()}`);
  });
  made.setDefaultTimeout(10_000);
  return made;
}

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
  });
  sandbox = await start("sandbox");
  shop = await start("shop", { env: sandbox });
});

after(async () => {
  await browser?.close();
  await shop?.stop();
  await sandbox?.stop();
});

beforeEach(async () => {
  faults = [];
  await order("POST", "/reset");
  await order("PUT", "/postbacks", { url: `${shopUrl()}/postback` });
  await mood("well");
  context = await newContext();
  page = await context.newPage();
});

afterEach(async () => {
  await context.close();
  assert.deepEqual(faults, []);
});

test("the console is listened to, and nothing is asked for elsewhere", async () => {
  await open("/");
  await page.evaluate(() => console.error("heard"));
  await page.goto("http://example.com/").catch(() => {});
  assert.match(faults.splice(0).join("\n"), /heard[^]*asked for http:\/\/example\.com/);
});

/** Every kind of page, with what is hard to show on it. */
async function everything() {
  const long = `<script>alert(1)</script>${"y".repeat(275)}`;
  const pages = {};
  const made = [];
  for (let number = 0; number < 46; number++) made.push((await add({ order_id: `A-${number}` })).uuid);
  for (const [number, uuid] of made.entries()) {
    const move = ["", "pay", "overpay", "pay-part", "expire"][number % 5];
    if (move) await order("POST", `/invoices/${uuid}/${move}`);
  }
  const invoices = {
    created: await add(),
    paid: await add(),
    partial: await add({ amount: "0.000000000000000001" }),
    canceled: await add({ amount: 1000000000000 }),
    failed: await add({ order_id: long }),
  };
  for (const [name, move] of [["paid", "pay"], ["partial", "pay-part"], ["canceled", "expire"]]) {
    await order("POST", `/invoices/${invoices[name].uuid}/${move}`);
  }
  await mood("fail");
  const delivery = await order("POST", `/invoices/${invoices.failed.uuid}/pay`);
  await mood("well");
  pages.index = "/";
  pages.last = "/?page=2";
  for (const [name, { link }] of Object.entries(invoices)) pages[name] = new URL(link).pathname;
  pages.delivery = `/deliveries/${delivery.number}`;
  return pages;
}

/** What is wrong with how a page looks. */
function flaws(colorScheme) {
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => {
    const [red, green, blue] = numbers(colour).map((part) => part / 255).map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = (part) => {
    for (; part; part = part.parentElement) {
      const { backgroundColor } = getComputedStyle(part);
      if (numbers(backgroundColor)[3] !== 0) return backgroundColor;
    }
  };
  const contrast = (part) => {
    const lights = [light(getComputedStyle(part).color), light(ground(part))];
    return (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05);
  };
  const flaws = [];
  const { color, backgroundColor } = getComputedStyle(document.documentElement);
  if ((light(color) > light(backgroundColor)) !== (colorScheme === "dark")) flaws.push(`${color} on ${backgroundColor}`);
  if (document.documentElement.scrollWidth > innerWidth) flaws.push("the page scrolls to the side");
  if (document.querySelectorAll("h1").length !== 1) flaws.push("there is not one heading");
  if (document.querySelectorAll("script").length !== 1) flaws.push("there is another script");
  for (const part of document.querySelectorAll("body *:not(svg *)")) {
    if (!part.checkVisibility() || part.closest(".unseen, .skip")) continue;
    const where = part.outerHTML.slice(0, 100);
    if (part.getBoundingClientRect().right > innerWidth + 1) flaws.push(`cut off: ${where}`);
    if (part.matches("a, button") && !part.innerText.trim()) flaws.push(`without a name: ${where}`);
    if (part.matches(".state, .verdict") && !/^[a-z ]+$/.test(part.innerText)) flaws.push(`without a word: ${where}`);
    const hasText = [...part.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (hasText && contrast(part) < 4.5) flaws.push(`hard to read: ${where}`);
  }
  return flaws;
}

test("every page fits, can be read and is labelled", async () => {
  const look = async (name, path, width, colorScheme) => {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await open(path);
    await shot(`${name}-${width}-${colorScheme}`);
    assert.deepEqual(await page.evaluate(flaws, colorScheme), [], `${name}, ${width} pixels, ${colorScheme}`);
  };
  const lookAtAll = async (pages) => {
    for (const width of WIDTHS) {
      for (const colorScheme of SCHEMES) {
        for (const [name, path] of Object.entries(pages)) await look(name, path, width, colorScheme);
      }
    }
  };
  await lookAtAll({ empty: "/" });
  await lookAtAll(await everything());
  // In between, the list of invoices is a table of another kind.
  for (const width of [320, 480, 481, 640, 672, 673, 800, 832, 833, 1000, 1024]) await look("index", "/", width, "light");
});

test("an order in the shop is paid by a click and arrives as a verified postback", async () => {
  await page.setViewportSize({ width: 960, height: 600 });
  for (const [order_id, amount, move] of [["A-13", "59.00", "pay"], ["A-14", "12.50", "expire"], ["A-15", "20.00", "pay-part"], ["A-16", "8.90", "overpay"]]) {
    const { uuid } = await add({ order_id, amount });
    await order("POST", `/invoices/${uuid}/${move}`);
  }
  await page.goto(shopUrl());
  await page.getByLabel("Order").fill("A-17");
  await press("Buy for 20 EUR");
  await page.getByRole("heading", { name: "20.00 EUR" }).waitFor();
  await shows("A-17");
  await state("created");
  await mood("fail");
  await press("Pay exactly");
  await shows("Your shop answered 500");
  await shot("guide-invoice");
  await page.getByRole("link", { name: "Invoices" }).click();
  await shows("5, newest first");
  await shot("guide-list");
  await page.goBack();
  await mood("well");
  await press("Pay exactly");
  await state("paid");
  await shows("Your shop answered 200");
  const uuid = (await page.locator(".over code").innerText()).trim();
  await press("Send twice at once");
  await shows(/attempt [34]/);
  await page.getByRole("link", { name: "request and answer" }).click();
  await page.getByRole("heading", { name: "Request" }).waitFor();
  await shows('"order_id": "A-17"');
  await shot("guide-delivery");
  await page.getByRole("link", { name: uuid }).click();
  await state("paid");
  assert.match(await page.getByRole("link", { name: "Back to the shop" }).getAttribute("href"), /order_id=A-17/);
  await page.goto(shopUrl());
  await page.getByText(`${uuid} delivered 1`).waitFor();
});

test("a shop that is down, fails, sleeps and is back is told each time", async () => {
  const { link } = await add();
  await open(link);
  await mood("fail");
  await press("Pay exactly");
  await shows("Your shop answered 500");
  await state("created");
  await shows("the invoice was created again");
  await page.getByRole("link", { name: "request and answer" }).click();
  await shows("<h1>No order <script>alert(1)</script></h1>");
  await page.goBack();

  const { port } = shop;
  await shop.stop();
  await press("Pay exactly");
  await shows(`connection refused: ${shopUrl()}/postback`);
  await state("created");
  shop = await start("shop", { port, env: sandbox });

  await mood("sleep");
  const other = await context.newPage();
  await other.goto(link);
  await page.getByRole("button", { name: "Pay exactly" }).click({ noWaitAfter: true });
  await other.getByText("A postback is on its way.").waitFor();
  await other.locator(".now").getByText("paid", { exact: true }).waitFor();
  await page.locator("main").getByText("no whole answer within 10 s").first().waitFor({ timeout: 20_000 });
  await other.getByText("no whole answer within 10 s").waitFor();
  await state("created");

  await mood("well");
  await press("Pay exactly");
  await shows("Your shop answered 200");
  await shows("attempt 4");
  await state("paid");
});

test("what happens elsewhere changes the open page", async () => {
  const invoice = await add();
  const other = await context.newPage();
  await other.goto(home());
  await open(invoice.link);
  await state("created");
  const begun = performance.now();
  const answer = await fetch(`${sandbox.CRYPTOCLOUD_BASE_URL}/invoice/merchant/canceled`, {
    method: "POST",
    headers: { Authorization: `Token ${sandbox.CRYPTOCLOUD_API_KEY}`, "Content-Type": "application/json" },
    body: JSON.stringify({ uuid: invoice.uuid }),
  });
  assert.equal(answer.status, 200);
  await state("canceled");
  console.log(`the page shows the cancel after ${Math.round(performance.now() - begun)} ms`);
  await other.locator("tr", { hasText: invoice.uuid }).getByText("canceled").waitFor();
  assert.match(await page.title(), /canceled/);
  // A screen reader hears of it.
  assert.match(await page.locator("#news").innerText(), new RegExp(`${invoice.uuid} canceled`));
  const { uuid } = await add({ order_id: "B-18" });
  await other.getByRole("link", { name: uuid }).waitFor();
  await order("POST", "/reset");
  await other.getByText("No invoice yet").waitFor();
  await page.getByText("is not here").waitFor();
  // The page is fetched, and is not there any more.
  assert.deepEqual(faults.splice(0), ["Failed to load resource: the server responded with a status of 404 (Not Found)"]);
});

test("a change does not take away what somebody is at", async () => {
  const invoice = await add();
  await order("POST", `/invoices/${invoice.uuid}/pay`);
  await open(invoice.link);
  await page.getByText("As curl").click();
  await page.locator("#curl-command").focus();
  await order("POST", `/invoices/${invoice.uuid}/resend`);
  await shows("attempt 2");
  assert(await page.locator("#curl-command").isVisible());
  assert.equal(await page.evaluate(() => document.activeElement.id), "curl-command");
});

test("the time that is left goes by, and the invoice expires before the eyes", async () => {
  const { link } = await add({ lifetime: 3 });
  await open(link);
  await shows(/^00:00:0\d$/);
  await state("canceled");
});

test("with the keyboard alone", async () => {
  const { link } = await add();
  await open(link);
  const focused = () => page.evaluate(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    return [document.activeElement.innerText.split("\n")[0], outlineStyle !== "none" && outlineWidth !== "0px"];
  });
  const order = [];
  for (let number = 0; number < 7; number++) {
    await page.keyboard.press("Tab");
    order.push(await focused());
  }
  const names = ["Skip to content", "CryptoCloud sandbox", "Invoices", "Pay exactly", "Overpay", "Pay part", "Expire"];
  assert.deepEqual(order, names.map((name) => [name, true]));
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await state("partial");
});

describe("without scripts", () => {
  const moves = { "Pay exactly": "paid", Overpay: "overpaid", "Pay part": "partial", Expire: "canceled" };
  beforeEach(async () => {
    await context.close();
    context = await newContext({ javaScriptEnabled: false });
    page = await context.newPage();
  });

  for (const [name, status] of Object.entries(moves)) {
    test(name, async () => {
      const { uuid, link } = await add();
      await open("/");
      await page.getByRole("link", { name: uuid }).click();
      assert.equal(page.url(), link);
      await press(name);
      await state(status);
    });
  }

  test("Send again, Send twice at once, and what came of them", async () => {
    const { uuid, link } = await add();
    await order("POST", `/invoices/${uuid}/pay`);
    await open(link);
    await press("Send again");
    await shows("attempt 2");
    await press("Send twice at once");
    await shows(/attempt [34]/);
    await page.getByRole("link", { name: "request and answer" }).click();
    assert.equal(await page.locator("#others ~ ul li").count(), 3);
    await page.getByRole("link", { name: /^Postback \d+$/ }).last().click();
    await shows("attempt 1");
    await page.getByText("As curl").click();
    assert(await page.locator("#curl-command").isVisible());
  });

  test("the list's pages", async () => {
    for (let number = 0; number < 51; number++) await add({ order_id: `A-${number}` });
    await open("/");
    await page.getByRole("link", { name: "Older" }).click();
    await shows("51 to 51 of 51");
    await page.getByRole("link", { name: "Newer" }).click();
    await shows("1 to 50 of 51");
  });
});

for (const [what, members] of Object.entries({
  "markup as an order id": { order_id: "<script>alert(1)</script>" },
  "300 letters": { order_id: "x".repeat(300) },
  "1e-18": { amount: "0.000000000000000001" },
  "10^12": { amount: 1000000000000 },
})) {
  test(`${what} is shown as it is`, async () => {
    const { link } = await add(members);
    const [text] = Object.values(members).map(String);
    await page.setViewportSize({ width: 360, height: 900 });
    for (const path of ["/", link]) {
      await open(path);
      assert((await page.locator("main").innerText()).replaceAll("\n", "").includes(text));
      assert(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    }
    await press("Pay exactly");
    await state("paid");
    await page.getByRole("link", { name: "request and answer" }).click();
    await shows("Request");
    assert(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  });
}

test("a page outlives its sandbox, and goes on with the next", async () => {
  const own = await start("sandbox");
  const port = new URL(own.CRYPTOCLOUD_BASE_URL).port;
  const url = `http://127.0.0.1:${port}/`;
  const watcher = await (await browser.newContext()).newPage();
  await watcher.goto(url);
  await watcher.getByText("No invoice yet").waitFor();
  await own.stop();
  await watcher.getByText("The sandbox does not answer.").waitFor();
  const next = await start("sandbox", { port });
  await watcher.getByText("The sandbox does not answer.").waitFor({ state: "hidden" });
  await fetch(`${url}_sandbox/invoices`, { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"order_id": "B-1"}' });
  await watcher.getByText("B-1").waitFor();
  await watcher.context().close();
  await next.stop();
});

test("the guide's example for Node drives the sandbox", async () => {
  const example = fileURLToPath(new URL("examples/sandbox.mjs", ROOT));
  const child = spawn(process.execPath, [example, `${shopUrl()}/postback`], { env: { ...process.env, ...sandbox }, stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  for await (const part of child.stdout) said += part;
  const [{ uuid, accepted }] = await order("GET", "/deliveries");
  assert(accepted);
  assert.equal(said, `${uuid} is paid: 200\n`);
});

test("more pages than a browser has connections", async () => {
  const { uuid, link } = await add();
  // What is behind other windows has no stream: all but the last one are.
  const pages = [];
  for (let number = 0; number < 9; number++) {
    const each = await context.newPage();
    await each.goto(link);
    await each.evaluate(() => {
      Object.defineProperty(document, "hidden", { value: true, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    pages.push(each);
  }
  await order("POST", `/invoices/${uuid}/pay`);
  assert.match(await pages[0].locator(".now").innerText(), /created/);
  await pages[0].evaluate(() => {
    Object.defineProperty(document, "hidden", { value: false });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await pages[0].locator(".now").getByText("paid", { exact: true }).waitFor();
});
