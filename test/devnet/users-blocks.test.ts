import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { getCreate2Address, keccak256 } from "ethers";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import type { BlockSource, SourceBlock, SourceTransaction } from "../../src/ecosystem/devnet/view/transactions/block-source.ts";
import { UsersBlocks } from "../../src/ecosystem/devnet/view/transactions/users-blocks.ts";

const ALICE = "0x00000000000000000000000000000000000a11ce";
const OPERATOR = "0x000000000000000000000000000000000000b055";
const DEPLOYER = "0x4e59b44847b379578588920ca78fbf26c0b4956c";

/** A member whose blocks a test writes down: each by its senders. */
class Member {
  blocks: SourceBlock[] = [];
  readonly created = new Map<Hex, Hex>();
  readonly reads: number[] = [];
  isRemote = false;
  first = 0;

  /** Mines blocks; `branch` makes their hashes others than those of the same senders before. */
  mine(senders: readonly (readonly string[])[], branch = "a", more: Partial<SourceTransaction> = {}): void {
    for (const each of senders) {
      const number = this.blocks.length;
      const transactions = each.map((from, i) => ({
        ...{ hash: word(`${branch}${number}.${i}`), from: from as Hex, type: "0x2", to: ALICE as Hex, input: "0x" as Hex },
        ...more,
      }));
      this.blocks.push({ number, hash: word(`${branch}${number}`), timestamp: 1_000 + number, transactions });
    }
  }

  get source(): BlockSource {
    return {
      chainId: 271,
      isRemote: this.isRemote,
      first: () => Promise.resolve(this.first),
      newest: () => Promise.resolve(this.blocks.length - 1),
      block: (number) => {
        this.reads.push(number);
        return Promise.resolve(this.blocks[number]);
      },
      receipt: (hash) => Promise.resolve({ contractAddress: this.created.get(hash) ?? null, logs: [] }),
      canHoldUsers: (number) => this.blocks[number]?.transactions.length !== 0,
    };
  }

  index(): UsersBlocks {
    return new UsersBlocks(this.source, (_block, { from }) => from === ALICE);
  }
}

function word(text: string): Hex {
  return keccak256(Buffer.from(text)) as Hex;
}

const numbersOf = ({ blocks }: { readonly blocks: readonly { readonly number: number }[] }): readonly number[] =>
  blocks.map(({ number }) => number);

describe("the index of a member's blocks with transactions of users", () => {
  test("pages have all of them from block 0 onwards, whole blocks, the newest first", async () => {
    const member = new Member();
    member.mine([[ALICE], [], [OPERATOR], [ALICE, OPERATOR, ALICE], [], [ALICE], [OPERATOR]]);
    const index = member.index();
    const first = await index.page(undefined, 2);
    assert.deepEqual(first, {
      blocks: [
        { number: 5, hash: word("a5"), timestamp: 1_005, users: 1 },
        { number: 3, hash: word("a3"), timestamp: 1_003, users: 2 },
      ],
      from: 3,
      isEnd: false,
    });
    const second = await index.page(first.from, 2);
    assert.deepEqual([numbersOf(second), second.isEnd], [[0], true]);
    assert.deepEqual(await index.page(0, 2), { blocks: [], from: 0, isEnd: true });
  });

  test("each block is read once, and those that hold no user are not read", async () => {
    const member = new Member();
    member.mine([[ALICE], [], [OPERATOR], [], [ALICE], []]);
    const index = member.index();
    await index.page(undefined, 10);
    // The newest one is read for its hash.
    assert.deepEqual(member.reads, [5, 4, 2, 0]);
    member.mine([[], [ALICE], []]);
    member.reads.length = 0;
    assert.deepEqual(numbersOf(await index.page(undefined, 10)), [7, 4, 0]);
    // The former newest block still exists, so that nothing before it has changed.
    assert.deepEqual(member.reads, [5, 7, 8]);
  });

  test("a return to an earlier state removes later blocks, and new ones are found", async () => {
    const member = new Member();
    member.mine([[ALICE], [ALICE], [], [ALICE], [ALICE], []]);
    member.created.set(word("a1.0"), `0x${"01".repeat(20)}`);
    member.created.set(word("a4.0"), `0x${"04".repeat(20)}`);
    const index = member.index();
    await index.contracts();
    assert.deepEqual(numbersOf(await index.page(undefined, 10)), [4, 3, 1, 0]);
    member.blocks = member.blocks.slice(0, 3);
    assert.deepEqual(numbersOf(await index.page(undefined, 10)), [1, 0]);
    assert.deepEqual(
      (await index.contracts()).places.map(({ address }) => address),
      [`0x${"01".repeat(20)}`],
    );
    member.mine([[], [ALICE], [], [], [ALICE]], "b");
    assert.deepEqual(numbersOf(await index.page(undefined, 10)), [7, 4, 1, 0]);
    // A reorg to a longer branch from the first block on.
    member.blocks = [];
    member.mine([[], [], [ALICE], [], [], [], [], [], [], []], "c");
    const { blocks } = await index.page(undefined, 10);
    assert.deepEqual(
      blocks.map(({ hash }) => hash),
      [word("c2")],
    );
    assert.deepEqual((await index.contracts()).places, []);
  });

  test("older ones that were read before a return are read again where it goes behind them", async () => {
    const member = new Member();
    member.mine([[ALICE], [ALICE], [ALICE], [ALICE]]);
    const index = member.index();
    // Two of them alone: the others are not read.
    assert.deepEqual(numbersOf(await index.page(undefined, 2)), [3, 2]);
    member.blocks = member.blocks.slice(0, 1);
    member.mine([[], [ALICE]], "b");
    const { blocks } = await index.page(undefined, 10);
    assert.deepEqual(
      blocks.map(({ hash }) => hash),
      [word("b2"), word("a0")],
    );
  });

  test("contracts that were created, called, or put there by a deterministic deployer are found once, by the first that shows them", async () => {
    const member = new Member();
    const contract = `0x${"c0".repeat(20)}` as const;
    member.mine([[ALICE]], "a", { to: null, input: "0x6001" });
    member.created.set(word("a0.0"), contract);
    member.mine([[], [ALICE]], "a", { to: contract, input: "0x12345678" });
    const [salt, code] = ["5a".repeat(32), "60016002"];
    member.mine([[ALICE]], "a", { to: DEPLOYER, input: `0x${salt}${code}` });
    // EIP-1014, by another library.
    const put = getCreate2Address(DEPLOYER, `0x${salt}`, keccak256(`0x${code}`)).toLowerCase();
    const { places, isComplete } = await member.index().contracts();
    assert.equal(isComplete, true);
    assert.deepEqual(
      places.map(({ address, number, transactionHash }) => [address, number, transactionHash]),
      [
        [DEPLOYER, 3, word("a3.0")],
        [put, 3, word("a3.0")],
        [contract, 0, word("a0.0")],
      ],
    );
  });

  test("one request reads a bounded number of blocks, few of a remote member, and the next one continues", async () => {
    const far = new Member();
    far.mine([[ALICE], ...Array.from({ length: 60 }, () => [OPERATOR])]);
    far.isRemote = true;
    const index = far.index();
    const page = await index.page(undefined, 1);
    assert.deepEqual([page.blocks, page.isEnd, far.reads.length], [[], false, 26]);
    assert.equal((await index.contracts()).isComplete, false);
    let from = page.from;
    for (let i = 0; i < 2 && from > 0; i++) ({ from } = await index.page(from, 1));
    assert.deepEqual(numbersOf(await index.page(undefined, 1)), [0]);
    const near = new Member();
    near.mine([[ALICE], ...Array.from({ length: 2_500 }, () => [OPERATOR])]);
    const first = await near.index().page(undefined, 1);
    assert.deepEqual([first.blocks, first.from, first.isEnd], [[], 500, false]);
  });

  test("attack: a stranger's transactions show more contracts than the index has room for, and a contract deployed later is listed", async () => {
    const member = new Member();
    const address = (n: number): Hex => `0x${n.toString(16).padStart(40, "0")}`;
    const logs = new Map<Hex, readonly { readonly address: Hex }[]>();
    const source: BlockSource = {
      ...member.source,
      receipt: (hash) => Promise.resolve({ contractAddress: member.created.get(hash) ?? null, logs: logs.get(hash) ?? [] }),
    };
    member.mine([[ALICE]], "a", { to: null });
    member.created.set(word("a0.0"), address(0xa));
    for (let i = 1; i <= 50; i++) {
      member.mine([[ALICE]]);
      logs.set(
        word(`a${i}.0`),
        Array.from({ length: 470 }, (_, n) => ({ address: address(0x100000 + 470 * i + n) })),
      );
    }
    member.mine([[ALICE]], "a", { to: null });
    member.created.set(word("a51.0"), address(0xb));
    const { places } = await new UsersBlocks(source, () => true).contracts();
    assert.equal(places.length, 20_000);
    assert.equal(places[0]?.address, address(0xb));
    assert.equal(
      places.some((place) => place.address === address(0xa)),
      false,
    );
    const begun = new UsersBlocks(source, () => true);
    await begun.contracts();
    member.mine([[ALICE]], "a", { to: null });
    member.created.set(word("a52.0"), address(0xc));
    assert.equal((await begun.contracts()).places[0]?.address, address(0xc));
  });

  test("a question reads few new blocks of a remote member, however long ago the last one was, and the newest ones first", async () => {
    const far = new Member();
    far.mine([[ALICE], ...Array.from({ length: 60 }, () => [OPERATOR])]);
    far.isRemote = true;
    const index = far.index();
    await index.page(undefined, 1);
    far.reads.length = 0;
    far.mine([...Array.from({ length: 300 }, () => [OPERATOR]), [ALICE], [OPERATOR]]);
    assert.deepEqual(numbersOf(await index.page(undefined, 10)), [361]);
    assert.ok(far.reads.length <= 27, `${far.reads.length}`);
    // A few new ones leave the rest of the share to older ones.
    far.reads.length = 0;
    far.mine([[ALICE], [OPERATOR]]);
    assert.deepEqual(numbersOf(await index.page(undefined, 10)), [363, 361]);
    assert.ok(far.reads.length <= 27, `${far.reads.length}`);
  });

  test("attack: a remote member answers with other blocks at each question: each question reads few", async () => {
    const far = new Member();
    far.mine(Array.from({ length: 100 }, () => [ALICE]));
    far.isRemote = true;
    const index = far.index();
    for (let i = 0; i < 4; i++) await index.contracts();
    far.blocks = [];
    far.mine(
      Array.from({ length: 100 }, () => [ALICE]),
      "b",
    );
    far.reads.length = 0;
    const page = await index.page(undefined, 3);
    assert.ok(far.reads.length <= 27, `${far.reads.length}`);
    const { blocks } = await index.page(undefined, 3);
    assert.deepEqual(
      [page.blocks[0]?.hash, ...blocks.map(({ hash }) => hash)],
      [word("b99"), word("b99"), word("b98"), word("b97")],
    );
  });

  test("a copy of another L1 has its own blocks alone, and a question that fails is put again", async () => {
    const member = new Member();
    member.mine([[ALICE], [ALICE], [ALICE]]);
    member.first = 2;
    const index = member.index();
    assert.deepEqual(await index.page(undefined, 10).then(({ isEnd, blocks }) => [isEnd, blocks.length]), [true, 1]);
    const source = member.source;
    let isAway = true;
    const other = new UsersBlocks(
      { ...source, newest: () => (isAway ? Promise.reject(new Error("away")) : source.newest()) },
      () => true,
    );
    await assert.rejects(other.page(undefined, 1), /away/);
    isAway = false;
    assert.equal((await other.page(undefined, 1)).blocks.length, 1);
  });
});
