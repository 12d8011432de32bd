// usage: page_test.mjs URL FOLDER CHROMIUM full|empty|any. Light, dark and on a phone: the rows that the market
// has in the tables, or a sentence; something on the canvases, or a sentence; nothing wrong in the console, nothing
// wider than the window. Then once more with markup for every text that the market says.
import { chromium } from "playwright-core";

const [url, folder, executablePath, kind] = process.argv.slice(2);
let failures = 0;
const check = (what, good) => {
	if (!good) {
		failures++;
		console.log(`  FAILED: ${what}`);
	}
};
const browser = await chromium.launch({ executablePath, headless: true, args: ["--no-sandbox", "--disable-gpu",
	"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });

async function open(name, options, route) {
	const context = await browser.newContext(options);
	const page = await context.newPage();
	page.setDefaultTimeout(5000);
	const said = [];
	page.on("console", (m) => ["error", "warning"].includes(m.type()) && said.push(m.text()));
	page.on("pageerror", (e) => said.push(String(e)));
	page.on("dialog", (d) => said.push(`a dialog: ${d.message()}`) && d.dismiss());
	if (route)
		await page.route("**/api/**", route);
	await page.goto(url);
	await page.waitForSelector("html[data-ready]", { timeout: 20000 }).catch(() => check(`${name}: it is ready`, false));
	check(`${name}: the console is silent: ${said.join("; ")}`, said.length === 0);
	return { context, page, said };
}

// How many of the charts have a canvas with more than one colour, and how many have none and take no room.
const drawn = () => [...document.querySelectorAll(".chart")].map((chart) => {
	const c = chart.querySelector("canvas");
	if (!c)
		return chart.clientHeight === 0 ? "none" : "a hole";
	const p = new Uint32Array(c.getContext("2d").getImageData(0, 0, c.width, c.height).data.buffer);
	return new Set(p).size > 2 ? "drawn" : "blank";
});

const api = async (name) => (await fetch(`${url}api/${name}`)).json();
const [auctions, homes, wallets, blocks, slots, network, parameters] = await Promise.all(
	["auctions", "homes", "wallets", "blocks", "slots", "network", "parameters"].map(api));
const rare = { activations: network.activations.length, ahead: network.ahead.length }; // a demo has none
const count = { auctions: auctions.auctions.length, homes: homes.homes.length, wallets: wallets.wallets.length,
	blocks: blocks.blocks.length, slots: new Set([slots.market, slots.community, slots.deviation].flat()
		.map((s) => s.slot)).size, schedules: network.schedules.length };
check(`there is something of everything: ${JSON.stringify(count)}`,
	kind !== "full" || Object.values(count).every((n) => n > 0));
check(`there is nothing but genesis: ${JSON.stringify(count)}`,
	kind !== "empty" || Object.values(count).join() === "0,0,0,1,0,0");
check("a set of parameters waits", kind !== "empty" || parameters.sets.some((s) => s.state === "waits"));

for (const [name, width, colorScheme] of [["light", 1280, "light"], ["dark", 1280, "dark"],
	["phone", 390, "light"], ["phone-dark", 390, "dark"]]) {
	const { context, page } = await open(name, { viewport: { width, height: 844 }, colorScheme });
	for (const table of ["auctions", "orders", "slots", "activations", "schedules", "ahead", "homes", "wallets", "blocks",
		"parameters"]) {
		const rows = await page.locator(`#${table}-table tbody tr:not(.none)`).count();
		const words = await page.locator(`#${table}-table .none td`).allTextContents();
		check(`${name}: rows of ${table}: ${rows}`, rows === (count[table] ?? rare[table] ?? rows)
			&& (rows > 0 || kind !== "full" || table in rare));
		check(`${name}: ${table}: words instead of none: ${words}`, rows > 0 ? words.length === 0
			: words.length === 1 && words[0].length > 10);
		check(`${name}: headings of ${table}`, await page.locator(`#${table}-table thead th[scope=col]`).count() > 1);
	}
	const canvases = await page.evaluate(drawn);
	check(`${name}: four charts: ${canvases}`, canvases.length === 4
		&& canvases.every((c) => c === "drawn" || (c === "none" && kind !== "full")));
	check(`${name}: no legend without its chart`, await page.evaluate(() => [...document.querySelectorAll(".chart.empty")]
		.every((c) => !document.getElementById(`${c.id}-legend`)?.children.length)));
	for (const chart of await page.locator(".chart").all())
		check(`${name}: a chart has a text`,
			(await page.locator(`#${await chart.getAttribute("aria-describedby")}`).textContent()).length > 10);
	check(`${name}: nothing is wider than the window`,
		await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
	check(`${name}: nothing says undefined, NaN or null`,
		!/undefined|NaN|null|Infinity/.test(await page.evaluate(() => document.body.textContent)));
	const force = parameters.sets.find((s) => s.state === "in force");
	check(`${name}: the parameters in force`, (await page.locator("#parameters-table").textContent())
		.includes(`${force.reward_cents} cents`));
	for (const s of parameters.sets.filter((p) => p.state === "waits")) {
		check(`${name}: a set that waits is told`,
			(await page.locator("#parameters-text").textContent()).includes(`From slot ${s.from_slot} `));
		check(`${name}: and stands in the table, with what it changes marked`,
			(await page.locator("#parameters-table strong").allTextContents()).includes(`${s.reward_cents} cents`));
	}
	await page.screenshot({ path: `${folder}/${kind}-${name}.png`, fullPage: true });
	await page.click("#parameters summary");
	check(`${name}: open, the parameters are not wider than the window either`,
		await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
	await page.locator("#parameters").screenshot({ path: `${folder}/${kind}-${name}-parameters.png` });
	check(`${name}: the theme follows the system`,
		await page.evaluate(() => document.documentElement.dataset.theme) === colorScheme);
	await page.click("#theme");
	check(`${name}: the button changes it`,
		await page.evaluate(() => document.documentElement.dataset.theme) !== colorScheme);
	if (count.auctions > 0) {
		const last = page.locator("#auctions-table button").last();
		const title = `Merit order of auction ${await last.textContent()}`;
		await last.click();
		await page.waitForFunction((t) => document.getElementById("merit-title").textContent === t, title);
	}
	await context.close();
}

// However many readings are refused or missing, what matters more is told, and before them.
{
	const many = (letter, kind, length, n) => Array.from({ length }, (_, i) => ({ kind, home: `${letter}${i}`, height: null, n: n(i) }));
	const { context, page } = await open("alarms", {}, async (route) => {
		const answer = await route.fetch();
		const json = answer.status() === 200 ? await answer.json() : null;
		if (json?.alarms)
			json.alarms = [...many("r", "refused", 300, (i) => i + 1), ...many("m", "missing", 1, () => 1),
				...many("s", "silent", 50, (i) => i ? 9 : 192), { kind: "unscheduled", home: null, height: 7, n: 5 },
				{ kind: "outage", home: null, height: 3, n: 1 }];
		await route.fulfill(json ? { response: answer, json } : { response: answer });
	});
	const told = (await page.locator("#alarm-list li").allTextContents()).filter((t) => !t.startsWith("Stale"));
	const wanted = ["Block 3: outage", "No schedule counts for 5 slots from 7 on", "s0: no reading for 192 slots or more",
		"s1: no reading for 9 slots"];
	check(`alarms: in this order: ${told.slice(0, 4).join("; ")}`, wanted.every((w, i) => told[i]?.startsWith(w)));
	check(`alarms: the rest in a sentence each: ${told.slice(22).join("; ")}`, told.length === 25
		&& told[22] === "No reading for a while of 30 more homes"
		&& told[23].startsWith("45150 readings of 300 homes refused: r299 (300), r298 (299), ") && told[23].endsWith(" and 292 more homes")
		&& told[24] === "1 reading of 1 home missing: m0 (1)");
	await context.close();
}

// Markup stays text, whoever says it: each text of every answer is replaced, but for the few that the page goes by.
const hostile = "<img src=x onerror=alert(1)>\"'&amp;<script>alert(2)</script>";
const worn = ["kind", "begins", "state"];
const wear = (value, key) => typeof value === "string" ? (worn.includes(key) ? value : hostile)
	: Array.isArray(value) ? value.map((v) => wear(v, key))
	: value && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, wear(v, k)]))
	: value;
const seen = new Set();
const { page, said } = await open("hostile", {}, async (route) => {
	const answer = await route.fetch();
	const json = answer.status() === 200 ? wear(await answer.json()) : null;
	const path = new URL(route.request().url()).pathname;
	seen.add(path);
	if (path === "/api/state")
		json?.alarms.push({ kind: "silent", home: hostile, height: null, n: 9 });
	await route.fulfill(json ? { response: answer, json } : { response: answer });
});
const paths = ["state", "auctions", "slots", "network", "homes", "wallets", "blocks", "parameters"].map((p) => `/api/${p}`);
check(`hostile: all is asked for: ${[...seen]}`, paths.every((p) => seen.has(p)) && (kind !== "full" || seen.has("/api/auction")));
for (const place of ["#head", "#alarm-list", "#parameters-table", ...(kind === "full"
	? ["#auctions-table", "#orders-table", "#schedules-table", "#homes-table", "#wallets-table", "#blocks-table"] : [])])
	check(`hostile: ${place} shows it as text`, (await page.locator(place).textContent()).includes(hostile.slice(0, 16)));
check("hostile: no element of it", await page.locator("img, main script, header script").count() === 0);
check(`hostile: nothing of it runs: ${said.join("; ")}`, said.length === 0);
check("hostile: nothing is wider than the window",
	await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
await browser.close();
console.log(failures ? `page (${kind}): ${failures} failed` : `page (${kind}): passed`);
process.exit(failures ? 1 : 0);
