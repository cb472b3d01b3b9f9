// Takes the README's picture of a served page, by the complete printed address, which has the controls: npm
// run picture -- http://127.0.0.1:8600/#/token/…. If `npm start` runs and its story has ended, the picture
// shows two chains with proven batches and messages. Writes docs/page.webp.
import { statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openBrowser } from "../test/page/support/browser.ts";

const MOST_BYTES = 60_000;
const picture = join(dirname(fileURLToPath(import.meta.url)), "../docs/page.webp");
const [url] = process.argv.slice(2);
if (url === undefined) throw new Error("name the page: npm run picture -- http://127.0.0.1:8600");
const browser = await openBrowser();
if (browser === undefined) throw new Error("no browser is installed");
try {
  // Twice as many pixels as READMEs show: letters stay sharp.
  const tab = await browser.newPage({ viewport: { width: 1_100, height: 560 }, deviceScaleFactor: 2, colorScheme: "light" });
  await tab.goto(url);
  // Until a time is chosen, the picture shows the shortest one that has all that happened.
  await tab.getByRole("list", { name: "transactions, the newest first" }).getByText("done", { exact: true }).first().waitFor();
  await tab.locator(".batch.stage-executed").first().waitFor({ state: "attached" });
  // Playwright itself writes no WebP. The package has the picture: at quality 80 it would be a fortieth of it.
  const session = await tab.context().newCDPSession(tab);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 45 });
  writeFileSync(picture, data, "base64");
} finally {
  await browser.close();
}
const { size } = statSync(picture);
console.log(`docs/page.webp: ${size} bytes`);
if (size > MOST_BYTES) throw new Error(`the picture may have ${MOST_BYTES} bytes`);
