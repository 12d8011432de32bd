// Charts by uPlot, in the page's colours; each is made anew when its data or the theme changes.
const charts = new Map();

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function axis(label, more) {
	return {
		label, labelSize: 22, size: 50, stroke: colour("--faint"), labelFont: "13px system-ui",
		font: "12px system-ui", grid: { stroke: colour("--line"), width: 1 },
		ticks: { stroke: colour("--line"), width: 1 }, ...more,
	};
}

// draw(id, data, series, options): series [{name, colour, step}], options {time, x, y}. Where there is nothing to
// draw it leaves no frame, and says so: whether there is a chart.
export function draw(id, data, series, options) {
	const place = document.getElementById(id);
	charts.get(id)?.chart.destroy();
	charts.delete(id);
	const empty = !data.slice(1).some((column) => column.some((v) => v !== null && v !== undefined));
	place.classList.toggle("empty", empty);
	if (empty)
		return false;
	const stepped = uPlot.paths.stepped({ align: options.align ?? 1 });
	const chart = new uPlot({
		width: place.clientWidth, height: 240, legend: { show: false }, cursor: { drag: { x: false, y: false } },
		tzDate: (s) => uPlot.tzDate(new Date(s * 1000), "Etc/UTC"),
		scales: { x: { time: options.time }, y: { range: (u, low, high) => span(low, high, options.zero) } },
		axes: [
			axis(options.x, { size: 40, space: 70, values: options.time ? clock : undefined }),
			axis(options.y, { size: 56 }),
		],
		series: [{}, ...series.map((s) => ({
			label: s.name, stroke: colour(s.colour), width: s.width ?? 2, dash: s.dash, spanGaps: s.gaps ?? false,
			paths: s.step ? stepped : undefined, points: { show: s.points ?? false, size: 6, fill: colour(s.colour) },
		}))],
	}, data, place);
	charts.set(id, { chart, again: () => draw(id, data, series, options) });
	return true;
}

function clock(u, splits) {
	let day = "";
	return splits.map((s) => {
		const text = new Date(s * 1000).toISOString();
		const first = day !== text.slice(5, 10);
		day = text.slice(5, 10);
		return first ? `${text.slice(11, 16)}\n${day}` : text.slice(11, 16);
	});
}

function span(low, high, zero) {
	let from = low ?? 0, to = high ?? 1;
	if (zero)
		[from, to] = [Math.min(from, 0), Math.max(to, 0)];
	const room = (to - from || Math.abs(to) || 1) * 0.08;
	return [zero && from === 0 ? 0 : from - room, zero && to === 0 ? 0 : to + room];
}

export function redraw() {
	for (const { again } of [...charts.values()])
		again();
}

let waiting = 0;
let width = window.innerWidth;
window.addEventListener("resize", () => {
	if (window.innerWidth === width) // a phone's bars come and go
		return;
	width = window.innerWidth;
	clearTimeout(waiting);
	waiting = setTimeout(redraw, 150);
});
