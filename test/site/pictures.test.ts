import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { pictureFiles, pictures } from "../../scripts/pictures/pictures.ts";
import { PALETTES } from "../../scripts/pictures/svg.ts";
import { picturesOf, withPictures } from "../../site/pictures.ts";
import { PAGE_GROUPS } from "../../site/sidebar.ts";
import { openBrowser } from "../page/support/browser.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pages = PAGE_GROUPS.flatMap(({ files }) => files).filter((file) => !file.startsWith("api/"));

/** Brightness of a channel from 0 to 1, by WCAG. */
const light = (channel: number): number => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4);

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => light(Number.parseInt(color.slice(at, at + 2), 16) / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast of two colors, from 1 to 21. */
function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** Element of a picture with its rectangle on the screen. */
interface Area {
  readonly content: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Areas of a picture: the whole, its texts, and each box with its text. */
interface PictureAreas {
  readonly frame: Area;
  readonly texts: readonly Area[];
  readonly boxes: readonly { readonly text: Area; readonly ground: Area }[];
}

/** Program for the browser that reads the areas of all pictures. */
const READ_AREAS = `(() => {
  const areaOf = (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return { content: element.textContent, x, y, width, height };
  };
  return [...document.querySelectorAll("svg.picture")].map((picture) => ({
    frame: areaOf(picture),
    texts: [...picture.querySelectorAll("text")].map(areaOf),
    boxes: [...picture.querySelectorAll("g.box")].map((box) => ({
      text: areaOf(box.querySelector("text")),
      ground: areaOf(box.querySelector("rect")),
    })),
  }));
})()`;

function isInside(inner: Area, outer: Area): boolean {
  const isWithin = (start: number, size: number, from: number, length: number): boolean =>
    start >= from && start + size <= from + length;
  return isWithin(inner.x, inner.width, outer.x, outer.width) && isWithin(inner.y, inner.height, outer.y, outer.height);
}

/** True if two areas share more than an edge of two pixels, which letters leave empty. */
function overlap(one: Area, other: Area): boolean {
  const share = (start: number, size: number, from: number, length: number): number =>
    Math.min(start + size, from + length) - Math.max(start, from);
  return share(one.x, one.width, other.x, other.width) > 0 && share(one.y, one.height, other.y, other.height) > 2;
}

describe("pictures of the documentation", () => {
  test("are ten, and each is in one page, with its title as the text for readers who do not see it", () => {
    const shown = pages.flatMap((page) =>
      picturesOf(readFileSync(join(root, page), "utf8")).map(({ title, path }) => [join(dirname(page), path), title]),
    );
    const drawn = pictures().map(({ name, title }) => [`docs/pictures/${name}.svg`, title]);
    assert.equal(drawn.length, 10);
    assert.deepEqual(shown.sort(), drawn.sort());
  });

  test("are the files that the data draws", () => {
    for (const { path, content } of pictureFiles()) assert.equal(readFileSync(join(root, path), "utf8"), content, path);
  });

  test("have a description of one sentence or more, and no name twice", () => {
    for (const { name, description } of pictures()) assert.match(description, /^[A-Z].{40,}\.$/, name);
    assert.equal(new Set(pictures().map(({ name }) => name)).size, pictures().length);
  });

  test("have texts with a contrast of at least 4.5, and lines of at least 3, in both themes", () => {
    for (const [theme, colors] of Object.entries(PALETTES)) {
      const texts = [
        [colors.ink, colors.page],
        [colors.ink, colors.plain],
        [colors["strong-ink"], colors.strong],
        [colors["fail-ink"], colors.fail],
      ] as const;
      for (const [ink, ground] of texts) assert.ok(contrast(ink, ground) >= 4.5, `${theme}: ${ink} on ${ground}`);
      for (const line of [colors.line, colors["strong-ink"], colors["fail-ink"]])
        assert.ok(contrast(line, colors.page) >= 3, `${theme}: ${line} on the page`);
    }
  });

  test("are elements of the site's pages, without an empty line that would end the element", () => {
    const page = withPictures(`# Page\n\n![An ecosystem](pictures/ecosystem.svg)\n\nEnd.\n`, { root, file: "docs/page.md" });
    assert.match(page, /^# Page\n\n<svg [^]*<title [^>]*>An ecosystem<\/title>[^]*<\/svg>\n\nEnd\.\n$/);
    assert.doesNotMatch(page.slice(page.indexOf("<svg"), page.indexOf("</svg>")), /\n\s*\n/);
  });
});

describe("pictures in a real browser", () => {
  let browser: Browser | undefined;
  let page: Page;
  before(async () => {
    browser = await openBrowser();
    if (browser === undefined) return;
    page = await browser.newPage();
    await page.setContent(
      `<!doctype html><html data-theme="dark">${pictureFiles()
        .map(({ content }) => content)
        .join("\n")}</html>`,
    );
  });
  after(() => browser?.close());

  test("have no text outside the picture or its box, and none on another", async () => {
    if (browser === undefined) return;
    const faults: string[] = [];
    let count = 0;
    for (const { frame, texts, boxes } of await page.evaluate<PictureAreas[]>(READ_AREAS)) {
      count += texts.length;
      for (const [i, text] of texts.entries()) {
        if (!isInside(text, frame)) faults.push(`${text.content} is outside`);
        for (const other of texts.slice(i + 1)) if (overlap(text, other)) faults.push(`${text.content} is on ${other.content}`);
      }
      for (const { text, ground } of boxes) if (!isInside(text, ground)) faults.push(`${text.content} is wider than its box`);
    }
    assert.deepEqual(faults, []);
    assert.ok(count > 80, `${count} texts`);
  });

  test("have the colors of the theme that the reader chose for the site", async () => {
    if (browser === undefined) return;
    const ink = (theme: "light" | "dark"): Promise<string> =>
      page.evaluate<string>(`(() => {
        document.documentElement.dataset.theme = ${JSON.stringify(theme)};
        return getComputedStyle(document.querySelector("svg.picture")).getPropertyValue("--ink");
      })()`);
    assert.equal(await ink("light"), PALETTES.light.ink);
    assert.equal(await ink("dark"), PALETTES.dark.ink);
  });
});
