// The site in a browser, opened from files: every page, the way around it, its search, and the API page.
// Whatever it asks for beyond its own files fails the test, and so does an error in the console.

import { strict as assert } from "node:assert";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, beforeEach, afterEach, describe, test } from "node:test";

const { chromium } = createRequire(new URL("../../../tools/package.json", import.meta.url))("playwright-core");

const SITE = new URL("../../../docs/_build/html/", import.meta.url);
const API_PAGE = "openapi.html";
const PAGES = readdirSync(SITE, { recursive: true }).filter((name) => name.endsWith(".html")).sort();
const SPEC = JSON.parse(readFileSync(new URL("cryptocloud-openapi.json", SITE), "utf-8"));
const OPERATIONS = [...Object.values(SPEC.paths), ...Object.values(SPEC["x-webhooks"])].map(({ post }) => post);
const WIDTHS = { narrow: 390, wide: 1280 };

let browser, context, page, faults;

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
});

after(() => browser.close());

beforeEach(async () => {
  faults = [];
  context = await browser.newContext({ offline: true, viewport: { width: WIDTHS.wide, height: 900 } });
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`${message.page().url()}: ${message.text()}`);
  });
  context.on("weberror", (error) => faults.push(String(error.error())));
  context.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) faults.push(`asked for ${request.url()}`);
  });
  context.setDefaultTimeout(10_000);
  page = await context.newPage();
});

afterEach(async () => {
  await context.close();
  assert.deepEqual(faults, []);
});

const open = (name) => page.goto(new URL(name, SITE).href);

test("there is a site, and a console is listened to", async () => {
  assert(PAGES.length >= 20, `only ${PAGES.length} pages: was it built?`);
  await open("index.html");
  await page.evaluate(() => console.error("heard"));
  await page.evaluate(() => fetch("https://example.com/").catch(() => {}));
  assert.match(faults.splice(0).join("\n"), /heard\n.*example\.com/s);
});

for (const [width, pixels] of Object.entries(WIDTHS)) {
  for (const colorScheme of ["light", "dark"]) {
    test(`every page fits and can be read, ${width} and ${colorScheme}`, async () => {
      await page.setViewportSize({ width: pixels, height: 900 });
      await page.emulateMedia({ colorScheme });
      for (const name of PAGES) {
        await open(name === "search.html" ? "search.html?q=cancel" : name);
        assert(await page.locator("h1, h2").first().isVisible(), `${name} has no heading`);
        // Code and tables that are too wide scroll in a frame of their own.
        const cutOff = await page.evaluate(() => {
          const parts = [document.documentElement, ...document.querySelectorAll("article section > *")];
          return parts.filter((part) => part.getBoundingClientRect().right > innerWidth).map((part) => part.innerText);
        });
        assert.deepEqual(cutOff, [], `${name} is too wide`);
        if (name === API_PAGE) continue; // its colours are redocly's
        const [ink, paper] = await page.evaluate(() => {
          const { color, backgroundColor } = getComputedStyle(document.body);
          return [color, backgroundColor].map((each) => each.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0));
        });
        assert.equal(ink < paper, colorScheme === "light", `${name}: ${ink} on ${paper}`);
      }
    });
  }
}

test("every link of every page leads somewhere", async () => {
  const ids = {};
  const links = [];
  // The links of the API page are made by its script, and are followed below.
  for (const name of PAGES.filter((name) => name !== API_PAGE)) {
    await open(name);
    ids[page.url()] = await page.locator("[id]").evaluateAll((all) => all.map((each) => each.id));
    const found = await page.locator("a[href]").evaluateAll((all) => all.map((each) => each.href));
    links.push(...found.map((link) => ({ name, link })));
  }
  for (const { name, link } of links.filter(({ link }) => link.startsWith("file:"))) {
    const [target, anchor] = link.split("#");
    assert(existsSync(new URL(target)), `${name} links to ${link}`);
    if (anchor) assert(ids[target]?.includes(decodeURIComponent(anchor)), `${name} links to ${link}`);
  }
});

test("programs find every page, too", () => {
  const links = [...readFileSync(new URL("llms.txt", SITE), "utf-8").matchAll(/^- \[.+\]\((.+)\)$/gm)].map(([, link]) => link);
  assert.deepEqual(links.sort(), PAGES.filter((name) => ![API_PAGE, "search.html"].includes(name)));
});

test("the navigation goes to every page", async () => {
  await open("index.html");
  const links = page.locator(".sidebar-tree a");
  const reached = [];
  for (let number = 0; number < (await links.count()); number++) {
    const name = await links.nth(number).innerText();
    await links.nth(number).click();
    assert.equal((await page.locator("h1").innerText()).replace("¶", "").trim(), name);
    reached.push(page.url().split("#")[0]);
  }
  const hidden = [API_PAGE, "search.html"].map((name) => new URL(name, SITE).href);
  assert.deepEqual([...reached, ...hidden].sort(), PAGES.map((name) => new URL(name, SITE).href).sort());
});

test("on a narrow screen the navigation opens", async () => {
  await page.setViewportSize({ width: WIDTHS.narrow, height: 844 });
  await open("index.html");
  await page.locator("label.nav-overlay-icon").click();
  await page.locator(".sidebar-tree").getByRole("link", { name: "Errors and doubt" }).click();
  await page.getByRole("heading", { name: "The three outcomes" }).waitFor();
});

test("the search finds a guide and a method", async () => {
  await open("index.html");
  for (const [words, target] of [["idempotency", /errors\.html/], ["with_options", /reference\/clients\.html/]]) {
    await page.getByPlaceholder("Search").first().fill(words);
    await page.keyboard.press("Enter");
    const found = page.locator("#search-results li a");
    await found.first().waitFor();
    const links = await found.evaluateAll((all) => all.map((each) => each.href));
    const link = links.findIndex((each) => target.test(each));
    assert(link >= 0, `${words}: ${links}`);
    await found.nth(link).click();
    await page.waitForURL(target);
    await open("index.html");
  }
});

describe("the API page", () => {
  beforeEach(async () => {
    await open("api.html");
    await page.getByRole("link", { name: "Open the API reference" }).click();
    await page.waitForURL(/openapi\.html/);
  });

  test("shows every operation and the postback", async () => {
    for (const { name } of SPEC.tags) {
      await page.getByText(name, { exact: true }).first().click();
      for (const { summary } of OPERATIONS.filter(({ tags }) => tags.includes(name))) {
        await page.getByText(summary, { exact: true }).first().click();
        await page.getByRole("heading", { name: summary }).first().waitFor();
      }
    }
  });

  test("is searched, and leads back", async () => {
    await page.getByText("Search", { exact: false }).first().click();
    await page.getByPlaceholder("Search docs").fill("withdraw");
    await page.getByTestId("search-dialog").getByText("/invoice/api/out/create").first().click();
    await page.getByRole("heading", { name: "Withdraw" }).first().waitFor();
    await page.getByRole("link", { name: "the Python SDK" }).click();
    await page.waitForURL(/index\.html/);
  });
});

test("the spec is there to download, under both names", async () => {
  await open("api.html");
  for (const kind of ["yaml", "json"]) {
    const names = [`cryptocloud-openapi.${kind}`, `cryptocloud-openapi-${SPEC.info.version}.${kind}`];
    const links = names.map((name) => page.getByRole("link", { name, exact: true }));
    const files = await Promise.all(links.map(async (link) => readFileSync(new URL(await link.getAttribute("href"), SITE))));
    assert.deepEqual(files[0], files[1]);
  }
});

test("everything that is not verified is listed", async () => {
  await open("unverified.html");
  const words = (text) => text.match(/\w+/g).join(" ");
  const listed = words(await page.locator("article").innerText());
  for (const { operationId, "x-unverified": doubts } of OPERATIONS) {
    for (const text of [operationId, ...doubts]) assert(listed.includes(words(text)), text);
  }
});
