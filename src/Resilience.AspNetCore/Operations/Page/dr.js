"use strict";
// Draws what dr/api/events sends. Every text goes into the document as text, never as markup: names come from configuration.
(() => {
  const api = location.pathname + "/api";
  const svgNamespace = "http://www.w3.org/2000/svg";
  const phases = ["detection", "validation", "decision", "switch", "firstSuccess"];
  const runbook = ["discovery", "steady", "detection", "validation", "decision", "execution", "verification"];
  const byId = id => document.getElementById(id);
  let meant = {}; // A decision is for the replica that is shown and no other, unless all of them share what is decided.

  // --- documents -------------------------------------------------------------------------------------------------------
  function element(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : String(value));
    }
    for (const child of children.flat(9)) {
      if (child !== null && child !== undefined && child !== false) node.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
    return node;
  }
  const h = (tag, attributes, ...children) => element(document.createElement(tag), attributes, children);
  const s = (tag, attributes, ...children) => element(document.createElementNS(svgNamespace, tag), attributes, children);

  // Changes the old tree into the new one where they differ, so that the focus stays, and what is read aloud is only what is new.
  function patch(old, next) {
    const before = [...old.childNodes], after = [...next.childNodes];
    after.forEach((node, i) => {
      const was = before[i];
      if (!was) old.append(node);
      else if (was.nodeType !== node.nodeType || was.nodeName !== node.nodeName) was.replaceWith(node);
      else if (node.nodeType === Node.TEXT_NODE) { if (was.data !== node.data) was.data = node.data; }
      else {
        for (const { name } of [...was.attributes]) if (!node.hasAttribute(name)) was.removeAttribute(name);
        for (const { name, value } of node.attributes) if (was.getAttribute(name) !== value) was.setAttribute(name, value);
        patch(was, node);
      }
    });
    before.slice(after.length).forEach(node => node.remove());
  }
  const show = (id, ...children) => patch(byId(id), h("div", null, ...children));
  const say = (id, text) => { if (byId(id).textContent !== text) byId(id).textContent = text; };

  // --- words ----------------------------------------------------------------------------------------------------------
  const number = (value, digits = 0) => value === undefined || value === null ? "–" : value.toLocaleString("en", { maximumFractionDigits: digits });
  const span = seconds => seconds === undefined || seconds === null ? "–"
    : seconds < 1 ? number(seconds * 1000) + " ms" : seconds < 120 ? number(seconds, 2) + " s" : seconds < 7200 ? number(seconds / 60, 1) + " min" : number(seconds / 3600, 1) + " h";
  const time = text => text ? new Date(text).toISOString().replace("T", " ").slice(0, 19) + " UTC" : "–";
  const glyphs = { good: "✓ ", warn: "▲ ", bad: "✗ " };
  const state = (text, kind) => h("span", { class: "state " + (kind || "") }, glyphs[kind] || "", text);
  const levels = {
    healthy: "good", connected: "good", closed: "good", writable: "good", ready: "good", steady: "good",
    degraded: "warn", "no-writer": "bad", "half-open": "warn", standby: "", fenced: "warn", draining: "warn", starting: "warn", unknown: "warn", "read-only": "warn",
    unhealthy: "bad", disconnected: "bad", open: "bad", unreachable: "bad", "split-brain": "bad", "primary-down": "bad", isolated: "bad", "forced-open": "bad", rejected: "bad", foreign: "bad", "local-partition": "warn",
  };
  const told = text => state(text, levels[text]);
  const table = (caption, heads, rows) => h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    h("table", null, h("caption", null, caption), h("thead", null, h("tr", null, heads.map(head => h("th", { scope: "col" }, head)))), h("tbody", null, rows)));
  const row = (head, ...cells) => h("tr", null, h("th", { scope: "row" }, head), cells.map(cell => h("td", null, cell)));
  const facts = pairs => h("dl", { class: "facts" }, pairs.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) => [h("dt", null, name), h("dd", null, value)]));
  const button = (text, action, dependency, region, what, hold = {}) => h("button", { type: "button", "data-action": action, "data-dependency": dependency, "data-region": region, "data-what": what, "data-held-by": hold.heldBy, "data-held-since": hold.heldSince }, text);

  // --- parts ----------------------------------------------------------------------------------------------------------
  const activeIn = part => Object.entries(part.episodes).filter(([, one]) => one.phase !== "healthy");
  const databasesOf = health => Object.entries(health.dependencies).filter(([, one]) => Array.isArray(one.regions));

  function summary(all) {
    const health = all.health, databases = databasesOf(health);
    const split = databases.find(([, one]) => one.diagnosis === "split-brain");
    if (split) return ["bad", `Two regions of ${split[0]} take writes. Writes of this service go to ${split[1].region ?? "none of them"}. ${split[1].evidence ?? ""}`];
    const lost = databases.find(([, one]) => one.status !== "connected");
    if (lost) return ["bad", `${lost[0]} has no writer. ${all.switches.find(one => one.dependency === lost[0])?.next ?? ""}`];
    const held = all.switches.find(one => (one.candidate || one.heldBy) && one.writer);
    if (held) return ["warn", `${held.dependency}: ${held.next}`];
    const sick = Object.entries(health.dependencies).filter(([, one]) => !Array.isArray(one.regions) && one.status !== "healthy").map(([name]) => name);
    const episodes = activeIn(health.degradation).map(([name]) => name);
    if (sick.length + episodes.length > 0) return ["warn", `Degraded: ${[...new Set([...sick, ...episodes])].join(", ")}.` + (databases.length ? ` Writes go to ${databases.map(([, one]) => one.region).join(", ")}.` : "")];
    if (health.status !== "ready") return ["warn", `The service is ${health.status}${health.reasons.length ? ": " + health.reasons.join("; ") : ""}.`];
    return ["good", databases.length ? `All is well. ${databases.map(([name, one]) => `Writes of ${name} go to ${one.region}`).join(". ")}.` : "All is well."];
  }

  function decisions(status, fleet) {
    const whose = fleet.store === null ? "this replica" : "all replicas";
    const buttons = [];
    const { dependency, candidate } = status;
    if (candidate && status.approvalsNeeded > 0) {
      buttons.push(button(`Approve the switch to ${candidate}`, "approve", dependency, candidate, `Writes of ${dependency} move to ${candidate} once ${status.approvalsNeeded} people have approved.`));
      buttons.push(button("Withdraw my approval", "withdraw", dependency, candidate, `Your approval of the switch to ${candidate} does not count any more.`));
    }
    if (candidate && !status.decided) buttons.push(button("Roll back", "roll-back", dependency, candidate, `The switch to ${candidate} is given up: ${whose === "this replica" ? "this replica follows" : "the replicas follow"} no promotion, and writes go back to the previous writer when it returns.`));
    if (!status.heldBy || status.heldSince) buttons.push(status.heldBy
      ? button("Release the hold", "release", dependency, null, `${status.heldBy} holds them. A promotion that waits is then followed as the configuration says.`, status)
      : button("Hold all switches", "hold", dependency, null, `Writes of ${whose} go to no other region until you release the hold. While ${status.writer ?? "the writer"} is lost, writes wait or degrade.`));
    return h("p", { class: "buttons" }, buttons);
  }

  function database([name, one], all) {
    const status = all.switches.find(other => other.dependency === name);
    return h("article", { class: "card" },
      h("h3", null, name, " ", told(one.status)),
      facts([
        ["Writer", one.region ?? "none"],
        ["Epoch", number(one.epoch)],
        ["Diagnosis", [told(one.diagnosis), one.evidence ? h("span", { class: "soft" }, " " + one.evidence) : null]],
        ["Not on a survivor yet", one.unconfirmedOperations === undefined ? null : number(one.unconfirmedOperations) + " operations"],
        ["Mode", status?.mode],
        ["Held by", status?.heldBy ? `${status.heldBy}, since ${time(status.heldSince)}` : null],
        ["Approved by", status && status.approvalsNeeded > 0 ? `${status.approvedBy.join(", ") || "nobody"} (${status.approvedBy.length} of ${status.approvalsNeeded})` : null],
      ]),
      table(`Regions of ${name}`, ["Region", "Role", "Server", "Round trip", "Behind", "Would be lost", "Detail"], one.regions.map(region => row(
        region.name, told(region.role), region.server,
        region.roundTripMs === undefined ? "–" : number(region.roundTripMs, 1) + " ms",
        region.stalenessMs === undefined ? "–" : span(region.stalenessMs / 1000),
        region.rpoLagMs === undefined ? "–" : span(region.rpoLagMs / 1000),
        region.detail ?? (one.region === region.name ? "takes the writes" : "")))),
      status ? [
        h("p", null, h("strong", null, "Runbook: "), status.next),
        h("ol", { class: "steps", "aria-label": `Runbook of ${name}` }, runbook.map(phase => h("li", { "aria-current": phase === status.phase ? "step" : null }, phase))),
        decisions(status, all.fleet)] : null);
  }

  function replicas(fleet) {
    const note = fleet.store === null ? "Decisions count in this replica alone."
      : fleet.reachable ? `Decisions count in all replicas; they are shared through ${fleet.store}.`
      : `${fleet.store} cannot be reached: the last known decisions count, and what is decided now counts in this replica until the others can be told.`;
    const each = (list, text) => list.length === 0 ? "–" : h("ul", { class: "plain" }, list.map(one => h("li", null, text(one))));
    const silent = one => one.silentForSeconds > 5;
    return [
      h("p", null, fleet.reachable ? "" : glyphs.warn, note),
      table("Replicas of this service", ["Replica", "Region", "Status", "Writes go to", "Held by", "Episodes", "Heard"], fleet.replicas.map(one => row(
        one.name + (one.this ? " (this one)" : ""), one.region ?? "–", silent(one) ? state("silent", "bad") : told(one.status),
        each(one.databases, database => `${database.name}: ${database.writer ?? "nowhere"}, epoch ${number(database.epoch)}, ${database.phase}`),
        each(one.databases.filter(database => database.heldBy), database => `${database.name}: ${database.heldBy}`),
        each(one.episodes, episode => `${episode.dependency}: ${episode.phase} for ${span(episode.sinceSeconds)}`),
        one.this || one.silentForSeconds < 1 ? "now" : span(one.silentForSeconds) + " ago")))];
  }

  function dependencies(health) {
    const rows = Object.entries(health.dependencies).filter(([, one]) => !Array.isArray(one.regions)).map(([name, one]) => row(
      name, told(one.status), [told(one.breaker), one.mode && one.mode !== "enforce" ? ` (${one.mode})` : "", one.openForSeconds ? ` for ${span(one.openForSeconds)}` : ""],
      number(one.failureRate * 100, 1) + " %", one.latencyMs === undefined ? "–" : `${number(one.latencyMs.p50, 1)} / ${number(one.latencyMs.p95, 1)} / ${number(one.latencyMs.p99, 1)} ms`, number(one.inUse) + (one.limit === undefined ? "" : " of " + number(one.limit)), number(one.queued),
      one.budget === undefined ? "–" : number(one.budget, 1), one.probe?.tookMs === undefined ? "–" : number(one.probe.tookMs, 1) + " ms"));
    const checks = Object.entries(health.checks).map(([name, one]) => row(name, told(one.status), "–", "–", "–", "–", "–", "–", one.tookMs === undefined ? "–" : number(one.tookMs, 1) + " ms"));
    return rows.length + checks.length === 0 ? h("p", { class: "soft" }, "None is configured.")
      : table("What this service calls", ["Name", "Status", "Breaker", "Failing", "Latency p50 / p95 / p99", "In use", "Waiting", "Retry budget", "Probe took"], [rows, checks]);
  }

  function degradation(part) {
    const episodes = activeIn(part);
    const features = part.disabledFeatures;
    return [
      episodes.length === 0 ? h("p", { class: "soft" }, "No episode is active.")
        : table("Active episodes", ["Dependency", "Phase", "Since", "Relapses", "Calls a second", "Share of real calls", "Actions"], episodes.map(([name, one]) => row(
          name, state(one.phase, "warn"), span(one.sinceSeconds), number(one.relapses), number(one.callsPerSecond, 1), number(one.share * 100) + " %",
          (one.actions ?? []).join("; ") || "–"))),
      facts([["Features off", features.join(", ")], ["Personalization", part.personalization]])];
  }

  function queues(part) {
    const { journal, ...named } = { ...part.queues, journal: part.journal };
    const rows = Object.entries(named).map(([name, one]) => row(
      name, number(one.waiting), number(one.running), one.oldestAt ? span(Math.max(0, (part.now - Date.parse(one.oldestAt)) / 1000)) : "–",
      one.parked > 0 ? state(number(one.parked), "bad") : number(one.parked), number(one.reconcile), one.store));
    return [
      rows.length === 0 ? h("p", { class: "soft" }, "None is configured.") : table("Queued work", ["Queue", "Waiting", "Running", "Oldest", "Parked", "To reconcile", "Store"], rows),
      journal ? facts([["Journal", `${number(journal.retained)} kept, ${number(journal.notStored)} not in the store yet, ${number(journal.bytes)} bytes`], ["Trouble", journal.trouble]]) : null];
  }

  function failovers(records) {
    if (records.length === 0) return h("p", { class: "soft" }, "None since this process started.");
    return [...records].reverse().slice(0, 10).map(record => {
      const total = phases.reduce((sum, phase) => sum + (record.phases[phase] ?? 0), 0) || 1;
      let at = 0;
      const bars = phases.map((phase, i) => {
        const width = 100 * (record.phases[phase] ?? 0) / total;
        at += width;
        return s("rect", { class: "p" + i, x: at - width, y: 0, width, height: 10 });
      });
      const met = record.rtoTargetSeconds === null || record.rtoSeconds === null ? null : record.rtoSeconds <= record.rtoTargetSeconds;
      return h("article", { class: "card" },
        h("h3", null, `${record.dependency}: ${record.from} → ${record.to}`),
        facts([
          ["Lost", time(record.firstSignAt)],
          ["Recovered in", [span(record.rtoSeconds), record.rtoTargetSeconds === null ? "" : ` of ${span(record.rtoTargetSeconds)} `, met === null ? null : state(met ? "met" : "missed", met ? "good" : "bad")]],
          ["Not replicated before", span(record.exposureSeconds)],
          ["Why", record.planned ? "planned: " + record.reason : record.reason],
          ["Operations", `${record.operations.unknown} without an answer, ${record.operations.resolved} of them resolved, ${record.operations.reapplied} done again, ${record.operations.lost} lost`],
        ]),
        s("svg", { class: "phases", viewBox: "0 0 100 10", preserveAspectRatio: "none", role: "img", "aria-label": phases.map(phase => `${phase} ${span(record.phases[phase])}`).join(", ") }, bars),
        h("ul", { class: "legend" }, phases.map((phase, i) => h("li", null, s("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" }, s("rect", { class: "p" + i, width: 10, height: 10 })), `${phase} ${span(record.phases[phase])}`))));
    });
  }

  const changes = list => list.length === 0 ? h("p", { class: "soft" }, "None since this process started.")
    : table("Who decided what", ["When", "Who", "What", "Of", "Region", "Answer"], [...list].reverse().slice(0, 20).map(one => row(
      time(one.at), one.principal, one.action, one.dependency, one.region ?? "–", one.status === 204 ? state("done", "good") : one.status === 202 ? state("done in one replica", "warn") : state(String(one.status), "warn"))));

  function draw(all) {
    const health = all.health, now = Date.parse(all.generatedAt);
    meant = all.fleet.store && all.fleet.reachable ? {} : { "X-Dr-Replica": all.replica };
    const [kind, text] = summary(all);
    say("summary", text);
    byId("summary").className = "summary " + kind;
    document.title = `${glyphs[kind]}${all.host}`;
    say("where", `${all.host}, region ${health.region ?? "unknown"}`);
    const databases = databasesOf(health);
    show("databases", databases.length ? databases.map(one => database(one, all)) : h("p", { class: "soft" }, "None is configured."));
    show("replicas", replicas(all.fleet));
    show("dependencies", dependencies(health));
    show("degradation", degradation(health.degradation));
    show("queues", queues({ queues: health.queues, journal: health.journal, now }));
    show("failovers", failovers(all.failovers));
    show("changes", changes(all.changes));
  }

  // --- decisions ------------------------------------------------------------------------------------------------------
  const requests = {
    approve: ["POST", "approvals"], withdraw: ["DELETE", "approvals"], hold: ["POST", "hold"], release: ["DELETE", "hold"], "roll-back": ["POST", "rollback"],
  };

  async function decide({ action, dependency, region, heldBy, heldSince, meant }) {
    const [method, path] = requests[action];
    try {
      const answer = await fetch(`${api}/switches/${encodeURIComponent(dependency)}/${path}`, {
        method, headers: { "X-Dr-Change": "1", "Content-Type": "application/json", ...meant }, body: region || heldSince ? JSON.stringify({ region, heldBy, heldSince }) : undefined, signal: AbortSignal.timeout(20000),
      });
      const problem = answer.ok ? null : await answer.json().catch(() => null);
      say("outcome", answer.status === 202 ? "Done in this replica; the others cannot be told now, and will be." : answer.ok ? "Done." : `Refused (${answer.status}). ${problem?.detail ?? ""}`);
    } catch (error) {
      say("outcome", `It is not known whether it was done (${error.name}). Look at the state, and repeat it: deciding twice is deciding once.`);
    }
  }

  document.addEventListener("click", event => {
    const asked = event.target.closest("button[data-action]");
    if (!asked) return;
    const chosen = { ...asked.dataset, meant };
    byId("confirm-title").textContent = `${asked.textContent}: ${chosen.dependency}`;
    byId("confirm-text").textContent = chosen.what;
    byId("confirm-yes").textContent = asked.textContent;
    byId("confirm-yes").onclick = () => { byId("confirm").close(); decide(chosen); };
    byId("confirm-no").onclick = () => byId("confirm").close();
    say("outcome", "");
    byId("confirm").showModal();
  });

  // --- live -----------------------------------------------------------------------------------------------------------
  let heardAt = 0;
  let source;
  function connect() {
    source = new EventSource(api + "/events");
    source.addEventListener("state", event => {
      heardAt = performance.now();
      say("connection", "live");
      draw(JSON.parse(event.data));
    });
    source.addEventListener("replaced", () => {
      source.close();
      say("connection", "too many pages are open, and this was the oldest; reload it");
    });
    source.addEventListener("error", () => {
      say("connection", "no connection: what is shown may be old");
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 5000);
    });
  }
  setInterval(() => {
    if (source.readyState === EventSource.OPEN && performance.now() - heardAt > 3000) say("connection", "silent: what is shown may be old");
  }, 1000);
  connect();
})();
