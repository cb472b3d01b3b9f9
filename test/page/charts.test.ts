import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { numberLabels, timeLabels } from "../../page/charts/labels.ts";
import { startPage, type PageServer } from "../../src/tool/page-server/page-server.ts";
import { MAX_WAIT_MS, openBrowser } from "./support/browser.ts";

/** Records text written on canvases until they are drawn again. */
const KEEP_WRITTEN = `
  window.written = [];
  const { fillText, clearRect } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.clearRect = function (...place) {
    written.length = 0;
    return clearRect.apply(this, place);
  };
  CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
    written.push({ text, x: place[0], width: this.measureText(text).width });
    return fillText.call(this, text, ...place);
  };
`;

interface Written {
  readonly text: string;
  readonly x: number;
  readonly width: number;
}

describe("I11: texts at a chart's axes", async () => {
  const browser: Browser | undefined = await openBrowser();
  const skip = browser === undefined ? "no browser is installed" : false;
  let page: PageServer;
  let tab: Page;

  before(async () => {
    if (browser === undefined) return;
    // No server answers: the page repeats its requests, and draws charts meanwhile.
    page = await startPage({ host: "127.0.0.1", port: 0, members: new Map([["any", "http://127.0.0.1:9"]]) });
    tab = await browser.newPage();
    tab.setDefaultTimeout(MAX_WAIT_MS);
    await tab.addInitScript(KEEP_WRITTEN);
    await tab.goto(page.url);
  });
  after(async () => {
    await browser?.close();
    await page?.close();
  });

  /** Returns the texts at a chart of a curve from 0 to `most` over `seconds`, times of day separate from numbers. */
  const drawn = async (seconds: number, most: number, width: number) => {
    const written = await tab.evaluate<Written[]>(`(async () => {
      const { drawChart } = await import("/charts.js");
      const place = document.createElement("div");
      place.style.width = "${width}px";
      document.body.append(place);
      written.length = 0;
      const chart = await drawChart(place, "steps");
      const times = Array.from({ length: 61 }, (_, i) => 1700000000 + (i * ${seconds}) / 60);
      chart.show(times, [{ name: "alpha", lane: 0, values: times.map((_, i) => (i * ${most}) / 60) }]);
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      chart.end();
      place.remove();
      return written;
    })()`);
    const isTime = ({ text }: Written): boolean => text.includes(":");
    return { times: written.filter(isTime), numbers: written.filter((each) => !isTime(each)).map(({ text }) => text) };
  };

  for (const [seconds, most, width] of [
    [300, 7, 320],
    [300, 1_150_000, 600],
    [300, 999_999_999, 600],
    [900, 1, 600],
    [3_600, 43_000, 900],
    [60, 2_499, 1_200],
  ] as const)
    test(`up to ${most} over ${seconds} s, ${width} px wide: no label stands twice, and no two touch`, { skip }, async () => {
      const { times, numbers } = await drawn(seconds, most, width);
      assert.ok(times.length >= 2, "times are written");
      assert.ok(numbers.length >= 2, "numbers are written");
      assert.deepEqual([...new Set(numbers)], numbers);
      assert.deepEqual(
        [...new Set(times.map(({ text }) => text))],
        times.map(({ text }) => text),
      );
      for (const [i, { x, width: wide, text }] of times.entries()) {
        const next = times[i + 1];
        if (next !== undefined) assert.ok(next.x - x > (wide + next.width) / 2, `${text} touches ${next.text}`);
      }
    });

  test("times have seconds where marks are less than a minute apart; numbers have the digits that their step needs", () => {
    const at = Date.parse("2024-05-06T12:01:00") / 1_000;
    assert.deepEqual(timeLabels([at, at + 30], 30), ["12:01:00", "12:01:30"]);
    assert.deepEqual(timeLabels([at, at + 60], 60), ["12:01", "12:02"]);
    assert.deepEqual(numberLabels([0, 950_000, 1_000_000, 1_050_000], 50_000), ["0", "950K", "1M", "1.05M"]);
    assert.deepEqual(numberLabels([0, 1, 2], 1), ["0", "1", "2"]);
    assert.deepEqual(numberLabels([0, 500, 1_000, 1_500], 500), ["0", "500", "1K", "1.5K"]);
  });
});
