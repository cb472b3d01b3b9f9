import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Signature, Wallet, type Provider } from "ethers";
import { hyperchainInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { SignedWordReader } from "../../src/ecosystem/devnet/stake/signed-word-reader.ts";
import type { StakedQuorum } from "../../src/ecosystem/devnet/stake/stake-events.ts";
import { signedWordsIn, type StakedChain } from "../../src/ecosystem/devnet/stake/signed-words.ts";
import { WordBook, type SignedWord } from "../../src/ecosystem/devnet/stake/word-book.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { BATCH_COMMITMENT_TYPES, quorumDomain } from "../../src/ground/protocol/quorum.ts";
import { createRandomness } from "../protocol/random-batches.ts";
import { signerOfDigest } from "../../src/ground/transaction/signature-recovery.ts";
import { commitCalldata, commitsCalldata } from "./support/commit-calldata.ts";

const L1 = 31_337n;
const [KEY, OTHER] = [new Wallet(wordToHex(7n)), new Wallet(wordToHex(8n))];
const CHAIN: StakedChain = {
  chainId: 271n,
  hyperchain: `0x${"11".repeat(20)}`,
  revertCount: 3n,
  keys: new Set([KEY.address.toLowerCase() as Hex]),
};
const base: SignedWord = {
  chainId: 271n,
  signer: KEY.address.toLowerCase() as Hex,
  signature: "0x",
  commitment: wordToHex(1n),
  batchNumber: 5n,
  revertCount: 0n,
  validFrom: 10n,
  validUntil: 20n,
};

/** Words that contradict each other in the book, by the definition alone: every pair is compared. */
function contradictionsOf(words: readonly SignedWord[]): string[] {
  const pairs = words.flatMap((first, i) => words.slice(i + 1).map((second) => [first, second] as const));
  return pairs
    .filter(
      ([a, b]) =>
        a.signer === b.signer &&
        a.chainId === b.chainId &&
        a.batchNumber === b.batchNumber &&
        a.revertCount === b.revertCount &&
        a.commitment !== b.commitment &&
        a.validFrom <= b.validUntil &&
        b.validFrom <= a.validUntil,
    )
    .map((pair) => nameOf(pair))
    .sort();
}

function nameOf(pair: readonly SignedWord[]): string {
  return pair
    .map(({ commitment, validFrom, validUntil, ...word }) =>
      [commitment, validFrom, validUntil, word.batchNumber, word.revertCount].join(),
    )
    .sort()
    .join(" / ");
}

describe("words of staked keys", () => {
  test("contradict each other in the same pairs, in whichever order they are added and how often", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = createRandomness(seed);
      const words = Array.from({ length: 12 }, (): SignedWord => {
        const validFrom = 10n + random.below(30n);
        return {
          ...base,
          commitment: wordToHex(1n + random.below(3n)),
          batchNumber: 5n + random.below(2n),
          revertCount: random.below(2n),
          signer: [base.signer, OTHER.address.toLowerCase() as Hex][random.index(2)]!,
          validFrom,
          validUntil: validFrom + random.below(15n),
        };
      });
      const unique = [...new Map(words.map((word) => [Object.values(word).join(), word])).values()];
      const book = new WordBook();
      for (const word of [...words.toReversed(), ...words]) book.add(word);
      const found = book.contradictions.map(({ first, second }) => nameOf([first, second])).sort();
      assert.deepEqual(found, contradictionsOf(unique), `seed ${seed}`);
      for (const { first, second, from, until } of book.contradictions) {
        for (const word of [first, second]) assert.ok(word.validFrom <= from && until <= word.validUntil);
      }
    }
  });

  test("are forgotten after a rewind, and after their times", () => {
    const book = new WordBook();
    const second = { ...base, commitment: wordToHex(2n), validUntil: 30n };
    assert.ok(book.add(base));
    assert.ok(book.add(second));
    assert.equal(book.contradictions.length, 1);
    book.expireBefore(20n);
    assert.equal(book.contradictions.length, 1);
    book.expireBefore(21n);
    assert.equal(book.contradictions.length, 0);
    assert.ok(book.add({ ...base, validUntil: 40n }));
    assert.equal(book.contradictions.length, 1);
    book.clear();
    assert.ok(book.add(base));
    assert.equal(book.contradictions.length, 0);
  });

  /** Calldata of a commit with a signature of the key for a revert count. */
  const commitBy = (key: Wallet, revertCount: bigint): Promise<Hex> => {
    const word = { commitment: wordToHex(1n), batchNumber: 5n, revertCount, validFrom: 10n, validUntil: 20n };
    return commitCalldata(key, quorumDomain(L1, CHAIN.hyperchain), word);
  };

  test("are read of calls of the chain's contract and of calls inside others' calldata, of each revert count", async () => {
    for (const revertCount of [0n, 2n, 3n]) {
      const data = await commitBy(KEY, revertCount);
      const found = signedWordsIn([{ to: CHAIN.hyperchain, data }], L1, [CHAIN]);
      assert.deepEqual(
        found.map((word) => [word.signer, word.batchNumber, word.revertCount]),
        [[base.signer, 5n, revertCount]],
      );
      const wrapped = `0xabcdef01${"00".repeat(7)}${data.slice(2)}`;
      assert.equal(signedWordsIn([{ to: undefined, data: wrapped }], L1, [CHAIN]).length, 1);
    }
  });

  test("are read of signatures in L1's form alone, behind a stranger's copies in others", async () => {
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const copies = (signature: string): readonly string[] => {
      const { r, s, v, yParity, compactSerialized } = Signature.from(signature);
      const otherS = wordToHex(order - BigInt(s)).slice(2);
      const shortV = `0${yParity}`;
      return [compactSerialized, `${r}${s.slice(2)}${shortV}`, `${r}${otherS}${v === 27 ? "1c" : "1b"}`, `${signature}00`];
    };
    const word = { commitment: wordToHex(1n), batchNumber: 5n, revertCount: 3n, validFrom: 10n, validUntil: 20n };
    const data = await commitCalldata(KEY, quorumDomain(L1, CHAIN.hyperchain), word, copies);
    const [found, ...others] = signedWordsIn([{ to: CHAIN.hyperchain, data }], L1, [CHAIN]);
    assert.deepEqual(others, []);
    const domain = quorumDomain(L1, CHAIN.hyperchain);
    assert.equal(found?.signature, await KEY.signTypedData(domain, BATCH_COMMITMENT_TYPES, word));
  });

  test("are read of staked keys alone, and for the chain whose contract they name", async () => {
    assert.deepEqual(signedWordsIn([{ to: CHAIN.hyperchain, data: await commitBy(OTHER, 3n) }], L1, [CHAIN]), []);
    const data = await commitBy(KEY, 3n);
    assert.deepEqual(signedWordsIn([{ to: CHAIN.hyperchain, data }], L1 + 1n, [CHAIN]), []);
    const another = { ...CHAIN, hyperchain: `0x${"22".repeat(20)}` as const };
    assert.deepEqual(signedWordsIn([{ to: another.hyperchain, data }], L1, [another, CHAIN]), []);
    assert.deepEqual(signedWordsIn([{ to: CHAIN.hyperchain, data: "0x" }], L1, [CHAIN]), []);
  });

  /** Signature of the key for a batch. */
  const signedBy = async (key: Wallet, batchNumber: bigint) => {
    const word = { commitment: wordToHex(1n), batchNumber, revertCount: 3n, validFrom: 10n, validUntil: 20n };
    const signature = await key.signTypedData(quorumDomain(L1, CHAIN.hyperchain), BATCH_COMMITMENT_TYPES, { ...word });
    return { word, signatures: [signature] };
  };

  test("A148: are read of all 64 batches of a joined call", async () => {
    const signed = await Promise.all(Array.from({ length: 64 }, (_, i) => signedBy(KEY, BigInt(i))));
    const found = signedWordsIn([{ to: CHAIN.hyperchain, data: commitsCalldata(signed) }], L1, [CHAIN]);
    assert.deepEqual(
      found.map(({ batchNumber }) => batchNumber),
      signed.map(({ word }) => word.batchNumber),
    );
  });

  test("A148: sum above the limit: commits, signatures, revert counts and chains do not multiply, and present words come first", async () => {
    const { word, signatures } = await signedBy(KEY, 5n);
    const garbage = Array.from(
      { length: 12 },
      (_, i) => `${signatures[0]!.slice(0, 64)}${wordToHex(BigInt(i)).slice(-2)}${signatures[0]!.slice(66)}`,
    );
    const others = Array.from({ length: 59 }, () => ({ word, signatures: garbage }));
    const data = commitsCalldata([...others, { word, signatures }]);
    const chains = Array.from({ length: 4 }, (_, i) => ({
      ...CHAIN,
      chainId: BigInt(i),
      revertCount: 9n,
      hyperchain: `0x${"22".repeat(19)}0${i}` as const,
    }));
    let recoveries = 0;
    const counted: typeof signerOfDigest = (digest, signature) => (recoveries++, signerOfDigest(digest, signature));
    const found = signedWordsIn([{ to: undefined, data }], L1, [...chains, CHAIN], counted);
    assert.deepEqual(
      found.map(({ chainId, batchNumber }) => [chainId, batchNumber]),
      [[CHAIN.chainId, 5n]],
    );
    assert.ok(recoveries < 4_096, `${recoveries} recoveries`);
  });

  /** Signatures of no key, from a number on. */
  const garbageFrom = (first: number, count: number): readonly string[] =>
    Array.from({ length: count }, (_, i) => `${wordToHex(BigInt(first + i))}${wordToHex(1n).slice(2)}1b`);

  test("A151: the transactions of a block do not add up either, and a flood displaces no word of a smaller transaction", async () => {
    const { word, signatures } = await signedBy(KEY, 5n);
    const chains = Array.from({ length: 4 }, (_, i) => ({
      ...CHAIN,
      chainId: BigInt(i),
      revertCount: 9n,
      hyperchain: `0x${"22".repeat(19)}0${i}` as const,
    }));
    const flood = Array.from({ length: 20 }, (_, i) => ({
      to: undefined,
      data: commitsCalldata([0, 1, 2].map((j) => ({ word, signatures: garbageFrom(1_000 * i + 100 * j, 64) }))),
    }));
    let recoveries = 0;
    const counted: typeof signerOfDigest = () => void recoveries++;
    signedWordsIn(flood, L1, [...chains, CHAIN], counted);
    assert.ok(recoveries <= 16_384, `${recoveries} recoveries`);
    const mine = { to: undefined, data: commitsCalldata([{ word, signatures }]) };
    const known: typeof signerOfDigest = (digest, signature) =>
      signature === signatures[0] ? signerOfDigest(digest, signature) : undefined;
    assert.equal(signedWordsIn([...flood, mine], L1, [...chains, CHAIN], known).length, 1);
  });

  test("A151: hundreds of commits that a contract puts into one transaction are read once, from one receipt", async () => {
    const { word, signatures } = await signedBy(KEY, 5n);
    const input = commitsCalldata([{ word, signatures }]);
    const event = hyperchainInterface.encodeEventLog("CommitCall", [5n, input]);
    const log = { ...event, address: CHAIN.hyperchain, transactionHash: wordToHex(9n), blockNumber: 1 };
    const logs = Array.from({ length: 200 }, (_, index) => ({ ...log, index }));
    let receipts = 0;
    const l1 = {
      getBlock: () => Promise.resolve({ hash: wordToHex(1n), prefetchedTransactions: [] }),
      getLogs: () => Promise.resolve(logs),
      getTransactionReceipt: () => (receipts++, Promise.resolve({ logs })),
    } as unknown as Provider;
    const words: SignedWord[] = [];
    const onWord = (found: SignedWord) => Promise.resolve(void words.push(found));
    const reader = new SignedWordReader({ l1, settlementChainId: L1, fromBlock: 1, onWord });
    await reader.read([{ ...CHAIN, staked: [] } as unknown as StakedQuorum], { head: 1, earliest: 0n, rewoundAt: 0 });
    assert.equal(receipts, 1);
    assert.equal(words.length, logs.length);
  });

  test("A151: each signature of a direct call is read with the present revert count, whatever else is in the block", async () => {
    const { word, signatures } = await signedBy(KEY, 5n);
    const commits = (first: number) => [0, 1, 2, 3].map((j) => ({ word, signatures: garbageFrom(first + 100 * j, 64) }));
    const flood = Array.from({ length: 80 }, (_, i) => ({
      to: CHAIN.hyperchain,
      data: commitsCalldata([...commits(1_000 * i), ...(i === 79 ? [{ word, signatures }] : [])]),
    }));
    let recoveries = 0;
    const counted: typeof signerOfDigest = (digest, signature) => {
      recoveries++;
      return signature === signatures[0] ? signerOfDigest(digest, signature) : undefined;
    };
    assert.equal(signedWordsIn(flood, L1, [CHAIN], counted).length, 1);
    assert.ok(recoveries <= 80 * 256 + 1 + 16_384, `${recoveries} recoveries`);
  });
});
