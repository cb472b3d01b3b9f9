import { Interface } from "ethers";
import { provenPeerAbi } from "../../ground/abi/proven-peer.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { BridgeMember, GatewayTo } from "./bridge-member.ts";
import { sendSteps, type SetUpStep, type Transmit } from "./fixed-deployment.ts";

export const provenPeer = new Interface(provenPeerAbi);

/** Gas limit of a set-up's transaction that calls a contract. */
export const CALL_GAS = 500_000n;

/** Steps that connect a bridge's contracts with each other. */
interface PeerConnections {
  /** Contract that passes records on; at the same address on all members. */
  readonly peer: Hex;
  readonly gatewayTo: GatewayTo;
  /** Further steps that the bridge needs on a member before it sends to the others; repeatable. */
  readonly stepsTowards: (here: BridgeMember, others: readonly BridgeMember[]) => Promise<readonly SetUpStep[]>;
  readonly transmit: Transmit;
}

/**
 * Connects each member with each other one: first each side learns of the other, then each may send.
 * Completed steps are skipped, so that a restarted process continues. Rejects with BridgeSetUpError.
 */
export async function connectPeers(members: readonly BridgeMember[], connections: PeerConnections): Promise<void> {
  const { peer, gatewayTo, stepsTowards, transmit } = connections;
  const closed = await Promise.all(
    members.map(async (here) => {
      const others = members.filter((there) => there !== here);
      const open = await Promise.all(others.map(async ({ chainId }) => (await asked(here, peer, "isOpen", chainId)) === 1n));
      return { here, others: others.filter((_, i) => open[i] !== true) };
    }),
  );
  const learn = async (here: BridgeMember, there: BridgeMember): Promise<readonly SetUpStep[]> => {
    if ((await asked(here, peer, "remoteOf", there.chainId)) !== 0n) return [];
    const remote = { id: there.id, peer, gateway: gatewayTo(here, there) };
    return [stepTowards(there, peer, provenPeer.encodeFunctionData("setRemote", [there.chainId, remote]))];
  };
  await Promise.all(
    closed.map(async ({ here, others }) => {
      if (others.length === 0) return;
      const steps = await Promise.all([stepsTowards(here, others), ...others.map((there) => learn(here, there))]);
      await sendSteps(here, steps.flat(), transmit);
    }),
  );
  const open = (there: BridgeMember): SetUpStep =>
    stepTowards(there, peer, provenPeer.encodeFunctionData("open", [there.chainId]));
  await Promise.all(closed.map(({ here, others }) => sendSteps(here, others.map(open), transmit)));
}

/** A call that a connection with another member needs. */
export function stepTowards(there: BridgeMember, to: Hex, data: string): SetUpStep {
  return { what: `connect with ${there.name}`, transaction: { to, data, gasLimit: CALL_GAS } };
}

/** The first word of what a member's contract answers of a chain. */
async function asked({ provider }: BridgeMember, peer: Hex, name: "isOpen" | "remoteOf", chainId: bigint): Promise<bigint> {
  const answer = await provider.call({ to: peer, data: provenPeer.encodeFunctionData(name, [chainId]) });
  return BigInt(answer.slice(0, 66));
}
