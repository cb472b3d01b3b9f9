// Imported before every test file of `npm test`: a file whose tests left a server, a thread or a timer open fails and reports
// which, instead of delaying the whole run without a message.
import { after } from "node:test";

/** Time for what ends automatically after the last test. */
const GRACE_MS = 20_000;
/** CPU time in it of a process that is still closing something, on a busy machine too. */
const BUSY_MICROSECONDS = 2_000_000;

after(() => {
  let used = process.cpuUsage();
  const report = (): void => {
    const { user, system } = process.cpuUsage(used);
    used = process.cpuUsage();
    if (user + system > BUSY_MICROSECONDS) return void setTimeout(report, GRACE_MS).unref();
    console.error(`still open ${GRACE_MS / 1000} s after the last test: ${process.getActiveResourcesInfo().join(", ")}`);
    process.exit(1);
  };
  setTimeout(report, GRACE_MS).unref();
});
