// Imported before every test file of `npm test`: a file whose tests left a server, a thread or a timer open fails and says
// what it is, where it would otherwise hold up the whole run without a word.
import { after } from "node:test";

/** For what ends by itself a moment after the last test. */
const GRACE_MS = 20_000;

after(() => {
  const report = (): void => {
    console.error(`still open ${GRACE_MS / 1000} s after the last test: ${process.getActiveResourcesInfo().join(", ")}`);
    process.exit(1);
  };
  setTimeout(report, GRACE_MS).unref();
});
