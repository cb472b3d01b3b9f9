import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";

const STYLE = new URL("../../page/style/", import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, STYLE), "utf8");

type Theme = Readonly<Record<string, string>>;

/** Colours of both themes by their tokens. */
function themes(): readonly Theme[] {
  const pairs = [...read("tokens.css").matchAll(/--([\w-]+): light-dark\((#[0-9a-f]+), (#[0-9a-f]+)\);/g)];
  return [2, 3].map((place) => Object.fromEntries(pairs.map((pair) => [pair[1], pair[place] ?? ""])));
}

/** WCAG 2.2, relative luminance. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((place) => {
    const part = Number.parseInt(colour.slice(place, place + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const LANES = Array.from({ length: 8 }, (_, lane) => `lane-${lane}`);
/** Colours of letters, of surfaces below them, and the least contrast by WCAG: 3 for the edges of fields. */
const PAIRS: readonly (readonly [readonly string[], readonly string[], number])[] = [
  [["text", "quiet", "accent", "good", "wait", "bad"], ["back", "panel", "sunk", "hover"], 4.5],
  ...["good", "wait", "bad", "accent"].map((state) => [[state, "text", "quiet"], [`${state}-wash`], 4.5] as const),
  [["on-accent"], ["accent-fill", "accent-press"], 4.5],
  [LANES, ["panel", "back", "hover"], 4.5],
  [["on-lane"], LANES, 4.5],
  [["edge"], ["panel", "sunk"], 3],
];

describe("the page's colours", () => {
  test("every pair of letters and surface has the contrast of WCAG 2.2 AA, in both themes", () => {
    const found = themes().flatMap((theme) =>
      PAIRS.flatMap(([fronts, backs, least]) =>
        fronts.flatMap((front) =>
          backs.map((back) => ({ front, back, least, is: contrast(theme[front] ?? "", theme[back] ?? "") })),
        ),
      ),
    );
    assert.ok(found.length > 140);
    assert.deepEqual(
      found.filter(({ is, least }) => !(is >= least)),
      [],
    );
  });

  test("no colour stands outside the tokens, and no token is without a use", () => {
    const others = readdirSync(STYLE)
      .filter((file) => file !== "tokens.css")
      .map(read)
      .join("\n");
    assert.doesNotMatch(others, /#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(/i);
    const sources = new URL("../../page/", import.meta.url);
    const scripts = readdirSync(sources, { recursive: true, encoding: "utf8" })
      .filter((file) => /\.(tsx?|html)$/.test(file))
      .map((file) => readFileSync(new URL(file, sources), "utf8"))
      .join("\n");
    const drawn = scripts.replace(/href="data:[^"]*"/g, "");
    assert.doesNotMatch(drawn, /(fill|stroke|color)="#[0-9a-f]/i);
    for (const [, token = ""] of read("tokens.css").matchAll(/^ +--([\w-]+):/gm))
      assert.match(`${others}${drawn}`, new RegExp(`--${token.replace(/-\d$/, "-")}`), token);
  });
});
