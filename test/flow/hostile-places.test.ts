import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { crc32 } from "node:zlib";
import { createCompressor } from "../../src/proofs/kernels/wasm/compressor.ts";
import { readState, requireClaimedState } from "../../src/chain/past/compare-state.ts";
import { beginPast, treeAt } from "../../src/chain/past/open-past.ts";
import { PlaceError } from "../../src/chain/past/place-error.ts";
import { decodePlace, encodePlace } from "../../src/chain/past/place-parts.ts";
import type { Place } from "../../src/chain/past/place.ts";
import { decodeState, encodeState } from "../../src/chain/witness/state-bytes.ts";
import type { PlaceValue, StateUpdate } from "../../src/chain/witness/state-feed.ts";
import { LedgerError } from "../../src/chain/ledger/ledger-error.ts";
import { LEDGER_FILE, openSqliteLedger } from "../../src/chain/ledger/sqlite-ledger.ts";
import { openPlaces } from "../../src/chain/node/keeping/kept-places.ts";
import { settleNow } from "./support/devnet.ts";
import { answers, Kept } from "./support/kept.ts";

const A = 271n;
const PLACE_BLOCKS = 20;
const NAMES = { blocks: `blocks of ${A}`, place: `place of ${A}`, commands: `chain ${A}` };
const OTHER = `0x${"77".repeat(32)}` as const;
const NOWHERE = `0x${"99".repeat(20)}` as const;

async function* nothing(): AsyncGenerator<string> {}

/** A stranger's data have correct checksums, because they are recomputed. */
describe("B5: a place from a stranger's dump", () => {
  /** With `onProvable` the chain's execution is followed, for which a start reads codes out of the place itself. */
  const replaced: { readonly placeBlocks: number; onProvable?: () => void } = { placeBlocks: PLACE_BLOCKS };
  const kept = new Kept([A], {}, undefined, replaced);
  let place: Place;
  let had: unknown;

  const withLedger = <T>(work: (ledger: ReturnType<typeof openSqliteLedger>) => T): T => {
    const ledger = openSqliteLedger(kept.folder);
    try {
      return work(ledger);
    } finally {
      ledger.close();
    }
  };
  const opened = async (given: Place): Promise<void> => {
    const read = decodePlace(encodePlace(given));
    const { tree, oldestState, blocks, head } = read;
    treeAt(read, createCompressor());
    const claim = { tree, oldestState, hashes: blocks.map(({ hash }) => hash) };
    await requireClaimedState(readState(read.state), head.number, claim, createCompressor());
  };
  const withState = (change: (state: StateUpdate) => StateUpdate): Place => ({
    ...place,
    state: encodeState(change(decodeState(place.state))),
  });
  const withNotes = (change: (text: string) => string): (() => void) => {
    const { notes, ...parts } = encodePlace(place);
    return () => void decodePlace({ ...parts, notes: Buffer.from(change(Buffer.from(notes).toString())) });
  };
  const refused = (work: () => unknown, reason: RegExp): Promise<void> =>
    assert.rejects(
      async () => work(),
      (error: unknown) => error instanceof PlaceError && reason.test(error.message),
    );

  before(async () => {
    await kept.start();
    await kept.deposit();
    await kept.pay(5n);
    await kept.request("hardhat_mine", `0x${PLACE_BLOCKS.toString(16)}`);
    await kept.pollL1();
    await settleNow(kept.chain());
    had = await answers(kept.devnet);
    await kept.stop();
    place = withLedger((ledger) => openPlaces(ledger, NAMES)[1]) ?? assert.fail("there is no place");
  });
  after(() => kept.end());

  test("is accepted if nothing in it was changed", async () => {
    await opened(place);
    assert.deepEqual(decodeState(encodeState(decodeState(place.state))), decodeState(place.state));
  });

  test("is refused where a value of the state is not the tree's, is missing, further or twice", async () => {
    const account = (state: StateUpdate): PlaceValue =>
      state.present.find(({ slot, value }) => slot === undefined && value !== undefined && value.nonce > 0n) ?? assert.fail();
    const slot = (state: StateUpdate): PlaceValue => state.present.find((each) => each.slot !== undefined) ?? assert.fail();
    const replaced = (which: typeof account, by: (one: PlaceValue) => readonly PlaceValue[]) =>
      withState((state) => {
        const one = which(state);
        return { ...state, present: state.present.flatMap((each) => (each === one ? by(one) : [each])) };
      });
    const richer = (one: PlaceValue): readonly PlaceValue[] =>
      one.slot !== undefined || one.value === undefined
        ? []
        : [{ ...one, value: { ...one.value, balance: one.value.balance + 1n } }];
    await refused(() => opened(replaced(account, richer)), /the state's value of kind \d of 0x.*, the state tree's is/);
    await refused(() => opened(replaced(account, () => [])), /lacks \d of the values/);
    await refused(() => opened(replaced(slot, () => [])), /lacks 1 of the values/);
    await refused(
      () => opened(replaced(slot, (one) => [{ ...one, value: Uint8Array.of(7, 7) } as PlaceValue])),
      /the state tree's is/,
    );
    await refused(() => opened(replaced(account, (one) => [one, one])), /occurs twice/);
    await refused(
      () => opened(replaced(account, (one) => [one, { ...one, address: NOWHERE } as PlaceValue])),
      /the state tree's is 0/,
    );
  });

  test("that no engine opens from, or that is refused besides, ends with one error and nothing unhandled", async () => {
    const compare = async (from: Place): Promise<void> => {
      const past = beginPast(Number(A), from, { block: () => undefined });
      try {
        await (
          await past.server
        ).agreed;
      } finally {
        await past.close();
      }
    };
    await compare(place);
    const poorer = withState((state) => ({ ...state, present: state.present.slice(1) }));
    await assert.rejects(compare(poorer), PlaceError);
  });

  test("is refused where a code is another one than its account has in the tree", async () => {
    const swapped = withState((state) => {
      const [hash, code] = state.codes.find(([, { length }]) => length > 100) ?? assert.fail("no code");
      return { ...state, codes: state.codes.map((one) => (one[0] === hash ? ([hash, code.toReversed()] as const) : one)) };
    });
    await refused(() => opened(swapped), /the state tree's is/);
  });

  test("is refused if tree, batches and blocks are not of one chain", async () => {
    const [last] = place.archive.slice(-1);
    assert.ok(last !== undefined);
    await refused(
      () => opened({ ...place, archive: [...place.archive.slice(0, -1), { ...last, stateRoot: OTHER }] }),
      /the last batch's is/,
    );
    await refused(() => opened({ ...place, tree: place.tree.slice(0, -1) }), /its tree cannot be read/);
    await refused(() => opened({ ...place, tree: place.tree.with(100, 255) }), /its tree cannot be read/);
    await refused(() => opened({ ...place, previousCommitment: OTHER }), /does not follow/);
    await refused(() => opened({ ...place, nextBatch: place.nextBatch + 1n }), /its batches are not those/);
    const { index } = place;
    const shorter = { ...place, blocks: place.blocks.slice(1), index: { ...index, blocks: [] } };
    await refused(() => opened(shorter), /blocks, and the newest is/);
    for (const blocks of [index.blocks.slice(0, -1), index.blocks.map((one) => ({ ...one, transactions: [OTHER] }))])
      await refused(() => opened({ ...place, index: { ...index, blocks } }), /its index lacks blocks/);
    await refused(() => opened({ ...place, head: { ...place.head, hash: OTHER } }), /is named/);
    await refused(() => opened({ ...place, oldestState: place.head.number + 1n }), /oldest/);
    const renamed = withState((state) => ({
      ...state,
      hashes: new Map([...state.hashes].map(([n]) => [n, new Uint8Array(32)])),
    }));
    await refused(() => opened(renamed), /is named 0x0+ and/);
  });

  test("is refused if its bytes end early, do not end, or claim missing data", async () => {
    const cut = [0, 3, 4, 19, 24, place.state.length >> 1, place.state.length - 1];
    for (const length of cut)
      await refused(() => opened({ ...place, state: place.state.slice(0, length) }), /its state cannot be read/);
    await refused(() => opened({ ...place, state: Uint8Array.of(...place.state, 0) }), /1 bytes follow/);
    for (const at of [20, 24 + 40 * decodeState(place.state).hashes.size]) {
      const huge = Uint8Array.from(place.state);
      huge.fill(0xff, at, at + 4);
      await refused(() => opened({ ...place, state: huge }), /no room|in the middle/);
    }
    // Whatever byte a stranger changes, nothing but a PlaceError comes of it, or the same leaves.
    for (let at = 0; at < place.state.length; at += Math.ceil(place.state.length / 40)) {
      const changed = place.state.with(at, (place.state[at] ?? 0) ^ 0x55);
      try {
        await opened({ ...place, state: changed });
      } catch (error) {
        assert.ok(error instanceof PlaceError, `byte ${at}: ${String(error)}`);
      }
    }
  });

  test("is refused where its notes are of another shape, or name what objects inherit", async () => {
    await refused(
      withNotes((text) => text.slice(0, -2)),
      /not in the format/,
    );
    await refused(
      withNotes((text) => text.replace('"version":4', '"version":3')),
      /has format 3/,
    );
    await refused(
      withNotes(() => "null"),
      /has format undefined/,
    );
    await refused(
      withNotes((text) => text.replace('"commands":', '"commands":"7n","x":')),
      /commands/,
    );
    await refused(
      withNotes((text) => text.replace('"commands":', '"commands":-')),
      /commands/,
    );
    await refused(
      withNotes((text) => text.replace('"notes":{', '"notes":{"__proto__":{"polluted":true},')),
      /__proto__/,
    );
    await refused(
      withNotes((text) => text.replace('"head":{', '"head":{"constructor":{},')),
      /constructor/,
    );
    await refused(
      withNotes((text) => text.replace(/"dumpBytes":\d+/, '"dumpBytes":9007199254740991')),
      /history/,
    );
    await refused(
      withNotes((text) => text.replace('"positions":[', '"positions":{"length":4294967295},"x":[')),
      /positions/,
    );
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  });

  test("does not lead to a changed block: a start skips it, and requests for it fail", async () => {
    const path = join(kept.folder, LEDGER_FILE);
    const bytes = readFileSync(path);
    const at = 3;
    const change = (alter: (text: string) => string, isForged: boolean): void => {
      writeFileSync(path, bytes);
      const database = new DatabaseSync(path);
      const [row] = database
        .prepare("SELECT entry, checksum FROM entries WHERE stream = ? AND position = ?")
        .all(NAMES.blocks, at);
      const { entry, checksum } = row as { readonly entry: string; readonly checksum: number };
      const changed = alter(entry);
      assert.notEqual(changed, entry);
      const sum = isForged ? crc32(changed, crc32(`${NAMES.blocks}\n${at}\n`)) : checksum;
      database
        .prepare("UPDATE entries SET entry = ?, checksum = ? WHERE stream = ? AND position = ?")
        .run(changed, sum, NAMES.blocks, at);
      database.close();
    };
    for (const [isForged, reason] of [
      [true, /what is kept as block 3 is not block 0x/],
      [false, /entry 3 of blocks of 271 is not what was written/],
    ] as const) {
      change((text) => text.replace(/"gasUsed":"0x[0-9a-f]+"/, '"gasUsed":"0x1"'), isForged);
      await kept.start();
      assert.ok(kept.chain().pipeline.chain.blocks.first > 1n);
      await assert.rejects(kept.request("eth_getBlockByNumber", "0x3", true), reason);
      assert.ok(await kept.request("eth_getBlockByNumber", "0x2", true));
      await kept.pay(1n);
      await kept.stop();
    }
    writeFileSync(path, bytes);
  });

  test("does not start an ecosystem, which is restored unchanged when the place is repaired", async () => {
    const path = join(kept.folder, LEDGER_FILE);
    const bytes = readFileSync(path);
    const hostile: readonly (readonly [Place, RegExp])[] = [
      [{ ...place, state: place.state.slice(0, -1) }, /cannot continue from its checkpoint: its state cannot be read/],
      [
        withState((state) => ({ ...state, present: state.present.slice(1) })),
        /from its checkpoint: the state lacks \d of the values/,
      ],
      [{ ...place, operationsTaken: place.operationsTaken + 1n }, /number of operations of batch \d+ is \d+, on L1 it is/],
      [{ ...place, commands: place.commands + 1 }, /commands, of which/],
    ];
    const [unreadable] = hostile as [(typeof hostile)[number]];
    for (const [given, reason] of [...hostile, unreadable]) {
      writeFileSync(path, bytes);
      const ledger = openSqliteLedger(kept.folder);
      await openPlaces(ledger, NAMES)[0].keep(nothing(), () => given);
      ledger.close();
      const isDamaged = (error: unknown): boolean =>
        error instanceof LedgerError && error.code === "Damaged" && reason.test(error.message);
      await assert.rejects(kept.start(), isDamaged);
      if (given === hostile.at(-1)?.[0]) replaced.onProvable = () => undefined;
    }
    delete replaced.onProvable;
    writeFileSync(path, bytes);
    await kept.start();
    assert.ok(kept.chain().pipeline.chain.blocks.first > 1n);
    assert.deepEqual(await answers(kept.devnet), had);
  });
});
