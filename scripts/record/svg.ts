import type { Screen, Span } from "./screen.ts";
import { COLUMNS, type Frame, pages, ROWS, textOf } from "./session.ts";

const CELL = { width: 8.4, height: 18, font: 14 };
const PADDING = 16;
/** A window's title bar. */
const BAR = 28;
/** The 8 colours and their bright brothers, on a dark ground. */
const COLOURS = [
	"#484f58 #ff7b72 #3fb950 #d29922 #58a6ff #bc8cff #39c5cf #b1bac4",
	"#6e7681 #ffa198 #56d364 #e3b341 #79c0ff #d2a8ff #56d4dd #ffffff",
]
	.join(" ")
	.split(" ");

/** One row's content, and when it is seen: from and to in ms. */
interface Shown {
	readonly row: number;
	readonly spans: readonly Span[];
	readonly times: [from: number, to: number][];
}

/**
 * The recording as an SVG that plays for ever; where nothing moves, its last screen is seen. Its
 * description is the text of its pages.
 */
export function svgOf(frames: readonly Frame[]): string {
	const total = frames.reduce((sum, { ms }) => sum + ms, 0);
	const width = Math.ceil(COLUMNS * CELL.width + 2 * PADDING);
	const height = ROWS * CELL.height + 2 * PADDING + BAR;
	const rows = rowsOf(frames).map((shown) => rowSvg(shown, total));
	const dots = ["#ff5f57", "#febc2e", "#28c840"].map(
		(fill, i) => `<circle cx="${18 + 18 * i}" cy="15" r="5" fill="${fill}"/>`,
	);
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
		"<title>A session with kubectl meshreg</title>",
		`<desc>${escaped(transcript(frames))}</desc>`,
		`<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>`,
		...dots,
		`<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="${CELL.font}" fill="#e6edf3" xml:space="preserve">`,
		...rows,
		"</g>",
		"</svg>",
		"",
	].join("\n");
}

/** The text of the pages, as the description holds it. */
export function transcript(frames: readonly Frame[]): string {
	return pages(frames).map(textOf).join("\n\n");
}

function rowsOf(frames: readonly Frame[]): Shown[] {
	const shown = new Map<string, Shown>();
	let now = 0;
	for (const { screen, ms } of frames) {
		for (const [row, spans] of (screen satisfies Screen).entries()) {
			if (spans.length === 0) continue;
			const key = `${row} ${JSON.stringify(spans)}`;
			const one = shown.get(key) ?? { row, spans, times: [] };
			shown.set(key, one);
			const last = one.times.at(-1);
			if (last && last[1] === now) last[1] = now + ms;
			else one.times.push([now, now + ms]);
		}
		now += ms;
	}
	return [...shown.values()];
}

function rowSvg({ row, spans, times }: Shown, total: number): string {
	const y = PADDING + BAR + (row + 0.75) * CELL.height;
	let column = 0;
	const texts = spans.map((span) => {
		const x = PADDING + column * CELL.width;
		const length = [...span.text].length;
		column += length;
		const attributes = [
			`x="${fixed(x)}"`,
			`textLength="${fixed(length * CELL.width)}"`,
			...(span.colour === undefined
				? []
				: [`fill="${COLOURS[span.colour % 16]}"`]),
			...(span.bold ? ['font-weight="bold"'] : []),
			...(span.dim ? ['opacity=".6"'] : []),
		];
		return span.text.trim() === ""
			? ""
			: `<tspan ${attributes.join(" ")}>${escaped(span.text)}</tspan>`;
	});
	const last = times.at(-1)?.[1] === total;
	const keyTimes: string[] = ["0"];
	const values: string[] = [times[0]?.[0] === 0 ? "1" : "0"];
	for (const [from, to] of times) {
		if (from > 0) {
			keyTimes.push(fixed(from / total, 5));
			values.push("1");
		}
		if (to < total) {
			keyTimes.push(fixed(to / total, 5));
			values.push("0");
		}
	}
	const animate = `<animate attributeName="opacity" calcMode="discrete" dur="${total}ms" repeatCount="indefinite" keyTimes="${keyTimes.join(";")}" values="${values.join(";")}"/>`;
	return `<text y="${fixed(y)}"${last ? "" : ' opacity="0"'}>${texts.join("")}${animate}</text>`;
}

function fixed(value: number, digits = 1): string {
	return String(Number(value.toFixed(digits)));
}

function escaped(text: string): string {
	return text
		.replaceAll("&", "&amp;")
		.replaceAll("<", "&lt;")
		.replaceAll(">", "&gt;");
}
