import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { AbiCoder, type Contract } from "ethers";
import hre from "hardhat";
import { ATOMIC_LINKS } from "../../../src/ecosystem/devnet/links/atomic-links.ts";
import { factIndex } from "../../../src/ground/protocol/import-kinds.ts";
import { keccak, toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { linkId, receivedBody, sentBody, type Link } from "../../../src/ground/protocol/link.ts";
import { linkIndex } from "../../../src/ground/protocol/link-index.ts";
import { hashL2Log, l2LogTreeRoot, messageLog } from "../../../src/ground/protocol/l2-log.ts";
import { encodeFactProof, l2LogTreeProof } from "../../../src/ground/protocol/message-proof.ts";
import { PREDEPLOYS } from "../../../src/ground/protocol/predeploys.ts";
import { ETH, startEcosystem, type Ecosystem, type SimulatedChain } from "./support/ecosystem.ts";
import { BOOTLOADER } from "./support/local-l2.ts";
import { assertReverts } from "./support/revert-reason.ts";

/** Address of the contract on both chains. */
const LINKS: Hex = `0x${"71".repeat(20)}`;
const FOREVER = 2n ** 63n;

interface End {
  readonly chain: SimulatedChain;
  readonly links: Contract;
  readonly counter: Contract;
}

/** Batches have one message, so the log of a link is the first of its tree. */
function treeOf(body: Uint8Array): { readonly root: Hex; readonly siblings: readonly Hex[] } {
  const leaves = [hashL2Log(messageLog(LINKS, body))];
  return { root: l2LogTreeRoot(leaves), siblings: l2LogTreeProof(leaves, 0) };
}

describe("AtomicLinks", () => {
  let ecosystem: Ecosystem;
  let a: End;
  let b: End;
  let next = 1n;
  before(async () => {
    ecosystem = await startEcosystem([ETH, ETH]);
    [a, b] = [await openEnd(ecosystem.chains[0]!), await openEnd(ecosystem.chains[1]!)];
  });
  after(() => ecosystem.close());

  async function openEnd(chain: SimulatedChain): Promise<End> {
    const { deployedBytecode } = await hre.artifacts.readArtifact("AtomicLinks");
    await chain.ethers.provider.send("hardhat_setCode", [LINKS, deployedBytecode]);
    const [signer] = chain.users;
    const links = (await chain.ethers.getContractAt("AtomicLinks", LINKS, signer)) as unknown as Contract;
    const counter = (await chain.ethers.deployContract("LinkCounter", [LINKS], signer)) as unknown as Contract;
    return { chain, links, counter };
  }
  const view = async <Result>(contract: Contract, name: string, ...args: unknown[]): Promise<Result> =>
    (await contract.getFunction(name).staticCall(...args)) as Result;
  const call = (contract: Contract, name: string, ...args: unknown[]) => contract.getFunction(name).staticCall(...args);
  const addressOf = async (contract: Contract): Promise<Hex> => (await contract.getAddress()).toLowerCase() as Hex;
  const importInto = async ({ chain }: End, index: bigint, root: Hex): Promise<void> => {
    const roots = await chain.predeploy("ImportedRoots", await chain.impersonate(BOOTLOADER));
    await chain.send(roots, "importRoot", index, root);
  };
  /** The link that the counter of `a` sends next to the counter of `b`. */
  async function nextLink(amount: bigint, changes: Partial<Link> = {}): Promise<Link> {
    const sender = await addressOf(a.counter);
    return {
      fromChain: a.chain.chainId,
      toChain: b.chain.chainId,
      sender,
      nonce: await view<bigint>(a.links, "nonceOf", sender),
      recipient: await addressOf(b.counter),
      expires: FOREVER,
      data: AbiCoder.defaultAbiCoder().encode(["uint256"], [amount]) as Hex,
      ...changes,
    };
  }
  const receiving = (link: Link, batchNumber: bigint, body = sentBody(linkId(link))) =>
    [link, batchNumber, 0n, encodeFactProof(treeOf(body).siblings)] as const;
  const confirming = (link: Link, batchNumber: bigint) => {
    const id = linkId(link);
    return [id, link.toChain, batchNumber, 0n, treeOf(receivedBody(id)).siblings] as const;
  };
  /** B receives the link by a fact about a batch of A, and A imports the link to B's batch. */
  async function exchange(link: Link): Promise<bigint> {
    const batchNumber = next++;
    await importInto(b, factIndex(link.fromChain, batchNumber), treeOf(sentBody(linkId(link))).root);
    await b.chain.send(b.links, "receiveLink", ...receiving(link, batchNumber));
    await importInto(a, linkIndex(link.toChain, batchNumber), treeOf(receivedBody(linkId(link))).root);
    return batchNumber;
  }
  const add = async (amount: bigint) => [b.chain.chainId, await addressOf(b.counter), amount, FOREVER] as const;

  test("a link is sent after its receipt, with the messages that the other end expects", async () => {
    const link = await nextLink(5n);
    const batchNumber = await exchange(link);
    assert.equal(await view(b.counter, "received"), 5n);
    await a.chain.send(a.links, "confirm", ...confirming(link, batchNumber));
    const receipt = await a.chain.send(a.counter, "add", ...(await add(5n)));
    const [message] = receipt.logs.filter(({ address }) => address.toLowerCase() === PREDEPLOYS.L1Messenger);
    assert.equal(message!.topics[2], keccak(sentBody(linkId(link))), "hash of the body");
    assert.equal(await view(a.counter, "sent"), 5n);
  });

  test("word unsent: no link is sent without a confirmed receipt, and none is received without a proof", async () => {
    const link = await nextLink(6n);
    await assertReverts(call(a.counter, "add", ...(await add(6n))), "AtomicLinks", "LinkUnconfirmed", [linkId(link)]);
    const error = [linkId(link), link.fromChain, 900n];
    await assertReverts(call(b.links, "receiveLink", ...receiving(link, 900n)), "AtomicLinks", "LinkNotProven", error);
    await importInto(b, linkIndex(link.fromChain, 900n), treeOf(sentBody(linkId(link))).root);
    await assertReverts(call(b.links, "receiveLink", ...receiving(link, 900n)), "AtomicLinks", "LinkNotProven", error);
  });

  test("a receipt is confirmed by the link to its batch alone: not by a fact, another batch, another index or chain", async () => {
    const link = await nextLink(7n);
    const id = linkId(link);
    const { root, siblings } = treeOf(receivedBody(id));
    const refused = (chainId: bigint, batchNumber: bigint, index = 0n, path: readonly Hex[] = siblings) =>
      assertReverts(call(a.links, "confirm", id, chainId, batchNumber, index, path), "AtomicLinks", "ReceiptNotProven", [
        id,
        chainId,
        batchNumber,
      ]);
    await importInto(a, factIndex(link.toChain, 910n), root);
    await refused(link.toChain, 910n);
    await importInto(a, linkIndex(link.toChain, 911n), root);
    await refused(link.toChain, 912n);
    await refused(link.toChain, 911n, 1n << 14n);
    await refused(link.toChain, 911n, 1n);
    await refused(link.toChain, 911n, 0n, siblings.slice(1));
    await refused(link.toChain + (1n << 64n), 911n);
    // The message that sends is not the receipt.
    await importInto(a, linkIndex(link.toChain, 913n), treeOf(sentBody(id)).root);
    await refused(link.toChain, 913n);
    // A receipt by another chain does not count for the chain that the link goes to.
    await importInto(a, linkIndex(999n, 911n), root);
    await a.chain.send(a.links, "confirm", id, 999n, 911n, 0n, siblings);
    await assertReverts(call(a.counter, "add", ...(await add(7n))), "AtomicLinks", "LinkUnconfirmed", [id]);
  });

  test("word swapped: another amount, sender, nonce, chain or recipient is another link", async () => {
    const link = await nextLink(8n);
    const batchNumber = await exchange(link);
    await a.chain.send(a.links, "confirm", ...confirming(link, batchNumber));
    for (const changes of [
      { data: wordToHex(9n) },
      { sender: `0x${"99".repeat(20)}` as Hex },
      { nonce: link.nonce + 1n },
      { fromChain: 555n },
      { expires: FOREVER - 1n },
    ]) {
      const other = { ...link, ...changes };
      const proofOfLink = receiving(other, batchNumber, sentBody(linkId(link)));
      await assertReverts(call(b.links, "receiveLink", ...proofOfLink), "AtomicLinks", "LinkNotProven");
    }
    await assertReverts(call(a.counter, "add", ...(await add(9n))), "AtomicLinks", "LinkUnconfirmed");
    await a.chain.send(a.counter, "add", ...(await add(8n)));
  });

  test("word twice: a link is received once and sent once", async () => {
    const link = await nextLink(10n);
    const batchNumber = await exchange(link);
    const again = call(b.links, "receiveLink", ...receiving(link, batchNumber));
    await assertReverts(again, "AtomicLinks", "LinkAlreadyReceived", [linkId(link)]);
    await a.chain.send(a.links, "confirm", ...confirming(link, batchNumber));
    await a.chain.send(a.counter, "add", ...(await add(10n)));
    await assertReverts(call(a.counter, "add", ...(await add(10n))), "AtomicLinks", "LinkUnconfirmed");
    const repeating = await nextLink(11n);
    await importInto(b, factIndex(link.fromChain, 950n), treeOf(sentBody(linkId(repeating))).root);
    const nested = b.links.interface.encodeFunctionData("receiveLink", receiving(repeating, 950n));
    await b.chain.send(b.counter, "repeat", nested);
    const reentered = call(b.links, "receiveLink", ...receiving(repeating, 950n));
    await assertReverts(reentered, "AtomicLinks", "LinkAlreadyReceived", [linkId(repeating)]);
    await b.chain.send(b.counter, "repeat", "0x");
  });

  test("a recipient that reverts receives nothing, and neither does an account without code", async () => {
    const link = await nextLink(12n);
    await importInto(b, factIndex(link.fromChain, 960n), treeOf(sentBody(linkId(link))).root);
    await b.chain.send(b.counter, "stop", true);
    await assertReverts(call(b.links, "receiveLink", ...receiving(link, 960n)), "LinkCounter", "Stopped");
    await b.chain.send(b.counter, "stop", false);
    assert.equal(await view(b.links, "isReceived", linkId(link)), false);
    const toAccount = { ...link, recipient: `0x${"ac".repeat(20)}` as Hex };
    await assertReverts(call(b.links, "receiveLink", ...receiving(toAccount, 960n)), "AtomicLinks", "LinkRecipientWithoutCode");
    await assertReverts(call(b.counter, "onLink", 1n, LINKS, "0x"), "LinkCounter", "NotFromLinks");
  });

  test("a link expires on both chains, and goes to the other chain", async () => {
    const late = await nextLink(13n, { expires: 1n });
    await assertReverts(call(b.links, "receiveLink", ...receiving(late, 970n)), "AtomicLinks", "LinkExpired");
    const [, recipient] = await add(13n);
    await assertReverts(call(a.links, "send", b.chain.chainId, recipient, "0x", 1n), "AtomicLinks", "LinkExpired");
    await assertReverts(call(a.links, "send", a.chain.chainId, recipient, "0x", FOREVER), "AtomicLinks", "LinkMisdirected");
    for (const changes of [{ toChain: 9n }, { fromChain: b.chain.chainId }])
      await assertReverts(
        call(b.links, "receiveLink", ...receiving({ ...late, ...changes }, 970n)),
        "AtomicLinks",
        "LinkMisdirected",
      );
  });

  test("its bodies are 33 bytes, a kind and the id", () => {
    const id = wordToHex(7n);
    assert.equal(toHex(sentBody(id)), `0x01${id.slice(2)}`);
    assert.equal(toHex(receivedBody(id)), `0x02${id.slice(2)}`);
  });

  test("its address on every chain is the one of the recipe for links", () => {
    const recipe = readFileSync(new URL("../../../docs/recipes/links.md", import.meta.url), "utf8");
    assert.ok(recipe.includes(`\`${ATOMIC_LINKS.address}\``), ATOMIC_LINKS.address);
  });
});
