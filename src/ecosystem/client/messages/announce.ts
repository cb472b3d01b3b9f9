import { isAddress, type Provider, type Signer } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { announcedPlaces } from "../../relayer/announced-places.ts";
import { importedRoots, tokenVault } from "../../relayer/contract-interfaces.ts";
import { proveMessage } from "../../relayer/inclusion-proof.ts";
import { DEFAULT_BLOCKS_PER_PAGE, readLogs } from "../../../chain/settlement-layer/reader/log-pages.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { topicOf } from "../sending/contract-interfaces.ts";
import { findChain, type ChainName, type Ecosystem } from "../ecosystem/ecosystem.ts";
import { sentMessages } from "./sent-messages.ts";
import { senderOn, submit, type Sender } from "../sending/submit.ts";
import { findToken, type ChainToken } from "../tokens/token.ts";
import { viewL1 } from "./withdraw.ts";

/** Maximum gas for reading a token's name, several times the need of ordinary tokens. */
const MAX_ANNOUNCEMENT_GAS = 1_000_000n;

/** A token's name, symbol and decimals on their way: any other chain can be told. */
export interface Announcement {
  readonly chainId: number;
  readonly messageHash: Hex;
  readonly transactionHash: Hex;
}

/**
 * Announces to the other chains the name, symbol and decimals of a chain's token. A token that originates
 * there has no name on another chain before `describeToken` delivers this. `signer` is on the chain. Throws
 * ClientError.
 */
export async function announceToken(
  ecosystem: Ecosystem,
  { chain, token }: { readonly chain: ChainName; readonly token: string },
  signer: Signer,
): Promise<Announcement> {
  const source = findChain(ecosystem, chain);
  const sender = await senderOn(signer, source);
  // A deployer can have the same address on L1 and here: an address with code here is a token here, whatever
  // L1 has at it.
  const isHere = isAddress(token) && (await sender.provider.getCode(token)) !== "0x";
  const place = isHere ? `${token}@${source.chainId}` : token;
  const { address, isBase } = await findToken(ecosystem, source, place, sender.provider);
  if (isBase)
    throw new ClientError("UnknownToken", `${token} is what gas on ${source.name} is paid with: L1 has described it everywhere`, {
      token,
    });
  return announceBy(ecosystem, sender, address);
}

/**
 * Announces a token before it leaves its chain for the first time, so that relayers can deliver its name to
 * its destination. Resolves with undefined if it was seen before or originates on another chain, and if it
 * returns no name within a bounded amount of gas: then it travels without a name.
 */
export async function announceFirst(
  ecosystem: Ecosystem,
  sender: Sender,
  { address, isBase, isKnown, originChainId }: ChainToken,
): Promise<Announcement | undefined> {
  if (isBase || isKnown || originChainId !== sender.member.chainId) return undefined;
  const call = { to: PREDEPLOYS.L2NativeTokenVault, data: tokenVault.encodeFunctionData("announce", [address]) };
  try {
    const gas = await sender.provider.estimateGas({ ...call, from: sender.address, gasLimit: MAX_ANNOUNCEMENT_GAS });
    if (gas > MAX_ANNOUNCEMENT_GAS) return undefined;
  } catch {
    // The token refuses to tell its name, or takes more gas than that. Whatever else it was stops the send too.
    return undefined;
  }
  return announceBy(ecosystem, sender, address, MAX_ANNOUNCEMENT_GAS).catch((error: unknown) => {
    // The token tells its name to an estimate only.
    if (error instanceof ClientError && (error.code === "Failed" || error.code === "Refused")) return undefined;
    throw error;
  });
}

async function announceBy(ecosystem: Ecosystem, sender: Sender, token: Hex, gasLimit?: bigint): Promise<Announcement> {
  const { chainId } = sender.member;
  const receipt = await submit(sender, {
    to: PREDEPLOYS.L2NativeTokenVault,
    data: tokenVault.encodeFunctionData("announce", [token]),
    ...(gasLimit === undefined ? {} : { gasLimit }),
  });
  const messages = sentMessages(chainId, ecosystem.l1.chainId, receipt);
  const message = messages.findLast(({ sender: from }) => from === PREDEPLOYS.L2NativeTokenVault);
  if (message === undefined) throw new Error(`transaction ${receipt.hash} announced nothing`);
  return { chainId, messageHash: message.messageHash, transactionHash: receipt.hash as Hex };
}

/**
 * Delivers an announcement to another chain, at `signer`'s cost. From then the token has its name there, also
 * before any amount arrives. Throws ClientError NotImported while the chain does not know the announcement's
 * batch.
 */
export async function describeToken(
  ecosystem: Ecosystem,
  { announced, on }: { readonly announced: Pick<Announcement, "chainId" | "messageHash">; readonly on: ChainName },
  signer: Signer,
  l1: Provider,
): Promise<Hex> {
  const destination = findChain(ecosystem, on);
  const sender = await senderOn(signer, destination);
  const view = viewL1(ecosystem, l1);
  await view.poll();
  const places = announcedPlaces(view, BigInt(announced.chainId), announced.messageHash);
  const roots = places.length === 0 ? [] : await importedBy(sender.provider);
  for (const { place } of places) {
    for (const root of roots) {
      const proof = proveMessage(view, place, root);
      if (proof === undefined) continue;
      const data = tokenVault.encodeFunctionData("importDescription", [proof]);
      return (await submit(sender, { to: PREDEPLOYS.L2NativeTokenVault, data })).hash as Hex;
    }
  }
  const source = findChain(ecosystem, announced.chainId).name;
  throw new ClientError(
    "NotImported",
    `${destination.name} does not know of the announcement ${announced.messageHash} yet: settle ${source}, and wait until ${destination.name} has looked at L1`,
    { ...announced },
  );
}

/** Indexes of the roots that a chain has imported, in order. */
async function importedBy(chain: Provider): Promise<readonly bigint[]> {
  const topics = [topicOf(importedRoots, "RootImported")];
  const toBlock = await chain.getBlockNumber();
  const logs = await readLogs(
    chain,
    { address: PREDEPLOYS.ImportedRoots, topics, fromBlock: 0, toBlock },
    DEFAULT_BLOCKS_PER_PAGE,
  );
  return logs.map((log) => importedRoots.parseLog(log)?.args["registryIndex"] as bigint);
}
