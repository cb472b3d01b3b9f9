import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { LedgerError } from "../../src/chain/ledger/ledger-error.ts";
import type { Ledger, LedgerStream } from "../../src/chain/ledger/ledger.ts";
import { LEDGER_FILE, openSqliteLedger } from "../../src/chain/ledger/sqlite-ledger.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { ALICE, dependencies } from "./support/devnet.ts";
import { answers, Kept } from "./support/kept.ts";

const A = 271n;
const STRANGER = "0x00000000000000000000000000000000000ca301";
const OTHER: Hex = `0x${"77".repeat(32)}`;
const NAMES = { changes: "changes of L1", blocks: "blocks of L1", places: "places of L1" } as const;

type Change = (stream: LedgerStream) => void;

function replaced(stream: LedgerStream, place: number, change: (text: string) => string): void {
  const entries = [...stream.entries(place)];
  stream.truncate(place);
  for (const [i, text] of entries.entries()) stream.append(i === 0 ? change(text) : text);
}

const at =
  (place: number, change: (text: string) => string): Change =>
  (stream) =>
    replaced(stream, place, change);
const newest =
  (change: (text: string) => string): Change =>
  (stream) =>
    replaced(stream, stream.length - 1, change);

/** The newest change of a contract's slot, told with another value. */
const withOtherSlot: Change = (stream) => {
  type Told = { readonly slots: readonly (readonly [address: Hex, slot: Hex, value: Hex])[] };
  const isContracts = ([address]: Told["slots"][number]): boolean => !address.startsWith("0x000");
  const changes = [...stream.entries()].map((text) => JSON.parse(text) as Told);
  const place = changes.findLastIndex(({ slots }) => slots.some(isContracts));
  const { slots, ...others } = changes[place] ?? assert.fail("no change of a slot");
  const told = slots.map((slot) => (isContracts(slot) ? [slot[0], slot[1], OTHER] : slot));
  replaced(stream, place, () => JSON.stringify({ ...others, slots: told }));
};

describe("B5: what is noted of L1, from a stranger's dump or a damaged disk", () => {
  let canBegin = true;
  const kept = new Kept([A], {}, undefined, {
    l1PlaceRequests: 10,
    connectL1: (kind) =>
      kind.past === undefined || canBegin
        ? dependencies.connectL1(kind)
        : Promise.reject(new Error("no engine can begin at this block")),
  });
  const path = (): string => join(kept.folder, LEDGER_FILE);
  const image = (): Uint8Array => readFileSync(path());
  /** Before L1 came to a place; with a place behind which nothing came; and with one behind which it made blocks. */
  const images: Uint8Array[] = [];
  let had: unknown;
  let hadBehind: unknown;

  const withLedger = <T>(work: (ledger: Ledger) => T): T => {
    const ledger = openSqliteLedger(kept.folder);
    try {
      return work(ledger);
    } finally {
      ledger.close();
    }
  };
  const altered = (file: number, name: keyof typeof NAMES, change: Change): void => {
    writeFileSync(path(), images[file] ?? assert.fail());
    withLedger((ledger) => change(ledger.stream(NAMES[name])));
  };
  const places = (): number => withLedger((ledger) => ledger.stream(NAMES.places).length);
  const isRepeated = (): Promise<boolean> =>
    kept.devnet.l1.request("eth_getProof", [STRANGER, [], "latest"]).then(
      () => true,
      () => false,
    );

  before(async () => {
    await kept.start();
    await kept.deposit();
    await kept.pollL1();
    had = await answers(kept.devnet);
    await kept.stop();
    images.push(image());
    await kept.restart();
    assert.equal(await isRepeated(), false);
    await kept.stop();
    images.push(image());
    await kept.start();
    const sent = await kept.devnet.accounts
      .wallet(ALICE)
      .connect(kept.devnet.l1.provider)
      .sendTransaction({ to: STRANGER, value: 5n });
    await sent.wait();
    hadBehind = await answers(kept.devnet);
    await kept.stop();
    images.push(image());
  });
  after(() => kept.end());

  const damaged: readonly (readonly [string, keyof typeof NAMES, Change])[] = [
    ["a value is another one", "changes", withOtherSlot],
    ["a change is missing", "changes", (stream) => stream.truncate(7)],
    ["a change is malformed", "changes", at(5, () => '{"__proto__":{"polluted":true}}')],
    ["a change's code is malformed", "changes", at(0, (text) => text.replace('"code":"0x', '"code":"0xz'))],
    ["a nonce is 2^88", "changes", at(0, (text) => text.replace(/"nonce":"0x[0-9a-f]+"/, `"nonce":"0x1${"0".repeat(22)}"`))],
    ["an old block is malformed", "blocks", at(7, (text) => text.slice(1))],
    ["an old block is another one", "blocks", at(7, (text) => text.replace(/"hash":"0x[0-9a-f]{64}"/, `"hash":"${OTHER}"`))],
    ["an old block's receipts have no logs", "blocks", at(7, (text) => text.replaceAll('"logs":', '"sgol":'))],
    ["the first change does not say what the chain is called", "changes", at(0, (text) => text.replace('"chainId":', '"x":'))],
  ];
  const damagedPlace: readonly (readonly [string, Change])[] = [
    ["is malformed", at(0, (text) => text.slice(1))],
    ["is of another format", at(0, (text) => text.replace('"version":2', '"version":1'))],
    ["has another sum of changes", at(0, (text) => text.replace(/"changesSum":"0x[0-9a-f]{64}"/, `"changesSum":"${OTHER}"`))],
    ["has another newest block", at(0, (text) => text.replace(/"hash":"0x[0-9a-f]{64}"/, `"hash":"${OTHER}"`))],
    ["is before another number of requests", at(0, (text) => text.replace(/"requests":\d+/, '"requests":9'))],
    [
      "sets an unknown setting",
      at(0, (text) => text.replace('"settings":[', '"settings":[{"method":"hardhat_reset","params":[]}')),
    ],
  ];

  for (const [what, name, change] of damaged) {
    test(`is discarded, and L1's requests are repeated, if ${what} and no block needs it`, async () => {
      for (const file of [0, 1]) {
        altered(file, name, change);
        await kept.start();
        assert.equal(await isRepeated(), true);
        assert.deepEqual(await answers(kept.devnet), had);
        await kept.stop();
        assert.equal(places(), 0);
      }
    });
  }

  test("is repeated where no engine can begin at a new place, which is not noted", async () => {
    writeFileSync(path(), images[0] ?? assert.fail());
    canBegin = false;
    await kept.start();
    assert.equal(await isRepeated(), true);
    assert.deepEqual(await answers(kept.devnet), had);
    await kept.stop();
    assert.equal(places(), 0);
    canBegin = true;
    await kept.start();
    assert.equal(await isRepeated(), false);
    await kept.stop();
    assert.equal(places(), 1);
  });

  test("is not continued if the newest block differs from the original", async () => {
    for (const change of [
      newest((text) => text.slice(1)),
      newest((text) => text.replace(/"stateRoot":"0x[0-9a-f]{64}"/, `"stateRoot":"${OTHER}"`)),
      newest((text) => text.replaceAll(/"hash":"0x[0-9a-f]{64}"/g, `"hash":"${OTHER}"`)),
    ]) {
      altered(0, "blocks", change);
      await kept.start();
      assert.equal(await isRepeated(), true);
      assert.deepEqual(await answers(kept.devnet), had);
      await kept.stop();
    }
  });

  test("loses what there is beyond the requests", async () => {
    for (const [file, expected] of [
      [1, had],
      [2, hadBehind],
    ] as const) {
      altered(file, "changes", (stream) => stream.append(stream.entry(3) ?? ""));
      await kept.start();
      assert.equal(await isRepeated(), false);
      assert.deepEqual(await answers(kept.devnet), expected);
      await kept.stop();
    }
  });

  test("is refused by name where blocks need it, and nothing is lost", async () => {
    const isDamaged = (error: unknown): boolean =>
      error instanceof LedgerError &&
      error.code === "Damaged" &&
      error.message.startsWith("L1 cannot continue from its checkpoint: ");
    const all = [...damaged, ...damagedPlace.map(([what, change]) => [what, "places", change] as const)];
    for (const [what, name, change] of all) {
      altered(2, name, change);
      const left = withLedger((ledger) => Object.values(NAMES).map((each) => ledger.stream(each).length));
      await assert.rejects(kept.start(), isDamaged, what);
      assert.deepEqual(
        withLedger((ledger) => Object.values(NAMES).map((each) => ledger.stream(each).length)),
        left,
      );
    }
    writeFileSync(path(), images[2] ?? assert.fail());
    await kept.start();
    assert.equal(await isRepeated(), false);
    assert.deepEqual(await answers(kept.devnet), hadBehind);
    await kept.stop();
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  });
});
