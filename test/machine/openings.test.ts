import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { prevRandaoOf } from "../../src/ground/protocol/prev-randao.ts";
import { codeDigestValue } from "../../src/proofs/rules/code-digests.ts";
import type { GenesisAccount } from "../../src/chain/model/genesis.ts";
import {
  cheatHints,
  closingHints,
  impersonationHints,
  importHints,
  openingHints,
  type OpeningWords,
} from "../../src/proofs/machine/hints/batch-hints.ts";
import { blockHints } from "../../src/proofs/machine/hints/transaction-hints.ts";
import { KernelPanic } from "../../src/proofs/machine/interpreter/machine-error.ts";
import type { Hint } from "../../src/proofs/machine/interpreter/machine-state.ts";
import { VERSION_PREDEPLOYS } from "../../src/ground/protocol/generated/version-predeploys.ts";
import { hashConfiguration, hashExtensions } from "../../src/ground/protocol/genesis.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { hashOutputs } from "../../src/ground/protocol/outputs.ts";
import { PREDEPLOYS } from "../../src/ground/protocol/predeploys.ts";
import { EMPTY_PRIORITY_OPS_HASH, IMPORTED_ROOTS_TAG } from "../../src/ground/protocol/rolling-hash.ts";
import { l2LogTreeRoot } from "../../src/ground/protocol/l2-log.ts";
import { CHAIN_ID, GENESIS_TIMESTAMP } from "../chain/support/engine.ts";
import { CONFIGURATION, realGenesis } from "../chain/support/predeploys.ts";
import { lengthFirstDigest } from "./support/length-first-digest.ts";
import { ReplayedChain } from "./support/replay.ts";

const CONTEXT = BigInt(PREDEPLOYS.SystemContext);
const BORN = { ...CONFIGURATION, bornAt: 1_700_000_123n };
const [COINBASE, OTHER] = [0xc01bn, 0xbadn];
const TIME = GENESIS_TIMESTAMP + 10n;
const PLACE = { timestamp: TIME, parentHash: 1n };
/** Slots 2 to 6 and 9 as L1 knows them. */
const words = (mode = 0n): bigint[] => [
  BORN.l1ChainId,
  BigInt(BORN.l1SharedBridge),
  BORN.baseTokenOriginChainId,
  BigInt(BORN.baseTokenOriginToken),
  BORN.bornAt,
  mode,
];
const PREDEPLOY_WORDS = VERSION_PREDEPLOYS.map(({ address, codeHash, codeDigest }) => [
  BigInt(address),
  BigInt(codeHash),
  BigInt(codeDigest),
]);
const opening = (told: Partial<OpeningWords> = {}): Hint[] => openingHints(PLACE, false, { coinbase: COINBASE, ...told });
const slotOf = (chain: ReplayedChain, slot: bigint): bigint => chain.state.read(0, CONTEXT, slot);
const steps = (...list: readonly (readonly Hint[])[]) => list.map((hints) => ({ hints }));

function refusalOf(chain: ReplayedChain, ...list: readonly (readonly Hint[])[]): string {
  try {
    chain.attempt(steps(...list));
  } catch (error) {
    if (error instanceof KernelPanic) return error.code;
    throw error;
  }
  return "nothing";
}

const addressOf = (account: bigint): Hex => `0x${account.toString(16).padStart(40, "0")}`;

/** Outputs that L1 computes for an empty batch of two blocks. */
function outputsOfEmptyBatch(coinbase: bigint, mode = 0, predeploys?: Hex): bigint {
  const outputs = {
    ...{ batchNumber: 0n, firstBlock: 1n, lastBlock: 2n, firstTimestamp: TIME, lastTimestamp: TIME },
    ...{ l2LogsTreeRoot: l2LogTreeRoot([]), logCount: 0n, priorityOpCount: 0n, importedRootCount: 0n, cheatCount: 0n },
    ...{ priorityOpsRollingHash: EMPTY_PRIORITY_OPS_HASH, importedRootsRollingHash: IMPORTED_ROOTS_TAG },
    extensions: hashExtensions(hashConfiguration(BORN, mode), predeploys),
  };
  return BigInt(hashOutputs({ ...outputs, coinbase: addressOf(coinbase) }));
}

describe("the kernel", () => {
  let genesis: readonly GenesisAccount[];
  before(async () => {
    genesis = await realGenesis();
  });
  const fresh = (...accounts: readonly GenesisAccount[]): ReplayedChain =>
    new ReplayedChain([...genesis, ...accounts], GENESIS_TIMESTAMP);
  const opened = (mode = 0n): ReplayedChain => {
    const chain = fresh();
    chain.run(steps(opening({ configuration: words(mode) })));
    return chain;
  };
  const withContext = (account: Partial<GenesisAccount>): ReplayedChain =>
    new ReplayedChain(
      genesis.map((each) => (each.address === PREDEPLOYS.SystemContext ? { ...each, ...account } : each)),
      GENESIS_TIMESTAMP,
    );

  it("opens a chain's first batch with its configuration, and exports the coinbase that the opening told", () => {
    const chain = opened();
    assert.deepEqual(
      [2n, 3n, 4n, 5n, 6n, 9n].map((slot) => slotOf(chain, slot)),
      words(),
    );
    assert.deepEqual([chain.boundary.coinbase, slotOf(chain, 10n)], [COINBASE, COINBASE]);
    chain.run(steps(closingHints(PLACE)));
    assert.equal(slotOf(chain, 0n), outputsOfEmptyBatch(COINBASE));
    assert.equal(slotOf(chain, 10n), 0n, "the closing deletes the coinbase");
    chain.run(steps(opening({ coinbase: OTHER })));
    assert.deepEqual([chain.boundary.coinbase, slotOf(chain, 10n)], [OTHER, OTHER]);
  });

  it("coinbase of another batch: the outputs differ", () => {
    const chain = fresh();
    chain.run(steps(opening({ configuration: words(), coinbase: OTHER }), closingHints(PLACE)));
    assert.notEqual(slotOf(chain, 0n), outputsOfEmptyBatch(COINBASE));
    assert.equal(slotOf(chain, 0n), outputsOfEmptyBatch(OTHER));
    assert.equal(refusalOf(fresh(), opening({ configuration: words(), coinbase: 1n << 160n })), "field-range");
  });

  it("configure twice: the second opening takes its words for what comes behind a configuration", () => {
    const chain = opened();
    chain.run(steps(closingHints(PLACE)));
    const before = chain.state.copy();
    // The first word is read as whether hashes are forgotten, the second as the time.
    assert.equal(refusalOf(chain, opening({ configuration: words() })), "timestamp-falls");
    chain.state.compare(before, []);
  });

  it("wrong bornAt, bridge, mode in configure: the extensions are others than L1 computes, or there is no batch", () => {
    for (const [at, value] of [
      [4, BORN.bornAt + 1n],
      [1, 0xdeadn],
      [5, 2n],
    ] as const) {
      const chain = fresh();
      chain.run(steps(opening({ configuration: words().with(at, value) }), closingHints(PLACE)));
      assert.notEqual(slotOf(chain, 0n), outputsOfEmptyBatch(COINBASE), `word ${at}`);
    }
    // Bits that the contract's types omit, a chain that was never created, and undefined modes.
    for (const [at, value] of [
      [1, 1n << 160n],
      [3, 1n << 160n],
      [4, 0n],
      [5, 4n],
      [5, 0x401n],
      [5, 1n << 255n],
    ] as const)
      assert.equal(refusalOf(fresh(), opening({ configuration: words().with(at, value) })), "field-range", `word ${at}`);
  });

  it("import holds slots of SystemContext: the first opening panics", () => {
    for (const slot of [2n, 3n, 4n, 5n, 8n, 9n, 10n, 11n])
      assert.equal(
        refusalOf(withContext({ storage: [{ slot, value: 1n }] }), opening({ configuration: words() })),
        "configured-before",
        `slot ${slot}`,
      );
  });

  it("mode 1 with a user's transaction has no proof, nor one with a cheat or a root", () => {
    const user: Hint[] = [2n];
    const cheat = cheatHints({ kind: "balance", account: 1n << 100n, wei: 1n });
    const root = importHints(PLACE, [{ index: 1n, root: 2n }]);
    const request = { from: 1n << 100n, to: 1n, value: 0n, gasLimit: 100_000n, data: new Uint8Array(0) };
    for (const [name, ...list] of [
      ["transaction", blockHints(TIME, 1n), user],
      ["impersonated", blockHints(TIME, 1n), impersonationHints(request)],
      ["cheat", cheat],
      ["root", root],
      ["block of users", blockHints(TIME, 1n)],
    ] as const)
      assert.equal(refusalOf(opened(1n), ...list), "queue-only", name);
    for (const mode of [0n, 2n, 3n]) {
      assert.equal(refusalOf(opened(mode), cheat), "nothing", `mode ${mode}`);
      assert.equal(refusalOf(opened(mode), root), "nothing", `mode ${mode}`);
    }
  });

  it("mode 2: its outputs have the configuration's hash of that mode", () => {
    const chain = opened(2n);
    chain.run(steps(closingHints(PLACE)));
    assert.equal(slotOf(chain, 0n), outputsOfEmptyBatch(COINBASE, 2));
  });

  describe("over the state of a trusted chain", () => {
    const installed = { predeploys: PREDEPLOY_WORDS };
    const upgraded = (...accounts: readonly GenesisAccount[]): ReplayedChain => {
      const storage = words().flatMap((value, i) => (i < 5 ? [{ slot: BigInt(i) + 2n, value }] : []));
      const all = genesis.map((each) => (each.address === PREDEPLOYS.SystemContext ? { ...each, storage } : each));
      return new ReplayedChain([...all, ...accounts], GENESIS_TIMESTAMP);
    };

    it("the first opening installs all predeploys, exports their hash once, and writes nothing else", () => {
      const chain = upgraded();
      const before = chain.state.copy();
      chain.run(steps(opening(installed), closingHints(PLACE)));
      const leaf = { address: CONTEXT, slot: 0n };
      const written = [
        { ...leaf, leafKind: 0 as const, slot: 7n, value: slotOf(chain, 7n) },
        { leafKind: 1 as const, address: 0x8001n, slot: 0n, value: 2n },
      ];
      const words = PREDEPLOY_WORDS.flat().map((word) => fromHex(wordToHex(word)));
      chain.state.compare(before, written, outputsOfEmptyBatch(COINBASE, 0, keccak(...words)));
      assert.equal(refusalOf(chain, opening()), "nothing");
    });

    it("an edited predeploy is replaced by the version's, whatever its code", () => {
      const hostile = ["0x5f5ffd", "0x", "0x00"] as const;
      for (const address of [PREDEPLOYS.SystemContext, PREDEPLOYS.L1Messenger])
        for (const code of hostile) {
          const edited = genesis.map((each) => (each.address === address ? { ...each, code } : each));
          const chain = new ReplayedChain(edited, GENESIS_TIMESTAMP);
          for (const { code: own = "0x" } of genesis) chain.state.addCode(fromHex(own));
          chain.run(steps(opening({ ...installed, configuration: words() }), closingHints(PLACE)));
          const own = genesis.find((each) => each.address === address)?.code ?? "0x";
          assert.equal(chain.state.read(2, BigInt(address), 0n), BigInt(keccak(fromHex(own))));
          assert.equal(chain.state.read(3, BigInt(address), 0n), codeDigestValue(fromHex(own)));
        }
    });

    it("an opening that installs another code, a code less or one more exports another hash than L1 requires", () => {
      const [first = [], ...others] = PREDEPLOY_WORDS;
      const truth = keccak(...PREDEPLOY_WORDS.flat().map((word) => fromHex(wordToHex(word))));
      for (const predeploys of [others, [...PREDEPLOY_WORDS, first], [[...first.slice(0, 2), first[1] ?? 0n], ...others], []]) {
        const chain = fresh();
        chain.run(steps(opening({ predeploys, configuration: words() })));
        assert.notEqual(wordToHex(slotOf(chain, 12n)), truth);
      }
      const chain = upgraded();
      chain.run(steps(opening(installed)));
      assert.equal(wordToHex(slotOf(chain, 12n)), truth);
      chain.run(steps(closingHints(PLACE)));
      assert.equal(slotOf(chain, 12n), 0n, "the closing forgets it");
      assert.equal(refusalOf(fresh(), opening({ predeploys: [[1n << 160n, 1n, 1n]] })), "field-range");
    });

    it("a state with a second tree is not installed", () => {
      const partitioned = { address: addressOf(0x10017n), storage: [{ slot: 0n, value: 7n }] };
      assert.equal(refusalOf(upgraded(partitioned), opening(installed)), "partitioned-state");
    });

    it("ten thousand codes before the upgrade: the first opening takes what it takes without them", () => {
      const codes = Array.from({ length: 10_000 }, (_, i): GenesisAccount => {
        return { address: addressOf(0xc0de0000n + BigInt(i)), code: `0x60${(i % 256).toString(16).padStart(2, "0")}00` };
      });
      const rowsOf = (chain: ReplayedChain): number => {
        let rows = 0;
        const observer = { row: () => void rows++, opcode: () => void rows++ };
        chain.attempt(steps(opening(installed)), { observer: () => observer, ended: () => undefined });
        return rows;
      };
      assert.equal(rowsOf(upgraded(...codes)), rowsOf(upgraded()));
    });
  });

  it("gives a block's PREVRANDAO and base fee", () => {
    // Stores PREVRANDAO in slot 1 and BASEFEE in slot 2, by a caller whose price is above it.
    const [account, caller] = [1n << 90n, 1n << 91n];
    const store: GenesisAccount = { address: addressOf(account), code: "0x446001554860025500" };
    const chain = fresh(store, { address: addressOf(caller), balanceWei: 10n ** 18n });
    const request = { from: caller, to: account, value: 0n, gasLimit: 100_000n, data: new Uint8Array(0) };
    chain.run(steps(opening({ configuration: words() }), blockHints(TIME, 1n), impersonationHints(request)));
    assert.equal(wordToHex(chain.state.read(0, account, 1n)), prevRandaoOf(BigInt(CHAIN_ID), 2n));
    assert.equal(chain.state.read(0, account, 2n), 0n);
  });

  describe("of codes", () => {
    const CALLED = 0xca11n;
    /** Steps that have the kernel load the code at an account. */
    const call = [
      blockHints(TIME, 1n),
      impersonationHints({ from: 1n << 100n, to: CALLED, value: 0n, gasLimit: 100_000n, data: new Uint8Array(0) }),
    ];
    const callee = (code: Uint8Array): GenesisAccount => ({
      address: addressOf(CALLED),
      code: `0x${Buffer.from(code).toString("hex")}`,
    });
    const sender: GenesisAccount = { address: addressOf(1n << 100n), balanceWei: 10n ** 18n };
    const digestOf = (code: Uint8Array, isOld: boolean): bigint => (isOld ? lengthFirstDigest(code) : codeDigestValue(code));
    const loads = (code: Uint8Array, isOld: boolean): ReplayedChain => {
      const chain = fresh(callee(code), sender);
      chain.state.apply({ leaves: [{ leafKind: 3, account: CALLED, slot: 0n, before: 0n, after: digestOf(code, isOld) }] });
      chain.run(steps(opening({ configuration: words() })));
      return chain;
    };
    const code = Uint8Array.from({ length: 50 }, (_, i) => (i === 0 ? 0x00 : i));

    it("reads digests with the length last or first", () => {
      for (const isOld of [false, true]) assert.equal(refusalOf(loads(code, isOld), ...call), "nothing", `${isOld}`);
    });

    it("old code digest as new, new as old: the digests differ", () => {
      for (const isOld of [false, true]) {
        const chain = loads(code, isOld);
        const truth = chain.state.isLengthFirst.bind(chain.state);
        const lied = digestOf(code, isOld);
        chain.state.isLengthFirst = (digest, own) => (digest === lied ? !truth(digest, own) : truth(digest, own));
        assert.equal(refusalOf(chain, ...call), "false-code", `${isOld}`);
      }
    });

    it("length hint of a code off by one, bytes 3n ± 1: the digests differ", () => {
      for (const length of [2, 3, 4, 23, 24, 25]) {
        // Zeros at the end: what is behind a code counts as zeros too.
        const short = Uint8Array.from({ length }, (_, i) => (i > 0 && i < length - 2 ? i : 0));
        for (const [isOld, other] of [false, true].flatMap((isOld) => [
          [isOld, Uint8Array.from([...short, 0])] as const,
          [isOld, short.subarray(0, length - 1)] as const,
        ])) {
          if (other.length === 0) continue;
          const chain = loads(short, isOld);
          const [codeOf, isFirst] = [chain.state.codeOf.bind(chain.state), chain.state.isLengthFirst.bind(chain.state)];
          const lied = digestOf(short, isOld);
          chain.state.codeOf = (digest) => (digest === lied ? other : codeOf(digest));
          chain.state.isLengthFirst = (digest, own) => (digest === lied ? isOld : isFirst(digest, own));
          assert.equal(refusalOf(chain, ...call), "false-code", `${other.length} bytes for ${length}, ${isOld}`);
        }
      }
    });

    it("writes digests with the length last alone, also of a code that had the other form", () => {
      const chain = loads(code, true);
      chain.run(steps(cheatHints({ kind: "code", account: 1n << 101n, code })));
      assert.equal(chain.state.read(3, 1n << 101n, 0n), codeDigestValue(code));
      assert.equal(wordToHex(chain.state.read(2, 1n << 101n, 0n)), keccak(code));
    });
  });
});
