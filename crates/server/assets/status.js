"use strict";

const shops = document.getElementById("shops");
const template = document.getElementById("shop");
const live = document.getElementById("live");
const shown = new Map();
const count = new Intl.NumberFormat();

const PHASES = {
  idle: "Nothing to do right now",
  reading: "Reading both accounts",
  deciding: "Comparing and matching",
  writing: "Writing changes",
  reading_back: "Checking what was written",
};

function sum(list) {
  return list.reduce((total, one) => total + one, 0);
}

function verdict(shop) {
  if (shop.status.health === "stopped") return "Nothing is being synced.";
  if (!shop.approved) return "Waiting for your approval of the first run.";
  if (shop.progress.phase !== "idle" && sum(shop.progress.waiting) > 0) return "At work: not everything is in step yet.";
  if (shop.status.health === "attention") return "Running, but something needs your attention.";
  return shop.status.backlog > 0 ? "All is well; some changes are still under way." : "All is well: both accounts are in step.";
}

function doing(progress, remaining) {
  const parts = [PHASES[progress.phase] || progress.phase];
  const waiting = sum(progress.waiting);
  const written = sum(progress.written);
  if (progress.phase === "reading") {
    const [contacts, tasks, , customers, tickets] = progress.read.map((one) => count.format(one));
    parts.push(`: ${contacts} contacts and ${tasks} tasks, ${customers} customers and ${tickets} tickets so far`);
  } else if (progress.phase !== "idle" && waiting + written > 0) {
    parts.push(`: ${count.format(written)} of ${count.format(written + waiting)} writes done`);
    if (remaining) parts.push(`; ${remaining.words}`);
  }
  if (progress.note) {
    const note = progress.note.replace(/\.$/, "");
    parts.push(`. ${note.charAt(0).toUpperCase()}${note.slice(1)}`);
  }
  return `${parts.join("")}.`;
}

function put(parent, selector, text) {
  const node = parent.querySelector(selector);
  if (node.textContent !== text) node.textContent = text;
  return node;
}

// Untouched while the content is the same, so that a selection or a screen reader's place is not lost.
function fill(node, key, children) {
  if (node.dataset.key === key) return;
  node.dataset.key = key;
  node.replaceChildren(...children());
}

function element(name, text) {
  const node = document.createElement(name);
  node.textContent = text;
  return node;
}

function budgets(budget) {
  const left = budget.highlevel;
  const right = budget.mygadgetrepairs;
  const day = left.day_left === null ? "" : `, ${count.format(left.day_left)} today`;
  const high = left.window_left === null ? "no limit kept here"
    : `${count.format(left.window_left)} in these 10 seconds${day}`;
  let mgr = right.window_left === null ? "no limit kept here" : `${count.format(right.window_left)} in this minute`;
  if (right.blocked_until) mgr = `left alone until ${new Date(right.blocked_until).toLocaleTimeString()}`;
  return [["HighLevel", high], ["MyGadgetRepairs", mgr]];
}

function show(shop) {
  let section = shown.get(shop.name);
  if (!section) {
    section = template.content.firstElementChild.cloneNode(true);
    shown.set(shop.name, section);
    shops.append(section);
  }
  const { status, progress } = shop;
  section.className = `shop ${status.health}`;
  put(section, ".name", shop.name);
  put(section, ".sentence", verdict(shop));
  fill(section.querySelector(".reasons"), JSON.stringify(status.reasons), () =>
    status.reasons.map((reason) => element("li", reason)));
  put(section, ".doing", doing(progress, status.remaining));

  const bar = section.querySelector(".bar");
  const written = sum(progress.written);
  const total = written + sum(progress.waiting);
  bar.hidden = progress.phase === "idle";
  if (progress.phase === "reading" || total === 0) bar.removeAttribute("value");
  else bar.value = written / total;

  const { fields, agree } = status.agreement;
  const share = fields > 0 ? agree / fields : 0;
  put(section, ".agreement", fields > 0 ? `${(Math.floor(share * 1000) / 10).toLocaleString()} %` : "–");
  section.querySelector(".gauge").value = share;
  put(section, ".agreement-note", fields > 0
    ? `${count.format(agree)} of ${count.format(fields)} fields agree` : "nothing is linked yet");

  put(section, ".contacts", count.format(status.linked.contact || 0));
  put(section, ".contacts-note", `linked; ${count.format(shop.created.contact)} made lately`);
  put(section, ".tasks", count.format(status.linked.task || 0));
  put(section, ".tasks-note", `linked; ${count.format(shop.created.task)} made lately`);
  put(section, ".appointments", count.format(status.linked.appointment || 0));
  put(section, ".appointments-note", `linked; ${count.format(shop.created.appointment)} made lately`);
  put(section, ".waiting", count.format(status.review + status.conflicts));
  put(section, ".waiting-note",
    `${count.format(status.review)} people, ${count.format(status.conflicts)} values; ` +
    `${count.format(status.held)} held back, ${count.format(status.failed)} refused`);

  const left = budgets(status.budget);
  fill(section.querySelector(".budgets"), JSON.stringify(left), () =>
    left.flatMap(([name, text]) => [element("dt", name), element("dd", text)]));

}

async function journal(name) {
  const answer = await fetch(`/api/v1/shops/${encodeURIComponent(name)}/log?limit=20`, { signal: AbortSignal.timeout(10000) });
  const section = shown.get(name);
  if (!answer.ok || !section) return;
  const { lines } = await answer.json();
  fill(section.querySelector(".journal"), lines.map((line) => line.id).join(), () =>
    lines.length === 0 ? [element("li", "Nothing yet.")] : lines.map((line) => {
      const item = document.createElement("li");
      const at = new Date(line.at);
      const time = element("time", at.toLocaleTimeString());
      time.dateTime = line.at;
      time.title = at.toLocaleString();
      item.append(time, element("span", line.text));
      return item;
    }));
}

function warn(warnings) {
  const list = document.getElementById("warnings");
  list.hidden = warnings.length === 0;
  fill(list, warnings.join("\n"), () => warnings.map((text) => element("li", text)));
}

function showAll(overview) {
  warn(overview.warnings);
  document.getElementById("version").textContent = `Version ${overview.version}.`;
  const names = new Set(overview.shops.map((shop) => shop.name));
  for (const [name, section] of shown) {
    if (!names.has(name)) {
      section.remove();
      shown.delete(name);
    }
  }
  let empty = document.querySelector(".empty");
  if (overview.shops.length === 0 && !empty) {
    empty = document.createElement("p");
    empty.className = "empty";
    empty.append("No shop yet. Add one: ", element("code", "repairbridge shop add NAME --location ID"));
    shops.append(empty);
  } else if (overview.shops.length > 0 && empty) {
    empty.remove();
  }
  overview.shops.forEach(show);
}

async function look() {
  try {
    const answer = await fetch("/api/v1/status", { signal: AbortSignal.timeout(10000) });
    // Signed out here, elsewhere, or by the clock.
    if (answer.status === 401) return location.assign("/login");
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const overview = await answer.json();
    showAll(overview);
    await Promise.all(overview.shops.map((shop) => journal(shop.name)));
    live.textContent = "live";
    live.classList.remove("lost");
  } catch {
    live.textContent = "Repairbridge does not answer. Is it running?";
    live.classList.add("lost");
  }
  setTimeout(look, 1000);
}

async function greet() {
  const answer = await fetch("/api/v1/me");
  if (!answer.ok) return;
  const me = await answer.json();
  if (me.kind !== "user") return;
  document.getElementById("name").textContent = me.name;
  document.getElementById("me").hidden = false;
}

look();
greet().catch(() => {});
