import type { ChainName } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import { revertReason } from "../../../ecosystem/client/sending/revert-reason.ts";
import { isOver, type BridgeDelivery, type BridgesInfo } from "../../../ecosystem/devnet/view/books/bridge-info.ts";
import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";
import { BRIDGES, type BridgeName } from "../../../ecosystem/options/bridges.ts";
import { type Hex, hexQuantity } from "../../../ground/protocol/hex.ts";
import type { BridgeArrival, BridgeControl, Bridges } from "../api/bridges.ts";
import type { Hyperchains, TransactionLike } from "../api/hyperchains.ts";
import type { EcosystemLink } from "./link.ts";

/**
 * NotConfigured: the config names no such bridge. NotBridged: it is not on the member. NoMessage: the transaction sent none.
 * Waiting: something is missing. Failed: the receiver reverted.
 * Remedy: configure the bridge on both members; after Waiting repeat the call, after Failed correct the receiver.
 */
export class BridgeUseError extends HyperchainError<"NotConfigured" | "NotBridged" | "NoMessage" | "Waiting" | "Failed"> {
  override readonly name = "BridgeUseError";
}

/** Batches there and back: what is sent needs one on its chain, and its destination one look at L1. */
const MOST_ROUNDS = 4;

/** The part of the test API that bridges of others have. Contracts are known where the config names the bridge. */
export function createBridges(link: EcosystemLink, settle: Hyperchains["settle"]): Bridges {
  return {
    get layerzero() {
      return { ...contractsOf("layerzero", link.info.bridges?.layerzero), ...bridgeControl("layerzero", link, settle, Number) };
    },
    get hyperlane() {
      return { ...contractsOf("hyperlane", link.info.bridges?.hyperlane), ...bridgeControl("hyperlane", link, settle, Number) };
    },
    get superchain() {
      return {
        ...contractsOf("superchain", link.info.bridges?.superchain),
        ...bridgeControl("superchain", link, settle, Number),
      };
    },
    get ccip() {
      const curse = async (member: ChainName | undefined, isCursed: boolean): Promise<void> => {
        await link.request("hyperchain_curse", [member === undefined ? "all" : link.member(member).chainId, isCursed]);
      };
      return {
        ...contractsOf("ccip", link.info.bridges?.ccip),
        ...bridgeControl("ccip", link, settle, BigInt),
        curse: (member?: ChainName) => curse(member, true),
        lift: (member?: ChainName) => curse(member, false),
      };
    },
  };
}

/** Throws BridgeUseError NotConfigured. */
function contractsOf<Contracts>(bridge: BridgeName, named: { readonly contracts: Contracts } | undefined): Contracts {
  if (named !== undefined) return named.contracts;
  throw new BridgeUseError(
    "NotConfigured",
    `this ecosystem has no ${BRIDGES[bridge]}; write hyperchains: { bridges: { ${bridge}: {} } } in the config`,
  );
}

function bridgeControl<Id>(
  bridge: BridgeName,
  link: EcosystemLink,
  settle: Hyperchains["settle"],
  readId: (text: number | string) => Id,
): BridgeControl<Id> {
  const ask = async (): Promise<readonly BridgeDelivery[]> => {
    const { [bridge]: told } = await link.request<BridgesInfo>("hyperchain_bridges");
    if (told === undefined) throw new TypeError("an ecosystem with a bridge's contracts tells of its messages");
    return told.deliveries;
  };
  const setHeld = async (member: ChainName, running: boolean): Promise<void> => {
    await link.request("hyperchain_setFault", [{ type: "bridges", chainId: link.member(member).chainId, running }]);
  };
  return {
    idOf(member) {
      const { name, chainId } = link.member(member);
      const { members, leftOut = [] } = link.info.bridges?.[bridge] ?? {};
      const found = members?.find((each) => each.chainId === chainId);
      if (found !== undefined) return readId(found.id);
      const why = leftOut.find((each) => each.name === name)?.reason ?? "it was added later";
      throw new BridgeUseError("NotBridged", `${BRIDGES[bridge]} is not on ${name}: ${why}`);
    },
    deliveries: ask,
    async delivered(transaction) {
      const sentIn = hashOf(await transaction);
      const find = async (): Promise<readonly BridgeDelivery[]> => (await ask()).filter((delivery) => delivery.sentIn === sentIn);
      let sent = await find();
      // What failed before is asked once more: its receiver may take it now.
      const mayGoOn = (round: number): boolean =>
        sent.some((delivery) => !isOver(delivery) || (round === 0 && failedIn(delivery) !== undefined));
      for (let round = 0; round < MOST_ROUNDS && mayGoOn(round); round++) {
        await settle();
        await link.request("hyperchain_relay", [{ sentIn }]);
        sent = await find();
      }
      let first: BridgeArrival | undefined;
      for (const delivery of sent) {
        const arrived = await arrival(delivery, link);
        first ??= arrived;
      }
      if (first !== undefined) return first;
      throw new BridgeUseError("NoMessage", `transaction ${sentIn} sent no message over ${BRIDGES[bridge]}'s contracts`);
    },
    hold: (member) => setHeld(member, false),
    release: (member) => setHeld(member, true),
    async execute(message, { gas } = {}) {
      const id = typeof message === "string" ? message : message.id;
      const options = gas === undefined ? [] : [{ gas: hexQuantity(gas) }];
      const hash = await link.request<Hex | null>("hyperchain_executeDelivery", [id, ...options]);
      const found = (await ask()).find((delivery) => delivery.id === id);
      if (found === undefined) throw new BridgeUseError("NoMessage", `there is no message ${id}`);
      // An earlier run may have failed; this one did nothing.
      if (hash === null) throw waiting(found);
      await requireNoFailure(found, link);
      // Composed calls may still be to come.
      if (found.step !== "executed") throw waiting(found);
      return { hash, delivery: found };
    },
  };
}

/** The call that its receiver has reverted last; undefined where none has. */
function failedIn(delivery: BridgeDelivery): BridgeDelivery | BridgeDelivery["composed"][number] | undefined {
  return [delivery, ...delivery.composed].find(({ step }) => step === "failed");
}

/** Throws BridgeUseError where a receiver's call has failed last. */
async function requireNoFailure(delivery: BridgeDelivery, link: EcosystemLink): Promise<void> {
  const failed = failedIn(delivery);
  if (failed === undefined) return;
  const reason = revertReason(failed.data ?? "0x", await link.names());
  const what =
    failed === delivery
      ? delivery.receiver
      : `the composed call ${"index" in failed ? failed.index : ""} of ${delivery.receiver}`;
  const where = link.member(delivery.destinationChainId).name;
  const missing = failed.reason === undefined ? "" : `: ${failed.reason}`;
  throw new BridgeUseError(
    "Failed",
    `${what} on ${where} reverts ${reason}; message ${delivery.id} can be executed again${missing}`,
  );
}

/** Throws BridgeUseError where it has not arrived. */
async function arrival(delivery: BridgeDelivery, link: EcosystemLink): Promise<BridgeArrival> {
  await requireNoFailure(delivery, link);
  const { transactionHash } = delivery;
  if (!isOver(delivery) || transactionHash === undefined || delivery.step === "skipped") throw waiting(delivery);
  return { hash: transactionHash, delivery };
}

function waiting({ id, step, reason }: BridgeDelivery): BridgeUseError {
  return new BridgeUseError("Waiting", `message ${id} is ${step}${reason === undefined ? "" : `: ${reason}`}`);
}

function hashOf(transaction: TransactionLike): Hex {
  const hash =
    typeof transaction === "string" ? transaction : "hash" in transaction ? transaction.hash : transaction.transactionHash;
  return hash.toLowerCase() as Hex;
}
