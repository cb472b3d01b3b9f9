import { openSqliteLedger } from "../../../src/chain/ledger/sqlite-ledger.ts";

/** Writes pairs of entries until it is killed, and reports each confirmed pair. */
const [folder = ""] = process.argv.slice(2);
const ledger = openSqliteLedger(folder);
const [left, right] = [ledger.stream("left"), ledger.stream("right")];
for (;;) {
  const number = left.length;
  const written = ledger.together(async () => {
    left.append(`${number} ${"x".repeat((number * 37) % 3_000)}`);
    await Promise.resolve();
    right.append(String(number));
  });
  await written;
  process.stdout.write(`${number}\n`);
}
