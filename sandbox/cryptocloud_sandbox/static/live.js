// When the sandbox tells of a change, the page is fetched, and what differs is replaced. All works without it, by hand.
"use strict";
const part = (name) => document.getElementById(name);
let source, since, isBusy, isStale;

async function refresh() {
  isStale = isBusy;
  if (isBusy) return;
  isBusy = true;
  try {
    const page = new DOMParser().parseFromString(await (await fetch(location.pathname + location.search)).text(), "text/html");
    const [old, main, focus] = [part("main"), page.getElementById("main"), document.activeElement.id];
    for (const each of main.querySelectorAll("details")) each.open = Boolean(part(each.id)?.open);
    old.dataset.version = main.dataset.version;
    if (old.innerHTML !== main.innerHTML) old.replaceChildren(...main.childNodes);
    if (focus && document.activeElement.id !== focus) part(focus)?.focus({ preventScroll: true });
    if (document.title !== page.title) part("news").textContent = document.title = page.title;
    since = performance.now();
  } catch { /* The stream tells when the sandbox is back. */ }
  isBusy = false;
  if (isStale) refresh();
}
// A browser opens six connections to one address: only pages that are looked at have a stream.
function listen() {
  source?.close();
  if (document.hidden || !part("main").dataset.events) return;
  source = new EventSource(part("main").dataset.events);
  source.onmessage = ({ data }) => { part("offline").hidden = true; if (data !== part("main").dataset.version) refresh(); };
  source.onerror = () => { part("offline").hidden = false; };
}
setInterval(() => {
  for (const clock of document.querySelectorAll("[data-left]")) {
    const left = Math.floor(clock.dataset.left - (performance.now() - since) / 1000);
    if (left < 0) refresh();
    else clock.textContent = [left / 3600, left / 60 % 60, left % 60].map((each) => String(Math.floor(each)).padStart(2, "0")).join(":");
  }
}, 1000);
document.addEventListener("visibilitychange", listen);
since = performance.now();
listen();
