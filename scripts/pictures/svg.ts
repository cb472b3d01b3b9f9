/** Drawing with the texts for readers who do not see it. */
export interface Picture {
  /** File name without its extension. */
  readonly name: string;
  readonly title: string;
  /** Statement of the drawing as one or two sentences. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
  /** Drawn elements as SVG. */
  readonly body: readonly string[];
}

/** Emphasis of an element: a proof or a message, a failure, or neither. */
export type Tone = "plain" | "strong" | "fail";

/** Colors by the names of CSS variables. */
export type Palette = Readonly<Record<"page" | "ink" | "line" | "plain" | "strong" | "strong-ink" | "fail" | "fail-ink", string>>;

/** Colors of a light and of a dark page. Each ink has a contrast of at least 4.5 on its ground and on the page. */
export const PALETTES: Readonly<Record<"light" | "dark", Palette>> = {
  light: {
    page: "#ffffff",
    ink: "#1f2328",
    line: "#59636e",
    plain: "#eef1f4",
    strong: "#dcebfb",
    "strong-ink": "#0a4f96",
    fail: "#fde7e3",
    "fail-ink": "#96210f",
  },
  dark: {
    page: "#17181c",
    ink: "#e6e9ed",
    line: "#9aa4af",
    plain: "#2a2e35",
    strong: "#12324f",
    "strong-ink": "#9ccaf7",
    fail: "#4a1d16",
    "fail-ink": "#ffb4a6",
  },
};

export const FONT_SIZE = 14;
export const LINE_HEIGHT = 19;
/** Width of a letter as a part of the font's size; that of a wide font, so that texts fit in every font. */
const LETTER = 0.62;

/** Text with `&`, `<` and `>` as SVG has them. */
function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Width of a text that no font exceeds. */
export function textWidth(text: string): number {
  return text.length * FONT_SIZE * LETTER;
}

/** Lines of a text, each at most as wide as `width` if its words allow it. */
export function wrapText(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && textWidth(`${line} ${word}`) <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

interface TextPlace {
  /** Middle of the lines. */
  readonly x: number;
  /** Top of the first line. */
  readonly y: number;
  readonly lines: readonly string[];
  readonly style: string;
}

/** Centered lines of text. */
export function textLines({ x, y, lines, style }: TextPlace): string {
  const spans = lines.map((line, i) => `<tspan x="${x}" y="${y + LINE_HEIGHT * i + FONT_SIZE}">${escapeText(line)}</tspan>`);
  return `<text class="${style}">${spans.join("")}</text>`;
}

interface BoxPlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly lines: readonly string[];
  readonly tone: Tone;
}

/** Rectangle with centered lines of text. */
export function box({ x, y, width, height, lines, tone }: BoxPlace): string {
  const top = y + (height - lines.length * LINE_HEIGHT) / 2;
  const text = textLines({ x: x + width / 2, y: top, lines, style: `on-${tone}` });
  return `<g class="box"><rect class="${tone}" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>${text}</g>`;
}

interface ArrowPlace {
  /** Name of the picture, whose arrow heads the line uses. */
  readonly picture: string;
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
  readonly tone: Tone;
}

/** Line with a head at its end. */
export function arrow({ picture, from, to, tone }: ArrowPlace): string {
  const ends = `x1="${from[0]}" y1="${from[1]}" x2="${to[0]}" y2="${to[1]}"`;
  return `<line class="arrow-${tone}" ${ends} marker-end="url(#${picture}-${tone})"/>`;
}

/** The picture as an SVG file that follows the reader's theme, alone or as a part of a page. */
export function svgOf({ name, title, description, width, height, body }: Picture): string {
  const heads = (["plain", "strong", "fail"] as const).map(
    (tone) =>
      `<marker id="${name}-${tone}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="head-${tone}" d="M0 0L8 4L0 8z"/></marker>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="picture" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="${name}-title ${name}-text">`,
    `<title id="${name}-title">${escapeText(title)}</title>`,
    `<desc id="${name}-text">${escapeText(description)}</desc>`,
    `<style>${STYLE}</style>`,
    `<defs>${heads.join("")}</defs>`,
    ...body,
    "</svg>",
    "",
  ].join("\n");
}

const variables = (palette: Palette): string =>
  Object.entries(palette)
    .map(([name, color]) => `--${name}:${color}`)
    .join(";");

const STYLE = [
  `.picture{${variables(PALETTES.light)};max-width:100%;height:auto;font:${FONT_SIZE}px system-ui,sans-serif}`,
  `@media(prefers-color-scheme:dark){.picture{${variables(PALETTES.dark)}}}`,
  `:root[data-theme=light] .picture{${variables(PALETTES.light)}}`,
  `:root[data-theme=dark] .picture{${variables(PALETTES.dark)}}`,
  ".picture text{text-anchor:middle;fill:var(--ink)}",
  ".picture .name{font-weight:600}",
  ".picture .label{paint-order:stroke;stroke:var(--page);stroke-width:6px}",
  ".picture .on-strong{fill:var(--strong-ink)}.picture .on-fail{fill:var(--fail-ink)}",
  ".picture rect{stroke:var(--line)}.picture .plain{fill:var(--plain)}.picture .strong{fill:var(--strong)}.picture .fail{fill:var(--fail)}",
  ".picture .group{fill:none;stroke-dasharray:5 4}.picture .lane{stroke:var(--line);stroke-dasharray:2 4}",
  ".picture .arrow-plain{stroke:var(--line);stroke-width:2}.picture .head-plain{fill:var(--line)}",
  ".picture .arrow-strong{stroke:var(--strong-ink);stroke-width:2}.picture .head-strong{fill:var(--strong-ink)}",
  ".picture .arrow-fail{stroke:var(--fail-ink);stroke-width:2}.picture .head-fail{fill:var(--fail-ink)}",
].join("");
