// usage: page_test.mjs URL FOLDER CHROMIUM. Light, dark and on a phone: rows in the tables, something on
// the canvases, nothing wrong in the console, nothing wider than the window.
import { chromium } from "playwright-core";

const [url, folder, executablePath] = process.argv.slice(2);
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
	const said = [];
	page.on("console", (m) => ["error", "warning"].includes(m.type()) && said.push(m.text()));
	page.on("pageerror", (e) => said.push(String(e)));
	if (route)
		await page.route("**/api/homes", route);
	await page.goto(url);
	await page.waitForSelector("html[data-ready]", { timeout: 20000 });
	check(`${name}: the console is silent: ${said.join("; ")}`, said.length === 0);
	return { context, page };
}

// Whether each canvas has pixels of more than one colour.
const drawn = () => [...document.querySelectorAll(".chart canvas")].map((c) => {
	const p = new Uint32Array(c.getContext("2d").getImageData(0, 0, c.width, c.height).data.buffer);
	return new Set(p).size > 2;
});

for (const [name, width, colorScheme] of [["light", 1280, "light"], ["dark", 1280, "dark"],
	["phone", 390, "light"], ["phone-dark", 390, "dark"]]) {
	const { context, page } = await open(name, { viewport: { width, height: 844 }, colorScheme });
	for (const table of ["auctions", "orders", "slots", "homes", "wallets", "blocks"]) {
		check(`${name}: rows of ${table}`, await page.locator(`#${table}-table tbody tr`).count() > 0);
		check(`${name}: headings of ${table}`, await page.locator(`#${table}-table thead th[scope=col]`).count() > 1);
	}
	const canvases = await page.evaluate(drawn);
	check(`${name}: four charts: ${canvases}`, canvases.length === 4 && canvases.every(Boolean));
	for (const chart of await page.locator(".chart").all())
		check(`${name}: a chart has a text`,
			(await page.locator(`#${await chart.getAttribute("aria-describedby")}`).textContent()).length > 10);
	check(`${name}: nothing is wider than the window`,
		await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
	check(`${name}: the theme follows the system`,
		await page.evaluate(() => document.documentElement.dataset.theme) === colorScheme);
	await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
	await page.click("#theme");
	check(`${name}: the button changes it`,
		await page.evaluate(() => document.documentElement.dataset.theme) !== colorScheme);
	const last = page.locator("#auctions-table button").last();
	const title = `Merit order of auction ${await last.textContent()}`;
	await last.click();
	await page.waitForFunction((t) => document.getElementById("merit-title").textContent === t, title);
	await context.close();
}

// A client id that is markup stays text.
const hostile = "<img src=x onerror=alert(1)>";
const { page } = await open("hostile", {}, (route) => route.fulfill({ json: { homes: [{ home: hostile }] },
	headers: { ETag: "x", Date: new Date().toUTCString() } }));
check("hostile: shown as text", await page.locator("#homes-table td").first().textContent() === hostile);
check("hostile: no element of it", await page.locator("#homes-table img").count() === 0);
await browser.close();
console.log(failures ? `page: ${failures} failed` : "page: passed");
process.exit(failures ? 1 : 0);
