// The operator's page: asks for /api/state, and for the rest when that has changed. What comes from the
// market is put into the page as text, never as markup.
import { draw, redraw } from "/charts.js";

const POLL_MS = 3000, SILENT_SHOWN = 20, NAMED = 8, WINDOW = 192; // slots that alarms cover
const $ = (id) => document.getElementById(id);
let tag = null, state = null, chosen = null, lost = "";

function element(name, text, className) {
	const e = document.createElement(name);
	e.textContent = text ?? "";
	if (className)
		e.className = className;
	return e;
}

const number = (value, digits) => value === null || value === undefined ? "–" : value.toFixed(digits);

// columns: [heading, key or function of a row, digits of a number]; none: what is said without rows
function table(id, columns, rows, none) {
	const head = element("tr");
	for (const [heading, , digits] of columns) {
		const th = element("th", heading, digits === undefined ? "" : "number");
		th.scope = "col";
		head.append(th);
	}
	$(id).tHead.replaceChildren(head);
	$(id).tBodies[0].replaceChildren(...rows.map((row) => {
		const tr = element("tr");
		for (const [, key, digits] of columns) {
			const value = typeof key === "function" ? key(row) : row[key];
			const td = element("td", "", digits === undefined ? "" : "number");
			if (value instanceof Node)
				td.append(value);
			else
				td.textContent = digits === undefined ? value ?? "–" : number(value, digits);
			tr.append(td);
		}
		return tr;
	}));
	if (rows.length)
		return;
	const tr = element("tr", "", "none"), td = element("td", none);
	td.colSpan = columns.length;
	tr.append(td);
	$(id).tBodies[0].append(tr);
}

function legend(id, entries) {
	$(id).replaceChildren(...entries.map(([name, letter]) => element("li", name, letter)));
}

async function get(path, known) {
	const answer = await fetch(path, { cache: "no-store", headers: known ? { "If-None-Match": known } : {} });
	if (answer.status !== 304 && !answer.ok)
		throw new Error(`${path}: ${answer.status} ${(await answer.text()).trim()}`);
	return {
		body: answer.status === 304 ? null : await answer.json(), tag: answer.headers.get("ETag"),
		now: Date.parse(answer.headers.get("Date")),
	};
}

const sentences = {
	outage: (a) => `Block ${a.height}: outage, the market stood still`,
	unvalidated: (a) => `Block ${a.height}: nobody validated it`,
	silent: (a) => `${a.home}: no reading for ${a.n} slots${a.n < WINDOW ? "" : " or more"}`,
	unscheduled: (a) => `No schedule counts for ${a.n} slots from ${a.height} on: the network's operators have not approved it`,
};

const of = (kind) => (state?.alarms ?? []).filter((a) => a.kind === kind);

// What is about blocks is told in one sentence, however many there are.
function ofBlocks(kind, what) {
	const blocks = of(kind);
	if (blocks.length < 2)
		return blocks.map(sentences[kind]);
	return [`${blocks.length} blocks ${what}: ` + blocks.map((a) => a.height).slice(-12).join(", ")
		+ (blocks.length > 12 ? " are the last" : "")];
}

// And what is about readings, with the homes that have most of it.
function ofReadings(kind) {
	const homes = of(kind).sort((p, q) => q.n - p.n);
	if (!homes.length)
		return [];
	const sum = homes.reduce((s, a) => s + a.n, 0);
	return [`${sum} ${sum === 1 ? "reading" : "readings"} of ${homes.length} ${homes.length === 1 ? "home" : "homes"} ${kind}: `
		+ homes.slice(0, NAMED).map((a) => `${a.home} (${a.n})`).join(", ")
		+ (homes.length > NAMED ? ` and ${homes.length - NAMED} more homes` : "")];
}

// Homes that are silent are told one by one, up to so many; nothing else is ever left out.
function ofSilence() {
	const homes = of("silent"), more = homes.length - SILENT_SHOWN;
	return [...homes.slice(0, SILENT_SHOWN).map(sentences.silent),
		...(more > 0 ? [`No reading for a while of ${more} more ${more === 1 ? "home" : "homes"}`] : [])];
}

// What asks for somebody first.
function alarms(now) {
	const list = [];
	if (lost)
		list.push(lost);
	if (state && now) {
		const m = state.market[0];
		const market = m.start_ms + (now - m.real_start_ms) * m.rate;
		const slots = (market - state.head[0].time_ms) / (m.slot_s * 1000);
		if (slots > 2 + 2 * m.rate / m.slot_s) // Date has whole seconds
			list.push(`Stale: no new block for ${Math.floor(slots)} slots`);
	}
	list.push(...ofBlocks("outage", "after an outage"), ...of("unscheduled").map(sentences.unscheduled), ...ofSilence(),
		...ofBlocks("unvalidated", "unvalidated"), ...ofReadings("refused"), ...ofReadings("missing"));
	const texts = list.length ? list : ["None"];
	const shown = [...$("alarm-list").children].map((e) => e.textContent);
	if (JSON.stringify(shown) !== JSON.stringify(texts))
		$("alarm-list").replaceChildren(...texts.map((t) => element("li", t, list.length ? "bad" : "good")));
}

function head() {
	const h = state.head[0];
	$("head").textContent = `${state.market[0].market} · block ${h.height} · ${h.time} UTC of market time`;
}

function auctions(rows) {
	if (!rows.some((r) => r.auction === chosen))
		chosen = (rows.find((r) => r.status !== "open" && r.orders > 0) ?? rows[0])?.auction ?? null;
	const button = (r) => {
		const b = element("button", r.auction);
		b.type = "button";
		b.setAttribute("aria-pressed", String(r.auction === chosen));
		b.setAttribute("aria-label", `Merit order of auction ${r.auction}`);
		b.addEventListener("click", () => {
			chosen = r.auction;
			for (const other of $("auctions-table").querySelectorAll("button"))
				other.setAttribute("aria-pressed", String(other === b));
			merit().catch(failed);
		});
		return b;
	};
	const had = document.activeElement?.closest?.("#auctions-table button")?.textContent;
	table("auctions-table", [["Auction", button], ["Status", "status"], ["Opener", "side"], ["Gate (UTC)", "gate"],
		["Delivery slot", "delivery_slot", 0], ["kWh", "kwh", 3], ["Limit c/kWh", "limit_cents_per_kwh", 2],
		["Rule", "rule"], ["Book", "book"], ["Orders", "orders", 0], ["Cleared kWh", "cleared_kwh", 3],
		["Marginal c/kWh", "marginal_cents_per_kwh", 2]], rows, "No auction yet.");
	for (const b of had ? $("auctions-table").querySelectorAll("button") : []) // focus outlives new data
		if (b.textContent === had)
			b.focus({ preventScroll: true });
}

async function merit() {
	if (chosen === null) {
		draw("merit", [[], []], [], {});
		$("merit-text").textContent = "No auction yet: there is no merit order.";
		orders([]);
		return;
	}
	const { body } = await get(`/api/auction?seq=${chosen}`);
	const a = body.auction[0];
	if (!a || a.auction !== chosen)
		return;
	const live = body.orders.filter((o) => o.status !== "cancelled");
	const data = [[0], [], [], []];
	let sum = 0;
	for (const o of live) {
		data[1].push(o.cents_per_kwh);
		data[0].push(sum += o.kwh);
	}
	data[1].push(live.at(-1)?.cents_per_kwh);
	data[2] = data[0].map(() => a.limit_cents_per_kwh);
	data[3] = data[0].map(() => a.marginal_cents_per_kwh);
	const sealed = a.status === "open" && a.book === "sealed";
	const wanted = a.side === "buys" ? "offers, cheapest first" : "bids, dearest first";
	$("merit-title").textContent = `Merit order of auction ${a.auction}`;
	$("merit-text").textContent = `The opener ${a.side} ${number(a.kwh, 3)} kWh, limit `
		+ `${number(a.limit_cents_per_kwh, 2)} c/kWh; ${a.status}. ` + (sealed && !live.length
		? "The book is sealed: its orders enter the ledger at the gate."
		: `${live.length} ${wanted}, together ${number(sum, 3)} kWh`
			+ (live.length ? `, from ${number(live[0].cents_per_kwh, 2)} to `
			+ `${number(live.at(-1).cents_per_kwh, 2)} c/kWh. ` : ". ")
			+ (a.marginal_cents_per_kwh === null ? "" : `Cleared ${number(a.cleared_kwh, 3)} kWh, marginal price `
			+ `${number(a.marginal_cents_per_kwh, 2)} c/kWh.`));
	draw("merit", live.length ? data : [[], []], [{ name: "orders", colour: "--a", step: true },
		{ name: "limit", colour: "--b", dash: [6, 4] }, { name: "marginal", colour: "--c", dash: [2, 3] }],
	{ time: false, x: "kWh", y: "c/kWh" });
	legend("merit-legend", live.length ? [["Orders", "a"], ["Limit", "b"], ["Marginal price", "c"]] : []);
	orders(body.orders);
}

function orders(rows) {
	table("orders-table", [["Order", "order", 0], ["Received (UTC)", "received"], ["Address", "address"],
		["kWh", "kwh", 3], ["c/kWh", "cents_per_kwh", 2], ["Status", "status"], ["Awarded kWh", "awarded_kwh", 3],
		["Awarded c/kWh", "awarded_cents_per_kwh", 2]], rows, "No order yet.");
}

function slots(data) {
	const all = new Map();
	for (const rows of [data.community, data.market, data.deviation])
		for (const r of rows)
			all.set(r.slot, { ...all.get(r.slot), ...r });
	const rows = [...all.values()].sort((p, q) => p.slot - q.slot);
	const x = rows.map((r) => Date.parse(`${r.begins.replace(" ", "T")}Z`) / 1000);
	const column = (key) => rows.map((r) => r[key] ?? null);
	const sum = (key) => rows.reduce((s, r) => s + (r[key] ?? 0), 0);
	const time = { time: true, x: "market time (UTC)", zero: true };
	const prices = column("mean_cents_per_kwh").filter((p) => p !== null);
	$("price-text").textContent = prices.length ? `${prices.length} slots with trades, from `
		+ `${number(Math.min(...prices), 2)} to ${number(Math.max(...prices), 2)} c/kWh.` : "Nothing was traded yet.";
	draw("price", [x, column("mean_cents_per_kwh")],
		[{ name: "mean price", colour: "--a", points: true, gaps: true }], { ...time, y: "c/kWh" });
	$("energy-text").textContent = !rows.length ? "Nothing was metered or traded yet."
		: `Produced ${number(sum("production_kwh"), 1)} kWh, used `
		+ `${number(sum("consumption_kwh"), 1)} kWh, traded ${number(sum("traded_kwh"), 1)} kWh in ${rows.length} slots.`;
	const flows = draw("energy", [x, column("production_kwh"), column("consumption_kwh"), column("traded_kwh")],
		[{ name: "produced", colour: "--c" }, { name: "used", colour: "--b" }, { name: "traded", colour: "--a" }],
		{ ...time, y: "kWh" });
	legend("energy-legend", flows ? [["Produced", "c"], ["Used", "b"], ["Traded", "a"]] : []);
	const away = data.deviation.reduce((s, r) => s + Math.abs(r.deviation_kwh ?? 0), 0);
	$("deviation-text").textContent = data.deviation.length ? `Net import, metered and as scheduled; together `
		+ `${number(away, 1)} kWh away from it.` : "There is no schedule yet: it is the net of a day before.";
	const schedule = draw("deviation", [x, column("scheduled_kwh"), column("metered_kwh"), column("deviation_kwh")],
		[{ name: "scheduled", colour: "--d", dash: [6, 4] }, { name: "metered", colour: "--b" },
			{ name: "deviation", colour: "--a" }], { ...time, y: "kWh" });
	legend("deviation-legend", schedule ? [["Scheduled", "d"], ["Metered", "b"], ["Deviation", "a"]] : []);
	table("slots-table", [["Slot", "slot", 0], ["Begins (UTC)", "begins"], ["Auctions", "auctions", 0],
		["Orders", "orders", 0], ["Traded kWh", "traded_kwh", 3], ["Mean c/kWh", "mean_cents_per_kwh", 2],
		["Delivered kWh", "delivered_kwh", 3], ["Short kWh", "short_kwh", 3], ["Produced kWh", "production_kwh", 3],
		["Used kWh", "consumption_kwh", 3], ["Scheduled kWh", "scheduled_kwh", 3], ["Metered kWh", "metered_kwh", 3],
		["Deviation kWh", "deviation_kwh", 3]], rows.reverse(), "No slot with a meter's reading or an auction yet.");
}

function network({ ahead, schedules, activations }) {
	table("activations-table", [["Asked (UTC)", "asked"], ["Slot", "delivery_slot", 0], ["Begins (UTC)", "begins"],
		["Regulation", "regulation"], ["Measure", "measure"], ["Asked kWh", "asked_kwh", 3], ["c/kWh", "cents_per_kwh", 2],
		["Auction", "auction", 0], ["Offered kWh", "offered_kwh", 3], ["Cleared kWh", "cleared_kwh", 3],
		["Delivered kWh", "delivered_kwh", 3], ["Cents", "cents", 2]], activations, "Nothing was asked for yet.");
	table("schedules-table", [["Announced (UTC)", "announced"],
		["Slots", (r) => `${r.first_slot} to ${r.first_slot + r.slots - 1}`], ["State", "state"],
		["Answered before (UTC)", "deadline"], ["Answers", "answers"]], schedules, "No schedule yet.");
	table("ahead-table", [["Slot", "slot", 0], ["Begins (UTC)", "begins"], ["Import c/kWh", "import_cents_per_kwh", 2],
		["Export c/kWh", "export_cents_per_kwh", 2], ["Wholesale c/kWh", "wholesale_cents_per_kwh", 2],
		["Import limit kWh", "import_kwh", 3], ["Export limit kWh", "export_kwh", 3], ["Limited by", "limited_by"]], ahead,
	"No tariff but that of the parameters, and no limit.");
}

function homes(rows) {
	table("homes-table", [["Home", "home"], ["Status", "status"], ["Last reading (UTC slot)", "last_begins"],
		["Refused", "refused", 0], ["Missing", "missing", 0],
		["Produced kWh", "production_kwh", 3], ["Used kWh", "consumption_kwh", 3], ["Import kWh", "import_kwh", 3],
		["Export kWh", "export_kwh", 3], ["Charge kWh", "charge_kwh", 3], ["Discharge kWh", "discharge_kwh", 3]], rows,
	"No home yet: lemctl home add enrols one.");
}

function wallets(rows) {
	table("wallets-table", [["Home", "home"], ["Balance cents", "balance_cents", 2], ["Held", "held_cents", 2],
		["Pending", "pending_cents", 2], ["At block", "height", 0]], rows,
	"No wallet yet: they are as of the last block with homes.");
}

function blocks(rows) {
	table("blocks-table", [["Block", "height", 0], ["Slot end (UTC)", "slot_end"], ["Transactions", "transactions", 0],
		["Seal", "seal"], ["CPF", "cpf", 2], ["Rank", "rank", 0], ["Validator", (r) => r.seal === "sealed" ? r.validator : null], ["Flags", "flags"],
		["Hash", (r) => r.hash.slice(0, 16)]], rows, "No block yet.");
}

// [what it is called, key of a set or null, unit or words]
const PARAMETERS = [["Default rule", "rule"], ["Default book", "book"], ["Default measure", "measure"],
	["A price at the limit counts", "limit_inclusive", (v) => v ? "yes" : "no"],
	["Gate before delivery", "gate_lead_s", "s"], ["Gate at least before delivery", "gate_lead_min_s", "s"],
	["Penalty for each kWh not delivered", "penalty_cents_per_kwh", "c/kWh"],
	["Reward of a validator, at CPF 1", "reward_cents", "cents"], ["Tariff, import", "import_cents_per_kwh", "c/kWh"],
	["Tariff, export", "export_cents_per_kwh", "c/kWh"], ["Date of a message within", "date_window_s", "s"],
	["Reading within", "boundary_s", "s"], ["Wait of each validator's rank", "seal_wait_s", "s"],
	["Least power for a CPF", "poe_floor_w", "W"], ["Credit of roles, cents", "credit_limits_cents"]];

function worded(value, unit) {
	if (value === null || value === undefined)
		return "–";
	return typeof unit === "function" ? unit(value) : unit ? `${value} ${unit}` : String(value);
}

function parameters({ fixed: [fixed], sets }) {
	const changes = (s, i) => PARAMETERS.filter(([, key]) => i > 0 && s[key] !== sets[i - 1][key]);
	const waiting = sets.map((s, i) => s.state !== "waits" ? "" : ` From slot ${s.from_slot} (${s.begins} UTC) on: `
		+ `${changes(s, i).map(([name, key, unit]) => `${name}: ${worded(s[key], unit)}`).join("; ")}.`).join("");
	$("parameters-text").textContent = `Slots of ${fixed.slot_s} s, `
		+ `${fixed.rate === 1 ? "" : `market time ${fixed.rate} times as fast as real, `}auctions up to ${fixed.horizon_slots} slots ahead. In force since slot ${sets[0].from_slot} (${sets[0].begins} UTC): `
		+ `${sets[0].rule}, gate ${sets[0].gate_lead_s} s before delivery.${waiting || " No change waits."}`;
	const cell = (i) => ([name, key, unit]) => changes(sets[i], i).some(([n]) => n === name)
		? element("strong", worded(sets[i][key], unit)) : worded(sets[i][key], unit);
	table("parameters-table", [["Parameter", ([name]) => name], ...sets.map((s, i) =>
		[s.state === "waits" ? `From slot ${s.from_slot} on` : `In force since slot ${s.from_slot}`, cell(i)])], PARAMETERS);
}

function failed(error) {
	lost = `The page cannot be brought up to date: ${error.message}`;
	alarms(null);
}

async function poll() {
	const answer = await get("/api/state", tag);
	if (answer.body) {
		state = answer.body;
		head();
		const [a, s, n, h, w, b, p] = await Promise.all(["auctions", "slots", "network", "homes", "wallets", "blocks", "parameters"]
			.map((name) => get(`/api/${name}`)));
		auctions(a.body.auctions);
		await merit();
		slots(s.body);
		network(n.body);
		homes(h.body.homes);
		wallets(w.body.wallets);
		blocks(b.body.blocks);
		parameters(p.body);
		tag = answer.tag;
	}
	lost = "";
	alarms(answer.now);
	document.documentElement.dataset.ready = "yes";
}

async function forever() {
	await poll().catch(failed);
	setTimeout(forever, POLL_MS);
}

function theme(name) {
	document.documentElement.dataset.theme = name;
	$("theme").textContent = name === "dark" ? "Light" : "Dark";
	$("theme").setAttribute("aria-label", `Change to ${name === "dark" ? "light" : "dark"} colours`);
	redraw();
}

const dark = matchMedia("(prefers-color-scheme: dark)");
const kept = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
dark.addEventListener("change", () => kept() ?? theme(dark.matches ? "dark" : "light"));
$("theme").addEventListener("click", () => {
	const name = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
	theme(name);
	try { localStorage.setItem("theme", name); } catch { /* not kept */ }
});
theme(kept() ?? (dark.matches ? "dark" : "light"));
forever();
